/** The questions that learners ask; `here` is what the run at hand shows of each. */
export const asked = {
  none: 'Questions that your curve raises will stand here.',
  some: 'Your run raises a question: {question:string}',
  more: '{n:string} in all',
  here: 'In your run',
  normal: {
    q: 'Is this loss normal?',
    a: 'Compare it with three things: ln V, the loss of knowing nothing; where it began; and the held-out line, which should fall along. How low it can go depends on the text: nobody can guess a name that was not said.',
    here: 'It began at {start:string} and stands at {now:string} on held-out answers. Knowing nothing costs ln V = {lnV:string}; a model that has never seen a conversation may begin above that.',
  },
  normalPolicy: {
    q: 'Is this loss normal?',
    a: 'It is a sum of two things, and neither is an aim. The policy’s part lies around 0 at all times, above or below: advantages are centred, so what is pulled up and what is pushed down cancel out in the number. The critic’s part is what it is wrong by, squared; it falls while the critic learns and rises again when the policy does something new. So the loss may be flat, jump or rise while all is well. Look at the reward, at KL, and at the graders’ score.',
    here: 'It stands at {loss:string}, and the critic is wrong by {wrong:string}, squared and halved. Meanwhile the reward went from {from:string} to {to:string}.',
  },
  zeroAtFirst: {
    q: 'Why is the loss 0 at the first step? Does it learn nothing?',
    a: 'The advantages of a group, in SPO of the whole batch, add up to 0, and at the first step every ratio is 1, so what is pulled up and what is pushed down cancel out in the number, but for a little where long answers weigh more. In the gradient they do not: they pull at different words. The loss of these methods says nothing about progress at any time; look at the reward.',
    here: 'The loss of your first step was {loss:string}, and the gradient had a length of {norm:string}: it was learning.',
  },
  begins: {
    q: 'Why does the loss begin where it does?',
    a: 'At first both answers stand equal, since the model is its own reference, or its scores are all 0. A coin that cannot tell them apart costs ln 2 = 0.693. IPO begins at the square of its whole goal, (1/(2τ))².',
    here: 'It had to begin at {want:string}, and it began at {loss:string}.',
  },
  stuck: {
    q: 'Why does it stay at 0.693?',
    a: 'ln 2 is the loss of not telling the two apart. It stays there when steps are so small that nothing moves: raise the learning rate by factors of three until the margin grows. If it stays at any rate, the labels may be no better than a coin.',
    here: 'After {steps:string} steps it stands at {loss:string}, at a learning rate of {lr:string}.',
  },
  chosenFalls: {
    q: 'Why does the better answer become less likely too?',
    a: 'Only the difference is trained. Both answers share most of their words, so what pushes the worse one down takes the better one along; as long as the worse one falls faster, the loss falls. It is a warning all the same: the probability goes to answers that are in no pair.',
    here: 'At step {step:string} the better answers have lost {fallen:string} nats, and yet the margin is {margin:string}.',
  },
  equalGroups: {
    q: 'What are groups in which all are equal?',
    a: 'If all answers to a question score alike, each is exactly average: all advantages are 0 and the group teaches nothing. Questions that are too easy or too hard do that, and a low temperature, which makes the answers the same. DAPO replaces such groups; SPO needs none.',
    here: 'In the last {n:string} rounds {equal:string} % of the groups were equal.',
  },
  flatReward: {
    q: 'Why does the reward not rise?',
    a: 'The mean of a few answers is noisy, so a rise of less than the noise cannot be seen: wait, or ask more questions in a round. If it stays flat, look whether groups differ, whether the price of KL holds everything, and whether the learning rate moves anything.',
    here: 'Over {n:string} rounds it went from {from:string} to {to:string}; anything below {noise:string} may be chance.',
  },
  hacking: {
    q: 'The reward soars. Is it getting better?',
    a: 'The reward is what the reward model says, and that was trained on other answers. What it likes by mistake is found and repeated: reward hacking. A larger β, where the stage has one (PPO, GRPO), holds the model where the reward model knows its way about; elsewhere fewer steps or a lower learning rate do. Better labels on the new answers help most.',
    here: 'The reward model’s score rose from {from:string} to {to:string}, while the graders, whom nobody trains on, fell from {good:string} to {now:string}.',
  },
  klNegative: {
    q: 'How can the KL be negative?',
    a: 'A distance cannot, but this is an estimate: the mean of log π/π_ref over the answers that were drawn. A few answers that the reference finds likelier give a number below 0. It is harmless as long as it goes away.',
    here: 'At step {step:string} it was {kl:string}. In the rounds before it was not lastingly below 0.',
  },
  klStaysNegative: {
    q: 'The KL stays below 0. Is something wrong?',
    a: 'Yes: over many answers the mean must not be negative. Then the probabilities that were sampled with are not those that were computed with, for example at another temperature. Here both are compared at the first round, and a gap is noted above.',
    here: 'It has been {kl:string} on average over the last {n:string} rounds.',
  },
  klLarge: {
    q: 'The KL explodes. What does that mean?',
    a: 'The model says things that the one it came from would hardly have said. Of these a reward model knows nothing. Raise β where the stage has one (PPO, GRPO); else lower the learning rate, or learn fewer times from the same answers.',
    here: 'It is {kl:string} nats to an answer.',
  },
  heldOutRises: {
    q: 'Training falls and held-out rises. What now?',
    a: 'It is learning the examples by heart. Stop where held-out was lowest: the checkpoint next to it is saved. More or more varied data, fewer steps, or a smaller learning rate move that point on.',
    here: 'Your held-out loss has risen for {steps:string} steps, from {from:string} to {to:string}.',
  },
  forgets: {
    q: 'Does it forget what it has read?',
    a: 'Whatever is not practised is overwritten. Some of the old text among the lessons (replay) keeps it, a smaller learning rate and fewer steps as well; an adapter can be taken out again.',
    here: 'On the old text it needs {to:string} bits per byte; {steps:string} steps ago it was {from:string}.',
  },
  repeats: {
    q: 'Why does it repeat itself, or never stop?',
    a: 'What was said makes the same likelier again, and at a low temperature nothing breaks the circle. It stops when it draws the end token, which it learns from answers that end. Train longer, raise the temperature, or lower a learning rate that has broken it.',
    here: 'At step {step:string} it wrote “{words:string}” again and again.',
  },
  cut: {
    q: 'Why are answers cut off?',
    a: 'They reached the limit without an end token and are scored as they stand. If most are cut, the model has unlearned to stop, or the limit is too small for what it wants to say.',
    here: '{share:string} % of the last answers were cut at {limit:string} tokens.',
  },
  collapse: {
    q: 'Has SimPO broken it?',
    a: 'Nothing holds it to a reference, so a large learning rate drives both answers into the ground: the difference grows, and no word is likely any more. It repeats itself or says nothing. A tenth of the learning rate and a new start are the way back.',
    here: 'A token of the better answers went from {from:string} to {to:string} nats, right answers from {right:string} to {now:string} %.',
  },
  nan: {
    q: 'It says NaN. What is that?',
    a: 'Not a number: a value grew beyond what 32 bits hold, mostly because the learning rate was too large. Training stops at the last good step and keeps it. Lower the learning rate or the clipping limit and go on from there.',
    here: 'It ended at step {step:string}, with a learning rate of {lr:string}.',
  },
  slow: {
    q: 'My machine is slow. What can I do?',
    a: 'Take a smaller model or fewer steps, close other busy tabs, and plug in the charger. You can pause, or close the tab, and go on tomorrow: it is the same run.',
    here: 'At {speed:string} tokens a second it needs about {minutes:string} minutes more.',
  },
  resume: {
    q: 'What happens if I close the tab?',
    a: 'The run is saved every so many steps and when you leave. Come back and it offers to go on, exactly: weights, momentum, step and the order of the data. The curve is the one you would have got without the break, to the last bit.',
  },
  own: {
    q: 'Can I use data of my own, or another tokenizer?',
    a: 'Data, yes: a .jsonl in the form shown beside the controls. The tokenizer is that of the model, for it knows tokens by number alone. Words that it has never read are cut into many small pieces and are learned slowly; a model that is to know them should have read them.',
  },
  ownJudge: {
    q: 'Why does the judge learn from no data of my own?',
    a: 'It learns more than which answer is better: which of the five principles each answer keeps, and who wins under any set of them. A file of pairs says nothing of that; the town’s graders do, for thousands of pairs. Your own pairs have two places: a reward model or DPO learns from them, and on the page “Compare answers” the judge reads them, so that you see where it differs from you. Principles in your own words need a larger model, which can judge there, too.',
  },
}
