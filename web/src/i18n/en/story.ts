/** What and why of each stage in four sentences, its image and where that misleads, and what real models spend on it. */
export const story = {
  imageTitle: 'An image for it',
  misleadsTitle: 'Where the image misleads',
  realTitle: 'What a real model spends on this',
  sources: 'Sources',
  yours:
    'Your run here: {steps:string} steps of {batch:string} in {time:string}; {trained:string} of {all:string} parameters were trained.',
  yoursLater: 'Run it, and your own figures stand here beside theirs.',
  tokenizer: {
    what: 'A model computes with numbers, so a text must become a row of numbers first; the plainest way gives each of the 256 bytes its own, and then a word is a long row. So we look which two neighbours stand together most often, give the pair a number of its own, and do it again: each such step is a merge. Watch “ing” and “的” become one token each, though nobody told it of endings or characters: it counted. The fewer tokens a text takes, the more of it the model sees at a time, and the less there is to compute.',
    image:
      'A stenographer gives every pair of letters that comes up again and again a stroke of its own. After a thousand strokes most words are written in one or two.',
    misleads:
      'The stenographer knows what the words mean. The tokenizer only counts neighbours, and the model later sees the numbers of the strokes and never the letters in them: that is why spelling is hard for it.',
    real: 'Llama 3 has a vocabulary of 128,000 tokens and Qwen2.5 one of 151,643, both byte pairs. Here it is about 1,300. It is the cheapest stage of all, and one that can never be changed afterwards without training anew.',
  },
  pretrain: {
    what: 'The model sees a stretch of text and, at every place, spreads 100 % over all tokens that might come next. The loss is its surprise at what really stood there, and each step turns every one of its numbers a little so that it would have been less surprised. First come spaces and letters, then words, then grammar; for a while the curve is flat and the sentences are well made and wrong. Then the facts arrive, many at once: to guess the next word well, it had to know them.',
    image:
      'A child is left alone among encyclopedias. Nobody explains anything, it only reads on and guesses the next word, and in the end it can go on with any page.',
    misleads:
      'A child wonders what a thing is for. The model only learns what is likely to come next; that this takes facts and grammar along is a side effect, and a page of lies would be learned as gladly.',
    real: 'Llama 3 read 15.6 trillion tokens on up to 16,000 graphics processors, Qwen2.5 read 18 trillion, Qwen3 36. GLM-130B read 400 billion in 60 days on 96 machines of eight A100 each.',
  },
  sft: {
    what: 'The pretrained model knows the town, yet asked a question it goes on reciting, since in its books a question is followed by more book. So it now reads conversations. Questions are only read; the loss counts the words of the answers and the token that ends them. The knowledge stays what it was: what is learned is to take a turn, to answer it, and to stop.',
    image:
      'Somebody who has learned whole poems by heart is greeted with “how are you?” and recites a poem. School teaches that this is a question, and that “fine, and you?” is an answer.',
    misleads:
      'It sounds as though school put the knowledge in. It does not: facts that only the lessons hold are learned badly and invite guessing, and long lessons without old text push out what was read before.',
    real: 'Llama 2 was taught to answer with 27,540 examples written by people: quality counted more than number. Qwen2.5 used more than a million, two times over. Beside the trillions of tokens of pretraining both are small.',
  },
  lora: {
    what: 'To retrain every number for each new taste is costly, and every copy is as large as the model. LoRA freezes the model and puts beside its matrices two thin ones, whose product is the change. Only those learn, a few in a hundred of all numbers. What comes out is a small file that is plugged in, taken out, or swapped while you talk.',
    image:
      'The old radio gets a Bluetooth module. Nothing inside is rewired, it can do something new, and without the module it is the old radio to the last screw.',
    misleads:
      'LoRA is a how and not a when: it is no stage after SFT, but a way of training that fits into SFT, DPO or any other stage. And the module is no separate part that works by itself; it only makes sense on the very model it was made for.',
    real: 'The paper that introduced it trains ten thousand times fewer numbers than GPT-3 has. QLoRA fitted an adapter to the Llama of 65 billion parameters on one graphics processor of 48 GB, in a day.',
  },
  reward: {
    what: 'Nobody can write down what a good answer is, but of two answers people can say which they like better. A model with a single number at its end learns from such pairs. It is to give the better answer the larger number; how large is its own affair. Then there is a reward model: it scores any text, never tires, and can be fooled.',
    image:
      'A judge is trained by listening to pairs of speeches and hearing each time which one the audience preferred. Later the judge marks any speech alone.',
    misleads:
      'The judge has no taste, only a memory of what was preferred, length and politeness included. On speeches unlike those of the training the marks mean little, and a speaker who practises before this judge alone will find that out.',
    real: 'Llama 2 learned from 1.4 million comparisons of its own, made by people, and had two reward models, one for helpfulness and one for safety. ChatGLM-RLHF collects comparisons in the same way and takes care that its reward model does not simply like length.',
  },
  ppo: {
    what: 'The model writes answers, a reward model scores them, and what scored better than expected becomes likelier, word by word. A second head guesses the score in advance, so that luck is told from skill. Beyond a clip, pushing a word’s probability further earns nothing. And every bit of distance from the model before costs something, or it would soon talk for the score alone.',
    image:
      'A speech before a trained judge: speak, hear the mark, change a little, speak again. Of the three ways to study, this is the one of small careful steps.',
    misleads:
      'PPO and DPO look like two lessons, one after the other. They are siblings: both start from the same SFT model, and you choose one. And careful steps keep it from stumbling, not from flattering: against that there is only the price β.',
    real: 'Llama 2 took 200 to 400 iterations of PPO, with a KL price of 0.01 for the smaller models and 0.005 for the larger. Four models lie in memory at once: the policy, its critic, the reward model and the reference. ChatGLM-RLHF, at 6 and 32 billion parameters, wins 15 % more comparisons than its SFT model in Chinese tasks.',
  },
  dpo: {
    what: 'The same pairs, and nobody in the middle: no reward model, no sampling, one loss. The better answer is made likelier than the frozen model finds it, the worse one less likely. Only the distance between the two counts, so often both fall, the worse one faster. It is as cheap as SFT, and it learns only from the answers in the pairs.',
    image:
      'The same speech, learned straight from the audience’s choice: no judge is trained, the two versions and the applause are enough.',
    misleads:
      'The audience heard somebody else’s speeches. PPO listens to what the model says now, DPO to pairs that were written before; where the model goes beyond them, nothing corrects it. And it does not follow PPO: both have the same parent, the SFT model.',
    real: 'Llama 3 uses DPO in place of PPO: less computing, and better at following instructions. It takes a learning rate of 0.00001, β = 0.1, six rounds with fresh pairs, and adds a loss on the better answer so that it does not fall. Qwen2.5 used about 150,000 pairs.',
  },
  cdpo: {
    what: 'People click in haste, so some labels are the wrong way round. A DPO that takes labels for certain pushes every pair apart for ever. The conservative kind keeps a doubt ε: it weighs the loss of both directions, as likely as each is. So there is a distance that is far enough, and wrong labels do less harm.',
    image:
      'You read the audience’s choice, and know that one in ten raised the wrong hand. So you never let one vote change your speech without limit.',
    misleads:
      'The doubt is the same for all pairs. It does not find the wrong votes; it only believes all of them a little less.',
    real: 'Llama 2’s people also said how much better an answer was, from “negligibly” to “significantly”, and its reward model learned a larger distance from the clearer choices. That weighs doubt pair by pair, where ε is one number for all.',
  },
  ipo: {
    what: 'The loss of DPO falls for as long as the distance grows, even on pairs that are long decided. IPO gives the distance a goal, 1/(2τ), and squares what is missing. Beyond the goal it pulls back. So a few pairs cannot drive the model far away.',
    image:
      'The audience liked this version better. You move towards it by a fixed stride and stop there, however loud the applause.',
    misleads:
      'A stride sounds like a step of training. It is a distance in log-probability, and how many steps it takes depends on the learning rate.',
    real: 'The reports of Llama 3 and Qwen2.5 name DPO and not IPO. Llama 3 bounds it in other ways: the tokens of its format stay out of the loss, and a loss on the better answer, weighted 0.2, holds that one up.',
  },
  judge: {
    what: 'People have no time for thousands of comparisons, so a model compares. It is given principles, a constitution, and two answers; it quotes what surprises it, notes what it finds of each, and names the better one. It sees each pair in both orders and the two are averaged, since a judge that likes whatever comes first is no judge. Its labels train the next model, which is why you should look where it errs.',
    image:
      'The best student becomes assistant teacher: there are not enough teachers to mark every exercise, and this student knows the rules.',
    misleads:
      'The assistant passes on its own blind spots with the marks, and nobody notices who reads the marks alone. More marks of the same kind do not help; other eyes do.',
    real: 'Constitutional AI had a model judge by written principles; RLAIF found such labels about as useful as people’s for summaries. Qwen2 names constitutional feedback among its sources of preferences. GPT-4 as a judge agreed with people in more than four of five cases, and it too favoured a place.',
  },
  grpo: {
    what: 'The model answers the same question eight times. Each answer is held against the mean of its group: what lies above becomes likelier, what lies below less likely. So no critic is needed, in large models a second network as big as the policy. The loss begins at 0 and says nothing about learning; look at the reward.',
    image:
      'The second way to study: write a whole group of answers and compare them with one another.',
    misleads:
      'It does not pick the first of a ranking and copy it. Every answer counts by its distance from the group’s mean, and the weak ones are pushed down as hard as the good ones are pulled up. Where all are equally good or equally bad, nobody learns anything.',
    real: 'DeepSeekMath introduced it with 64 answers to a question and a KL weight of 0.04; here it is 0.15, since a small model walks off sooner. Qwen2.5 took eight answers to each question. Qwen3 did it on 3,995 questions whose answers a program can check.',
  },
  dr_grpo: {
    what: 'GRPO divides each answer’s loss by its length, so a long wrong answer costs less per word than a short one. And it divides by the group’s deviation, so questions that are nearly always right or nearly always wrong count more than their share. Here both divisions are gone, and a constant stands in their place. Then answers need not grow longer just because that is cheap.',
    image:
      'Still a group compared, but now every word is marked by the same scale, in a long essay as in a short one.',
    misleads:
      'Fairer marks do not make more of them: a group of equal answers is silent here as well.',
    real: 'The paper trained Qwen2.5-Math of 7 billion parameters for 27 hours on eight A100.',
  },
  dapo: {
    what: 'GRPO with several changes, each for something that was seen to fail. The clip is wider upwards, so that rare good words can grow. Groups in which all answers score alike are replaced by others. Every token counts the same, there is no price on distance, and answers close to the length limit lose some of their reward.',
    image:
      'A group compared, by a teacher who sends away the sheets on which all have the same mark and fetches others.',
    misleads:
      'Fetching others costs answers. Where most groups are equal, most of the work goes into finding a question from which something can be learned.',
    real: 'It was made with Qwen2.5 of 32 billion parameters: 512 questions at a time, sixteen answers each, and half the training steps of the run it was compared with.',
  },
  simpo: {
    what: 'Pairs again, without a reference model. The reward of an answer is the mean log-probability of its tokens, which is also what makes a model write one. The better answer must lead by a margin γ. Less memory than DPO, no bonus for length, and nothing that holds the model where it was.',
    image: 'The third way to study: take one pair and pull it apart.',
    misleads:
      'SimPO is offline and no reinforcement learning, and it needs no AI labels: people’s serve as well. Some texts call it “SPO”; that name belongs to another algorithm, Single-stream Policy Optimization.',
    real: 'Its authors tuned Llama 3 of 8 billion parameters and others on preference pairs, and call the learning rate the setting that matters most: a large one ends in repetition. Here you can see that in a minute.',
  },
  spo: {
    what: 'A group needs eight answers to learn from one question, and equal groups teach nothing. SPO asks once. For each question it keeps a memory of how well it usually goes, and holds the new answer against that. Then the memory learns, and forgets faster when the model has moved.',
    image:
      'Instead of eight classmates, your own earlier marks: today’s answer is good if it is better than you usually are here.',
    misleads:
      'This is Single-stream Policy Optimization. Where else you read “SPO”, it may mean SimPO or something different again. And the memory is a guess: in the first rounds it knows little of most questions.',
    real: 'The paper trained Qwen3 of 8 billion parameters on questions whose answers can be checked, and scored above GRPO on hard mathematics.',
  },
  distill: {
    what: 'A text says which word came next; the teacher says how likely it found every other as well. The student, a third of the size, learns that whole distribution. A temperature T above 1 lifts the unlikely words so that they are heard. What the teacher almost said tells more than the one word that stands there, so the student gets further than by reading alone.',
    image:
      'The master’s stock, cooked down until it fits a small jar: less of it, and the taste is there.',
    misleads:
      'Nothing is boiled off from the teacher’s numbers: the student is another, smaller model that learns from the start. And the jar has a size: what does not fit is lost, and it is lost unevenly, rare facts first.',
    real: 'Qwen3 makes its small models this way: first from the teachers’ writing, then on the student’s own answers, for about a tenth of the hours that the full training takes. Meta took the logits of larger Llama 3.1 models as targets when it made Llama 3.2 of 1 and 3 billion parameters.',
  },
  distill_sequence: {
    what: 'The teacher answers many questions once. The student learns those answers word by word, like any text. Of the teacher nothing is needed but its writing, so it may even sit behind an interface. The price: of each word the student sees the one that was written, and not what else was likely.',
    image: 'An apprentice with the master’s recipe book, and no master in the kitchen.',
    misleads:
      'The book holds what the master cooked on good days. Where the apprentice burns something, it has no page.',
    real: 'From about 800,000 examples that were gathered with DeepSeek-R1, models of the Qwen2.5 and Llama 3 families learned to reason by SFT alone.',
  },
  gkd: {
    what: 'Trained on perfect texts, a student has never seen its own mistakes, and one wrong word leads to the next. Here the student writes, and the teacher says at every word what it would have thought there. So it is corrected in the very places it gets itself into. No gradient passes through the writing, only through comparing the two distributions.',
    image: 'The apprentice cooks, the master tastes every spoon.',
    misleads:
      'The master does not say whether the dish is good. It says what itself would have done next, and where that is wrong too, the student learns the error.',
    real: 'The second part of Qwen3’s distillation is of this kind: small models write, and their distributions are drawn towards those of teachers of 32 or 235 billion parameters.',
  },
}
