import type { BaseTranslation } from '../i18n-types'
import { checkpoints, common, engine, progress } from './common.js'
import { exercises } from './exercises.js'
import { home, stages } from './home.js'
import { breakIt, params, pretrain, questions, reading, source, workers } from './pretrain.js'
import { classroom } from './classroom.js'
import { label } from './label.js'
import { plans } from './plans.js'
import { problems } from './problems.js'
import { lessons, measures, stage } from './stage.js'
import { silence } from './silence.js'
import { speech, tokenizer } from './tokenizer.js'

export default {
  breakIt,
  checkpoints,
  classroom,
  common,
  engine,
  exercises,
  home,
  label,
  lessons,
  measures,
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
  tokenizer,
  workers,
} satisfies BaseTranslation
