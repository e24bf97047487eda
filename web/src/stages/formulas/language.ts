// Learning from text and from conversations.
import { lines, loss, type Formulas } from './kinds'

export const language: Formulas<'pretrain' | 'sft' | 'lora'> = {
  pretrain: [
    {
      tex: String.raw`\term{loss} = -\frac{1}{\term{batch}\,\term{context}}\sum_{i=1}^{\term{batch}}\sum_{t=1}^{\term{context}} \ln \term{baseModel}(\term{nextToken} \mid \term{before})`,
      terms: [
        { ...loss, code: ['"sum"', 'nextTokenLoss'] },
        { id: 'batch', symbol: 'B', settings: ['batch'], code: ['[B·T]'] },
        { id: 'context', symbol: 'T', settings: ['context'], code: ['[B·T]'] },
        {
          id: 'baseModel',
          symbol: String.raw`p_\theta`,
          role: 'base',
          code: ['logits', '"cross_entropy"'],
        },
        { id: 'nextToken', symbol: 'x_{t+1}', code: ['next'] },
        { id: 'before', symbol: String.raw`x_{\le t}`, code: ['logits'] },
      ],
      shown: ['pretrain'],
    },
  ],
  sft: [
    {
      tex: String.raw`\term{loss} = -\frac{\sum_n \term{mask} \ln \term{sftModel}(\term{nextToken} \mid \term{before})}{\sum_n \term{mask}}`,
      terms: [
        { ...loss, code: ['all', '"sum"'] },
        { id: 'mask', symbol: 'm_n', settings: ['loss_mask'], code: ['learned'] },
        {
          id: 'sftModel',
          symbol: String.raw`p_\theta`,
          role: 'sft',
          code: ['logits', '"cross_entropy"'],
        },
        { id: 'nextToken', symbol: 'x_n', code: ['next'] },
        { id: 'before', symbol: 'x_{<n}', code: ['logits'] },
      ],
      shown: ['sft'],
    },
  ],
  lora: [
    {
      when: { setting: 'dora', is: 1, words: 'dora' },
      tex: lines(
        String.raw`\term{output} = \term{magnitude}\,\frac{\term{changed}\,\term{input}}{\term{rowNorm}}`,
        String.raw`\term{changed} = \term{frozen} + \frac{\term{alphaLora}}{\term{rank}}\, \term{up}\,\term{down}`,
      ),
      terms: [
        { id: 'output', symbol: 'h', code: ['[N,out]'] },
        { id: 'magnitude', symbol: 'm', settings: ['dora'], code: ['p.magnitude'] },
        { id: 'changed', symbol: 'V', code: ['v'] },
        { id: 'rowNorm', symbol: String.raw`\lVert V\rVert`, code: ['unit', '"rms_norm"'] },
        { id: 'input', symbol: 'x', code: ['x'] },
        { id: 'frozen', symbol: 'W_0', role: 'base', code: ['w'] },
        { id: 'alphaLora', symbol: String.raw`\alpha`, settings: ['alpha'], code: ['scale'] },
        { id: 'rank', symbol: 'r', settings: ['rank'], code: ['scale'] },
        { id: 'up', symbol: 'B', role: 'adapter', code: ['p.b'] },
        { id: 'down', symbol: 'A', role: 'adapter', code: ['p.a'] },
      ],
      shown: ['dora'],
    },
    {
      tex: String.raw`\term{output} = \term{frozen}\, \term{input} + \frac{\term{alphaLora}}{\term{rank}}\, \term{up}\, \term{down}\, \term{input}`,
      terms: [
        { id: 'output', symbol: 'h', code: ['[N,out]'] },
        { id: 'frozen', symbol: 'W_0', role: 'base', code: ['w'] },
        { id: 'input', symbol: 'x', code: ['x'] },
        { id: 'alphaLora', symbol: String.raw`\alpha`, settings: ['alpha'], code: ['scale'] },
        { id: 'rank', symbol: 'r', settings: ['rank'], code: ['scale', '[N,R]'] },
        { id: 'up', symbol: 'B', role: 'adapter', code: ['p.b'] },
        { id: 'down', symbol: 'A', role: 'adapter', code: ['p.a', 'down'] },
      ],
      shown: ['lora'],
    },
  ],
}
