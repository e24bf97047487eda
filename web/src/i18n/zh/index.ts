import type { Translation } from '../i18n-types'
import { arena } from './arena.js'
import { asked } from './asked.js'
import { attribution } from './attribution.js'
import { breaks } from './breaks.js'
import { card } from './card.js'
import { classroom } from './classroom.js'
import { checkpoints, common, engine, progress } from './common.js'
import { curves } from './curves.js'
import { exercises } from './exercises.js'
import { home, stages } from './home.js'
import { inside } from './inside.js'
import { family, journey } from './journey.js'
import { label } from './label.js'
import { measures } from './measures.js'
import { ownData } from './ownData.js'
import { paramNames } from './paramNames.js'
import { plans } from './plans.js'
import {
  compute,
  forecast,
  params,
  pretrain,
  questions,
  reading,
  source,
  workers,
} from './pretrain.js'
import { problems } from './problems.js'
import { silence } from './silence.js'
import { lessons, stage } from './stage.js'
import { story } from './story.js'
import { terms } from './terms.js'
import { speech, tokenizer } from './tokenizer.js'

export default {
  arena,
  asked,
  attribution,
  breaks,
  card,
  checkpoints,
  classroom,
  common,
  compute,
  curves,
  engine,
  exercises,
  family,
  forecast,
  home,
  inside,
  journey,
  label,
  lessons,
  measures,
  ownData,
  paramNames,
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
  terms,
  tokenizer,
  workers,
} satisfies Translation
