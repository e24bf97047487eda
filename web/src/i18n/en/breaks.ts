/** Experiments that go wrong on purpose: a question first, then what was seen. */
export const breaks = {
  why: 'Each of these really trains, for a short time, with settings that are wrong on purpose. Say what you expect, then look. What it leaves is thrown away at the end, so that you do not go on from it by mistake.',
  go: 'Break it',
  again: 'Break it again',
  back: 'Put my settings back',
  sets: 'It sets {settings:string}.',
  takes: 'It takes about {time:string}.',
  reward:
    'This needs a reward model: the town’s graders cannot be fooled. Train one under “Reward model” and choose it in the controls.',
  waiting: 'Running. Watch the curve: this line changes when the numbers say so.',
  overflow:
    'A number overflowed at step {step:string}: beyond that there is nothing to compute with. Training went back to its last good step and stopped.',
  unseen: 'It did not break this time.',
  lrMax: {
    name: 'The largest learning rate there is',
    expect:
      'Each step now moves every number thousands of times as far. Will the loss fall faster, stay, or rise?',
    seen: 'The loss went up to {now:string}; knowing nothing costs {lnV:string}, so it has become sure of wrong things. The gradient has a length of {norm:string}: every step overshoots, and the next one overshoots back.',
    unseen:
      'Normalisation, AdamW and clipping have held it. Look how little it learned all the same.',
  },
  library: {
    name: 'A library of a few pages',
    expect:
      'It reads one page in a hundred, over and over. Which line turns up, and why only that one?',
    seen: 'Training fell to {train:string}, and held-out has risen for {steps:string} steps, from {from:string} to {to:string}: it knows its pages by heart and nothing beyond them.',
    unseen:
      'Held-out has not turned up yet: so short a run has not read its pages often enough. More steps will do it.',
  },
  lr30: {
    name: 'Learning rate × 30',
    expect:
      'Thirty times the stride for sixty steps. Will it answer sooner, and what becomes of what it read?',
    seen: 'On the old text, which it still rehearses, the loss went from {from:string} to {to:string}; of the town’s facts it can complete {recall:string} %. The large steps paid for the manners with the knowledge.',
    unseen: 'It kept what it read: for this model even that stride is not too large.',
  },
  noMask: {
    name: 'No loss mask',
    expect: 'Now the questions count as well. What will it learn that nobody wants from it?',
    seen: 'It learns to ask: its loss on held-out questions fell from {from:string} to {to:string}, and that is strength spent on the user’s part. The answers stand at {answers:string}. In a run this short they may hardly suffer: compare with a run that has the mask.',
    unseen: 'The loss on questions has hardly fallen yet.',
  },
  tooLong: {
    name: 'Long lessons, and no old text',
    expect: 'What is left of its books after six hundred steps without any of the old text?',
    seen: 'The manners stay, the answers stand at {answers:string}, but the old text needs {to:string} bits per byte where it needed {from:string}: what is not practised is overwritten. Of the facts it completes {knows:string} %, and {knew:string} % when first measured; those that the lessons repeat hold longest.',
    unseen: 'It has hardly forgotten anything.',
  },
  rankOne: {
    name: 'Rank 1, in one matrix, for a hard skill',
    expect:
      'It is to end every answer with a rhyme, with one single direction in the queries alone. Is that enough?',
    seen: '{style:string} % of its answers are in style. It may change too little for what it should learn. Raise the rank, or switch the other matrices on, and run the same steps again.',
    unseen: 'It did learn the style: for this skill one direction is enough.',
  },
  alphaMax: {
    name: 'α far too large',
    expect:
      'What the two thin matrices say is multiplied by α/r, many times the usual 2. What will the loss do?',
    seen: 'The loss was down to {best:string} and went up to {now:string}, with gradients of {norm:string}. A small step of A and B became a huge one of W: α works like a learning rate.',
    unseen: 'The loss held. Look at the gradient norm all the same.',
  },
  certain: {
    name: 'Learning rate × 100',
    expect:
      'Its steps are a hundred times as large. Which of two answers is better it may soon guess; how sure of it will it be?',
    seen: 'On pairs that it has never seen its loss is {loss:string}, where a coin costs {coin:string}, ln 2, and it prefers the better answer in {right:string} % of them. The loss counts how sure it is: large steps drive its rewards far apart, and where it errs it pays the whole distance. In real training: small steps, the calibration curve, and an end where the held-out loss is lowest.',
    unseen: 'Its doubt has stayed about as large as its errors.',
  },
  betaZero: {
    name: 'β = 0: no price on distance',
    expect:
      'Nothing holds it to the model before. The reward will rise: will the answers get better?',
    seen: 'The reward rose from {from:string} to {to:string}, and the graders, whom nobody trains on, went from {good:string} down to {now:string}. It says what the reward model likes by mistake: reward hacking.',
    unseen:
      'The graders have not fallen by more than their noise. Look how the KL grows, and give it more steps.',
  },
  tinyLr: {
    name: 'A tiny learning rate',
    expect:
      'The gradient is as large as ever, the steps are next to nothing. What number will the curve show?',
    seen: 'After {steps:string} steps the loss is {loss:string}, ln 2 as at the beginning, though the gradient has a length of {norm:string}. Nothing is wrong with the data: it does not move.',
    unseen: 'It moved after all.',
  },
  coin: {
    name: 'ε = ½: every label is a coin',
    expect:
      'Each label is held to be as likely wrong as right, and the steps are ten times as large. Where will the margin go?',
    seen: 'After {steps:string} steps the loss is {loss:string}, ln 2 as at the beginning, and the held-out margin {margin:string} nats. It did move, but whatever one label pulls apart the doubt pulls together again: with ε = ½ the best margin is 0.',
    unseen: 'It left ln 2 by more than the noise of its steps.',
  },
  farMargin: {
    name: 'τ = 0.001: a margin of 500 nats',
    expect:
      'IPO wants the margin to be 1/(2τ), no less and no more. Now that is 500 nats. When will it be content?',
    seen: 'The margin is {margin:string} nats and still grows; the better answers themselves have gained {chosen:string}. The margin that IPO sets is its brake: so far away it brakes nothing, and the answers pay for it. Ask it something, while it is still here.',
    unseen: 'The margin has hardly grown yet.',
  },
  biased: {
    name: 'A teacher who likes what comes first',
    expect:
      'All its lessons call the first answer the better one. How often will the judge agree with the graders?',
    seen: 'It gives the first place {bias:string} %, whatever stands there. A judge of fair lessons leans to a place at first as well and lets go of it; this one keeps it. It agrees with the graders in {agree:string} %: a coin would get 50.',
    unseen: 'It does not yet lean to the first place clearly.',
  },
  cold: {
    name: 'Temperature almost 0',
    expect:
      'It always says the likeliest. Eight answers to each question: what is there to compare?',
    seen: 'In {equal:string} % of the groups of {n:string} rounds all answers scored alike. Their advantages are 0: nothing to learn. To explore means to sample.',
    unseen: 'Even so the groups differ: this model is unsure enough.',
  },
  repeat: {
    name: 'Learning rate × 30, without a reference',
    expect: 'Nothing holds it to where it was. The margin will grow: what will it say?',
    seen: 'A token of the better answers went from {from:string} to {to:string} nats: the better answers have become unlikely too. Right answers: {right:string} %. Ask it something, while it is still here.',
    unseen: 'The answers have kept their probability.',
  },
  sharp: {
    name: 'T = 0.1: only the likeliest is left',
    expect:
      'The teacher is asked so sharply that it names one word and hides the others. What does the student miss?',
    seen: 'A resident’s evening is thrown with a die, and the teacher knows how it is loaded: it is {master:string} nats off, the student {habits:string}. From the teacher’s whole distribution it stands {apart:string} nats away. That short a training leaves gaps at any T: run the same steps at T = 1, and the difference is what the sharp question cost.',
    unseen: 'The student knows the habits about as well as its teacher.',
  },
  stale: {
    name: 'The same answers sixteen times, without a clip',
    expect:
      'It answers four questions and learns sixteen times from the same answers; nothing keeps a word from becoming ever likelier. What will its next answers be like?',
    seen: 'Within one round it went up to {kl:string} nats a token away from the policy that had given the answers, and right ones went from {from:string} % to {to:string} %. Old answers tell of the policy that gave them, the less the further it has gone. In real training one or two epochs, the clip, and an end of the round at a KL of 0.05 keep the two together.',
    unseen: 'Its answers have not become worse by more than their noise.',
  },
  nobodyBetter: {
    name: 'Groups in which nobody is better',
    expect:
      'At a temperature of almost 0 a group says eight times about the same. DAPO throws such groups away and asks other questions in their place. Will that help?',
    seen: 'Of the groups that were asked in {n:string} rounds, {equal:string} % were of answers that all scored alike. Dynamic sampling threw them away and asked again, up to three times over: most of the work is for nothing, and a step has few answers left to learn from. It can only choose among differences that sampling makes. In real training: T = 1, and questions that it neither always nor never gets right.',
    unseen: 'Even so the groups differ: this model is unsure enough.',
  },
  unpriced: {
    name: 'Learning rate × 30, and nothing that ends a round',
    expect:
      'SPO puts no price on the distance from the model before. What if its steps are thirty times as large, four times over the same answers, whatever the KL?',
    seen: 'An answer is now {kl:string} nats away from the model before, and right ones went from {from:string} % to {to:string} %. Where the loss has no price on distance, small steps and the end of a round at a KL of 0.05 are all that holds it. In real training: a small learning rate, answers that are used once, and an eye on the KL.',
    unseen: 'It has not walked far enough to lose what it could.',
  },
  raving: {
    name: 'T = 4: the teacher raves',
    expect:
      'At T = 4 the teacher says nearly any word as soon as any other, and what it says is the lesson. What will the student learn?',
    seen: 'The loss on the teacher’s texts is {train:string}, and on held-out answers {answers:string}, where knowing nothing costs {lnV:string}: what it studies is noise, and the answers are not in it. Who learns from texts becomes no better than the texts. In real training the teacher writes at a low temperature, and what it wrote is sifted before anybody learns from it.',
    unseen: 'There was sense enough in what the teacher wrote: the student took something from it.',
  },
  ownWords: {
    name: 'Its own words from the first step',
    expect:
      'A fresh student reads nothing first: it writes every answer itself, and the teacher says of each word how likely it would have been. How much can it learn from that?',
    seen: 'On its own words it is {jsd:string} nats from the teacher, of {most:string} at most, and held-out answers cost {answers:string}, where knowing nothing costs {lnV:string}. What it writes is noise, so the teacher speaks of noise: the words worth hearing about hardly come up. In real training a student reads first, and writes itself once there is something to correct.',
    unseen: 'Even so it came upon words by which the teacher could teach it.',
  },
}
