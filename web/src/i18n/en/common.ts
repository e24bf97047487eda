export const common = {
  title: 'Sprout',
  home: 'Journey',
  stages: 'Stages',
  chapters: {
    sft: 'SFT',
    lora: 'LoRA',
    feedback: 'Reward',
    feedbackDirect: 'DPO',
    tutor: 'AI feedback',
    distil: 'Distil',
  },
  stage: 'Stage {number:string}',
  skip: 'Skip to the content',
  theme: { system: 'Colours: as the system', light: 'Colours: day', dark: 'Colours: night' },
  projector: 'Projector',
  controls: 'Controls',
  keys: 'Single-key shortcuts',
  close: 'Close',
  cancel: 'Keep it',
  dismiss: 'Dismiss',
  exercises: 'Try it',
  questions: 'What people ask here',
  break: 'What if it breaks',
  right: 'Right.',
  notQuite: 'Not quite.',
  another: 'Another one',
  private: 'Everything is computed in this tab. Nothing is sent anywhere.',
  privateBut:
    'Everything else is computed in this tab; what you have judged goes to {host:string}, as you agreed: question, answers, principles, and what the town knows.',
  privateButBrowser:
    'Everything else is computed in this tab; what you have judged goes to this browser’s own language model, as you agreed.',
  hideUnknown:
    'The address hides “{names:string}”, and no part of the page is called so. It can hide: {known:string}.',
  wholeNumber:
    'It is a whole number from {min:string} to {max:string}. Until then {used:string} is used.',
  refused: {
    range:
      'The address asks for {key:string} = {given:string}: it goes from {min:string} to {max:string}. {instead:string}',
    whole:
      'The address asks for {key:string} = {given:string}: it is a whole number from {min:string} to {max:string}. {instead:string}',
    choice:
      'The address asks for {key:string} = {given:string}: it is one of {choices:string}. {instead:string}',
    town: 'The address asks for {key:string} = {given:string}: it is a size ({sizes:string}), a language ({languages:string}) and a seed from 0 to {max:string}, with colons between. {instead:string}',
    instead: '{used:string} is used.',
    gone: 'The address names a checkpoint that this browser does not have ({key:string} = {given:string}): the one that is chosen on the page is used.',
  },
  chart: {
    keys: 'The arrow keys read the curve step by step.',
    at: 'Step {step:string}: {values:string}',
    value: '{name:string} {value:string}',
    table: 'As figures',
    nothing: 'Nothing has been measured yet.',
    step: 'Step',
    lines: 'Dotted lines: {lines:string}.',
  },
  pageFailed: 'This page could not be loaded. Is the server still running? Reload to try again.',
}

export const engine = {
  starting: 'The engine is starting…',
  dead: 'The engine has stopped.',
  simd: 'SIMD',
  noSimd: 'built without SIMD, several times slower',
  storage: '{used:string} of {quota:string} saved in this browser',
  at: '({stage:string}, step {step:string})',
  restart: 'Start the engine again',
  offer: 'An earlier run was not finished.',
  offerAfterLoss: 'The engine was lost in mid-run; the run was saved before.',
  offerDiverged:
    'An earlier run diverged: its loss was no longer a number. With other settings it can go on from its last good step.',
  otherwise: 'Choose other settings',
  offerDetail:
    '“{name:string}” stands at step {step:string} of {steps:string}, saved {when:string}.',
  resume: 'Go on from there',
  secondTab:
    'Sprout is open in another tab, which does the saving. You can train and try things here, but nothing will be saved until that tab is closed.',
}

export const progress = {
  town: 'Building the town and writing its books…',
  upload: 'Reading your file…',
  tokenizer: 'Learning the tokenizer…',
  encode: 'Cutting the text into tokens…',
  ngrams: 'Counting word pairs for comparison…',
  import: 'Reading the checkpoint…',
  export: 'Packing the checkpoint…',
  evaluate: 'Measuring…',
  model: 'Preparing the model…',
  candidates: 'The model is answering…',
  report: 'Making the report card…',
  compare: 'Measuring the GPU against the workers…',
  judging: 'The judge is comparing…',
}

export const checkpoints = {
  title: 'Checkpoints',
  intro:
    'Every saved state of every model you have grown in this browser. One can be talked to, continued, or taken away as a file.',
  none: 'Nothing saved yet. A leaf appears on the stem whenever a run is saved.',
  usage: 'Storage in use',
  used: '{used:string} of {quota:string} in use ({share:string}).',
  persisted: 'The browser has promised to keep it.',
  notPersisted:
    'The browser may clear it when space runs short, and Safari does after seven days without a visit: download what you want to keep.',
  noStorage: 'This browser offers no storage here.',
  notSaved:
    'Training goes on, but checkpoints and curves live only as long as this tab. Download what you want to keep.',
  import: 'Import a file',
  importDetail: '.safetensors, or drop one here',
  resume: 'Go on',
  speak: 'Talk to it',
  merge: 'Merge',
  mergedName: '{name:string}, merged',
  download: 'Download',
  rename: 'Rename',
  newName: 'New name',
  delete: 'Delete',
  deleteTitle: 'Delete “{name:string}”?',
  deleteDetail: 'It goes for good from this browser. A file that you have downloaded stays.',
  busy: 'Stop the run in progress first.',
  step: 'step {step:string} of {steps:string}',
  parent: 'grown from “{name:string}”',
  score: 'held-out loss {loss:string} nats per token, {bits:string} bits per byte',
  kinds: {
    auto: 'Saved by itself',
    manual: 'Saved by you',
    final: 'Finished',
    imported: 'Imported',
    demo: 'Shipped with the page',
    ready: 'Ready-made, not grown here',
    damaged: 'Damaged, can only be deleted',
  },
}
