export const home = {
  title: 'Grow a language model in this tab',
  lead: 'A model that writes knows one thing: given the text so far, which token is likely next. You are watching one do it, on your own machine, from a file of a few hundred kilobytes.',
  leadAlone:
    'A model that writes knows one thing: given the text so far, which token is likely next. It learns that by reading, and reading can be watched.',
  lead2:
    'Here you grow your own from nothing: choose a text, press start, and see letters turn into words, words into sentences, and sentences into facts. Break it on purpose. Keep what you like.',
  start: 'Grow your own',
  begin: 'Begin with stage 0',
  specimen:
    'A model that read about a small made-up town. The stronger the line under a token, the surer it was; point at one to see what else it considered.',
  teachTitle: 'For a class',
  teach:
    'Three quarters of an hour or an hour and a half, without a network: lesson plans, worksheets with answers, and a page that lays the results of thirty learners over each other.',
  teachGo: 'Plans, worksheets and results',
  prompts: 'There is a house|In our town there is|镇上有一|河边有一',
  missingTitle: 'No ready-made model here',
  missing:
    'This copy of the page came without its small ready-made model. The tiniest one trains in moments, and writes its first words while you watch.',
  missingStart: 'Train the tiniest model',
  path: 'The way a model grows up',
}

export const stages = {
  tokenizer: {
    name: 'Tokenizer',
    image: 'Before reading comes the alphabet, and the model makes its own.',
    what: 'Byte pairs that often stand together become one token.',
  },
  pretrain: {
    name: 'Pretraining',
    image:
      'A child left alone among encyclopedias reads and reads, and picks up how the world is told.',
    what: 'It guesses the next token a million times, and is corrected each time.',
  },
  sft: {
    name: 'Supervised fine-tuning (SFT)',
    image: 'School: asked “how are you”, it answers, where before it would have gone on reciting.',
    what: 'The same loss, on the answers alone.',
  },
  lora: {
    name: 'LoRA',
    image:
      'The old radio gets a Bluetooth module: nothing inside is changed, and it can do something new.',
    what: 'Two thin matrices beside a frozen model.',
  },
  feedback: {
    name: 'Human feedback',
    image: 'A speech before a trained judge.',
    what: 'A reward model learns from pairs, and PPO from the reward model.',
  },
  feedbackDirect: {
    name: 'Preferences, directly',
    image: 'The same speech, learned straight from what the audience chose.',
    what: 'DPO: the same pairs, without a reward model in the middle.',
  },
  tutor: {
    name: 'AI feedback',
    image: 'The top student becomes assistant teacher.',
    what: 'A judge labels; PPO, GRPO or SPO learn from it.',
  },
  distil: {
    name: 'Distillation',
    image: 'The master’s stock, cooked down until it fits a small jar.',
    what: 'A student a third of the size learns the teacher’s whole distribution.',
  },
}
