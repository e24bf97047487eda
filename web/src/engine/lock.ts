// One tab writes checkpoints. Where the browser has Web Locks it holds the
// lock as long as it lives; elsewhere (plain http on a LAN) a heartbeat in
// localStorage serves.

const name = 'sprout-writer'
const beatEvery = 2_000 // ms
const beatValid = 6_000 // ms after which a silent writer counts as gone

/**
 * Asks for the write lock. Resolves with whether this tab has it now; when it
 * has not, onGranted is called once it gets it later.
 */
export function acquireWriter(onGranted: () => void): Promise<boolean> {
  // Missing outside secure contexts, whatever the types say.
  const locks = navigator.locks as LockManager | undefined
  return locks ? byLock(locks, onGranted) : Promise.resolve(byHeartbeat(onGranted))
}

function byLock(locks: LockManager, onGranted: () => void): Promise<boolean> {
  const forever = () => new Promise<never>(() => {})
  return new Promise((resolve) => {
    void locks.request(name, { ifAvailable: true }, (lock) => {
      resolve(lock !== null)
      if (lock) return forever()
      void locks.request(name, () => {
        onGranted()
        return forever()
      })
      return undefined
    })
  })
}

function byHeartbeat(onGranted: () => void): boolean {
  const me = String(Math.random())
  let writing = false
  const beat = (): boolean => {
    const [owner, time] = (localStorage.getItem(name) ?? '').split(' ')
    const free = !owner || owner === me || Date.now() - Number(time) > beatValid
    if (free) localStorage.setItem(name, `${me} ${Date.now()}`)
    return free
  }
  try {
    writing = beat()
  } catch {
    return true // without localStorage there is no IndexedDB to protect either
  }
  setInterval(() => {
    const had = writing
    writing = beat()
    if (writing && !had) onGranted()
  }, beatEvery)
  addEventListener('pagehide', () => {
    if (writing) localStorage.removeItem(name)
  })
  return writing
}
