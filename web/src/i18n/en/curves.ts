/** The pictures of single stages, and the look into a step. */
export const curves = {
  previous: 'Previous',
  next: 'Next',
  page: 'Page',
  reward: 'reward',
  rewardUnit: 'reward, in deviations of the first answers',
  answer: 'Answer',
  asked: 'Asked',
  advantage: 'Advantage',
  empty: '(says nothing)',
  grade: 'Graders',

  policyTitle: 'What the policy’s answers earn',
  nothingYet: 'Nothing was answered yet. The first iteration begins with answers, not with a step.',
  rollout: 'The policy is answering the next questions: {done:string}.',
  scoring: 'The answers are being scored.',
  klNow:
    'Iteration {n:string}: a mean reward of {reward:string}, {kl:string} nats away from the reference.',
  answersNow: 'answers of iteration {n:string}',
  answersFirst: 'answers of the first iteration',
  means: 'means, iteration by iteration',
  klTitle: 'Reward against KL',
  klAxis: 'KL to the reference, nats per answer',
  klHow:
    'Each point is an answer, the line goes through the means: from the ring, the first iteration, to the full disc. Up is more reward. To the right the policy moves away from the model that it was. A single answer may lie left of 0: the reference held it likelier.',
  spreadTitle: 'The rewards move',
  spreadFirst:
    'So far this is the first iteration: its mean reward is {last:string}. Later ones are drawn over it.',
  spreadNow:
    'The mean reward went from {first:string} to {last:string}; {share:string} of the answers now earn more than the first ones did on average.',
  graderTitle: 'Reward against the graders',
  graderAxis: 'the graders’ score, 0 to 1',
  noHacking:
    'Here the graders themselves give the reward, so there is no proxy to be tricked. For reward hacking, train a reward model first and choose it as who gives the reward.',
  outcome: {
    early:
      'The reward model is only a stand-in for the graders. After a few more iterations this says whether the two still agree.',
    hacked:
      'Reward hacking: the reward model’s score has risen by {reward:string}, and the graders’ score has fallen by {score:string}. The policy has found what the reward model likes, not what is good. A larger β, where the stage has one, keeps it nearer to the reference; elsewhere fewer steps or a lower learning rate do.',
    both: 'Both have risen: the reward model’s score by {reward:string}, the graders’ by {score:string}. So far the stand-in points the right way.',
    rewardOnly:
      'The reward model’s score has risen by {reward:string}; the graders’ has hardly moved ({score:string}). What was gained is to the reward model’s liking alone.',
    flat: 'The reward has not risen so far: a change of {reward:string}, and of {score:string} for the graders.',
  },
  flattery:
    'In words: among its last answers this one pleases the reward model most of those that the graders find poor. Reward {reward:string}, grade {grade:string} of 1.',

  groupTitle: 'Group advantages',
  groupHow:
    'Every answer is compared with the others to the same question. What is better than the group’s mean is made likelier, what is worse less likely; the first of a ranking is not copied.',
  groupEqual: '{equal:string} of these {all:string} groups have equal rewards.',
  groupPrompt: 'Question',
  groupMean: 'The group’s mean is {mean:string}, its deviation {std:string}.',
  nothingToLearn:
    'Nothing to learn: every answer of this group earns {reward:string}, so all advantages are 0.',

  attemptTitle: 'The answers of this iteration',
  attemptHow:
    'The advantage is the mean over an answer’s tokens, before it is whitened: what was earned, less what the critic expected.',
  trackerTitle: 'SPO’s trackers',
  trackerHow:
    'There is no group: each answer is compared with what the policy has lately achieved on that very question, v = a/(a + b). Afterwards the tracker learns of the answer, and forgets a little of the past. Questions with an open outcome are asked more often.',
  trackerSpread: 'What is expected of all questions',
  trackerValue: 'v, the expected reward',
  trackerAll: 'all trackers',
  trackerNow:
    'On average {mean:string} is expected. {tried:string} of {all:string} questions were asked at least once, one of them {most:string} times; {open:string} are open (v between 0.25 and 0.75).',
  expected: 'v before (a : b)',
  afterwards: 'v after (a : b)',
  askedCount: 'answers so far',

  pairTitle: 'Better and worse answers, held out',
  pairSpread: 'What the answers gain',
  pairReward: 'reward',
  pairNats: 'log-probability, against the beginning of the run, nats',
  pairPerToken: 'log-probability of a token, nats',
  pairNow:
    '{n:string} pairs at step {step:string}: {chosen:string} for the better answers and {rejected:string} for the worse ones on average. The better one is ahead in {ahead:string}.',
  course: {
    wait: 'The next measurement tells what becomes of the two.',
    stuck:
      'The loss still stands at ln 2 = 0.693: to the model both answers are as likely as they were in the beginning. Usually the learning rate is too small.',
    fallen:
      'The better answers have become less likely, too, by {chosen:string}. That is no mistake: the loss sees the difference alone, and this has grown to {margin:string}, since the worse ones have moved by {rejected:string}. The probability that both lost went to other words.',
    risen:
      'The better answers have become likelier by {chosen:string}; the worse ones have moved by {rejected:string}. Their difference is {margin:string}.',
    losing:
      'The worse answers are not behind: the difference is {margin:string}. On these pairs nothing has been learned yet.',
  },
  confidence: 'how sure it is',
  right: 'how often it is right',
  bins: 'pairs of which it is about as sure',
  calibrationHow:
    'On the diagonal a model that says 80 % is right four times in five. Below it, it is too sure.',
  pairsTold: 'Some of these pairs in words',
  pairsToldHow:
    'The first six are the same at every measurement, so you can follow them; then come those that are ranked wrong, the worst first. Nobody learns from them.',
  onlyWrong: 'Only those that are ranked wrong',
  noneWrong: 'None of these pairs is ranked wrong.',
  pairAnswer: 'Answer',
  pairLogProb: 'log-probability, nats',
  pairBegan: 'at the beginning',
  pairMoved: 'since then',
  pairRight: 'The better answer is ahead by {margin:string}.',
  pairWrong: 'Ranked wrong: the worse answer is ahead by {margin:string}.',
  pairTie: 'Neither answer is ahead.',
  moves: {
    both_up: 'Neither has become less likely.',
    both_down: 'Both answers have become less likely, the better one, too.',
    chosen_down: 'The better answer has become less likely, the worse one has not.',
    rejected_down: 'Only the worse answer has become less likely.',
  },
  pairImplicit:
    'Times β = {beta:string} that is an implicit reward of {chosen:string} for the better one and {rejected:string} for the worse one.',
  pairSure:
    'The model gives the better one the probability σ({difference:string}) = {p:string} to be preferred.',

  ordersTitle: 'Both orders side by side',
  ordersHow:
    'Every comparison is heard twice, and the answers change places. A fair judge says the same both times: the point lies on the diagonal. The label is the mean of the two, so a judge that goes by the place alone says one half. Before it compares, it quotes the words of each answer that surprise it, since what it did not expect may be untrue, and notes which principles the answer keeps.',
  ordersPicture: 'Probability that A is better',
  aFirst: 'with A shown first',
  bFirst: 'with B shown first',
  agrees: 'as the graders have it',
  disagrees: 'not as the graders have it',
  ordersNow:
    '{n:string} comparisons at step {step:string}: in {agree:string} the judge’s label agrees with the graders, in {torn:string} the two orders name different winners.',
  biasFirst: 'The place shown first is favoured by {bias:string}.',
  biasSecond: 'The place shown second is favoured by {bias:string}.',
  onlyTorn: 'Only those whose two orders disagree',
  by: 'Judged by:',
  listing: ', ',
  notes: 'It finds kept: {principles:string}.',
  notesNothing: 'It finds no principle kept.',
  odd: 'It would hardly have said {words:string} itself.',
  quoted: '“{word:string}”',
  verdict: 'Label {label:string}: the judge prefers {judge:string}, the graders {graders:string}.',
  tornCase: 'The two orders named different winners.',

  likenessTitle: 'What teacher and student expect next',
  likenessHow:
    'Both read the same words. Raise T and the distributions draw together, and the unlikely words, which the teacher still ranks, become visible; lower it and only the favourite is left.',
  question: 'Question (may be empty)',
  soFar: 'Text so far',
  compare: 'Compare',
  teacher: 'Teacher',
  student: 'Student',
  shape: '{parameters:string} parameters, {layers:string} layers, {channels:string} channels',
  atStep: 'After step {step:string}.',
  temperature: 'Temperature',
  token: 'Token',
  likenessNow:
    'At T = {T:string} the student is {kl:string} nats away from the teacher, times T² {scaled:string}. The teacher’s distribution has an entropy of {teacher:string} nats, the student’s of {student:string}.',
  allTemperatures: 'All temperatures as a table',
  entropyTeacher: 'entropy, teacher',
  entropyStudent: 'entropy, student',

  studentTitle: 'Size, speed and quality',
  studentHow:
    'Each is asked the same held-out questions; it takes a while for each model. What the teacher is worth only shows beside the same student, of the same seed and steps, that had none.',
  newest: 'The newest that fits',
  thisRun: 'This run, as it is now',
  alone: 'Student without a teacher',
  findIt: 'Find it',
  trainAlone: 'Train it without a teacher',
  noAlone: 'There is no student yet that was trained without a teacher.',
  parameters: 'parameters',
  bytesOnDisk: 'bytes',
  speed: 'tokens per second',

  stepTitle: 'Inside a step: norms and operations',
  stepNoRun: 'Start a run of this stage; then this looks into its steps.',
  noStep: 'No step was made yet.',
  normTitle: 'Gradient and change, matrix by matrix',
  normHow:
    'The change is ‖Δθ‖/‖θ‖, what the last step moved of a matrix; about a thousandth is usual. The gradient ‖g‖ is taken before clipping.',
  update: 'change ‖Δθ‖/‖θ‖',
  gradient: 'gradient ‖g‖',
  layer: 'Layer',
  opsTitle: 'The step as a list of operations',
  opsHow:
    'One step is made once more, operation by operation with a stopwatch, on one core and without changing anything. Meanwhile the run waits.',
  time: 'Time a step',
  timing: 'Timing…',
  opsNow: 'All together {ms:string} ms for {mflop:string} MFLOP: {speed:string} GFLOP/s.',
  op: 'Operation',
  calls: 'calls',
  shareOfTime: 'of the time',
}
