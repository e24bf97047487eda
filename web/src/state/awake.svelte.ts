import { cards } from './cards.svelte'
import { desk } from './labels.svelte'
import { run } from './run.svelte'
import { walk } from './walk.svelte'

const busy = () =>
  run.phase === 'running' ||
  run.phase === 'preparing' ||
  walk.active ||
  cards.making !== undefined ||
  desk.busy

/** Keeps the screen on while something computes for minutes, where the browser can. */
export function keepAwake(): void {
  // Missing outside secure contexts and in some browsers, whatever the types say.
  const locks = navigator.wakeLock as WakeLock | undefined
  if (!locks) return
  let lock: WakeLockSentinel | undefined
  let asking = false
  const wanted = () => !document.hidden && busy()
  async function settle(): Promise<void> {
    if (asking) return
    asking = true
    try {
      // The browser takes it back from a hidden tab by itself.
      if (lock?.released) lock = undefined
      if (wanted() && !lock) lock = await locks?.request('screen')
      if (!wanted() && lock) {
        await lock.release()
        lock = undefined
      }
    } catch {
      // Refused, such as with an empty battery: the run goes on without.
    } finally {
      asking = false
    }
    if (lock && !wanted()) await settle()
  }
  $effect.root(() => {
    $effect(() => {
      busy()
      void settle()
    })
  })
  document.addEventListener('visibilitychange', () => void settle())
}
