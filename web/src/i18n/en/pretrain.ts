export const source = {
  document: 'Document {n:string}',
  title: 'What it reads',
  town: 'The town',
  townDetail:
    'A made-up place with residents, jobs and scarves in two languages, written by a generator. Since it is made up, everything the model knows of it, it learned here.',
  size: 'Size',
  sizes: { quick: '24 residents', standard: '48 residents' },
  language: 'Language',
  languages: { both: 'English and Chinese', en: 'English', zh: 'Chinese' },
  seed: 'Seed',
  own: 'Your own text',
  name: 'Text',
  documents: 'Documents',
  training: 'To learn from',
  heldOut: 'Held out to test',
  preview: 'Look inside',
  lives: 'Who lives here',
  livesWhy: 'All that is true in this town. A sentence is true when it agrees with this table.',
  resident: 'Resident',
  leftOut: 'left out of the text',
}

export const params = {
  reset: 'Back to {value:string}',
  steps: 'Steps',
  batch: 'Batch',
  lr: 'Learning rate',
  warmup: 'Warm-up',
  weight_decay: 'Weight decay',
  clip: 'Gradient clipping',
  beta1: 'First moment',
  beta2: 'Second moment',
  context: 'Context',
  eval_every: 'Measure every',
  sample_every: 'Write every',
  checkpoint_every: 'Save every',
  units: {
    steps: 'steps',
    sequences: 'sequences',
    tokens: 'tokens',
    answers: 'answers',
    channels: 'channels',
    conversations: 'conversations',
    nats: 'nats',
    pairs: 'pairs',
    prompts: 'questions',
  },
}

export const pretrain = {
  title: 'How does guessing the next word become knowledge?',
  start: 'Start',
  startAgain: 'Start anew',
  pause: 'Pause',
  resume: 'Go on',
  goOnFrom: 'Go on from step {step:string} with these settings',
  goOnHow:
    'To go on from step {step:string}, lower the learning rate or the clipping limit first: with the same settings it would end in the same place.',
  step: 'One step',
  stop: 'Stop',
  save: 'Save',
  saveDetail: 'Save a checkpoint now. It also happens by itself, and when you leave the tab.',
  savedAt: 'Checkpoint saved at step {step:string}.',
  preparing: 'Preparing…',
  phases: {
    none: 'Nothing is running.',
    preparing: 'Preparing…',
    running: 'Training',
    paused: 'Paused. One step at a time, or go on.',
    stopped: 'Stopped. The last checkpoint is kept.',
    done: 'Done.',
    failed: 'It failed. See the message above.',
  },
  stepLabel: 'Step',
  left: 'Time left',
  speed: 'Tokens/s',
  workersAtWork: 'Workers',
  train: 'training',
  heldOut: 'held out',
  yours: 'your guess',
  lossTitle: 'Loss, nats per token',
  lrTitle: 'Learning rate',
  gradTitle: 'Gradient norm',
  speedTitle: 'Tokens per second',
  recallTitle: 'Facts it can complete',
  lines: {
    lnV: 'knows nothing, ln V = {v:string}',
    unigram: 'knows how frequent each token is {v:string}',
    bigram: 'knows pairs {v:string}',
    trigram: 'knows triples {v:string}',
    own: 'the town’s own entropy, at most {v:string}',
  },
  samples: 'What it writes',
  noSamples: 'Its first words will appear here, soon after the start.',
  emptySample: '(nothing: it drew the end of the document first)',
  atStep: 'step {step:string}',
  firstSample: 'first, step {step:string}',
  marks: { right: 'true', wrong: 'not so', nothing: 'states nothing' },
  ask: 'Let it go on from your words',
  askLater: 'Once a run has begun you can give it a beginning here, even while it trains.',
  hearing: 'You hear “{name:string}”.',
  hearingLive: 'You hear the model above, as it is at this moment.',
  hearLive: 'Hear the live model',
  tokenizer: 'How it reads',
  tokenizerLink: 'Look at it',
  model: 'The model',
  presets: { seed: 'Seed', sprout: 'Sprout', sapling: 'Sapling', tree: 'Tree' },
  parameters: '{n:string} parameters',
  shape:
    '{layers:number} layers, {heads:number} heads, {channels:number} channels, sees {context:number} tokens at a time.',
  slow: 'Slow on most machines: it would take hours here.',
  seed: 'Seed',
  seedDetail: 'The same seed gives the same curve to the last bit, on any machine.',
  params: 'How it learns',
  moreParams: '{n:number} more',
  fixedWhileRunning: 'Fixed while a run is on. Stop it to change them.',
  formula: 'What is minimised',
  formulaWords:
    'The mean, over B sequences of T tokens, of the negative logarithm of the probability p that the model with the weights θ gave to the token that really came next.',
  code: 'The lines that run, from {file:string}, line {line:number}.',
  codeLabel: 'Go source: {file:string}',
  chance: 'guessing 1/8',
  before: 'before: {settings:string}',
  beforeOf: '{what:string}, before: {settings:string}',
  beforeSame: 'the same settings',
  beforeMore: '{n:string} more',
  showBefore: 'Show the run before behind this one',
}

