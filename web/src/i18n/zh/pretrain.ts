import type { Translation } from '../i18n-types'

export const source: Translation['source'] = {
  document: '第 {n} 篇',
  title: '读什么',
  town: '小镇',
  townDetail:
    '一个编出来的地方，有居民、职业和围巾，中英文都有，由程序写成。正因为是编的，模型知道的每一点都是在这里学的。',
  size: '大小',
  sizes: { quick: '24 位居民', standard: '48 位居民' },
  language: '语言',
  languages: { both: '中文和英文', en: '只要英文', zh: '只要中文' },
  seed: '种子',
  own: '你自己的文本',
  name: '文本',
  documents: '篇数',
  training: '用来学',
  heldOut: '留出来考',
  preview: '翻开看看',
  lives: '谁住在这里',
  livesWhy: '小镇里真实的事都在这张表里。一句话和表里写的一样，就是真的。',
  resident: '居民',
  leftOut: '文本里拿掉了',
}

export const params: Translation['params'] = {
  reset: '改回 {value}',
  steps: '步数',
  batch: '批大小',
  lr: '学习率',
  warmup: '预热步数',
  weight_decay: '权重衰减',
  clip: '梯度裁剪',
  beta1: '一阶动量',
  beta2: '二阶动量',
  context: '上下文长度',
  eval_every: '测量间隔',
  sample_every: '试写间隔',
  checkpoint_every: '自动保存间隔',
  units: {
    steps: '步',
    sequences: '条序列',
    tokens: '个词元',
    answers: '个回答',
    channels: '个通道',
    conversations: '段对话',
    nats: '纳特',
    pairs: '对',
    prompts: '个问题',
  },
}

export const pretrain: Translation['pretrain'] = {
  title: '猜下一个词，怎么就猜出了知识？',
  start: '开始',
  startAgain: '重新开始',
  pause: '暂停',
  resume: '继续',
  goOnFrom: '用现在的设置从第 {step} 步继续',
  goOnHow: '要从第 {step} 步继续，请先调小学习率或裁剪上限：设置不变，还会在同一处停下。',
  step: '走一步',
  stop: '停止',
  save: '保存',
  saveDetail: '现在存一个检查点。平时会自动保存，离开标签页时也会。',
  savedAt: '已在第 {step} 步保存检查点。',
  preparing: '正在准备……',
  phases: {
    none: '还没有开始。',
    preparing: '正在准备……',
    running: '训练中',
    paused: '已暂停。可以一步一步走，也可以继续。',
    stopped: '已停止，最后的检查点留着。',
    done: '练完了。',
    failed: '出错了，请看上面的说明。',
  },
  stepLabel: '步',
  left: '还需',
  speed: '词元／秒',
  workersAtWork: '线程',
  train: '训练',
  heldOut: '留出',
  yours: '你的猜测',
  lossTitle: '损失，纳特／词元',
  lrTitle: '学习率',
  gradTitle: '梯度范数',
  speedTitle: '每秒词元数',
  recallTitle: '能补全的事实',
  lines: {
    lnV: '一无所知，ln V = {v}',
    unigram: '只知每个词元多常见 {v}',
    bigram: '只知两个一组 {v}',
    trigram: '只知三个一组 {v}',
  },
  samples: '它写的话',
  noSamples: '开始后不久，它的第一句话会出现在这里。',
  emptySample: '（什么也没写：一上来就抽到了“文章结束”）',
  atStep: '第 {step} 步',
  firstSample: '最早，第 {step} 步',
  marks: { right: '说对了', wrong: '说错了', nothing: '没有说事实' },
  ask: '你起头，让它接着写',
  askLater: '训练开始后，可以在这里给它一个开头，训练当中也行。',
  hearing: '现在说话的是“{name}”。',
  hearingLive: '现在说话的就是上面那个模型此刻的样子。',
  hearLive: '听正在训练的那个',
  tokenizer: '怎么认字',
  tokenizerLink: '去看看',
  model: '模型',
  presets: { seed: '种子', sprout: '嫩芽', sapling: '小树苗', tree: '大树' },
  parameters: '{n} 个参数',
  shape: '{layers} 层，{heads} 个头，{channels} 个通道，一次看 {context} 个词元。',
  slow: '在多数电脑上很慢，这里要练好几个小时。',
  seed: '随机种子',
  seedDetail: '种子相同，在任何电脑上曲线都一模一样，一位不差。',
  params: '怎么学',
  moreParams: '还有 {n} 项',
  fixedWhileRunning: '训练当中不能改，停下来再改。',
  formula: '要缩小的是什么',
  formulaWords:
    '对 B 条序列各 T 个词元，取模型 θ 给真正出现的下一个词元的概率 p 的负对数，再求平均。',
  code: '真正在运行的几行，出自 {file} 第 {line} 行起。',
  codeLabel: 'Go 源代码：{file}',
}

