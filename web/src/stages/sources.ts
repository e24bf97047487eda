// Where the figures of real models come from, and the papers of the methods.
import type { StageName } from './list'

export type LessonPage = 'tokenizer' | 'pretrain' | StageName

export interface Paper {
  title: string
  year: number
  /** Without a number: a page at `url`. */
  arxiv?: string
  url?: string
}

const llama2 = {
  title: 'Llama 2: Open Foundation and Fine-Tuned Chat Models',
  year: 2023,
  arxiv: '2307.09288',
}
const llama3 = { title: 'The Llama 3 Herd of Models', year: 2024, arxiv: '2407.21783' }
const llama32 = {
  title: 'Llama 3.2 model card',
  year: 2024,
  url: 'https://github.com/meta-llama/llama-models/blob/main/models/llama3_2/MODEL_CARD.md',
}
const qwen2 = { title: 'Qwen2 Technical Report', year: 2024, arxiv: '2407.10671' }
const qwen25 = { title: 'Qwen2.5 Technical Report', year: 2024, arxiv: '2412.15115' }
const qwen3 = { title: 'Qwen3 Technical Report', year: 2025, arxiv: '2505.09388' }
const glm130b = {
  title: 'GLM-130B: An Open Bilingual Pre-trained Model',
  year: 2022,
  arxiv: '2210.02414',
}
const chatglmRLHF = {
  title: 'ChatGLM-RLHF: Practices of Aligning Large Language Models with Human Feedback',
  year: 2024,
  arxiv: '2404.00934',
}

export const sources: Record<LessonPage, readonly Paper[]> = {
  tokenizer: [llama3, qwen25],
  pretrain: [llama3, qwen25, qwen3, glm130b],
  sft: [llama2, qwen25],
  lora: [
    {
      title: 'LoRA: Low-Rank Adaptation of Large Language Models',
      year: 2021,
      arxiv: '2106.09685',
    },
    { title: 'QLoRA: Efficient Finetuning of Quantized LLMs', year: 2023, arxiv: '2305.14314' },
  ],
  reward: [llama2, chatglmRLHF],
  ppo: [
    { title: 'Proximal Policy Optimization Algorithms', year: 2017, arxiv: '1707.06347' },
    llama2,
    chatglmRLHF,
  ],
  dpo: [
    { title: 'Direct Preference Optimization', year: 2023, arxiv: '2305.18290' },
    llama3,
    qwen25,
  ],
  cdpo: [llama2],
  ipo: [
    {
      title: 'A General Theoretical Paradigm to Understand Learning from Human Preferences',
      year: 2023,
      arxiv: '2310.12036',
    },
    llama3,
    qwen25,
  ],
  judge: [
    {
      title: 'Constitutional AI: Harmlessness from AI Feedback',
      year: 2022,
      arxiv: '2212.08073',
    },
    { title: 'RLAIF vs. RLHF', year: 2023, arxiv: '2309.00267' },
    {
      title: 'Judging LLM-as-a-Judge with MT-Bench and Chatbot Arena',
      year: 2023,
      arxiv: '2306.05685',
    },
    qwen2,
  ],
  grpo: [{ title: 'DeepSeekMath', year: 2024, arxiv: '2402.03300' }, qwen25, qwen3],
  dr_grpo: [
    {
      title: 'Understanding R1-Zero-Like Training: A Critical Perspective',
      year: 2025,
      arxiv: '2503.20783',
    },
  ],
  dapo: [
    {
      title: 'DAPO: An Open-Source LLM Reinforcement Learning System at Scale',
      year: 2025,
      arxiv: '2503.14476',
    },
  ],
  simpo: [
    {
      title: 'SimPO: Simple Preference Optimization with a Reference-Free Reward',
      year: 2024,
      arxiv: '2405.14734',
    },
    {
      title: 'SimPO, its authors’ notes on settings',
      year: 2024,
      url: 'https://github.com/princeton-nlp/SimPO',
    },
  ],
  spo: [{ title: 'Single-stream Policy Optimization', year: 2025, arxiv: '2509.13232' }],
  distill: [
    { title: 'Distilling the Knowledge in a Neural Network', year: 2015, arxiv: '1503.02531' },
    qwen3,
    llama32,
  ],
  distill_sequence: [
    { title: 'Sequence-Level Knowledge Distillation', year: 2016, arxiv: '1606.07947' },
    { title: 'DeepSeek-R1', year: 2025, arxiv: '2501.12948' },
  ],
  gkd: [
    { title: 'On-Policy Distillation of Language Models', year: 2023, arxiv: '2306.13649' },
    qwen3,
  ],
}