export const compute = {
  title: 'Computes on',
  kinds: { auto: 'automatic', workers: 'workers', gpu: 'the GPU' },
  gpu: 'GPU',
  workers: 'workers: {n:string}',
  detail:
    '“Automatic” measures both before a run and takes the GPU only where it is clearly faster. A GPU rounds differently, so the last digits of a curve differ from those of workers. You can change it while it trains.',
  mixed:
    'Earlier steps of this run were computed by something else, so it is not the same to the bit.',
}

export const workers = {
  title: 'Workers',
  automatic: 'automatic',
  atWork: '{n:string} at work',
  memory: 'memory taken: {size:string}, of {bound:string} at most ({each:string} a worker)',
  cores: 'cores here: {n:string}',
  detail:
    'How many cores compute side by side. The numbers are the same to the last bit for any count, only the speed changes. “Automatic” tries a few in the first steps and keeps the fastest. You can change it while it trains.',
  single: 'This browser cannot start workers from within a worker, so one does everything.',
  measured: 'Measured on this machine',
  speed: 'Steps/s',
  chosen: 'in use',
}

export const reading = {
  title: 'Is this loss normal?',
  before: 'Start a run, and this will compare your curve with what it should look like.',
  start:
    'Yes. It began at {loss:string}. Guessing evenly among {vocab:string} tokens costs ln {vocab:string} = {lnV:string}, and that is what a new model does.',
  worse:
    'No. At {loss:string} it is worse than guessing evenly ({lnV:string}): it has become sure of wrong things. The learning rate is most likely too large. Stop and lower it; the gradient norm shows how hard it is being thrown about.',
  aboveUnigram:
    'Early days. Held out it stands at {loss:string}; to know no more than how frequent each token is would give {line:string}.',
  aboveBigram:
    'It is going well. At {loss:string} it has learned which tokens are frequent, and is on its way to what pairs of tokens tell ({line:string}).',
  aboveTrigram:
    'It is going well. At {loss:string} it does better than a table of all pairs. A table of triples would reach {line:string}.',
  belowAll:
    'Yes. At {loss:string} it beats a table of all triples ({line:string}), so it uses more than the last two tokens. From here on it learns what no counting can.',
  falling: 'It stands at {loss:string}. Wait for the first measurement on held-out text.',
  rising:
    'Look: your held-out loss has risen for {steps:string} steps, from {from:string} to {to:string}, while it goes on learning. It is learning the text by heart. A longer text or a stop at the lowest point would help.',
  bits: 'Held out, it needs {bits:string} bits per byte, a measure that does not depend on the tokenizer.',
  bitsTrigram: 'Triples need {bits:string}.',
  recall: 'It completes {share:string} % of the town’s facts.',
  chance: 'Guessing among the eight endings gives one in eight, 12.5 %.',
}

export const questions = {
  lnVQ: 'Why does the loss start at ln V?',
  lnV: 'A new model gives each of V tokens about the same probability, 1/V. The surprise at any token is then −ln(1/V) = ln V. With {vocab:string} tokens that is {lnV:string}. If it starts much higher, something is wrong before anything was learned.',
  normalQ: 'How low should it go?',
  normal:
    'Not to zero. Text has surprise of its own: nobody can know what a resident does tonight, since the generator rolls a die. What matters is the distance to the dotted lines, and whether held-out follows training.',
  perplexityQ: 'What is a nat, a bit per byte, a perplexity?',
  perplexity:
    'One nat is the surprise at something that had a probability of 1/e. Divide by ln 2 for bits. Perplexity is e to the loss: among how many equally likely tokens it seems to hesitate. Nats per token depend on the tokenizer; bits per byte do not, so compare models by those.',
  slowQ: 'My machine is slow. What can I do?',
  slow: 'Take a smaller preset: Seed learns words within a minute on almost anything. Close other busy tabs, plug in the charger, and keep fewer steps. You can pause, or close the tab, and go on tomorrow.',
  slowNumbers: 'As set now, a step reads {n:string} tokens, {steps:string} times.',
  resumeQ: 'What happens if I close the tab?',
  resume:
    'The run is saved every so many steps and when you leave. Come back and it offers to go on, exactly: weights, momentum, step and the order of the text. The curve is the one you would have got without the break, to the last bit.',
  loopQ: 'Why does it repeat itself, or never stop?',
  loop: 'It learned that what was said is likely to be said again, and at low temperature nothing breaks the circle. Raise the temperature or train longer. It stops when it draws the token for the end of a document; a short training has seen few of those.',
  nanQ: 'It says NaN. What is that?',
  nan: 'Not a number: some value grew beyond what 32 bits hold, mostly because the learning rate was too large. Training stops at the last good step and keeps it. Lower the learning rate or the clipping limit and go on from there.',
  ownQ: 'Can I train it on my own text?',
  own: 'Yes: a .txt or .jsonl of your own, in any language. A few hundred kilobytes are a good start. Learn a new tokenizer on it, which happens by itself here. It will write like your text, and know only that.',
}

/** How long a run is thought to take. */
export const forecast = {
  measuring: 'measuring how long it will take…',
  measured: 'about {time:string} on this machine',
  gpu: 'about {time:string}, less with a faster GPU',
  ran: 'about {time:string}, as it took here before',
}
