export const attribution = {
  open: 'Who taught it that?',
  looking: 'Looking through the text…',
  goneSelf: 'Who taught it that cannot be looked up: the model is no longer here.',
  unknownText:
    'Who taught it that cannot be looked up: its file does not tell which text it has read.',
  live: 'This answer came from a training in progress of which there is no checkpoint yet. Its row below is that training as it is now, at step {step:string}, and may answer differently; it can be repeated without the lines once it has been saved.',
  passed:
    'This answer came from a training in progress, and no checkpoint holds the model of that very step. Below stands the newest one of that training, “{name:string}” of step {step:string}, which may answer differently.',
  fact: '{name:string}: {kind:string}',
  kinds: {
    species: 'what kind of animal',
    colour: 'colour',
    job: 'job',
    home: 'home',
    food: 'favourite food',
    friend: 'friend',
  },
  states: 'The answer says “{stated:string}”, and so does the text.',
  statesWrong:
    'The answer says “{stated:string}”. No line of the text says so: the text says “{truth:string}”. The model made it up, or mixed up whom it read about.',
  statesNothing: 'The answer states no value here; the text says “{truth:string}”.',
  lines:
    '{count:string} sentences in {documents:string} documents of the training text say “{truth:string}”. Some of them:',
  noLines: 'No line of the training text states it: these were left out before this model read.',
  nobody:
    'No fact of the town can be found in this answer: either it states none, or it is about somebody of whom the text says nothing.',
  lessonsToo:
    'Lessons in conversation may repeat it: about two residents in three are asked about there.',
  shared:
    'Lines of your text that share words with this question and answer, the rarest words first:',
  sharedNone: 'No line of your text shares a word with it.',
  sharedWhy:
    'In a text of your own nothing says which words are facts, so this is a search for words, no proof.',
  ancestors: 'The same question through every ancestor',
  ancestorsWhy:
    'Asked at temperature 0, the oldest first. Beside it, how likely each finds “{ending:string}” after “{prompt:string}”, among eight endings of that kind. Somebody who knows nothing gives one in eight.',
  ancestorsPlain: 'Asked at temperature 0, the oldest first.',
  model: 'Model',
  said: 'What it answers',
  belief: 'Probability of the true ending',
  chance: 'one in eight',
  gone: '{names:string} can no longer be asked: deleted, or never in this browser.',
  without: 'trained without these lines',
  retrain: 'Delete these lines and train again',
  retrainWhy:
    'This is a new training from the beginning, not a continuation: what has been read cannot be unread. Same seed, same settings, same tokenizer as “{name:string}”, {steps:string} steps; only the sentences that state this are left out of the text, and out of the lessons.',
  retrainChain: 'Then these stages are repeated on top of it: {stages:string}.',
  retrainStop:
    'The later stages ({stages:string}) are not repeated, so compare the answers of the models before them.',
  retrainDefaults:
    'The file does not tell its settings, so those are taken that are usual for its size.',
  retrainRoot:
    'The model that read the text first is no longer here, so there is nothing to train again.',
  took: 'It took {time:string} then.',
  busy: 'A run is in progress. Stop it, or wait for its end.',
  running: '{stage:string}: step {step:string} of {steps:string}, run {n:string} of {of:string}',
  watch: 'Watch it',
  stop: 'Stop',
  stopped: 'Stopped before the end, so there is nothing to compare.',
  done: 'Trained without these lines. The rows at the end are the new models.',
  ancestorsHeld: 'What every ancestor finds likely',
  ancestorsHeldWhy:
    'The oldest first: how likely each finds “{ending:string}” after “{prompt:string}”, among eight endings of that kind. Somebody who knows nothing gives one in eight.',
}
