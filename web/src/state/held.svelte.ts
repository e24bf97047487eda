import type { Attempt, Iteration } from '../engine/messages'

/**
 * The answers of an iteration, which stand still while somebody reads where one of
 * them comes from: a run that goes on has others a moment later.
 */
export class Held {
  #of = $state.raw<Iteration>()
  #reading = $state.raw<readonly Attempt[]>([])

  constructor(private readonly live: () => Iteration | undefined) {}

  get now(): Iteration | undefined {
    const live = this.live()
    return live && (this.#of ?? live)
  }

  isRead(a: Attempt): boolean {
    return this.#reading.includes(a)
  }

  read(a: Attempt, on: boolean): void {
    const now = this.now
    const others = this.#reading.filter((x) => x !== a)
    this.#reading = on ? [...others, a] : others
    this.#of = this.#reading.length > 0 ? now : undefined
  }

  /** Nobody reads any more. */
  drop(): void {
    this.#reading = []
    this.#of = undefined
  }
}
