import { engine } from './engine.svelte'
import { run } from './run.svelte'

/**
 * The page without a network, where the browser allows it: on localhost, or over
 * https with a certificate that it trusts.
 */
class Offline {
  /** Everything is kept: the page starts without a network. */
  kept = $state(false)
  /** A new version is there and waits. */
  waiting = $state(false)

  #registration: ServiceWorkerRegistration | undefined

  /** Begins once the engine runs, so that the first visit is not slowed down. */
  async start(): Promise<void> {
    await engine.started
    // Missing outside secure contexts, whatever the types say.
    const container = navigator.serviceWorker as ServiceWorkerContainer | undefined
    if (!container || !import.meta.env.PROD) return
    try {
      this.#registration = await container.register('./service-worker.js', {
        updateViaCache: 'none',
      })
    } catch {
      return // a browser that forbids it, such as one behind a self-signed certificate
    }
    const registration = this.#registration
    this.#look(registration)
    registration.addEventListener('updatefound', () => {
      registration.installing?.addEventListener('statechange', () => this.#look(registration))
    })
    await container.ready
    this.kept = true
  }

  /** Saves what is training, and starts the new version. */
  async update(): Promise<void> {
    const waiting = this.#registration?.waiting
    if (!waiting) return
    if ((run.phase === 'running' || run.phase === 'paused') && engine.writer)
      await run.control('keep')
    navigator.serviceWorker.addEventListener('controllerchange', () => location.reload(), {
      once: true,
    })
    waiting.postMessage('take over')
  }

  #look(registration: ServiceWorkerRegistration): void {
    // The very first version waits for nobody.
    this.waiting = registration.waiting !== null && navigator.serviceWorker.controller !== null
  }
}

export const offline = new Offline()
