import type { Translation } from '../i18n-types'

/** 学习者自己的数据，以及它会被怎么读。 */
export const ownData: Translation['ownData'] = {
  title: '你自己的数据',
  template: '下载一份样例',
  stays: '它只留在这个浏览器里，不会发到任何地方。',
  how: {
    text: '.txt 文件，或者 .jsonl 文件，每行一条带“text”的记录。也可以拖到这里。',
    conversations: '.jsonl 文件，每行一段对话，每句话有“role”和“content”。也可以拖到这里。',
    pairs: '.jsonl 文件，每行一个偏好：一个问题，一个较好的回答，一个较差的回答。也可以拖到这里。',
    prompts:
      '.jsonl 文件，每行一个问题；里面的回答不会被读。小镇的评分器判不了你的问题，所以要选一个奖励模型。也可以拖到这里。',
  },
  edit: '粘贴、输入或修改',
  question: '问题',
  answer: '回答',
  better: '较好的回答',
  worse: '较差的回答',
  add: '加上这一行',
  paste: {
    text: '文本，或者每行一个 JSON',
    conversations: '每行一段对话',
    pairs: '每行一个偏好',
    prompts: '每行一个问题',
  },
  use: '就用这些',
  faulty: '有 {n} 行读不出来。改好之后再用一次。',
  andMore: '还有 {n} 行。',
  preview: '训练之前先看看',
  previewWhy: {
    conversations: '模型读到的就是这样。画线的词元算进损失，其余的只读，不算损失。',
    pairs: '两个回答，模型读到的就是这样。只有画线的词元算数，也就是问题之后两边不同的部分。',
    prompts: '模型会被问到这些。这里没有要学的，它从自己的回答里学。',
  },
  counted: '共 {total} 条，最长的有 {longest} 个词元。',
  long: {
    conversations:
      '有 {long} 条超过一次能读的 {context} 个词元：会在那里截断，回答一点不剩的就略去。',
    pairs: '有 {long} 条超过一次能读的 {context} 个词元。这样训练不会开始：请改短或删掉。',
    prompts:
      '有 {long} 条在一次能读的 {context} 个词元里放不下回答。这样训练不会开始：请改短，或者允许更短的回答。',
  },
  allLearned: '第一篇现在这样切分：{n} 个词元。预训练时每个词元都要学，都是从它前面的猜出来的。',
  noTokenizer: '训练好分词器之后，这里会显示第一篇切成的词元。',
  number: '第 {n} 条',
  tokens: '{n} 个词元',
  tooLong: '太长',
  sure: '把握 {p}',
  earlier: '前面的',
  later: '后面的',
  retrain: '用我的 {n} 次点击训练奖励模型',
  retrainJudge: '用裁判的 {n} 个标注来训练',
  retrainSimulated: '用模拟的人的 {n} 个标注来训练',
  retrainWhy:
    '带着这些标注打开奖励阶段。少于 {many} 个时只训练打分头，每个通道一个数：这么少的点击定不下更多，判对率的区间会告诉你有多少还不确定。',
  share: '{of} 次中 {same} 次，{share}',
}
