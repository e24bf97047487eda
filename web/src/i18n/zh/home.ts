import type { Translation } from '../i18n-types'

export const home: Translation['home'] = {
  title: '在这个标签页里，养大一个语言模型',
  lead: '会写字的模型只懂一件事：看着前面的文字，下一个词元大概是什么。现在就有一个在你眼前写，用的是你自己的电脑，模型文件只有几百 KB。',
  leadAlone:
    '会写字的模型只懂一件事：看着前面的文字，下一个词元大概是什么。这是它读书读来的，而读书的过程可以看得见。',
  lead2:
    '在这里，你从零养一个自己的：选一份文本，按下开始，看字母变成词，词变成句子，句子变成知识。可以故意把它弄坏，喜欢的就留下。',
  start: '养一个自己的',
  begin: '从第 0 阶段开始',
  specimen:
    '这个模型读过一座虚构的小镇。词元下面的线越深，它越有把握；指一指，看看它还想过别的什么。',
  teachTitle: '给课堂',
  teach:
    '四十五分钟或九十分钟的课，断网也能上：教案、带答案的学习单，还有一页把三十个人的结果叠在一起看。',
  teachGo: '教案、学习单和结果',
  prompts: '镇上有一|河边有一|There is a house|In our town there is',
  missingTitle: '这里没有现成的模型',
  missing: '这份页面没有附带那个现成的小模型。最小的一种一会儿就能练出来，你看着它写下第一个词。',
  missingStart: '训练最小的模型',
  path: '模型长大的路',
}

export const stages: Translation['stages'] = {
  tokenizer: {
    name: '分词器',
    image: '读书之前先认字，而模型的字是它自己造的。',
    what: '经常挨在一起的字节对，合成一个词元（token）。',
  },
  pretrain: {
    name: '预训练',
    image: '把一个孩子独自留在百科全书堆里，他读啊读，慢慢知道了世界是怎么讲述的。',
    what: '预训练（pretraining）：猜下一个词元，猜上百万次，每次都被纠正。',
  },
  sft: {
    name: '监督微调（SFT）',
    image: '上学了：问它“你好吗”，它会回答，而不再接着背诗。',
    what: '还是同一个损失，只算在回答上。',
  },
  lora: {
    name: 'LoRA 低秩适配',
    image: '老收音机加一个蓝牙模块：里面什么都没动，却会了新本事。',
    what: '冻结的模型旁边，放两个细长的矩阵。',
  },
  feedback: {
    name: '人的反馈',
    image: '对着训练有素的评委演讲。',
    what: '奖励模型从成对的回答里学，PPO 再从奖励模型学。',
  },
  feedbackDirect: {
    name: '直接学偏好',
    image: '同一场演讲，直接听观众怎么选。',
    what: 'DPO：同样的回答对，中间没有奖励模型。',
  },
  tutor: {
    name: 'AI 的反馈',
    image: '尖子生当上了助教。',
    what: '由裁判打标签，再用 PPO、GRPO 或 SPO 学习。',
  },
  distil: {
    name: '蒸馏',
    image: '把师傅的一锅高汤，收成一小罐浓汁。',
    what: '只有三分之一大的学生，学老师的整个概率分布。',
  },
}
