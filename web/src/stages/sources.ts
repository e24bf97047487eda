// Where the figures of real models come from, and the papers of the methods.
import type { StageName } from './list'

export type LessonPage = 'tokenizer' | 'pretrain' | StageName

export interface Paper {
  title: string
  /** Without a number: a page at `url`. */
  arxiv?: string
  url?: string
}

const llama2 = { title: 'Llama 2', arxiv: '2307.09288' }
const llama3 = { title: 'The Llama 3 Herd of Models', arxiv: '2407.21783' }
const llama32 = {
  title: 'Llama 3.2 model card',
  url: 'https://github.com/meta-llama/llama-models/blob/main/models/llama3_2/MODEL_CARD.md',
}
const qwen2 = { title: 'Qwen2 Technical Report', arxiv: '2407.10671' }
const qwen25 = { title: 'Qwen2.5 Technical Report', arxiv: '2412.15115' }
const qwen3 = { title: 'Qwen3 Technical Report', arxiv: '2505.09388' }
const glm130b = { title: 'GLM-130B', arxiv: '2210.02414' }
const chatglmRLHF = { title: 'ChatGLM-RLHF', arxiv: '2404.00934' }

export const sources: Record<LessonPage, readonly Paper[]> = {
  tokenizer: [llama3, qwen25],
  pretrain: [llama3, qwen25, qwen3, glm130b],
  sft: [llama2, qwen25],
  lora: [
    { title: 'LoRA', arxiv: '2106.09685' },
    { title: 'QLoRA', arxiv: '2305.14314' },
  ],
  reward: [llama2, chatglmRLHF],
  ppo: [{ title: 'PPO', arxiv: '1707.06347' }, llama2, chatglmRLHF],
  dpo: [{ title: 'DPO', arxiv: '2305.18290' }, llama3, qwen25],
  cdpo: [llama2],
  ipo: [{ title: 'IPO', arxiv: '2310.12036' }, llama3],
  judge: [
    { title: 'Constitutional AI', arxiv: '2212.08073' },
    { title: 'RLAIF', arxiv: '2309.00267' },
    { title: 'Judging LLM-as-a-Judge', arxiv: '2306.05685' },
    qwen2,
  ],
  grpo: [{ title: 'DeepSeekMath', arxiv: '2402.03300' }, qwen25, qwen3],
  dr_grpo: [{ title: 'Dr. GRPO', arxiv: '2503.20783' }],
  dapo: [{ title: 'DAPO', arxiv: '2503.14476' }],
  simpo: [{ title: 'SimPO', arxiv: '2405.14734' }],
  spo: [{ title: 'Single-stream Policy Optimization', arxiv: '2509.13232' }],
  distill: [{ title: 'Distillation', arxiv: '1503.02531' }, qwen3, llama32],
  distill_sequence: [
    { title: 'Sequence-level distillation', arxiv: '1606.07947' },
    { title: 'DeepSeek-R1', arxiv: '2501.12948' },
  ],
  gkd: [{ title: 'GKD', arxiv: '2306.13649' }, qwen3],
}
