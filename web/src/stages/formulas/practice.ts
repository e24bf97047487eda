// Learning from one's own answers.
import { lines, loss, policy, reference, type Formulas, type Term } from './kinds'

const reward = { id: 'score', symbol: 'R', settings: ['reward'], role: 'reward' } as const
const ratio = { id: 'ratio', symbol: String.raw`\rho_t` }
const low = {
  id: 'clipLow',
  symbol: String.raw`\varepsilon_{low}`,
  settings: ['clip_low'],
}
const high = {
  id: 'clipHigh',
  symbol: String.raw`\varepsilon_{high}`,
  settings: ['clip_high'],
}
const clippedAt = [
  { ...low, code: { ppo: ['clip.low'] } },
  { ...high, code: { ppo: ['clip.high'] } },
] as const satisfies Term[]
const surrogate = (a: string) =>
  String.raw`\min\big(\term{ratio}\term{advantage}, \\ \mathrm{clip}(\term{ratio}, 1-\term{clipLow}, 1+\term{clipHigh})\,\term{advantage}\big)${a}`

export const practice: Formulas<'ppo' | 'grpo' | 'dr_grpo' | 'dapo' | 'spo'> = {
  ppo: [
    {
      tex: lines(
        String.raw`\term{loss} = -\mathbb{E}\,` +
          surrogate(
            String.raw` \\ {} + \term{valueWeight}\,\term{valueLoss} - \term{entropyWeight}\,\term{entropy}`,
          ),
        String.raw`\term{ratio} = \term{policy} / \term{oldPolicy}`,
        String.raw`\term{advantage} = \term{surprise} + \term{discount}\term{trust}\,A_{t+1}`,
        String.raw`\term{surprise} = \term{tokenReward} + \term{discount}\,V_{t+1} - \term{critic}`,
        String.raw`\term{tokenReward} = -\term{betaReward} \ln\frac{\term{oldPolicy}}{\term{reference}} + [t\!=\!|o|]\,\term{score}`,
        String.raw`\term{valueLoss} = \tfrac{1}{2}\,\mathbb{E}\max\big((\term{critic}-\term{earned})^2, \\ (\mathrm{clip}(\term{critic}, \term{oldCritic}\pm\term{valueClip})-\term{earned})^2\big)`,
        String.raw`\term{entropy} = -\mathbb{E}\sum \term{policy}\ln\term{policy}`,
        String.raw`\term{betaReward} \leftarrow \term{betaReward}\big(1 + 0.1\,\mathrm{clip}(\term{kl}/\term{klTarget} - 1, \pm 0.2)\big)`,
      ),
      terms: [
        { ...loss, code: { ppo: ['policyLoss'], ppo_sum: ['sum', 'policyLoss'] } },
        { ...ratio, code: { ppo: ['ratio', 'ρ'] } },
        {
          id: 'advantage',
          symbol: 'A_t',
          code: { ppo: ['x.advantages'], gae: ['advantage', 'advantages'] },
        },
        ...clippedAt,
        { ...policy, code: { ppo: ['logprobs'], entropy_bonus: ['p', 'logp'] } },
        {
          id: 'oldPolicy',
          symbol: String.raw`\pi_{\mathrm{old}}`,
          role: 'policy',
          code: { ppo: ['x.old'], rlhf_reward: ['logprobs', 'lp'] },
        },
        { id: 'surprise', symbol: String.raw`\delta_t`, code: { gae: ['delta'] } },
        {
          id: 'discount',
          symbol: String.raw`\gamma`,
          settings: ['gamma'],
          code: { gae: ['gamma'] },
        },
        {
          id: 'trust',
          symbol: String.raw`\lambda`,
          settings: ['lambda'],
          code: { gae: ['lambda'] },
        },
        {
          id: 'critic',
          symbol: 'V_t',
          code: { gae: ['values', 'next'], value_loss: ['values'], ppo_sum: ['s.values'] },
        },
        {
          id: 'tokenReward',
          symbol: 'r_t',
          code: { gae: ['rewards'], rlhf_reward: ['r', 'rₜ'] },
        },
        {
          id: 'betaReward',
          symbol: String.raw`\beta`,
          settings: ['beta'],
          code: { rlhf_reward: ['beta'], kl_controller: ['beta'] },
        },
        { ...reference, code: { rlhf_reward: ['ref'] } },
        { ...reward, code: { rlhf_reward: ['score'] } },
        {
          id: 'valueWeight',
          symbol: 'c_v',
          settings: ['value_coef'],
          code: { ppo_sum: ['l.valueCoef'] },
        },
        {
          id: 'valueLoss',
          symbol: 'L_V',
          code: { ppo_sum: ['valueLoss', 'value'], value_loss: ['valueLoss'] },
        },
        {
          id: 'valueClip',
          symbol: String.raw`\varepsilon_v`,
          settings: ['value_clip'],
          code: { ppo_sum: ['l.valueClip'], value_loss: ['epsilon', 'ε'] },
        },
        {
          id: 'oldCritic',
          symbol: String.raw`V_{\mathrm{old}}`,
          code: { ppo_sum: ['x.values'], value_loss: ['old'] },
        },
        {
          id: 'earned',
          symbol: String.raw`\hat V_t`,
          code: { gae: ['returns'], ppo_sum: ['x.returns'], value_loss: ['returns'] },
        },
        {
          id: 'entropyWeight',
          symbol: 'c_e',
          settings: ['entropy_coef'],
          code: { ppo_sum: ['l.entropyCoef'] },
        },
        {
          id: 'entropy',
          symbol: 'S',
          code: { ppo_sum: ['entropyBonus', 'bonus'], entropy_bonus: ['entropyBonus'] },
        },
        { id: 'kl', symbol: String.raw`\mathrm{KL}`, code: { kl_controller: ['kl'] } },
        {
          id: 'klTarget',
          symbol: 'd_{KL}',
          settings: ['kl_target'],
          code: { kl_controller: ['c.Target'] },
        },
      ],
      shown: [
        'ppo',
        'ppo_sum',
        'value_loss',
        'entropy_bonus',
        'gae',
        'rlhf_reward',
        'kl_controller',
      ],
    },
  ],
  grpo: [
    {
      tex: lines(
        String.raw`\term{loss} = -\frac{1}{\term{group}}\sum_i \frac{1}{\term{answerLength}}\sum_t \Big[` +
          surrogate(String.raw` - \term{betaKl}\,\term{kl}\Big]`),
        String.raw`\term{advantage} = \frac{\term{score} - \term{meanScore}}{\mathrm{std}\,\term{score}}`,
      ),
      terms: [
        { ...loss, code: { grpo: ['grpoLoss'] } },
        {
          id: 'group',
          symbol: 'G',
          settings: ['group'],
          code: { grpo: ['the number of answers in the minibatch'] },
        },
        { id: 'answerLength', symbol: '|o_i|', code: { grpo: ['1/|o|', 'x.weights'] } },
        { ...ratio, code: { grpo: ['clippedSurrogate', 'ρ'], ppo: ['ratio', 'ρ'] } },
        {
          id: 'advantage',
          symbol: 'A_i',
          code: { ppo: ['x.advantages'], group_advantages: ['groupNormalised', 'out'] },
        },
        { ...low, code: { grpo: ['clip'], ppo: ['clip.low'] } },
        { ...high, code: { grpo: ['clip'], ppo: ['clip.high'] } },
        {
          id: 'betaKl',
          symbol: String.raw`\beta`,
          settings: ['beta'],
          code: { grpo: ['beta', 'β'] },
        },
        { id: 'kl', symbol: 'k_3', code: { grpo: ['k3', 'behind', 'above'] } },
        { ...reward, code: { group_advantages: ['rewards', 'x'] } },
        {
          id: 'meanScore',
          symbol: String.raw`\bar R`,
          settings: ['reward'],
          role: 'reward',
          code: { group_advantages: ['centred'] },
        },
      ],
      shown: ['grpo', 'ppo', 'group_advantages'],
    },
  ],
  dr_grpo: [
    {
      tex: lines(
        String.raw`\term{loss} = -\frac{1}{\term{group}\,\term{longest}}\sum_i\sum_t ` +
          surrogate(''),
        String.raw`\term{advantage} = \term{score} - \term{meanScore}`,
      ),
      terms: [
        { ...loss, code: { dr_grpo: ['policyLoss'], ppo: ['policyLoss'] } },
        { id: 'group', symbol: 'G', settings: ['group'], code: { dr_grpo: ['lengths', 'G·M'] } },
        {
          id: 'longest',
          symbol: 'M',
          settings: ['max_tokens'],
          code: { dr_grpo: ['limit', 'G·M'] },
        },
        { ...ratio, code: { dr_grpo: ['ρ'], ppo: ['ratio', 'ρ'] } },
        {
          id: 'advantage',
          symbol: 'A_i',
          code: { dr_grpo: ['advantages'], ppo: ['x.advantages'] },
        },
        { ...low, code: { dr_grpo: ['clip'], ppo: ['clip.low'] } },
        { ...high, code: { dr_grpo: ['clip'], ppo: ['clip.high'] } },
        { ...reward, code: { dr_grpo: ['rewards'] } },
        {
          id: 'meanScore',
          symbol: String.raw`\bar R`,
          settings: ['reward'],
          role: 'reward',
          code: { dr_grpo: ['centred'] },
        },
      ],
      shown: ['dr_grpo', 'ppo'],
    },
  ],
  dapo: [
    {
      tex: lines(
        String.raw`\term{loss} = -\frac{1}{\sum_i \term{answerLength}}\sum_i\sum_t ` +
          surrogate(''),
        String.raw`\term{advantage} = \mathrm{norm}(\term{score} - \term{penalty})`,
        String.raw`\term{penalty} = \min\Big(1, \frac{\max(0, \term{answerLength} - \term{longest} + \term{overlong})}{\term{overlong}}\Big)`,
      ),
      terms: [
        { ...loss, code: { dapo: ['policyLoss'], ppo: ['policyLoss'] } },
        {
          id: 'answerLength',
          symbol: '|o_i|',
          code: { dapo: ['lengths', 'n'], overlong: ['tokens'] },
        },
        { ...ratio, code: { dapo: ['ρ'], ppo: ['ratio', 'ρ'] } },
        {
          id: 'advantage',
          symbol: 'A_i',
          code: {
            dapo: ['advantages', 'groupNormalised'],
            ppo: ['x.advantages'],
            group_advantages: ['groupNormalised', 'out'],
          },
        },
        { ...low, code: { dapo: ['clip'], ppo: ['clip.low'] } },
        { ...high, code: { dapo: ['clip'], ppo: ['clip.high'] } },
        { ...reward, code: { dapo: ['rewards'], group_advantages: ['rewards', 'x'] } },
        { id: 'penalty', symbol: 'p_i', code: { overlong: ['penalty'] } },
        {
          id: 'longest',
          symbol: 'M',
          settings: ['max_tokens'],
          code: { overlong: ['l.limit'] },
        },
        {
          id: 'overlong',
          symbol: 'L_{cache}',
          settings: ['overlong'],
          code: { overlong: ['l.overlong'] },
        },
      ],
      shown: ['dapo', 'ppo', 'group_advantages', 'overlong'],
    },
  ],
  spo: [
    {
      tex: lines(
        String.raw`\term{loss} = -\mathbb{E}\,` + surrogate(''),
        String.raw`\term{advantage} = \mathrm{norm}(\term{score} - \term{expected})`,
        String.raw`\term{expected} = \frac{\term{successes}}{\term{successes}+\term{failures}}`,
        String.raw`\term{successes} \leftarrow \term{remembering}\,\term{successes} + \term{score}`,
        String.raw`\term{failures} \leftarrow \term{remembering}\,\term{failures} + 1 - \term{score}`,
      ),
      terms: [
        { ...loss, code: { spo: ['policyLoss'], ppo: ['policyLoss'] } },
        { ...ratio, code: { spo: ['ρ'], ppo: ['ratio', 'ρ'] } },
        { id: 'advantage', symbol: 'A', code: { spo: ['a'], ppo: ['x.advantages'] } },
        { ...low, code: { spo: ['clip'], ppo: ['clip.low'] } },
        { ...high, code: { spo: ['clip'], ppo: ['clip.high'] } },
        { ...reward, code: { spo: ['rewards', 'r'], spo_tracker: ['reward'] } },
        {
          id: 'expected',
          symbol: String.raw`\hat v`,
          code: { spo: ['v'], spo_tracker: ['value'] },
        },
        { id: 'successes', symbol: 'a', code: { spo_tracker: ['b.A'] } },
        { id: 'failures', symbol: 'b', code: { spo_tracker: ['b.B'] } },
        {
          id: 'remembering',
          symbol: String.raw`\varrho`,
          code: { spo_tracker: ['rho'] },
        },
      ],
      shown: ['spo', 'spo_tracker', 'ppo'],
    },
  ],
}
