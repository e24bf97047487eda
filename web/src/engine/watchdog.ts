// Whether an engine still lives. A dead worker is known by its lock (port.ts).
// One that hangs and one that computes on a machine with too much to do look
// the same from outside, so nothing is ended here: a long silence is told, and
// a person decides.

const every = 2_000 // ms between two looks
const leeway = 1_000 // ms by which a look may be late on a machine that has time
const patience = 30_000 // ms of silence until somebody is asked
const longer = 60_000 // ms more when they choose to wait

/**
 * Pings an engine. Its silence is told once it is long, in ms, and undefined
 * when the engine speaks again. Only time in which the page's own timer ran on
 * schedule counts: in a throttled tab, after a sleep of the machine, or where
 * the page itself gets no time, an engine that is not heard need not be silent.
 */
export class Watchdog {
  #silence = 0
  #limit = patience
  #asked = false
  #told = false
  #looked = performance.now()
  readonly #timer: ReturnType<typeof setInterval>

  constructor(
    private readonly ping: () => Promise<void>,
    private readonly onSilence: (ms: number | undefined) => void,
  ) {
    this.#timer = setInterval(() => this.#look(), every)
  }

  /** Any word of the engine is a sign of life. */
  heard(): void {
    this.#silence = 0
    this.#limit = patience
    if (this.#told) this.onSilence(undefined)
    this.#told = false
  }

  /** Waits longer before the silence is told again. */
  wait(): void {
    this.#limit = this.#silence + longer
    if (this.#told) this.onSilence(undefined)
    this.#told = false
  }

  stop(): void {
    clearInterval(this.#timer)
    if (this.#told) this.onSilence(undefined)
    this.#told = false
  }

  #look(): void {
    const now = performance.now()
    const onTime = now - this.#looked <= every + leeway
    this.#looked = now
    if (!this.#asked) {
      this.#asked = true
      this.ping().then(
        () => {
          this.#asked = false
          this.heard()
        },
        () => {}, // a port that cannot ask any more tells of its death itself
      )
      return
    }
    if (!onTime) return
    this.#silence += every
    if (this.#silence < this.#limit || this.#told) return
    this.#told = true
    this.onSilence(this.#silence)
  }
}
