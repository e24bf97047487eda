import type { BaseTranslation } from '../i18n-types'

/** Lesson plans with worksheet and answer key. */
export const plans = {
  title: 'A lesson of {minutes:number} minutes',
  back: 'Back to the class',
  print: 'Print',
  before:
    'Before the lesson: open the page once on every machine, with the network on. Try one run on the slowest of them. Have the ready-made models baked (make bake), and on each machine press “Load all for the class now” on the class page, so that nobody waits: the key n takes the next one, without a network too.',
  minute: 'Minute',
  part: 'What happens',
  times:
    'Measured on two cores with the standard settings: pretraining 3 minutes; SFT, reward model, PPO and DPO 1 each; LoRA and GRPO half a minute each; distilling 2. Slower machines take twice as long; the page says how much is left while it trains.',
  seats:
    'Pretraining has seed 1 on every machine, so that all go on from the same base. From SFT on every learner writes the number of their seat into the field “{seed:string}” of each stage, before the run. With one seed for all, the curves on the class page would be a single curve drawn thirty times.',
  parts: {
    opening: {
      title: 'A model writes',
      body: 'Let the small model on the first page go on with three beginnings. Ask: does it know what it says? Collect opinions; do not answer yet.',
    },
    tokens: {
      title: 'How text becomes numbers',
      body: 'Everybody types their name and a sentence in two languages, and looks at the pieces. Question 1 of the worksheet.',
    },
    pretrain: {
      title: 'Pretraining',
      body: 'Everybody draws the loss they expect, then starts the run. While it trains: questions 2 and 3. Watch the samples; call out the first true sentence about a resident. Who is not done after nine minutes goes on with the ready-made base.',
    },
    sft: {
      title: 'Supervised fine-tuning (SFT)',
      body: 'The same question before and after. Run it with the standard settings, then once more without the loss mask. Questions 4 and 5.',
    },
    lora: {
      title: 'A skill to plug in',
      body: 'Train an adapter and switch it on and off in mid-conversation. Compare how much is trained with how much the model has.',
    },
    clicks: {
      title: 'Whose taste?',
      body: 'Everybody lets their own model answer and clicks the better answer, twenty times. Some pairs come again the other way round: read “You agree with yourself”. Then two neighbours lay five of their verdicts side by side and look for one on which they differ. The labels stay; the reward model and DPO can learn from them. The question about clicks on the worksheet.',
    },
    feedback: {
      title: 'Learning from what people prefer',
      body: 'First train the reward model for a minute, or load the ready-made one, and choose it under “Who gives the reward”. Then PPO with β = 0, a little over a minute: the reward soars. Watch the graders’ score as well, and read the answers aloud. Who is done sets β back and compares.',
    },
    dpo: {
      title: 'The same wish without a reward model',
      body: 'Before starting, write down the loss at step 0. Then run DPO. Look at margin, better and worse answer: both may fall.',
    },
    tutor: {
      title: 'An AI as tutor',
      body: 'GRPO: several answers to one question are compared with each other. Press “Temperature almost 0” under “What if it breaks”; then find a group in which all got the same reward. The reward model comes ready-made.',
    },
    distil: {
      title: 'A small one learns from a large one',
      body: 'Distil with the standard settings, about 2 minutes. Compare size and answers of teacher and student.',
    },
    close: {
      title: 'What did we grow?',
      body: 'Everybody saves their results; drop them on the class page. Look at the spread of the curves and at the answers most disagreed about. Return to the first question: what does the model know, and from where?',
    },
  },
  worksheet: 'Worksheet, {minutes:number} minutes',
  name: 'Name',
  seat: 'Seat, and from SFT on the seed',
  key: 'Answer key, {minutes:number} minutes',
  questions: {
    tokens:
      'Write your name in pieces, as the tokenizer cuts it. Which of your sentences costs more pieces per character, and why?',
    lnV: 'With which loss does pretraining begin? Compute it from the size of the vocabulary before you look.',
    order:
      'What does the model learn first: how sentences are built, or what is true? What in the page shows it?',
    manners:
      'Write down one answer before and one after SFT. What has changed, and what was there before?',
    mask: 'Why does the loss of SFT leave out the words of the question?',
    half: 'Which loss has DPO at step 0, whatever the pairs? Why?',
    share:
      'A matrix of 128 by 128 gets an adapter of rank 4. How many numbers are trained, and which share is that?',
    clicks:
      'You have compared twenty pairs. How often did you agree with yourself, how often with your neighbour? What does that mean for a reward model that learns from you?',
    hacking: 'With β = 0 the score rises and the answers get worse. How can both be true?',
    group: 'All answers of a group get the same reward. What does GRPO learn from this group?',
    soft: 'The teacher says: fox 70 %, wolf 25 %, stone 5 %. What does the student learn from this that “fox” alone does not tell?',
  },
  answers: {
    tokens:
      'Names differ. Pieces are long where the town’s books repeat themselves: frequent words become one piece, rare ones fall apart into syllables or bytes. A Chinese character has three bytes, so a character that no merge has reached costs three pieces.',
    lnV: 'The logarithm of the vocabulary: an untrained model gives each of V tokens about 1/V, so the loss is ln V. With the usual 1,285 tokens that is 7.16. A first value slightly off is no error, since the weights begin at random.',
    order:
      'How sentences are built. Samples read well while the recall of facts is still near chance; then the facts come within a few hundred steps of each other. The loss alone does not show the moment, the line of recalled facts does.',
    manners:
      'It answers the question and stops, instead of going on with the book. The facts it uses were there before; SFT hardly adds any. Asked about residents of whom no lesson spoke, it answers right, too.',
    mask: 'Because the questions come from people. What is to be learned is answering; with the questions in the loss the model also learns to ask. They are still read: the answer depends on them.',
    half: 'ln 2, that is 0.693. At the start the policy is its own reference, so the difference h is 0 for every pair, and −ln σ(0) = ln 2.',
    share:
      '4 · (128 + 128) = 1,024 of 16,384, that is 6.25 %. W₀ stays frozen; only A and B are trained.',
    clicks:
      'Figures differ, and hardly anybody reaches 100 %. Where two answers are about as good, chance, the first place and a mood decide. A reward model learns just these verdicts: it cannot know better what people want than they said, it takes over habits that all of them share, and of different tastes it learns a mean. So it needs many labels, from many people, and its score is an estimate.',
    hacking:
      'The reward model is only an estimate of what people like. Without the leash to the reference, PPO looks for whatever the estimate overrates. That is reward hacking: the measure rises, what it was to measure does not.',
    group:
      'Nothing about which answer is better: each advantage is the reward minus the mean of the group, and that is 0 for all. Only the term that holds it near the reference remains. So questions should be neither too easy nor too hard.',
    soft: 'That wolf is nearly right and stone is not: how the wrong answers compare. Such shares tell the student what is alike, and a higher temperature T shows them more clearly.',
  },
} satisfies BaseTranslation
