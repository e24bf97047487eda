// Made from wasm/protocol by `npm run protocol`. Do not edit.

export interface Protocol {
  version: 1
  commands: {
    'arena.drop': {
      command: DropVotes
      result: Votes
    }
    'arena.vote': {
      command: Vote
      result: Votes
    }
    'arena.votes': {
      command: ListVotes
      result: Votes
    }
    ask: {
      command: Ask
      result: Answers
    }
    attribute: {
      command: Attribute
      result: Attribution
    }
    beliefs: {
      command: GetBeliefs
      result: Beliefs
    }
    'checkpoints.delete': {
      command: DeleteCheckpoint
      result: null
    }
    'checkpoints.details': {
      command: GetDetails
      result: Details
    }
    'checkpoints.export': {
      command: ExportCheckpoint
      result: null
    }
    'checkpoints.history': {
      command: GetHistory
      result: History
    }
    'checkpoints.import': {
      command: ImportCheckpoint
      result: CheckpointInfo
    }
    'checkpoints.list': {
      command: ListCheckpoints
      result: Checkpoints
    }
    'checkpoints.merge': {
      command: MergeAdapter
      result: CheckpointInfo
    }
    'checkpoints.rename': {
      command: RenameCheckpoint
      result: null
    }
    'dataset.drop': {
      command: DropDataset
      result: null
    }
    'dataset.faults': {
      command: FindFaults
      result: Faults
    }
    'dataset.upload': {
      command: Upload
      result: Dataset
    }
    evaluate: {
      command: Evaluate
      result: Evaluation
    }
    hello: {
      command: Hello
      result: Ready
    }
    inspect: {
      command: Inspect
      result: Inspection
    }
    'inspect.changes': {
      command: GetChanges
      result: Changes
    }
    'inspect.embeddings': {
      command: GetEmbeddings
      result: EmbeddingMap
    }
    'inspect.neighbours': {
      command: GetNeighbours
      result: Neighbours
    }
    journey: {
      command: WalkJourney
      result: null
    }
    'journey.stop': {
      command: StopJourney
      result: null
    }
    judge: {
      command: GetJudge
      result: OutsideJudge
    }
    'judge.answer': {
      command: AnswerJudge
      result: null
    }
    'labels.add': {
      command: AddLabel
      result: Label
    }
    'labels.candidates': {
      command: GetCandidates
      result: Candidates
    }
    'labels.drop': {
      command: DropLabels
      result: null
    }
    'labels.export': {
      command: ExportLabels
      result: null
    }
    'labels.import': {
      command: ImportLabels
      result: ImportedLabels
    }
    'labels.judge': {
      command: JudgeCandidates
      result: Judged
    }
    'labels.list': {
      command: ListLabels
      result: Labels
    }
    'labels.simulate': {
      command: SimulateLabels
      result: Simulated
    }
    'labels.stop': {
      command: StopLabels
      result: null
    }
    'labels.use': {
      command: UseLabels
      result: Dataset
    }
    lesson: {
      command: GetLesson
      result: Lesson
    }
    'lessons.preview': {
      command: PreviewLessons
      result: LessonPreview
    }
    next_token: {
      command: CompareNext
      result: NextTokens
    }
    norms: {
      command: GetNorms
      result: Norms
    }
    profile: {
      command: Profile
      result: StepProfile
    }
    report: {
      command: Report
      result: ReportCard
    }
    'report.list': {
      command: ListReports
      result: Reports
    }
    'report.stop': {
      command: StopReport
      result: null
    }
    'run.control': {
      command: Control
      result: RunState
    }
    'run.forecast': {
      command: ForecastRun
      result: Forecast
    }
    'run.start': {
      command: StartRun
      result: RunInfo
    }
    sample: {
      command: Sample
      result: Sampled
    }
    'sample.stop': {
      command: StopSampling
      result: null
    }
    score: {
      command: Score
      result: Scores
    }
    selftest: {
      command: SelfTest
      result: SelfTestReport
    }
    'stages.list': {
      command: ListStages
      result: Stages
    }
    storage: {
      command: GetStorage
      result: StorageInfo
    }
    'tokenizer.encode': {
      command: Encode
      result: Encoded
    }
    'tokenizer.export': {
      command: ExportTokenizer
      result: null
    }
    'tokenizer.train': {
      command: TrainTokenizer
      result: TokenizerInfo
    }
    'town.facts': {
      command: GetTownFacts
      result: TownFacts
    }
    'town.make': {
      command: MakeTown
      result: Dataset
    }
  }
  events: {
    compute: ComputeEvent
    iteration: IterationEvent
    journey: JourneyEvent
    'judge.asked': JudgeAskedEvent
    measured: MeasuredEvent
    merges: MergeEvent
    metrics: MetricsEvent
    part: PartEvent
    problem: ProblemEvent
    progress: ProgressEvent
    sampled: SampleEvent
    saved: SavedEvent
    state: StateEvent
    storage: StorageEvent
    token: TokenEvent
    workers: WorkersEvent
  }
}
export interface DropVotes {
  last: boolean
}
export interface Votes {
  count: number
  pairs: Tallied[]
}
export interface Tallied {
  a: string
  b: string
  name_a: string
  name_b: string
  blind: boolean
  wins: number
  ties: number
  losses: number
  win_rate: Estimate
}
export interface Estimate {
  value: number
  low: number
  high: number
  n: number
}
export interface Vote {
  checkpoints: string[]
  best: string
  blind: boolean
}
export interface ListVotes {}
export interface Ask {
  checkpoints: string[]
  dataset: string
  lessons?: string
  questions?: string[]
  max_tokens: number
}
export interface Answers {
  questions: Question[]
}
export interface Question {
  text: string
  set?: string
  answers: Answer[]
}
export interface Answer {
  text: string
  plain?: boolean
  right?: boolean
}
export interface Attribute {
  dataset: string
  question?: string
  answer: string
  lines?: number
}
export interface Attribution {
  facts: FactSource[]
  shared: SharedLine[]
}
export interface FactSource {
  fact: number
  name: string
  kind: string
  truth: string
  stated: string
  count: number
  documents: number
  forms: {
    [k: string]: number
  }
  lines: SourceLine[]
}
export interface SourceLine {
  document: number
  text: string
}
export interface SharedLine {
  document: number
  text: string
  words: string[]
  score: number
}
export interface GetBeliefs {
  checkpoints: string[]
  dataset: string
  fact: number
  lang: string
}
export interface Beliefs {
  prompt: string
  endings: string[]
  answer: number
  p: number[][]
}
export interface DeleteCheckpoint {
  checkpoint: string
}
export interface GetDetails {
  checkpoint: string
}
export interface Details {
  settings: {
    [k: string]: number
  }
  seconds: number
  layers: number
  heads: number
  channels: number
  hidden: number
  context: number
  vocab: number
  lessons?: string
}
export interface ExportCheckpoint {
  checkpoint: string
}
export interface GetHistory {
  checkpoint: string
}
export interface History {
  metrics: Metrics[]
  samples: SampleEvent[]
}
export interface Metrics {
  step: number
  train_loss: number
  lr: number
  grad_norm: number
  tokens_per_s: number
  seconds: number
  seconds_left: number
  held_out_loss?: number
  bits_per_byte?: number
  recall?: number
  measures?: {
    [k: string]: number
  }
}
export interface SampleEvent {
  step: number
  prompt: string
  text: string
}
export interface ImportCheckpoint {
  name: string
}
export interface CheckpointInfo {
  id: string
  name: string
  stage: string
  preset: string
  parent?: string
  kind: string
  step: number
  steps: number
  created: number
  bytes: number
  parameters: number
  held_out_loss: number
  bits_per_byte: number
  vocab?: number
  dataset: string
  dataset_id: string
  adapter?: boolean
  base?: string
  writes: boolean
  resumable: boolean
  diverged?: boolean
  run?: string
  seed: number
  measures?: {
    [k: string]: number
  }
  score?: Estimate
  right?: Estimate
  ancestors?: Ancestor[]
  companions?: {
    [k: string]: Ancestor
  }
}
export interface Ancestor {
  id: string
  name: string
  stage: string
  step: number
}
export interface ListCheckpoints {}
export interface Checkpoints {
  checkpoints: CheckpointInfo[]
}
export interface MergeAdapter {
  checkpoint: string
  name: string
}
export interface RenameCheckpoint {
  checkpoint: string
  name: string
}
export interface DropDataset {
  dataset: string
}
export interface FindFaults {
  name: string
}
export interface Faults {
  faults: Problem[]
  all: number
}
export interface Problem {
  code: string
  args?: {}
  text: string
}
export interface Upload {
  name: string
}
export interface Dataset {
  id: string
  name: string
  kind: string
  docs: number
  bytes: number
  held_out_bytes: number
  chars: number
  preview: string[]
  conversations?: number
  pairs?: number
  notes?: Problem[]
}
export interface Evaluate {
  checkpoint: string
  dataset: string
}
export interface Evaluation {
  loss: number
  bits_per_byte: number
  tokens: number
  ngrams: NGram[]
  recall: number
  measures?: {
    [k: string]: number
  }
  calibration?: CalibrationBin[]
}
export interface NGram {
  order: number
  loss: number
  bits_per_byte: number
}
export interface CalibrationBin {
  confidence: number
  accuracy: number
  count: number
}
export interface Hello {
  writer: boolean
  base: string
}
export interface Ready {
  version: number
  backend: string
  simd: boolean
  go: string
  cores: number
  workers: boolean
  storage: StorageInfo
  resumable?: CheckpointInfo
}
export interface StorageInfo {
  available: boolean
  writable: boolean
  persisted: boolean
  usage: number
  quota: number
  problem?: Problem
}
export interface Inspect {
  checkpoint: string
  text: string
  chat?: boolean
  attention?: boolean
  lens?: boolean
}
export interface Inspection {
  tokens: ReadToken[]
  cut: number
  vocab: number
  layers: number
  heads: number
  kv_heads: number
  names: Token[]
  lens?: Glance[][]
}
export interface ReadToken {
  token: Token
  loss?: number
}
export interface Token {
  id: number
  text: string
  hex: string
}
export interface Glance {
  top: number
  p: number
  next?: number
  entropy: number
}
export interface GetChanges {
  checkpoint: string
  matrix?: string
}
export interface Changes {
  against: string
  rank?: number
  scale?: number
  dora?: boolean
  matrices: Change[]
  picture: Delta
}
export interface Change {
  name: string
  layer: number
  kind: string
  rows: number
  cols: number
  size: number
  relative: number
}
export interface Delta {
  name: string
  height: number
  width: number
  block: number
  singular: number[]
}
export interface GetEmbeddings {
  checkpoint: string
}
export interface EmbeddingMap {
  tokens: Token[]
  explained: number[]
  channels: number
}
export interface GetNeighbours {
  checkpoint: string
  token: number
}
export interface Neighbours {
  neighbours: Neighbour[]
}
export interface Neighbour {
  token: Token
  cosine: number
}
export interface WalkJourney {
  preset: string
  seed: number
  seeds?: number
  only?: string[]
  set?: {
    [k: string]: number
  }
  workers?: number
  compute?: string
}
export interface StopJourney {}
export interface GetJudge {}
export interface OutsideJudge {
  configured: boolean
  name?: string
  host?: string
}
export interface AnswerJudge {
  ask: number
  text: string
  problem?: Problem
}
export interface AddLabel {
  candidate: Candidate
  p: number
  who: string
  principles?: string[]
}
export interface Candidate {
  before?: Turn[]
  question: string
  a: string
  b: string
  lang?: string
  checkpoint?: string
  repeats?: string
}
export interface Turn {
  role: string
  content: string
}
export interface Label {
  id: string
  before?: Turn[]
  question: string
  a: string
  b: string
  lang?: string
  checkpoint?: string
  repeats?: string
  p: number
  who: string
  judge?: string
  judge_id?: string
  bias?: number
  time: number
  principles?: string[]
}
export interface GetCandidates {
  checkpoint: string
  dataset: string
  count: number
  from: number
  seed: number
  lang?: string
  repeat?: number
}
export interface Candidates {
  candidates: Candidate[]
  next: number
  alike: number
}
export interface DropLabels {
  labels: string[]
}
export interface ExportLabels {}
export interface ImportLabels {
  name: string
}
export interface ImportedLabels {
  added: number
  known: number
}
export interface JudgeCandidates {
  judge: string
  name: string
  dataset: string
  candidates: Candidate[]
  principles: string[]
  free?: string[]
}
export interface Judged {
  labels: Label[]
  bias: number
  too_long: number
  unclear: number[]
  problem?: Problem
}
export interface ListLabels {}
export interface Labels {
  labels: Label[]
  damaged: number
  self: Agreement
  judges: Agreement
}
export interface Agreement {
  same: number
  of: number
}
export interface SimulateLabels {
  checkpoint: string
  dataset: string
  questions: number
  seed: number
  lang?: string
}
export interface Simulated {
  labels: number
  questions: number
  alike: number
}
export interface StopLabels {}
export interface UseLabels {
  who?: string
}
export interface GetLesson {
  stage: string
  seed: number
  dataset: string
  lessons?: string
  params?: {
    [k: string]: number
  }
  parent?: string
}
export interface Lesson {
  tokens: LessonToken[]
}
export interface LessonToken {
  token: Token
  learned?: boolean
  conversation: number
}
export interface PreviewLessons {
  kind: string
  lessons: string
  parent: string
  context?: number
  answer?: number
  all?: boolean
  from?: number
  count?: number
}
export interface LessonPreview {
  total: number
  long: number
  faulty: number
  longest: number
  context: number
  items: LessonItem[]
  faults?: Problem[]
}
export interface LessonItem {
  sides: Lesson[]
  tokens: number
  long?: boolean
  p?: number
  source?: string
  fault?: Problem
}
export interface CompareNext {
  question?: string
  text: string
  lang: string
  temperatures: number[]
  most: number
}
export interface NextTokens {
  step: number
  question: string
  text: string
  tokens: Token[]
  at: Likeness[]
  teacher: ModelShape
  student: ModelShape
}
export interface Likeness {
  temperature: number
  teacher: number[]
  student: number[]
  kl: number
  teacher_entropy: number
  student_entropy: number
}
export interface ModelShape {
  parameters: number
  layers: number
  channels: number
}
export interface GetNorms {}
export interface Norms {
  step: number
  tensors: Norm[]
  ms: number
}
export interface Norm {
  name: string
  weight: number
  update: number
  gradient?: number
}
export interface Profile {}
export interface StepProfile {
  ops: OpTime[]
  ms: number
}
export interface OpTime {
  kind: string
  calls: number
  ms: number
  flops: number
}
export interface Report {
  checkpoint: string
  against?: string
  reference?: string
  dataset?: string
  quick?: boolean
  prompts?: number
  temperature?: number
  seed?: number
}
export interface ReportCard {
  checkpoint: string
  name: string
  stage: string
  preset: string
  form: string
  parameters: number
  trained: number
  bytes: number
  quick: boolean
  seed: number
  temperature: number
  tokens_per_s: number
  backend?: string
  measures: {
    [k: string]: Estimate
  }
  reference?: string
  opponent?: string
  match?: Match
}
export interface Match {
  win_rate: Estimate
  wins: number
  ties: number
  losses: number
  score: Estimate
  against: Estimate
  gain: Estimate
  kl?: Estimate
  kl_per_token?: Estimate
}
export interface ListReports {}
export interface Reports {
  cards: ReportCard[]
}
export interface StopReport {}
export interface Control {
  action: string
  workers?: number
  compute?: string
}
export interface RunState {
  run: string
  state: string
  step: number
  problem?: Problem
}
export interface ForecastRun {
  stage: string
  preset: string
  seed: number
  dataset: string
  tokenizer: string
  lessons?: string
  params?: {
    [k: string]: number
  }
  parent?: string
  reward?: string
  teacher?: string
  resume?: string
  paused?: boolean
  workers?: number
  compute?: string
  vocab?: number
}
export interface Forecast {
  seconds?: number
  ran?: boolean
  gpu?: boolean
}
export interface StartRun {
  stage: string
  preset: string
  seed: number
  dataset: string
  tokenizer: string
  lessons?: string
  params?: {
    [k: string]: number
  }
  parent?: string
  reward?: string
  teacher?: string
  resume?: string
  paused?: boolean
  workers?: number
  compute?: string
}
export interface RunInfo {
  run: string
  stage: string
  preset: string
  seed: number
  params: {
    [k: string]: number
  }
  parameters: number
  trained: number
  parent?: string
  vocab: number
  steps: number
  step: number
  ln_v: number
  ngrams: NGram[]
  own_entropy?: number
  history?: Metrics[]
  samples?: SampleEvent[]
  iteration?: Iteration
  notes?: Problem[]
  bytes: number
  workers: Workers
  compute: Compute
  dataset: Dataset
  lessons?: Dataset
  tokenizer: TokenizerInfo
}
export interface Iteration {
  number: number
  step: number
  group: number
  source: string
  answers: Outcomes
  first?: Outcomes
  shown: Attempt[]
  trackers?: Trackers
}
export interface Outcomes {
  rewards: number[]
  kl: number[]
  grades: number[]
}
export interface Attempt {
  prompt: string
  text: string
  tokens: number
  truncated?: boolean
  reward: number
  advantage: number
  kl: number
  grade?: number
  correct?: boolean
  before?: Tracker
  after?: Tracker
}
export interface Tracker {
  a: number
  b: number
  value: number
  asked: number
}
export interface Trackers {
  values: number[]
  asked: number[]
}
export interface Workers {
  count: number
  requested: number
  max: number
  cores: number
  measuring: boolean
  memory?: number
  speeds?: WorkerSpeed[]
}
export interface WorkerSpeed {
  count: number
  steps_per_s: number
}
export interface Compute {
  backend: string
  requested: string
  adapter?: string
  software?: boolean
  mixed?: boolean
  why?: Problem
}
export interface TokenizerInfo {
  id: string
  kind: string
  vocab: number
  merges: number
  chars_per_token: number
  bytes_per_token: number
  seconds: number
  mb_per_second: number
}
export interface Sample {
  checkpoint: string
  adapter?: string
  prompt: string
  chat?: boolean
  before?: Turn[]
  max_tokens: number
  temperature: number
  top_k: number
  top_p: number
  seed: number
  stream: number
}
export interface Sampled {
  text: string
  tokens: number
  stop: string
  tokens_per_s: number
}
export interface StopSampling {
  stream: number
}
export interface Score {
  checkpoint: string
  question: string
  answers: string[]
  tokens?: boolean
  among?: boolean
}
export interface Scores {
  answers: Scored[]
  centred: boolean
  step: number
  among?: PairGain[]
}
export interface Scored {
  reward: number
  tokens?: ScoredToken[]
}
export interface ScoredToken {
  token: Token
  reward: number
}
export interface PairGain {
  chosen: number
  rejected: number
}
export interface SelfTest {}
export interface SelfTestReport {
  passed: number
  failed: string[]
}
export interface ListStages {}
export interface Stages {
  stages: Stage[]
  presets: Preset[]
}
export interface Stage {
  name: string
  params: Param[]
}
export interface Param {
  key: string
  symbol: string
  default: number
  min: number
  max: number
  log?: boolean
  integer?: boolean
  unit?: string
  choices_en?: string[]
  choices_zh?: string[]
  doc_en: string
  doc_zh: string
}
export interface Preset {
  name: string
  layers: number
  heads: number
  kv_heads: number
  channels: number
  hidden: number
  context: number
  params: number
  heavy: boolean
  defaults: {
    [k: string]: {
      [k: string]: number
    }
  }
}
export interface GetStorage {}
export interface Encode {
  tokenizer: string
  text: string
  merges?: number
}
export interface Encoded {
  tokens: Token[]
  bytes: number
  chars: number
}
export interface ExportTokenizer {
  tokenizer: string
}
export interface TrainTokenizer {
  dataset: string
  kind: string
  merges?: number
}
export interface GetTownFacts {
  dataset: string
  lang?: string
}
export interface TownFacts {
  kinds: string[]
  residents: ResidentFacts[]
  withheld?: number[]
}
export interface ResidentFacts {
  name: string
  values: string[]
}
export interface MakeTown {
  seed: number
  size: string
  lang?: string
  without?: number[]
}
export interface ComputeEvent {
  run: string
  step: number
  compute: Compute
  workers: Workers
}
export interface IterationEvent {
  run: string
  number: number
  step: number
  group: number
  source: string
  answers: Outcomes
  first?: Outcomes
  shown: Attempt[]
  trackers?: Trackers
}
export interface JourneyEvent {
  seed: number
  key: string
  number: number
  of: number
  doing: string
  done: number
  step?: number
  loss?: number
  line: string
}
export interface JudgeAskedEvent {
  ask: number
  turns: Turn[]
}
export interface MeasuredEvent {
  run: string
  step: number
  pairs?: PairGain[]
  told?: ToldPair[]
  calibration?: CalibrationBin[]
  cases?: HeardCase[]
}
export interface ToldPair {
  at: number
  question: string
  chosen: string
  rejected: string
  said: PairGain
  reference?: PairGain
}
export interface HeardCase {
  question: string
  a: string
  b: string
  principles: string[]
  a_first: number
  b_first: number
  a_better: boolean
  alone?: boolean
  /**
   * @minItems 2
   * @maxItems 2
   */
  noted: [Noted, Noted]
}
export interface Noted {
  keeps: string[]
  odd?: string[]
}
export interface MergeEvent {
  merges: Merge[]
  total: number
}
export interface Merge {
  rank: number
  left: string
  right: string
  text: string
  count: number
}
export interface MetricsEvent {
  run: string
  metrics: Metrics[]
}
export interface PartEvent {
  run: string
  what: string
  done: number
}
export interface ProblemEvent {
  stage?: string
  step?: number
  problem: Problem
}
export interface ProgressEvent {
  what: string
  done: number
}
export interface SavedEvent {
  checkpoint: CheckpointInfo
}
export interface StateEvent {
  run: string
  state: string
  step: number
  problem?: Problem
}
export interface StorageEvent {
  available: boolean
  writable: boolean
  persisted: boolean
  usage: number
  quota: number
  problem?: Problem
}
export interface TokenEvent {
  stream: number
  token: Token
  delta: string
  p: number
  top: Likelihood[]
}
export interface Likelihood {
  token: Token
  p: number
}
export interface WorkersEvent {
  run: string
  workers: Workers
}
