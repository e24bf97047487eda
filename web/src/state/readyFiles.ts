// Files of ready-made models: from the site, and kept in this browser once they
// were fetched, so that a class can go on when its network is gone.

/** A file, or why there is none: the site has none of this name, or cannot be reached. */
export type Found = Uint8Array<ArrayBuffer> | 'missing' | 'unreachable'

const store = 'ready' // of Cache Storage, beside the page's own

/** Missing outside secure contexts, whatever the types say. */
const storage = (): CacheStorage | undefined => globalThis.caches as CacheStorage | undefined

/** Whether this browser can keep files for the time without a network. */
export const keeps = (): boolean => storage() !== undefined

const address = (file: string) => `./ready/${file}`
/** A model baked anew has another id under the same name. */
const keyOf = (file: string, id = '') => (id ? `${address(file)}?id=${id}` : address(file))

/** The cache; none where the browser refuses. */
const opened = async (): Promise<Cache | undefined> =>
  storage()
    ?.open(store)
    .catch(() => undefined)

const bytesOf = async (response: Response) => new Uint8Array(await response.arrayBuffer())

/** A file as it lies in this browser. */
export async function keptFile(file: string): Promise<Uint8Array<ArrayBuffer> | undefined> {
  const known = await (await opened())?.match(keyOf(file))
  return known && bytesOf(known)
}

/** Whether a model lies in this browser. */
export async function isKept(file: string, id: string): Promise<boolean> {
  return (await (await opened())?.match(keyOf(file, id))) !== undefined
}

/** Keeps a response; a full disk only means that it is not kept. */
async function keep(cache: Cache, file: string, id: string, response: Response): Promise<void> {
  try {
    await cache.delete(address(file), { ignoreSearch: true }) // of an earlier baking
    await cache.put(keyOf(file, id), response)
  } catch {
    // The quota: whoever asks again goes to the network.
  }
}

/**
 * Reads a file beside the page. With an id it never changes, and what is kept
 * comes first; without one the network does, which may have a newer one.
 */
export async function readyFile(file: string, id = ''): Promise<Found> {
  const cache = await opened()
  const kept = () => cache?.match(keyOf(file, id))
  if (id) {
    const known = await kept()
    if (known) return bytesOf(known)
  }
  try {
    const response = await fetch(address(file))
    if (response.ok) {
      if (cache) await keep(cache, file, id, response.clone())
      return await bytesOf(response)
    }
    if (response.status < 500) return 'missing'
  } catch {
    // No network, or it was lost on the way.
  }
  const known = await kept()
  return known ? bytesOf(known) : 'unreachable'
}