export const compute: Translation['compute'] = {
  title: '用什么算',
  kinds: { auto: '自动', workers: '工作线程', gpu: '显卡（GPU）' },
  gpu: '显卡',
  workers: '线程：{n}',
  detail:
    '“自动”会在开始前把两种都测一测，显卡明显快才用它。显卡的舍入方式不同，所以曲线的末几位会和工作线程的不一样。训练当中也能改。',
  mixed: '这次训练前面的步子是用别的算的，所以不会一位不差。',
}

export const workers: Translation['workers'] = {
  title: '工作线程（workers）',
  automatic: '自动',
  atWork: '{n} 个在算',
  memory: '占用内存：{size}，上限 {bound}（每个线程 {each}）',
  cores: '本机核心数：{n}',
  detail:
    '同时用几个处理器核心来算。无论几个，数字都一样，一位不差，只是快慢不同。“自动”会在头几步试几种，留下最快的。训练当中也能改。',
  single: '这个浏览器不能在线程里再开线程，所以由一个包办。',
  measured: '在这台机器上测得',
  speed: '步／秒',
  chosen: '在用',
}

export const reading: Translation['reading'] = {
  title: '这个损失正常吗？',
  before: '开始训练后，这里会拿你的曲线和它该有的样子作比较。',
  start:
    '正常。它从 {loss} 起步。在 {vocab} 个词元里平均乱猜，代价是 ln {vocab} = {lnV}，新模型正是这样。',
  worse:
    '不正常。{loss} 比平均乱猜（{lnV}）还差：它把错的当成了准的。多半是学习率太大。停下来调小；梯度范数能看出它被甩得多厉害。',
  aboveUnigram: '还早。留出集上是 {loss}；只要知道每个词元有多常见，就能到 {line}。',
  aboveBigram: '很顺利。{loss}，说明它已经知道哪些词元常见，正在学两两搭配（{line}）。',
  aboveTrigram: '很顺利。{loss}，已经胜过一张两两搭配的表。三个一组的表能到 {line}。',
  belowAll:
    '正常。{loss}，胜过三个一组的表（{line}），说明它看得比前两个词元更远。从这里开始，它学的是数数学不来的东西。',
  falling: '现在是 {loss}。等第一次在留出文本上的测量。',
  rising:
    '注意：你的留出集损失已经涨了 {steps} 步，从 {from} 到 {to}，而训练还在继续。它在背书。换长一些的文本，或者停在最低点，会好些。',
  bits: '留出集上要 {bits} 比特／字节，这个数与分词器无关。',
  bitsTrigram: '三个一组的表要 {bits}。',
  recall: '小镇的事实，它能补全 {share}%。',
}

export const questions: Translation['questions'] = {
  lnVQ: '损失为什么从 ln V 开始？',
  lnV: '新模型给 V 个词元的概率几乎一样，都是 1/V。无论出现哪个，意外都是 −ln(1/V) = ln V。词表是 {vocab} 时，就是 {lnV}。如果一开始就高出很多，那是还没学就有地方错了。',
  normalQ: '它该降到多低？',
  normal:
    '不会到零。文字本身就有意外：居民今晚做什么，谁也不知道，因为生成器在掷骰子。要看的是离虚线有多远，以及留出集是不是跟着训练走。',
  perplexityQ: '纳特（nat）、比特／字节、困惑度是什么？',
  perplexity:
    '一个纳特是概率为 1/e 时的意外。除以 ln 2 就是比特。困惑度（perplexity）是 e 的损失次方：好像在多少个同样可能的词元之间犹豫。纳特／词元取决于分词器，比特／字节不取决于它，所以比较模型要用后者。',
  slowQ: '电脑慢怎么办？',
  slow: '选小一些的模型：“种子”在几乎任何电脑上一分钟内都能学会词。关掉别的忙碌标签页，插上电源，少练几步。可以暂停，也可以关掉页面，明天再继续。',
  slowNumbers: '按现在的设置，每步读 {n} 个词元，共 {steps} 步。',
  resumeQ: '关掉标签页会怎样？',
  resume:
    '每隔若干步自动保存，离开时也保存。回来时它会问你要不要继续，而且分毫不差：权重、动量、步数、读书的次序都在。曲线和没有中断时一模一样，一位不差。',
  loopQ: '它为什么老重复，或者停不下来？',
  loop: '它学到的是：说过的话还会再说；温度低时没有什么能打破这个圈子。调高温度，或者多练。抽到“文章结束”这个词元它才会停，练得少就见得少。',
  nanQ: '出现 NaN 是怎么回事？',
  nan: 'NaN 就是“不是数”：有个值涨得 32 位装不下了，多半因为学习率太大。训练会停在最后一个好的步子上，并把它留下。调小学习率或裁剪上限，从那里继续。',
  ownQ: '能用我自己的文本吗？',
  own: '能，.txt 或 .jsonl，什么语言都行，几百 KB 就是不错的开始。要用它重新学分词，这里会自动做。它会写得像你的文本，也只知道你的文本。',
}

/** 一次训练大约要多久。 */
export const forecast: Translation['forecast'] = {
  measuring: '正在估计要多久……',
  measured: '在这台机器上大约要 {time}',
  gpu: '大约要 {time}，GPU 可能更快',
  ran: '大约要 {time}，和上次一样',
}
