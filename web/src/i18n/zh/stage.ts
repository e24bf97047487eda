import type { Translation } from '../i18n-types'

/** 预训练之后各阶段的页面。 */
export const stage: Translation['stage'] = {
  parent: '从哪里接着走',
  parentNone: '还没有合适的检查点。请先做：',
  parentDemo: '现成的模型（种子，已预训练）',
  parentOf: '{name} · {stage}',
  reward: '谁来给奖励',
  stranger: '{model}（别家的）',
  rewardChosen:
    '不另选的话，就用这一家里最新的奖励模型。它学的是口味，骗得过；小镇的评分器核对回答，骗不过。',
  rewardNone:
    '这一家还没有奖励模型，所以由小镇的评分器打分：它核对回答，骗不过。想对着有口味的评委练，先运行：',
  teacher: '老师',
  lessons: '从什么学',
  lessonsTown: '为小镇做的，和起点模型的文本是同一个小镇',
  lessonsOwn: '你自己的文件',
  choose: '选一个文件',
  held: '{conversations} 段对话，{pairs} 个偏好',
  elsewhere: '“{name}”正在进行。',
  goThere: '去那里',
  later: '引擎里还没有这个阶段。',
  siblings: '同一章里还有',
  notes: '对你的数据做了什么',
  trained: '{all} 个数里训练 {trained} 个（{share}）。',
  lossTitle: '损失',
  answers: '同样的问题，训练前后',
  answersWhy: '留出来的问题，温度为 0。同一个模型的回答不会变，所以每一处不同都来自训练。',
  question: '问题',
  before: '之前',
  after: '之后',
  afterNamed: '之后：保存下来的“{name}”。',
  beforeGone: '它出发时的那个模型已被删除，所以只问之后的。',
  askOne: '问一问',
  ask: '两边都问',
  asking: '正在问……',
  askLater: '先选好起点，就可以问第一遍了。',
  plain: '用普通文本问的：它还不懂对话',
  right: '对',
  wrong: '错',
  nothing: '（什么也没说）',
  sets: {
    held_combos: '认识的居民，没见过的问法',
    held_residents: '课上没提过的居民',
    unknown: '谁也不认识的人',
  },
  mask: '哪些学，哪些只读',
  maskWhy: '模型拿到的一条序列，里面装了好几段对话。画线的词元要学，其余的只读，不算损失。',
  learned: '要学',
  read: '只读',
  maskShare: '{all} 个词元里要学 {learned} 个。',
  talk: '和它聊聊',
  adapter: '适配器',
  adapterNone: '不用：只有模型',
  adapterOwn: '它自己的',
  adapterSwitch: '说到一半也可以换：底下冻结的模型没有变，它接着刚才的话，换一种口气说下去。',
  nextSkill: '再教同一个底座另一种本事',
  nextSkillWhy:
    '底下的模型还是原来的样子，一位不差。在它上面可以再练一个适配器，学别的；练好以后，两个可以在上面的对话里轮流换着用。',
  nextSkillSet: '下一种本事：“{skill}”',
  nextSkillReady: '已经选好“{skill}”，随时可以开始。',
  measure: '全部测一遍',
  measuring: '正在测……',
  measureWhy: '所有留出的问题和偏好，不只是训练时测的那一小部分。',
  measureNamed: '测的是保存下来的“{name}”。',
  measureWaits: '正在训练。等它结束，才能测保存下来的模型。',
  measured: '指标',
  value: '数值',
  calibration: '有多大把握，又有多准',
  calibrationWhy: '每个点是一组回答对。在斜线上，把握和准确率一样；在线下面，就是太自信了。',
  confidence: '把握',
  accuracy: '准确率',
  done: '已完成',
  next: '下一步',
  prompts: '你好！|你是谁？|Hello!',
}

