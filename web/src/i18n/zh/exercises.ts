import type { Translation } from '../i18n-types'

/** 预测和挑战，都由学习者自己的运行来评判。 */
export const exercises: Translation['exercises'] = {
  intro: '先说出你的预测，再让你自己的训练来回答。这里没有事先写好的答案。',
  note: '记下来',
  change: '改一改',
  yours: '你的预测：{guess}。',
  said: '你说 {guess}，实际是 {truth}。',
  itWas: '实际是：{truth}。',
  late: '在你回答之前，训练已经显示过答案了。',
  mute: '这次训练说明不了：没有测到这样的量，或者变化太小。',
  wait: {
    now: '记下了，正在看……',
    first: '记下了。开始训练，第一步就会揭晓。',
    end: '记下了。训练结束时揭晓。',
  },
  attempts: '这个阶段的每次训练都算一次尝试。',
  weigh: '评一评这次训练',
  weighing: '正在评……',
  reached: '达到了',
  best: '目前最好',
  notReached: '还没达到',
  units: { percent: '%', nats: '纳特', steps: '步' },
  quantity: { heldOut: '留出集损失', score: '评分器给回答的分数' },
  real: '你的训练',
  drawStart: '画',
  drawDone: '画好了',
  drawClear: '擦掉',
  drawHow: '用笔、手指或鼠标，在图里从左到右画。',
  byNumbers: '也可以给三个数',
  atStart: '开始时',
  atQuarter: '四分之一处',
  atEnd: '结束时',
  distance: '到第 {step} 步为止，平均差 {distance}，相当于曲线走过路程的 {share}。',
  sides: {
    near_near: '两头都很接近。',
    near_high: '开头很准，结尾画高了。',
    near_low: '开头很准，结尾画低了。',
    high_near: '开头画高了，结尾很准。',
    high_high: '整条都画高了。',
    high_low: '开头偏高，结尾偏低：真实的变化没有这么大。',
    low_near: '开头画低了，结尾很准。',
    low_high: '开头偏低，结尾偏高：真实的变化更大。',
    low_low: '整条都画低了。',
  },
  sayFirst: '先说说你的预想',
  attemptsThere: '每换一次准则、把同样的回答再评一遍，就算一次尝试。',
  toDesk: '自己比较回答，也让裁判比一比',
  of: {
    curve: {
      title: '画出你预期的曲线',
      task: '它从哪里开始，怎么走，在哪里结束？愿意的话，开始之前先画出来，真实的曲线会画在上面。',
      outcomes: {
        heldOut:
          '平均差 {distance}。多数人会画一条直直的斜线；损失很早就拐弯，因为容易的总是先学会。',
        score:
          '平均差 {distance}。得分是一小步一小步、忽高忽低地涨上去的，因为每一轮只看少数几个回答；奖励要是能被钻空子，得分还会掉下来。',
      },
    },
    nextMerge: {
      title: '猜下一次合并',
      task: '合并 {n} 次之后，下面哪一对挨在一起的次数最多？',
      answer: '是 {pair}，出现 {count} 次。每次合并的，总是剩下的里面最常见的一对。',
    },
    halfMerges: {
      title: '只用一半的合并',
      task: '只用前一半合并，这份文本会多出多少词元？',
      answer:
        '{merges} 次合并里只用 {half} 次，要 {few} 个词元，全用是 {all} 个，多 {more}。先合并的是最常见的，越往后省得越少。',
      options: { little: '最多多三成', some: '多三成到八成', double: '差不多翻倍' },
    },
    firstLoss: {
      title: '第一个损失',
      task: '模型要在 {vocab} 个词元里选，什么也没学过。第 1 步的损失会是多少？',
      answer: '是 {loss}。每个词元大约分到 V 分之一，对此的意外就是 ln V = {lnV}。',
      options: { zero: '0', one: '1', lnV: '大约 ln V', vocab: 'V' },
    },
    factsWhen: {
      title: '知识什么时候来？',
      task: '看留出集损失走完一半下降的那一步。一半的知识是在那之前、差不多同时，还是更晚学会的？',
      outcomes: {
        before:
          '损失到第 {loss} 步才降了一半，知识在第 {facts} 步就已经学会一半（最后是 {recall}）。小镇不大、同一件事反复出现时会这样：记住它们很早就划算。',
        together:
          '损失在第 {loss} 步降了一半，知识在第 {facts} 步学会一半（最后是 {recall}）：相差不到全程的十分之一。小镇要是更大，事实就更少见，会比字词和语法来得晚。',
        after:
          '损失在第 {loss} 步降了一半，知识到第 {facts} 步才学会一半（最后是 {recall}）。字、词和语法处处都有，先学划算；某个居民的一件事很少出现，所以来得晚。',
      },
      options: { before: '之前', together: '差不多同时', after: '更晚' },
    },
    turn: {
      title: '在拐点停下',
      task: '把“读书的比例”调到 0.01，也就是 1%，让它没多少可读；用你自己的几页文本也行。留出集损失先降后升：它开始背课文了。确定已经拐弯就停下，最多比最低点晚三次测量。',
      answer: '最低在第 {best} 步（{loss}），停在第 {end} 步（{last}）。',
    },
    maskShare: {
      title: '有多少是要学的',
      task: '模型会读到问题、回答，还有标明谁在说话的记号。这些词元里，有多大比例算进损失？',
      answer:
        '第一条序列的 {all} 个词元里学 {learned} 个：助手说的话，和表示说完的记号。其余只读。打开“哪些学，哪些只读”就能看到。',
    },
    sftStart: {
      title: '从哪里开始？',
      task: '模型读过一整座图书馆，但从没答过问题。第一步它在回答上的损失是多少？',
      outcomes: {
        zero: '是 {loss}；什么都不知道则是 {lnV}。这些回答里的词，它几乎都能自己说出来：这些课，或者很像的课，它已经上过。',
        between:
          '是 {loss}；什么都不知道则是 {lnV}。字词和名字它都认得，只是不知道现在该作答，也不知道要用这种形式。',
        lnV: '是 {loss}；什么都不知道则是 {lnV}，好不了多少。要么模型读得还太少，要么这些课对它很陌生：另一种语言，别的词，别的记号。',
      },
      options: { zero: '接近 0', between: '0 和 ln V 之间', lnV: '接近 ln V' },
    },
    bestStep: {
      title: '最好的一步',
      task: '有些居民课上从没提过。到哪一步，关于他们的问题答得最好？',
      answer: '第 {step} 步最好，{share}；最后是 {end}。如果最后变差了，就是它在背课上的居民。',
    },
    loraShare: {
      title: '训练了多少',
      task: '每个大矩阵旁边放两个窄矩阵。它们占全部参数的百分之几？',
      answer:
        '秩为 {rank} 时，{all} 个数里训练 {trained} 个。d × d 的矩阵有 d² 个数，两条窄的只有 2·d·r 个。',
    },
    takenOut: {
      title: '再取下来',
      task: '训练之后把适配器取下来。和训练前相比，模型会怎么答？',
      answer: '{all} 段文字里有 {alike} 段一字不差。适配器下面的矩阵从来没有改过。',
      options: { same: '和以前完全一样', near: '和以前差不多', lost: '已经变了' },
    },
    fewest: {
      title: '用最少的参数，学到九成的风格',
      task: '让 90% 的回答符合风格，训练的参数越少越好。调秩，也可以调别的。',
      answer: '秩 {rank}：{trained} 个数，{style} 符合风格。',
    },
    rewardStart: {
      title: '奖励模型的第一个损失',
      task: '第一步时，每个回答都得 0 分。−ln σ(0 − 0) 是多少？',
      answer: '这次从 {loss} 开始。σ(0) = ½，和抛硬币一样，−ln ½ = ln 2 = {expected}。',
    },
    pairAccuracy: {
      title: '能判对多少对？',
      task: '训练结束时，留出的回答对里，有多大比例分得对？抛硬币是 50%。',
      answer: '从 {from} 开始，最后是 {share}。',
    },
    scoresApart: {
      title: '分数往哪里走？',
      task: '训练的只是两个分数之差。较好的和较差的回答，平均分各会怎样？',
      answer:
        '最后较好的是 {chosen}，较差的是 {rejected}。损失只看得到两者之差 {margin}；两个一起动，它也察觉不到。所以事后要把分数移到以 0 为中心。',
      options: { both_up: '都上升', apart: '一升一降', both_down: '都下降' },
    },
    firstRatio: {
      title: '第一步的 ρ',
      task: 'ρ 是一个词元现在的概率，除以写下它时的概率。第一步时它的平均值是多少？',
      answer:
        'ρ 是 {ratio}，有 {clipped} 的词元被裁剪。写下回答之后什么都还没学，两个模型就是同一个。裁剪要到后面几步才起作用。',
      options: { zero: '0', one: '1', spread: '说不准：每个词元都不一样' },
    },
    klTrend: {
      title: '离旧模型有多远',
      task: 'KL 衡量模型离出发时走了多远。在你这次训练里它会怎样？',
      answer:
        '每个回答从 {from} 纳特到 {to} 纳特。想多得奖励，就得换一种说法；走多远，由代价 β 决定。',
      options: { rises: '上升', stays: '不变', falls: '下降' },
    },
    bestBeta: {
      title: '找到最好的 β',
      task: '用几个不同的代价 β 各跑一次。在评分器看来，哪一个对训练前的模型赢得最多？区间整个在 50% 以上才算数。',
      answer: 'β = {beta}：胜率 {wins}（{low} 到 {high}），KL {kl} 纳特。',
    },
    lnTwo: {
      title: '第 0 步的损失',
      task: '模型此时就是自己的参考。预测损失，写到三位小数。',
      answer:
        '这次从 {loss} 开始。模型和参考一致，差距是 0，−ln σ(0) = ln 2 = {expected}，和 β 无关。一直停在那里，就是没有在学：看看学习率。',
    },
    bothWays: {
      title: '好的回答会更可能出现吗？',
      task: 'DPO 会拉大差距。和参考相比，两个回答本身各会怎样？',
      answer:
        '较好的变了 {chosen} 纳特，较差的变了 {rejected}，差距是 {margin}。训练的只是差距，所以两个都可能下降，只要较差的降得更多。',
      options: { apart: '好的升，差的降', both_up: '都升', both_down: '都降' },
    },
    doubtFloor: {
      title: '最低能到多少？',
      task: '每个标签都有 ε = {epsilon} 的怀疑。损失永远不会低于哪个值？',
      answer:
        '你这次最低是 {lowest}，下界是 {bound}，也就是 ε 的熵。十个标签里怀疑一个，就永远留着一点意外，差距也不值得无止境地拉大。',
      options: { zero: '0', entropy: '{entropy}，ε 的熵', ln2: '一半对一半，ln 2' },
    },
    ipoStart: {
      title: '第 0 步的损失',
      task: '模型还是自己的参考时 h 为 0，τ = {tau}。算一算 (h − 1/(2τ))²。',
      answer: '这次从 {loss} 开始。这是距离的平方，大小本身没有意义，要看它降了多少。',
    },
    ipoGoal: {
      title: '到得了目标吗？',
      task: '差距的目标是 {goal}。训练结束时，留出的差距在哪里？',
      answer: '{margin}，目标是 {goal}。超过目标，损失会往回拉；DPO 则会一直走下去。',
      options: { below: '还没到', at: '差不多到了', beyond: '远远超过' },
    },
    simpoStart: {
      title: 'SimPO 从哪里开始？',
      task: '如果两个回答平均每个词元一样可能，损失就是 ln(1 + e^γ) = {even}。你这次训练从哪里开始？',
      answer:
        '从 {loss} 开始，对照值是 {even}。这里没有参考把它归零，起点取决于模型本来更倾向哪个。比它低，说明模型本来就偏向较好的回答。',
      options: { below: '比它低', at: '差不多', above: '比它高' },
    },
    simpoChosen: {
      title: '那好的回答本身呢？',
      task: '较好的回答，每个词元的平均对数概率，在你这次训练里会怎样？',
      answer:
        '每个词元从 {from} 纳特到 {to} 纳特，差距 {margin}。没有参考拉住它：学习率太大，它会一直掉，直到模型不停重复。',
      options: { rises: '上升', stays: '不变', falls: '下降' },
    },
    agreement: {
      title: '有多少次意见一致？',
      task: '训练结束时，裁判有多大比例和评分器判得一样？抛硬币是 50%。',
      answer: '从 {from} 开始，最后是 {share}。',
    },
    hardest: {
      title: '只留一条准则',
      task: '只用一条准则来问裁判。哪一条它判得最差？',
      answer:
        '那一条判对 {worst}，最好的一条判对 {best}。态度看字面就知道，真假得先知道，裁判靠摘出让它意外的词来看。看看你的裁判哪样更难。',
      options: {
        true: '真实',
        honest: '诚实',
        brief: '简短',
        friendly: '友好',
        same_language: '同一种语言',
      },
    },
    place: {
      title: '先后有影响吗？',
      task: '每一对都按两种顺序各看一次。最后裁判会偏向哪个位置？',
      answer:
        '它对第一个位置的偏好是 {bias}（在 −½ 和 ½ 之间）。两种顺序取平均就抵消了；只看位置的裁判，最后只剩 ½。',
      options: { first: '第一个', neither: '都不偏', second: '第二个' },
    },
    zeroLoss: {
      title: '一组的损失',
      task: '每组回答里，有的高于平均，有的低于平均。第一步的损失有多大？',
      answer:
        '是 {loss}，而梯度的长度是 {grad}。一组的优势加起来是 0，ρ 又是 1，所以数值大约是 0；一步只看到一部分组，Dr. GRPO 里长回答的分量又更重，所以还剩一点。起作用的是梯度：看奖励，别看这个损失。',
      options: { lnV: '接近 ln V', zero: '接近 0', reward: '奖励的相反数' },
    },
    idleGroups: {
      title: '学不到东西的组',
      task: '一组里得分全都一样，优势就都是 0。训练开始时，这样的组占多大比例？',
      answer:
        '最开始有 {idle} 的组全都一样。温度为 0 时，所有的组都会这样：没有可比的，也就没有可学的。',
    },
    lengthTrend: {
      title: '变长还是变短？',
      task: 'Dr. GRPO 不再除以回答的长度。在你这次训练里，回答会变长吗？',
      answer:
        '从 {from} 到 {to} 个词元。GRPO 的除法让长的错误回答每个词元罚得更轻；去掉以后，只由奖励来定。',
      options: { rises: '变长', stays: '差不多', falls: '变短' },
    },
    unequalTrend: {
      title: '还有多少组不一样？',
      task: 'DAPO 会略过得分全都一样的组。模型越来越好，得分有差别的组占的比例会怎样？',
      outcomes: {
        rises:
          '从 {from} 到 {to}。一开始有些问题你的模型总答错，或者总答对；现在同一个问题有时答对、有时答错，能教它的组就多了。等它有了把握，组里又会越来越像。',
        stays:
          '从 {from} 到 {to}。到目前为止，你的模型还没有变到让组里越来越像的地步；等它有了把握，就要多采样才能找到有东西可学的组。',
        falls: '从 {from} 到 {to}。模型有了把握，组里就越来越像，要多采样才能找到有东西可学的组。',
      },
      options: { rises: '上升', stays: '不变', falls: '下降' },
    },
    entropyTrend: {
      title: '更有把握，还是更没把握？',
      task: '熵说明下一个词元有多大的余地。在你这次训练里它会怎样？',
      outcomes: {
        rises:
          '每个词元从 {from} 纳特到 {to} 纳特：余地变大了。原来太有把握的词被压下去，或者少见却做得好的词被抬上来（裁剪的上限宽就容易这样），熵就会上升。一直升下去，最后就成了胡言乱语。',
        stays:
          '每个词元从 {from} 纳特到 {to} 纳特：几乎没变。要么训练太短、步子太小，要么抬上去的和压下去的正好相抵。',
        falls:
          '每个词元从 {from} 纳特到 {to} 纳特。受奖励的变得更可能，别的就更少见；余地没了，就没有什么可尝试的了。',
      },
      options: { rises: '上升', stays: '不变', falls: '下降' },
    },
    recovered: {
      title: '能留住多少？',
      task: '老师答得对的题里，学生最后能答对多大比例？',
      answer: '从 {from} 开始，最后达到老师的 {share}。',
    },
    textOrAnswers: {
      title: '在哪里跟得更紧？',
      task: '逐个词元比较学生和老师，一次在旧文本上，一次在回答上。最后在哪里差得更远？',
      outcomes: {
        text: '文本上每个词元 {text} 纳特，回答上 {answers}。回答就那么几种样子，文本却处处有岔路。',
        answers:
          '文本上每个词元 {text} 纳特，回答上 {answers}。回答的样子虽然不多，里面却有名字和事实，你的学生在这些地方还跟不上老师；文本它读得更多。',
        alike:
          '文本上每个词元 {text} 纳特，回答上 {answers}：差别小得不值一提。回答的样子少，却带着名字和事实；文本则处处有岔路。在这里两边一样重。',
      },
      options: { text: '文本上', answers: '回答上', alike: '差不多' },
    },
    smallest: {
      title: '保住九成的最小学生',
      task: '把学生做得更窄或更浅：最小能多小，还达得到老师的 90%？',
      answer: '{layers} 层，{width} 个通道：大小的 {share}，达到老师的 {kept}。',
    },
    jsdBound: {
      title: '最大能有多大？',
      task: 'JSD 拿两边和它们的混合比较，这里 β = {beta}。它永远不会超过哪个值？',
      answer:
        '你这次最大是 {largest}，上界是 {bound}。混合里两边都有一份，谁也不会无限意外。KL 没有这样的上界。',
      options: { entropy: '{entropy}', one: '1', endless: '没有上界' },
    },
    costliest: {
      title: '找出最“贵”的词',
      task: '你的语言里，哪个词平均每个字符要的词元最多？想想这份文本从来不提的东西。',
      answer: '你的纪录：“{word}”，{cost}。',
    },
    switched: {
      title: '换一条准则',
      task: '在“比较回答”那一页，让你的裁判比较一些回答。然后开关一条准则（真实、诚实、简短、友好、同一种语言），再按“把同样的再评一遍”。找出一条能让至少一个判断翻过来的准则。',
      answer:
        '{of} 个判断里有 {changed} 个翻了过来，当时五条准则用了 {principles} 条。回答一字没变，变的只是什么算更好。',
    },
  },
}
