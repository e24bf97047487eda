/** Predictions and challenges, each judged by the learner's own run. */
export const exercises = {
  intro:
    'Say what you expect first, then let your own run answer. Nothing here knows the answer beforehand.',
  note: 'Note it',
  change: 'Change it',
  yours: 'You say {guess:string}.',
  said: 'You said {guess:string}; it was {truth:string}.',
  itWas: 'It was: {truth:string}.',
  late: 'Your run had shown it before you answered.',
  mute: 'This run does not tell: it measured nothing of the kind, or too little happened in it.',
  wait: {
    now: 'Noted. Looking…',
    first: 'Noted. Start a run, and its first step will tell.',
    end: 'Noted. The end of your run will tell.',
  },
  attempts: 'Every run of this stage counts as an attempt.',
  weigh: 'Weigh this run',
  weighing: 'Weighing…',
  reached: 'reached',
  best: 'the best so far',
  notReached: 'not there yet',
  units: { percent: '%', nats: 'nats', steps: 'steps' },
  quantity: { heldOut: 'Held-out loss', score: 'The graders’ score of its answers' },
  real: 'your run',
  drawStart: 'Draw',
  drawDone: 'Done drawing',
  drawClear: 'Rub it out',
  drawHow: 'Draw from left to right in the chart, with pen, finger or mouse.',
  byNumbers: 'Or give three values',
  atStart: 'at the start',
  atQuarter: 'after a quarter',
  atEnd: 'at the end',
  distance:
    'Up to step {step:string} you are {distance:string} off on average, {share:string} of the way that the curve has gone.',
  sides: {
    near_near: 'Both ends lie close to it.',
    near_high: 'You began well and ended too high.',
    near_low: 'You began well and ended too low.',
    high_near: 'You began too high and ended well.',
    high_high: 'You lie above it throughout.',
    high_low: 'You began too high and ended too low: the real change is smaller.',
    low_near: 'You began too low and ended well.',
    low_high: 'You began too low and ended too high: the real change is larger.',
    low_low: 'You lie below it throughout.',
  },
  sayFirst: 'Say first what you expect',
  attemptsThere:
    'Every time that it judges the same pairs under other principles counts as an attempt.',
  toDesk: 'Compare answers yourself, and let a judge do so too',
  of: {
    curve: {
      title: 'Draw the curve you expect',
      task: 'Where will it begin, how will it go, where will it end? Draw it before you start, if you like; the real one is then drawn over it.',
      outcomes: {
        heldOut:
          'On average you were {distance:string} off. Most people draw a straight slope; a loss turns early, since what is easy is learned first.',
        score:
          'On average you were {distance:string} off. A score goes up in small, uneven steps, since each round sees only a few answers; where the reward can be fooled it comes down again.',
      },
    },
    nextMerge: {
      title: 'Predict the next merge',
      task: 'After {n:string} merges, which of these pairs stood together most often?',
      answer:
        'It was {pair:string}, {count:string} times. Each merge takes whatever pair is most frequent in what is left.',
    },
    halfMerges: {
      title: 'Half as many merges',
      task: 'Use only the first half of the merges. How many more tokens does the text take?',
      answer:
        'With {half:string} of {merges:string} merges it takes {few:string} tokens in place of {all:string}, {more:string} more. The first merges join what is most frequent; each later one has less to save.',
      options: {
        little: 'up to 30 % more',
        some: '30 to 80 % more',
        double: 'about twice as many',
      },
    },
    firstLoss: {
      title: 'The very first loss',
      task: 'The model chooses among {vocab:string} tokens and has learned nothing. What will its loss be at step 1?',
      answer:
        'It was {loss:string}. Each token gets about one share in V, and the surprise at that is ln V = {lnV:string}.',
      options: { zero: '0', one: '1', lnV: 'about ln V', vocab: 'V' },
    },
    factsWhen: {
      title: 'When do the facts come?',
      task: 'Take the step at which the held-out loss has made half of its way down. Is half of the facts known before it, about then, or later?',
      outcomes: {
        before:
          'Half of the loss was gone only at step {loss:string}, half of the facts were known at step {facts:string} already (in the end {recall:string}). That happens where the town is small and its facts are repeated often: they are among the first things that pay.',
        together:
          'Half of the loss was gone at step {loss:string}, half of the facts were known at step {facts:string} (in the end {recall:string}): within a tenth of the run. In a larger town facts are rarer and come later than words and grammar.',
        after:
          'Half of the loss was gone at step {loss:string}, half of the facts were known only at step {facts:string} (in the end {recall:string}). Letters, words and grammar are frequent and pay first; a fact about one resident is rare and comes late.',
      },
      options: { before: 'before', together: 'about then', after: 'later' },
    },
    turn: {
      title: 'Stop where it turns',
      task: 'Set “Share of the library” to 0.01, that is 1 %, so that there is little to read; a few pages of your own do as well. The held-out loss falls and then rises again: it has begun to learn the text by heart. Stop the run as soon as you are sure that it has turned, at most three measurements after the lowest.',
      answer:
        'Lowest at step {best:string} ({loss:string}), ended at step {end:string} ({last:string}).',
    },
    maskShare: {
      title: 'How much is learned',
      task: 'The model reads questions, answers and the signs of who speaks. Which share of all these tokens has weight in the loss?',
      answer:
        '{learned:string} of {all:string} tokens of the first sequence are learned: the assistant’s words and the sign that ends them. All else is only read. Open “What is learned and what is only read” to see them.',
    },
    sftStart: {
      title: 'Where does it begin?',
      task: 'The model has read a library but never answered. What is its loss on answers at the first step?',
      outcomes: {
        zero: 'It was {loss:string}; knowing nothing would cost {lnV:string}. This model gives nearly every word of these answers by itself: it has been taught them, or much like them, before.',
        between:
          'It was {loss:string}; knowing nothing would cost {lnV:string}. Words and names it knows; what it does not know is that an answer comes now, in this form.',
        lnV: 'It was {loss:string}; knowing nothing would cost {lnV:string}, and this is hardly better. Either the model has read little so far, or what it reads here is foreign to it: another language, other words, other signs.',
      },
      options: { zero: 'near 0', between: 'between 0 and ln V', lnV: 'near ln V' },
    },
    bestStep: {
      title: 'The best step',
      task: 'Some residents are in no lesson. At which step will questions about them be answered best?',
      answer:
        'Best at step {step:string} with {share:string}; at the end {end:string}. Where the end is worse, it went on to learn the lessons’ residents by heart.',
    },
    loraShare: {
      title: 'How much is trained',
      task: 'Two thin matrices beside each large one. Which share of all numbers do they make?',
      answer:
        '{trained:string} of {all:string} numbers at rank {rank:string}. A matrix of d × d has d² numbers, its two strips 2·d·r.',
    },
    takenOut: {
      title: 'Take it out again',
      task: 'After training, the adapter is taken out. How does the model answer, compared with before?',
      answer:
        '{alike:string} of {all:string} texts are the same to the last letter. The matrices under an adapter are never changed.',
      options: { same: 'exactly as before', near: 'nearly as before', lost: 'it has changed' },
    },
    fewest: {
      title: 'Nine tenths of the style, with the fewest numbers',
      task: 'Reach 90 % of answers in style with as few trained numbers as you can. Turn the rank, and what else you like.',
      answer: 'Rank {rank:string}: {trained:string} numbers, {style:string} in style.',
    },
    rewardStart: {
      title: 'The first loss of a reward model',
      task: 'At the first step every answer gets the score 0. What is −ln σ(0 − 0)?',
      answer:
        'The run began at {loss:string}. σ(0) = ½, as with a thrown coin, and −ln ½ = ln 2 = {expected:string}.',
    },
    pairAccuracy: {
      title: 'How many pairs will it judge right?',
      task: 'Of held-out pairs, which share will be told apart rightly at the end of your run? A coin has 50 %.',
      answer: 'It began at {from:string} and ended at {share:string}.',
    },
    scoresApart: {
      title: 'Where do the scores go?',
      task: 'Only the difference of two scores is trained. What becomes of the mean score of the better and of the worse answers?',
      answer:
        'In the end better ones stand at {chosen:string}, worse ones at {rejected:string}. The loss sees {margin:string}, their difference; both could move together and it would not notice. So scores are centred afterwards.',
      options: { both_up: 'both rise', apart: 'one rises, one falls', both_down: 'both fall' },
    },
    firstRatio: {
      title: 'ρ at the first step',
      task: 'ρ is how much likelier a token is now than when it was written. What is its mean at the very first step?',
      answer:
        'ρ was {ratio:string}, and {clipped:string} of the tokens were clipped. Nothing has been learned since the answers were written, so both models are one. The clip has work only from the next steps on.',
      options: { zero: '0', one: '1', spread: 'anything: it differs from token to token' },
    },
    klTrend: {
      title: 'The way from the old model',
      task: 'KL measures how far the model has gone from the one that it started from. Over your run, what does it do?',
      answer:
        'From {from:string} to {to:string} nats an answer. To earn more the model must speak differently; the price β decides how far it goes for that.',
      options: { rises: 'it rises', stays: 'it stays', falls: 'it falls' },
    },
    bestBeta: {
      title: 'Find the best β',
      task: 'Run with several prices β. Which one wins most often against the model before, as the graders see it? Count it only when the interval lies above 50 %.',
      answer:
        'β = {beta:string}: wins {wins:string} ({low:string} to {high:string}), KL {kl:string} nats.',
    },
    lnTwo: {
      title: 'The loss at step 0',
      task: 'The model is still its own reference. Predict the loss, to three digits.',
      answer:
        'The run began at {loss:string}. Model and reference agree, so the margin is 0, and −ln σ(0) = ln 2 = {expected:string}, whatever β is. A run that stays there is not learning: look at the learning rate.',
    },
    bothWays: {
      title: 'Does the better answer become likelier?',
      task: 'DPO widens the margin. What becomes of the two answers themselves, against the reference?',
      answer:
        'The better ones went by {chosen:string} nats, the worse ones by {rejected:string}; the margin is {margin:string}. Only the margin is trained, so both may fall, as long as the worse one falls further.',
      options: {
        apart: 'better up, worse down',
        both_up: 'both up',
        both_down: 'both down',
      },
    },
    doubtFloor: {
      title: 'How low can it go?',
      task: 'Every label is doubted with ε = {epsilon:string}. Below which value can the loss never fall?',
      answer:
        'Your lowest was {lowest:string}, and the bound is {bound:string}: the entropy of ε. Whoever doubts one label in ten keeps some surprise for ever, and no margin is worth growing without end.',
      options: {
        zero: '0',
        entropy: '{entropy:string}, the entropy of ε',
        ln2: 'ln 2, as of a coin',
      },
    },
    ipoStart: {
      title: 'The loss at step 0',
      task: 'h is 0 as long as the model is its own reference, and τ = {tau:string}. Compute (h − 1/(2τ))².',
      answer:
        'The run began at {loss:string}. It is a squared distance, so its size says nothing; look how far it falls.',
    },
    ipoGoal: {
      title: 'Will it reach its goal?',
      task: 'The margin is to be {goal:string}. Where is the held-out margin at the end of your run?',
      answer:
        '{margin:string}, with a goal of {goal:string}. Beyond it the loss pulls back; DPO would go on for ever.',
      options: { below: 'still below', at: 'about there', beyond: 'far beyond' },
    },
    simpoStart: {
      title: 'Where does SimPO begin?',
      task: 'If both answers were equally likely per token, the loss would be ln(1 + e^γ) = {even:string}. Where does your run begin?',
      answer:
        'At {loss:string}, against {even:string}. There is no reference to make it 0: what the model finds likelier to begin with decides. Below means that it prefers the better answers already.',
      options: { below: 'below that', at: 'about there', above: 'above that' },
    },
    simpoChosen: {
      title: 'And the better answer itself?',
      task: 'The mean log-probability of a token of the better answers: what does it do over your run?',
      answer:
        'From {from:string} to {to:string} nats a token, with a margin of {margin:string}. No reference holds it: with too large a learning rate it falls until the model repeats itself.',
      options: { rises: 'it rises', stays: 'it stays', falls: 'it falls' },
    },
    agreement: {
      title: 'How often will it agree?',
      task: 'Which share of comparisons will the judge decide as the graders do, at the end of your run? A coin has 50 %.',
      answer: 'It began at {from:string} and ended at {share:string}.',
    },
    hardest: {
      title: 'Drop all principles but one',
      task: 'The judge is asked under a single principle. Which one does it judge worst?',
      answer:
        'It was right in {worst:string} there, and in {best:string} under its best principle. Manners show in the words alone; what is true must be known, and the judge finds it by quoting what surprises it. See which was harder for yours.',
      options: {
        true: 'true',
        honest: 'honest',
        brief: 'brief',
        friendly: 'friendly',
        same_language: 'same language',
      },
    },
    place: {
      title: 'Does the place count?',
      task: 'Each pair is shown in both orders. Which place will the judge favour in the end?',
      answer:
        'Its liking for the first place is {bias:string}, between −½ and ½. Averaged over both orders this cancels; what is left of a judge that only looks at the place is ½.',
      options: { first: 'the first', neither: 'neither', second: 'the second' },
    },
    zeroLoss: {
      title: 'The loss of a group',
      task: 'Of each group’s answers some are better than its mean, some worse. How large is the loss at the first step?',
      answer:
        'It was {loss:string}, while the gradient was {grad:string} long. Advantages of a group sum to 0 and ρ is 1, so the value is about 0; a step sees only part of the groups, and in Dr. GRPO long answers weigh more, hence the rest. The gradient is what teaches: look at the reward, not at this loss.',
      options: { lnV: 'near ln V', zero: 'near 0', reward: 'minus the reward' },
    },
    idleGroups: {
      title: 'Groups that teach nothing',
      task: 'Where all answers of a group score alike, every advantage is 0. Which share of the groups is that at the start of your run?',
      answer:
        '{idle:string} of the first groups were all alike. At temperature 0 it would be all of them: nothing to compare, nothing to learn.',
    },
    lengthTrend: {
      title: 'Longer or shorter?',
      task: 'Dr. GRPO no longer divides by the length of an answer. Do answers become longer over your run?',
      answer:
        'From {from:string} to {to:string} tokens. GRPO’s division makes a long wrong answer cheaper per token than a short one; without it, only the reward decides.',
      options: { rises: 'longer', stays: 'about the same', falls: 'shorter' },
    },
    unequalTrend: {
      title: 'How many groups still differ?',
      task: 'DAPO leaves out groups in which all score alike. As the model gets better, what becomes of the share of groups that differ?',
      outcomes: {
        rises:
          'From {from:string} to {to:string}. Your model began with questions that it always got wrong, or always right; now it gets some of them right some of the time, and more groups teach. Later, when it is sure, they become alike again.',
        stays:
          'From {from:string} to {to:string}. So far your model has not become so sure that groups become alike; once it has, more must be sampled to find one that teaches.',
        falls:
          'From {from:string} to {to:string}. Where the model becomes sure, groups become alike, and more has to be sampled to find one that teaches.',
      },
      options: { rises: 'it rises', stays: 'it stays', falls: 'it falls' },
    },
    entropyTrend: {
      title: 'Surer or less sure?',
      task: 'Entropy says how open the next token is. What does it do over your run?',
      outcomes: {
        rises:
          'From {from:string} to {to:string} nats a token: it has become more open. That happens when words that were too likely are pushed down, or when rare words that did well are lifted, as a wide upper clip allows. Entropy that goes on rising ends in noise.',
        stays:
          'From {from:string} to {to:string} nats a token: hardly a change. Either your run was short and its steps were small, or what was lifted and what was pushed down kept each other in balance.',
        falls:
          'From {from:string} to {to:string} nats a token. What is rewarded becomes likelier, so the rest becomes rarer; when it is gone there is nothing left to try.',
      },
      options: { rises: 'it rises', stays: 'it stays', falls: 'it falls' },
    },
    recovered: {
      title: 'How much will it keep?',
      task: 'Of the questions that the teacher answers rightly, which share does the student reach at the end?',
      answer: 'It began at {from:string} and ended at {share:string} of the teacher.',
    },
    textOrAnswers: {
      title: 'Where does it follow better?',
      task: 'Student and teacher are compared token by token, on the old text and on answers. Where are they further apart in the end?',
      outcomes: {
        text: 'Text {text:string} nats a token, answers {answers:string}. Answers come in few forms; a text is open at every turn.',
        answers:
          'Text {text:string} nats a token, answers {answers:string}. The forms of answers are few, but in them stand names and facts, and there your student is not yet where its teacher is; of the text it has read more.',
        alike:
          'Text {text:string} nats a token, answers {answers:string}: no difference worth a word. Answers come in few forms, but carry names and facts; a text is open at every turn. Here both weigh alike.',
      },
      options: { text: 'on text', answers: 'on answers', alike: 'about the same' },
    },
    smallest: {
      title: 'The smallest that keeps nine tenths',
      task: 'Make the student narrower or flatter: how small can it be and still reach 90 % of the teacher?',
      answer:
        '{layers:string} layers, {width:string} channels: {share:string} of the size, {kept:string} of the teacher.',
    },
    jsdBound: {
      title: 'How large can it be?',
      task: 'JSD compares both with their mixture, here with β = {beta:string}. Which value can it never pass?',
      answer:
        'The largest of your run was {largest:string}, and the bound is {bound:string}. The mixture contains a part of each, so neither can be infinitely surprised. KL has no such bound.',
      options: { entropy: '{entropy:string}', one: '1', endless: 'it has no bound' },
    },
    costliest: {
      title: 'Find the costliest word',
      task: 'Which word of your language takes the most tokens per character? Think of what this text never mentions.',
      answer: 'Your record: “{word:string}” at {cost:string}.',
    },
    switched: {
      title: 'Switch a principle',
      task: 'On the page “Compare answers” let your judge compare some pairs. Then switch one principle (true, honest, brief, friendly, same language) and press “Judge the same again”. Find one that turns at least one verdict.',
      answer:
        '{changed:string} of {of:string} verdicts turned, with {principles:string} of the five principles in force. The answers are the same to the letter; only what counts as better has changed.',
    },
  },
}