/** 每个阶段一页：学习者的问题、发生的事、公式的意思。 */
export const lessons: Translation['lessons'] = {
  sft: {
    name: 'SFT 监督微调',
    spelled: 'SFT 监督微调（Supervised Fine-Tuning）',
    title: '它知道，为什么不回答？',
    formula:
      '掩码 m 为 1 的词元 n 的平均负对数概率：助手说的话，以及结束它的那个词元。问题只读，不学。',
  },
  lora: {
    name: 'LoRA 低秩适配',
    spelled: 'LoRA 低秩适配（Low-Rank Adaptation）',
    title: '换一个客户，就得全部重练一遍吗？',
    formula:
      '冻结的矩阵 W₀，旁边是秩为 r 的 B 乘 A。B 从零开始，所以走第一步之前，模型和原来一样。损失就是 SFT 的损失。',
  },
  reward: {
    name: '奖励模型',
    title: '怎么用“我更喜欢这个”来训练？',
    formula:
      'r 是回答的得分，w 是两个里较好的，l 是较差的。只有差值算数，得分没有自己的零点，最后要居中。y 是标签的把握：没人怀疑时是 1。',
  },
  ppo: {
    name: 'PPO 近端策略优化',
    spelled: 'PPO 近端策略优化（Proximal Policy Optimization）',
    title: '怎么用分数来训练？',
    formula:
      'ρ 是一个词元写下之后变得多可能的倍数，A 是回答比预期好多少。低于 1 − ε 或高于 1 + ε 就没有好处了。每个词元偏离参考模型都有代价，最后一个词元拿到整个得分。',
  },
  dpo: {
    name: 'DPO 直接偏好优化',
    spelled: 'DPO 直接偏好优化（Direct Preference Optimization）',
    title: '中间非要一个评委吗？',
    formula:
      'π 是模型，π_ref 是它出发时冻结的样子。求和遍及整个回答的词元。两者相同时损失是 ln 2。y 是标签的把握：没人怀疑时是 1，损失就是 −ln σ(d)。',
  },
  cdpo: {
    name: '保守的 DPO',
    title: '要是十个标签里有一个是错的呢？',
    formula: '两个方向的 DPO 损失，按标签有多可能是对的来加权。',
  },
  ipo: {
    name: 'IPO 恒等偏好优化',
    spelled: 'IPO 恒等偏好优化（Identity Preference Optimization）',
    title: '多远才算够？',
    formula: 'h 是和 DPO 一样的差距，目标是 1/(2τ)，到了那里损失为零。',
  },
  judge: {
    name: 'AI 裁判',
    title: '人没空的时候谁来打标签？',
    formula:
      '裁判先学着记下每个回答怎么样，再学着说出较好回答的字母。标签是它说“A”的概率，两种顺序取平均。只看位置的裁判给出 ½。',
  },
  grpo: {
    name: 'GRPO 组相对策略优化',
    spelled: 'GRPO 组相对策略优化（Group Relative Policy Optimization）',
    title: '八个回答里，哪个比同组的好？',
    formula: 'A 是奖励减去本组平均，再除以本组的标准差。全组都一样时，什么也学不到。',
  },
  dr_grpo: {
    name: 'Dr. GRPO',
    spelled: 'Dr. GRPO 改正过的 GRPO（GRPO Done Right）',
    title: '去掉 GRPO 的两个偏差',
    formula: '同样的式子，长度换成常数，也不除标准差。',
  },
  dapo: {
    name: 'DAPO 解耦裁剪',
    spelled:
      'DAPO 解耦裁剪与动态采样的策略优化（Decoupled Clip and Dynamic Sampling Policy Optimization）',
    title: '往上留余地，不要空转的组',
    formula: '有两个界的 GRPO：下界 ε，上界更大；在词元上取平均。',
  },
  simpo: {
    name: 'SimPO 简单偏好优化',
    spelled: 'SimPO 简单偏好优化（Simple Preference Optimization）',
    title: '成对学习，不要参考模型',
    formula: '|y| 是回答的长度。两个平均相等时，损失是 ln(1 + e^γ)。',
  },
  spo: {
    name: 'SPO 单流策略优化',
    spelled: 'SPO 单流策略优化（Single-stream Policy Optimization）',
    title: '一个问题答一遍就够了',
    formula: 'A 是奖励减去追踪器事先的估计，在整批里归一化。然后追踪器再学。',
  },
  distill: {
    name: '白盒蒸馏',
    title: '大模型学到的，小模型留得住吗？',
    formula: 'P 是老师，Q 是学生，都用温度 T 软化。α 是普通损失的比例；T² 让梯度一样大。',
  },
  distill_sequence: {
    name: '序列级蒸馏',
    title: '学老师自己写的话',
    formula: '在老师的回答 ŷ 上的 SFT 损失。',
  },
  gkd: {
    name: 'GKD 在策略蒸馏',
    spelled: 'GKD 广义知识蒸馏（Generalized Knowledge Distillation）',
    title: '在自己的错误上被纠正',
    formula: 'M 是老师 P 和学生 Q 的混合。比例 λ 的回答是学生自己写的；梯度不穿过写作。',
  },
}
