import type { ExerciseStage, Exercise, Scene, Truth } from '../../stages/exercises/kinds'
import { engine } from '../../state/engine.svelte'
import { exercised, type ExerciseAnswer, type Shown } from '../../state/exercises.svelte'
import { run } from '../../state/run.svelte'
import { sceneOf } from './scene'

/**
 * One exercise on the page: waits for the run to tell the truth and notes it to
 * the answer that was given before.
 */
export class Reveal<T extends string | number> {
  /** The run came to its end without telling. */
  mute = $state(false)
  /** A new answer is wanted although one was shown. */
  again = $state(false)

  constructor(
    readonly stage: ExerciseStage,
    readonly exercise: Pick<Exercise, 'id' | 'when'> & {
      truth: (scene: Scene) => Truth<T> | undefined | Promise<Truth<T> | undefined>
    },
    private readonly judge: (answer: ExerciseAnswer, truth: Truth<T>, scene: Scene) => boolean,
  ) {}

  get answer(): ExerciseAnswer | undefined {
    const newest = exercised.newest(this.stage, this.exercise.id)
    return this.again && newest?.shown ? undefined : newest
  }

  get round(): number {
    return (
      exercised.of(this.stage, this.exercise.id).filter((a) => a.shown).length -
      (this.answer?.shown ? 1 : 0)
    )
  }

  scene(): Scene {
    return sceneOf(this.stage, this.round)
  }

  /** The run stands where it can tell. */
  #due(scene: Scene): boolean {
    if (this.exercise.when === 'now') return true
    if (this.exercise.when === 'first') return scene.metrics.length > 0
    return scene.over
  }

  async give(given: ExerciseAnswer['given']): Promise<void> {
    const scene = this.scene()
    const late = this.exercise.when !== 'now' && this.#due(scene)
    exercised.add({
      stage: this.stage,
      exercise: this.exercise.id,
      given,
      ...(late ? { late } : {}),
    })
    this.again = false
    await this.look()
  }

  withdraw(): void {
    exercised.withdraw(this.stage, this.exercise.id)
    this.again = true
  }

  /** Looks whether the truth is there by now. */
  async look(): Promise<void> {
    const answer = this.answer
    const scene = this.scene()
    if (!answer || answer.shown || !this.#due(scene)) return
    const truth = await engine.attempt(() => Promise.resolve(this.exercise.truth(scene)))
    this.mute = truth === undefined && (this.exercise.when !== 'first' || scene.over)
    if (!truth || this.answer !== answer) return
    const shown: Omit<Shown, 'at'> = {
      right: this.judge(answer, truth, scene),
      truth: truth.value,
      found: truth.found,
      run: scene.info?.run ?? '',
      ...(scene.info ? { seed: scene.info.seed, preset: scene.info.preset } : {}),
    }
    exercised.show(this.stage, this.exercise.id, shown)
  }

  /** Looks again whenever the run has got further; to be called in a component. */
  watch(): void {
    $effect(() => {
      void [
        run.phase,
        run.info?.run,
        this.exercise.when === 'first' ? run.metrics.length + run.drawn : 0,
      ]
      this.mute = false
      void this.look()
    })
  }
}
