import type { Translation } from '../i18n-types'
import { arena } from './arena.js'
import { attribution } from './attribution.js'
import { card } from './card.js'
import { asked } from './asked.js'
import { breaks } from './breaks.js'
import { checkpoints, common, engine, progress } from './common.js'
import { exercises } from './exercises.js'
import { curves } from './curves.js'
import { home, stages } from './home.js'
import { inside } from './inside.js'
import { breakIt, params, pretrain, questions, reading, source, workers } from './pretrain.js'
import { family, journey } from './journey.js'
import { params, pretrain, questions, reading, source, workers } from './pretrain.js'
import { label } from './label.js'
import { paramNames } from './paramNames.js'
import { ownData } from './ownData.js'
import { classroom } from './classroom.js'
import { plans } from './plans.js'
import { problems } from './problems.js'
import { lessons, measures, stage } from './stage.js'
import { silence } from './silence.js'
import { story } from './story.js'
import { speech, tokenizer } from './tokenizer.js'

export default {
  arena,
  attribution,
  card,
  breakIt,
  asked,
  breaks,
  checkpoints,
  classroom,
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
  plans,
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
  story,
  tokenizer,
  workers,
} satisfies Translation
