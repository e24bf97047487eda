/** The pages of the stages after pretraining. */
export const stage = {
  parent: 'Goes on from',
  parentNone: 'No checkpoint fits here yet. First run:',
  parentDemo: 'The ready-made model (Seed, pretrained)',
  parentOf: '{name:string} · {stage:string}',
  reward: 'Who gives the reward',
  stranger: '{model:string} (of another family)',
  rewardChosen:
    'The newest reward model of this model’s family, unless you choose otherwise. What it has learned is a taste: it can be fooled, and the town’s graders, who check the answer, cannot.',
  rewardNone:
    'No reward model of this model’s family is here, so the town’s graders score, who check the answer and cannot be fooled. To practise on a taste that was learned, first run:',
  teacher: 'The teacher',
  lessons: 'What it learns from',
  lessonsTown: 'Made for the town, as the parent’s text is',
  lessonsOwn: 'Your own file',
  choose: 'Choose a file',
  held: '{conversations:string} conversations, {pairs:string} preferences',
  elsewhere: '“{name:string}” is in progress.',
  goThere: 'Go there',
  later: 'This stage is not part of the engine yet.',
  siblings: 'Also in this chapter',
  notes: 'What was done to your data',
  trained: '{trained:string} of {all:string} numbers are trained ({share:string}).',
  lossTitle: 'Loss',
  answers: 'The same questions, before and after',
  answersWhy:
    'Held-out questions, asked at temperature 0. The answers of one model never change, so every difference comes from training.',
  question: 'Question',
  before: 'Before',
  after: 'After',
  afterNamed: 'After: “{name:string}”, as it was saved.',
  beforeGone: 'The model that it began with was deleted, so only the one after is asked.',
  askOne: 'Ask',
  ask: 'Ask both',
  asking: 'Asking…',
  askLater: 'Choose where to start from, and the first answers can be asked for.',
  plain: 'in plain text: it knows no conversations',
  right: 'right',
  wrong: 'wrong',
  nothing: '(nothing)',
  sets: {
    held_combos: 'a known resident, asked of this in a new way',
    held_residents: 'a resident whom no lesson named',
    unknown: 'somebody whom nobody knows',
  },
  mask: 'What is learned and what is only read',
  maskWhy:
    'One sequence as the model gets it, packed with several conversations. Underlined tokens are learned; the others are read and cost nothing.',
  learned: 'learned',
  read: 'read',
  maskShare: '{learned:string} of {all:string} tokens are learned.',
  talk: 'Talk to it',
  adapter: 'Adapter',
  adapterNone: 'none: the model alone',
  adapterOwn: 'its own',
  adapterSwitch:
    'Switch it in mid-conversation: the frozen model underneath stays the same and goes on with what was said, in another manner.',
  nextSkill: 'Now teach the same base another skill',
  nextSkillWhy:
    'The model underneath is still what it was, to the last bit. A second adapter can learn something else from the same base; afterwards both take turns in the conversation above.',
  nextSkillSet: 'Next skill: “{skill:string}”',
  nextSkillReady: 'The skill is set to “{skill:string}”. Start when you like.',
  measure: 'Measure everything',
  measuring: 'Measuring…',
  measureWhy: 'All held-out questions and preferences, not only the quick part.',
  measureNamed: 'Of “{name:string}”, as it was saved.',
  measureWaits: 'A run is in progress. A saved model can be measured once it has ended.',
  measured: 'Measure',
  value: 'Value',
  calibration: 'How sure, and how right',
  calibrationWhy:
    'Each dot is a group of pairs. On the line, confidence and accuracy are the same; below it the model is too sure.',
  confidence: 'confidence',
  accuracy: 'accuracy',
  done: 'done',
  next: 'next',
  prompts: 'Who are you?|Hello!|你好！',
  rewardTitle: 'Reward',
  lines: {
    equal: 'both as likely as at the start, ln 2 = {v:string}',
    sameScore: 'the same score for both, ln 2 = {v:string}',
    unmoved: 'both as likely as at the start, (1/(2τ))² = {v:string}',
    likely: 'if both are equally likely, ln(1 + e^γ) = {v:string}',
    letters: 'held out: one letter as likely as the other, ln 2 = {v:string}',
    lnV: 'knows nothing, ln V = {v:string}',
    lnVHeldOut: 'held out: knows nothing, ln V = {v:string}',
    before: 'the model before, on the first batch: {v:string}',
    firstAnswers: 'the first answers on average',
    reference: 'as the reference would',
  },
  score: {
    title: 'Score any text',
    why: 'Write a question and two answers: the reward model gives each a number. It has learned a taste from comparisons and looks nothing up, so try a friendly lie against a curt truth.',
    question: 'Question',
    answer: 'Answer {name:string}',
    exampleQuestion: 'Where does Sali Miro live?',
    exampleA: 'Gladly! Sali Miro lives on the island. Have a lovely day!',
    exampleB: 'Use your own eyes. Sali Miro lives on the island. Do not ask me again.',
    ask: 'Score both',
    incomplete: 'A question and both answers are needed.',
    none: 'There is no reward model yet. Train one on this page, and it scores what stands here, from its first step on.',
    byLive: 'By the model in training, after step {step:string}.',
    bySaved: 'By “{name:string}”, as it was saved after step {step:string}.',
    centred:
      'The scale is centred: 0 is the mean over the answers that the model has learned from.',
    notCentred:
      'The scale has no origin before the run has ended; until then only differences mean something.',
    who: 'Answer',
    reward: 'Reward',
    higher: 'Higher than so many held-out answers',
    prefers:
      '{better:string} is ahead of {worse:string} by {difference:string}. The probability that {better:string} is preferred is σ({difference:string}) = {p:string}, as this model sees it.',
    even: 'Both have the same reward: this model sees no difference, and the probability is σ(0) = 50 %.',
    among: 'A and B among held-out answers',
    tokens: 'Token by token',
    tokensHow:
      'The reward if the answer ended behind each token. The model has read whole answers only, so half a sentence is something new to it.',
  },
}

