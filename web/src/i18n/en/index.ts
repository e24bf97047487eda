import type { BaseTranslation } from '../i18n-types'
import { asked } from './asked.js'
import { breaks } from './breaks.js'
import { checkpoints, common, engine, progress } from './common.js'
import { exercises } from './exercises.js'
import { home, stages } from './home.js'
import { params, pretrain, questions, reading, source, workers } from './pretrain.js'
import { label } from './label.js'
import { problems } from './problems.js'
import { lessons, measures, stage } from './stage.js'
import { silence } from './silence.js'
import { story } from './story.js'
import { speech, tokenizer } from './tokenizer.js'

export default {
  asked,
  breaks,
  checkpoints,
  common,
  engine,
  exercises,
  home,
  label,
  lessons,
  measures,
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
  story,
  tokenizer,
  workers,
} satisfies BaseTranslation
