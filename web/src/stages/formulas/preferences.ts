// Learning from pairs of answers, and what judges them.
import { lines, loss, policy, reference, type Formulas, type Term } from './kinds'

const better = { id: 'better', symbol: 'w' }
const worse = { id: 'worse', symbol: 'l' }
const bothSides = [
  { ...better, code: ['chosen', 'refChosen', 'gained'] },
  { ...worse, code: ['rejected', 'refRejected', 'lost'] },
  { ...policy, code: ['chosen', 'rejected'] },
  { ...reference, code: ['refChosen', 'refRejected'] },
] as const satisfies Term[]
const marginLine = String.raw`\term{margin} = \ln\frac{\term{policy}(\term{better})}{\term{reference}(\term{better})} - \ln\frac{\term{policy}(\term{worse})}{\term{reference}(\term{worse})}`

export const preferences: Formulas<'reward' | 'dpo' | 'cdpo' | 'ipo' | 'judge' | 'simpo'> = {
  reward: [
    {
      when: { setting: 'soft_labels', is: 0, words: 'certain' },
      tex: String.raw`\term{loss} = -\ln \sigma\big(\term{rewardModel}(\term{better}) - \term{rewardModel}(\term{worse})\big)`,
      terms: [
        { ...loss, code: ['rewardLoss'] },
        {
          id: 'rewardModel',
          symbol: String.raw`r_\theta`,
          settings: ['whole'],
          role: 'reward',
          code: ['better', 'worse'],
        },
        { ...better, code: ['better'] },
        { ...worse, code: ['worse'] },
      ],
      shown: ['reward'],
    },
    {
      tex: lines(
        String.raw`\term{loss} = -\big[\term{sureness} \ln \sigma(\term{gap}) + (1-\term{sureness}) \ln \sigma(-\term{gap})\big]`,
        String.raw`\term{gap} = \term{rewardModel}(\term{better}) - \term{rewardModel}(\term{worse})`,
      ),
      terms: [
        { ...loss, code: ['softRewardLoss'] },
        { id: 'sureness', symbol: 'y', settings: ['soft_labels'], code: ['label'] },
        { id: 'gap', symbol: 'd', code: ['d'] },
        {
          id: 'rewardModel',
          symbol: String.raw`r_\theta`,
          settings: ['whole'],
          role: 'reward',
          code: ['a', 'b'],
        },
        { ...better, code: ['a'] },
        { ...worse, code: ['b'] },
      ],
      shown: ['soft_reward'],
    },
  ],
  dpo: [
    {
      when: { setting: 'soft_labels', is: 0, words: 'certainPairs' },
      tex: lines(String.raw`\term{loss} = -\ln\sigma(\term{betaDpo}\, \term{margin})`, marginLine),
      terms: [
        { ...loss, code: ['dpoLoss'] },
        { id: 'betaDpo', symbol: String.raw`\beta`, settings: ['beta'], code: ['beta', 'β'] },
        { id: 'margin', symbol: 'h', code: ['h'] },
        ...bothSides,
      ],
      shown: ['dpo'],
    },
    {
      tex: lines(
        String.raw`\term{loss} = -\big[\term{sureness} \ln \sigma(\term{weighed}) + (1-\term{sureness}) \ln \sigma(-\term{weighed})\big]`,
        String.raw`\term{weighed} = \term{betaDpo}\,\term{margin}`,
        marginLine,
      ),
      terms: [
        { ...loss, code: ['softDPOLoss'] },
        { id: 'sureness', symbol: 'y', settings: ['soft_labels'], code: ['label'] },
        { id: 'weighed', symbol: 'd', code: ['d'] },
        { id: 'betaDpo', symbol: String.raw`\beta`, settings: ['beta'], code: ['beta'] },
        { id: 'margin', symbol: 'h', code: ['h'] },
        ...bothSides,
      ],
      shown: ['soft_dpo'],
    },
  ],
  cdpo: [
    {
      tex: lines(
        String.raw`\term{loss} = (1-\term{wrongShare})\,\term{lossDpo}(\term{weighed})`,
        String.raw`{} + \term{wrongShare}\,\term{lossDpo}(-\term{weighed})`,
        String.raw`\term{weighed} = \term{betaDpo}\,\term{margin}`,
        marginLine,
      ),
      terms: [
        { ...loss, code: ['conservativeLoss'] },
        {
          id: 'wrongShare',
          symbol: String.raw`\varepsilon`,
          settings: ['epsilon'],
          code: ['right', 'flipped', 'ε'],
        },
        {
          id: 'lossDpo',
          symbol: String.raw`L_{\mathrm{DPO}}`,
          code: ['asLabelled', 'otherwise', '"log_sigmoid"'],
        },
        { id: 'weighed', symbol: 'd', code: ['d'] },
        { id: 'betaDpo', symbol: String.raw`\beta`, settings: ['beta'], code: ['beta'] },
        { id: 'margin', symbol: 'h', code: ['h'] },
        ...bothSides,
      ],
      shown: ['cdpo'],
    },
  ],
  ipo: [
    {
      tex: lines(
        String.raw`\term{loss} = \Big(\term{margin} - \frac{1}{2\term{goal}}\Big)^2`,
        marginLine,
      ),
      terms: [
        { ...loss, code: ['ipoLoss'] },
        { id: 'margin', symbol: 'h', code: ['h'] },
        { id: 'goal', symbol: String.raw`\tau`, settings: ['tau'], code: ['margin', 'τ'] },
        ...bothSides,
      ],
      shown: ['ipo'],
    },
  ],
  judge: [
    {
      tex: lines(
        String.raw`\term{loss} = -\mathbb{E} \ln \term{judgeModel}(\term{letter} \mid u, v)`,
        String.raw`\term{verdict} = \tfrac12\big(\term{judgeModel}(\mathrm{A}\mid \term{inOrder}) + \term{judgeModel}(\mathrm{B}\mid \term{swapped})\big)`,
      ),
      terms: [
        { ...loss, code: { judge: ['all'] } },
        {
          id: 'judgeModel',
          symbol: String.raw`p_\theta`,
          role: 'judge',
          code: { judge: ['logits', '"cross_entropy"'], rlaif_label: ['preference'] },
        },
        { id: 'letter', symbol: 'z', code: { judge: ['letter'] } },
        { id: 'verdict', symbol: 'y', code: { rlaif_label: ['rlaifLabel'] } },
        { id: 'inOrder', symbol: 'u,v', code: { rlaif_label: ['aFirst'] } },
        { id: 'swapped', symbol: 'v,u', code: { rlaif_label: ['bFirst'] } },
      ],
      shown: ['judge', 'rlaif_label'],
    },
  ],
  simpo: [
    {
      tex: lines(
        String.raw`\term{loss} = -\ln\sigma\Big(\frac{\term{betaSimpo}}{\term{betterLength}}\ln\term{policy}(\term{better})`,
        String.raw`{} - \frac{\term{betaSimpo}}{\term{worseLength}}\ln\term{policy}(\term{worse}) - \term{demanded}\Big)`,
      ),
      terms: [
        { ...loss, code: ['simpoLoss'] },
        { id: 'betaSimpo', symbol: String.raw`\beta`, settings: ['beta'], code: ['beta', 'β'] },
        { id: 'betterLength', symbol: '|w|', code: ['perChosen', '1/|w|'] },
        { id: 'worseLength', symbol: '|l|', code: ['perRejected', '1/|l|'] },
        { ...policy, code: ['chosen', 'rejected'] },
        { ...better, code: ['chosen', 'better'] },
        { ...worse, code: ['rejected', 'worse'] },
        { id: 'demanded', symbol: String.raw`\gamma`, settings: ['gamma'], code: ['gamma', 'γ'] },
      ],
      shown: ['simpo'],
    },
  ],
}
