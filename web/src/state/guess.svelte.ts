/** The loss curve that the reader expects, drawn before the run. */
class Guess {
  drawing = $state(false)
  points = $state.raw<{ step: number; loss: number }[]>([])
  drawn = $state(0)

  begin(): void {
    this.points = []
    this.drawing = true
  }

  stop(): void {
    this.drawing = false
  }

  clear(): void {
    this.points = []
    this.drawing = false
  }

  /** Adds a point; the curve stays a function of the step. */
  add(step: number, loss: number, end: number, begins: boolean): void {
    const at = Math.max(1, Math.min(end, Math.round((step / end) * 80) * Math.round(end / 80) || 1))
    const others = begins ? [] : this.points.filter((p) => p.step !== at)
    this.points = [...others, { step: at, loss: Math.max(0, loss) }].sort((a, b) => a.step - b.step)
    this.drawn++
  }
}

export const guess = new Guess()
