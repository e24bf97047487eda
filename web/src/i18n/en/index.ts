import type { BaseTranslation } from '../i18n-types'
import { arena } from './arena.js'
import { attribution } from './attribution.js'
import { card } from './card.js'
import { checkpoints, common, engine, progress } from './common.js'
import { exercises } from './exercises.js'
import { curves } from './curves.js'
import { home, stages } from './home.js'
import { inside } from './inside.js'
import { breakIt, params, pretrain, questions, reading, source, workers } from './pretrain.js'
import { family, journey } from './journey.js'
import { label } from './label.js'
import { paramNames } from './paramNames.js'
import { ownData } from './ownData.js'
import { problems } from './problems.js'
import { lessons, measures, stage } from './stage.js'
import { silence } from './silence.js'
import { speech, tokenizer } from './tokenizer.js'

export default {
  arena,
  attribution,
  card,
  breakIt,
  checkpoints,
  common,
  curves,
  engine,
  exercises,
  family,
  home,
  journey,
  inside,
  label,
  lessons,
  measures,
  paramNames,
  ownData,
  params,
  pretrain,
  problems,
  progress,
  questions,
  reading,
  silence,
  source,
  speech,
  stage,
  stages,
  tokenizer,
  workers,
} satisfies BaseTranslation
