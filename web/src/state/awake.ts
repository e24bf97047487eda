import { run } from './run.svelte'

/** Keeps the screen on while something trains, where the browser can. */
export function keepAwake(): void {
  // Missing outside secure contexts and in some browsers, whatever the types say.
  const locks = navigator.wakeLock as WakeLock | undefined
  if (!locks) return
  let lock: WakeLockSentinel | undefined
  let asking = false
  const wanted = () => !document.hidden && (run.phase === 'running' || run.phase === 'preparing')
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
  run.onPhase(() => void settle())
  document.addEventListener('visibilitychange', () => void settle())
}
