/** Data of the learner's own, and how it is read. */
export const ownData = {
  title: 'Your own data',
  template: 'A file to begin with',
  stays: 'It stays in this browser; nothing is sent.',
  how: {
    text: 'A .txt, or a .jsonl with one record with “text” per line. You can drop it here.',
    conversations:
      'A .jsonl, one conversation per line, turns with “role” and “content”. You can drop it here.',
    pairs:
      'A .jsonl, one preference per line: a question with a better and a worse answer. You can drop it here.',
    prompts:
      'A .jsonl, one question per line; answers in it are not read. The town’s graders cannot judge your questions, so choose a reward model. You can drop it here.',
  },
  edit: 'Paste, type or change lines',
  question: 'Question',
  answer: 'Answer',
  better: 'Better answer',
  worse: 'Worse answer',
  add: 'Add this line',
  paste: {
    text: 'Text, or JSON line by line',
    conversations: 'The lines, one conversation each',
    pairs: 'The lines, one preference each',
    prompts: 'The lines, one question each',
  },
  use: 'Use these lines',
  faulty: 'Lines that cannot be read: {n:string}. Mend them, then use the lines again.',
  andMore: 'And {n:string} more.',
  preview: 'Look before you train',
  previewWhy: {
    conversations:
      'As the model will read them. Underlined tokens have weight in the loss; the others are read and cost nothing.',
    pairs:
      'Both answers as the model will read them. Only underlined tokens count, and only where the two differ in what comes after the question.',
    prompts:
      'What the model will be asked. Nothing here is learned; its own answers are what it learns from.',
  },
  counted: '{total:string} in all, the longest of {longest:string} tokens.',
  long: {
    conversations:
      '{long:string} are longer than the {context:string} tokens that are read at once: they are cut there, or left out when nothing of the answer is left.',
    pairs:
      '{long:string} are longer than the {context:string} tokens that are read at once. The run will refuse to start: shorten them or leave them out.',
    prompts:
      '{long:string} leave no room for an answer within the {context:string} tokens that are read at once. The run will refuse to start: shorten them, or allow shorter answers.',
  },
  allLearned:
    'The first document as it is cut now: {n:string} tokens. When pretraining, every token is learned, each guessed from those before it.',
  noTokenizer: 'Once the tokenizer has been trained, the first document is shown in its tokens.',
  number: 'Number {n:string}',
  tokens: '{n:string} tokens',
  tooLong: 'too long',
  sure: '{p:string} sure',
  earlier: 'Earlier ones',
  later: 'Later ones',
  retrain: 'Train a reward model on my {n:string} clicks',
  retrainJudge: 'Train it on the {n:string} labels of judges',
  retrainSimulated: 'Train it on the {n:string} labels of simulated people',
  retrainWhy:
    'Opens the reward stage with these labels. With fewer than {many:string} it trains the head alone, one number per channel: so few clicks cannot settle more, and the interval of what it judges right says how little is certain.',
  share: '{same:string} of {of:string}, {share:string}',
}
