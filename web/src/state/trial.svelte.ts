import type { CheckpointInfo } from '../engine/messages'

/** The checkpoint that the reader wants to hear, in place of the live model. */
class Trial {
  checkpoint = $state.raw<CheckpointInfo>()
}

export const trial = new Trial()