/** One page per stage: the learner's question, what happens, what the formula says. */
export const lessons = {
  sft: {
    name: 'SFT',
    spelled: 'SFT: Supervised Fine-Tuning',
    title: 'It knows things. Why does it not answer?',
    formula:
      'The mean negative log-probability of the tokens n whose mask m is 1: what the assistant says, and the token that ends it. Questions are read, not learned.',
  },
  lora: {
    name: 'LoRA',
    spelled: 'LoRA: Low-Rank Adaptation',
    title: 'Must we retrain everything for each customer?',
    formula:
      'The frozen matrix W₀ and, beside it, B times A of rank r. B begins at zero, so before the first step the model is the old one. The loss is that of SFT.',
  },
  reward: {
    name: 'Reward model',
    title: 'How do you train on “I like this better”?',
    formula:
      'r is the score of an answer; w is the better of two, l the worse. Only their difference counts, so the scores have no zero of their own and are centred at the end. y is how sure the label is: 1 where nobody doubts.',
  },
  ppo: {
    name: 'PPO',
    spelled: 'PPO: Proximal Policy Optimization',
    title: 'How do you train on a score?',
    formula:
      'ρ is how much likelier a token has become since it was written, A how much better the answer went than expected. Below 1 − ε and above 1 + ε there is nothing more to gain. Each token pays for leaving the reference, and the last one is paid the whole score.',
  },
  dpo: {
    name: 'DPO',
    spelled: 'DPO: Direct Preference Optimization',
    title: 'Do we need a reward model in the middle?',
    formula:
      'π is the model, π_ref the frozen one it started from. The sums run over the tokens of whole answers. Where both models are equal the loss is ln 2. y is how sure the label is: 1 where nobody doubts, and then the loss is −ln σ(d).',
  },
  cdpo: {
    name: 'Conservative DPO',
    title: 'What if one label in ten is wrong?',
    formula: 'DPO’s loss in both directions, weighted by how likely the label is right.',
  },
  ipo: {
    name: 'IPO',
    spelled: 'IPO: Identity Preference Optimization',
    title: 'When is far enough?',
    formula: 'h is the margin as in DPO. Its goal is 1/(2τ), and the loss is zero there.',
  },
  judge: {
    name: 'AI judge',
    title: 'Who labels when people have no time?',
    formula:
      'The judge learns to note what it finds of each answer, and then to name the letter of the better one. The label is then its probability of “A”, averaged over both orders. A judge that only looks at the place says ½.',
  },
  grpo: {
    name: 'GRPO',
    spelled: 'GRPO: Group Relative Policy Optimization',
    title: 'Which of eight answers is better than its group?',
    formula:
      'A is the reward minus the mean of its group, over the group’s deviation. Groups in which all are equal teach nothing.',
  },
  dr_grpo: {
    name: 'Dr. GRPO',
    spelled: 'Dr. GRPO: GRPO Done Right',
    title: 'Two biases of GRPO, taken out',
    formula: 'The same, with a constant in place of the length and no deviation.',
  },
  dapo: {
    name: 'DAPO',
    spelled: 'DAPO: Decoupled Clip and Dynamic Sampling Policy Optimization',
    title: 'Room upwards, and no idle groups',
    formula: 'GRPO with two bounds, ε below and a larger one above, and a mean over tokens.',
  },
  simpo: {
    name: 'SimPO',
    spelled: 'SimPO: Simple Preference Optimization',
    title: 'Pairs, without a reference',
    formula:
      '|y| is the length of an answer. Where the two averages are equal the loss is ln(1 + e^γ).',
  },
  spo: {
    name: 'SPO, single-stream',
    spelled: 'SPO: Single-stream Policy Optimization',
    title: 'One answer per question is enough',
    formula:
      'A is the reward minus what the tracker expected before, normalised over the batch. Then the tracker learns.',
  },
  distill: {
    name: 'White-box distillation',
    title: 'Can a small one keep what a big one learned?',
    formula:
      'P is the teacher, Q the student, both softened by the temperature T. α is the share of the ordinary loss; T² keeps the gradients about as large at any T.',
  },
  distill_sequence: {
    name: 'Sequence distillation',
    title: 'From the teacher’s own writing',
    formula: 'The loss of SFT, on the teacher’s answers ŷ.',
  },
  gkd: {
    name: 'GKD, on-policy',
    spelled: 'GKD: Generalized Knowledge Distillation',
    title: 'Corrected on its own mistakes',
    formula:
      'M is a mixture of teacher P and student Q. The share λ of the answers is the student’s own; no gradient passes through the writing.',
  },
}
