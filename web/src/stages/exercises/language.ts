// Exercises of the tokenizer and of pretraining, SFT and LoRA.
import { visible } from '../../state/tokens'
import { first, heldOut, last, lossCurve, measured, type Exercise, type Scene } from './kinds'

/** Three merges of which one came first, spread over the list. */
function candidates({ merges, round }: Scene) {
  const k = 8 + ((round * 37) % Math.max(1, merges.length - 60))
  const all = [merges[k], merges[k + 18], merges[k + 45]].filter((m) => m !== undefined)
  const pair = (m: { left: string; right: string }) => `${visible(m.left)} + ${visible(m.right)}`
  return {
    k,
    right: merges[k] && { ...merges[k], pair: pair(merges[k]) },
    // The right one stands at changing places.
    options: all.map((_, i) => {
      const m = all[(i + round) % all.length] as (typeof all)[number]
      return { key: String(m.rank), text: pair(m) }
    }),
  }
}

export const tokenizer: Exercise[] = [
  {
    id: 'nextMerge',
    kind: 'choice',
    when: 'now',
    again: true,
    given: (s) => ({ n: candidates(s).k }),
    options: (s) => candidates(s).options,
    truth: (s) => {
      const { right } = candidates(s)
      return right && { value: String(right.rank), found: { pair: right.pair, count: right.count } }
    },
    show: { n: 'whole', count: 'whole' },
  },
  {
    id: 'halfMerges',
    kind: 'choice',
    when: 'now',
    options: ['little', 'some', 'double'],
    truth: async (s) => {
      const { tokenizer, text } = s
      if (!tokenizer || tokenizer.merges < 2 || !text) return undefined
      const count = async (merges: number) =>
        (await s.call('tokenizer.encode', { tokenizer: tokenizer.id, text, merges })).tokens.length
      const half = Math.floor(tokenizer.merges / 2)
      const [few, all] = [await count(half), await count(0)]
      const more = few / all - 1
      return {
        value: more < 0.3 ? 'little' : more < 0.8 ? 'some' : 'double',
        found: { half, merges: tokenizer.merges, few, all, more },
      }
    },
    show: { half: 'whole', merges: 'whole', few: 'whole', all: 'whole', more: 'percent' },
  },
]

export const pretrain: Exercise[] = [
  lossCurve('curve', (s) => Math.log(s.info?.vocab ?? s.tokenizer?.vocab ?? 1285) * 1.1),
  {
    id: 'firstLoss',
    kind: 'choice',
    when: 'first',
    given: (s) => ({ vocab: vocabulary(s), lnV: Math.log(vocabulary(s)) }),
    options: ['zero', 'one', 'lnV', 'vocab'],
    truth: (s) => {
      const loss = first(s)?.train_loss
      if (loss === undefined) return undefined
      const lnV = Math.log(vocabulary(s))
      const places = { zero: 0, one: 1, lnV, vocab: vocabulary(s) }
      return { value: nearest(places, loss), found: { loss, lnV } }
    },
    show: { vocab: 'whole', loss: 'fixed3', lnV: 'fixed2' },
  },
  {
    id: 'factsWhen',
    kind: 'choice',
    when: 'end',
    options: ['before', 'together', 'after'],
    truth: (s) => {
      const losses = heldOut(s)
      const facts = s.metrics.flatMap((m) =>
        m.recall === undefined ? [] : [{ step: m.step, value: m.recall }],
      )
      const [a, z] = [losses[0], losses.at(-1)]
      const best = Math.max(0, ...facts.map((f) => f.value))
      const chance = facts[0]?.value ?? 0
      // A run that learned no facts cannot tell.
      if (!a || !z || facts.length < 4 || best - chance < 0.2) return undefined
      const loss = losses.find((x) => a.value - x.value >= (a.value - z.value) / 2)?.step ?? z.step
      const fact = facts.find((x) => x.value - chance >= (best - chance) / 2)?.step ?? z.step
      const gap = (s.info?.steps ?? z.step) / 10
      return {
        value: fact > loss + gap ? 'after' : fact < loss - gap ? 'before' : 'together',
        found: { loss, facts: fact, recall: best },
      }
    },
    show: { loss: 'whole', facts: 'whole', recall: 'percent' },
  },
  {
    id: 'turn',
    kind: 'challenge',
    when: 'end',
    attempt: (s) => {
      const all = heldOut(s)
      const best = all.reduce(
        (low, x) => (x.value < low.value ? x : low),
        all[0] ?? { step: 0, value: Infinity },
      )
      const end = all.at(-1)
      if (!end || all.length < 3) return undefined
      const late = all.filter((x) => x.step > best.step).length
      return {
        found: { best: best.step, loss: best.value, end: end.step, last: end.value },
        merit: -late,
        reached: s.stopped && late >= 1 && late <= 3,
      }
    },
    show: { best: 'whole', end: 'whole', loss: 'fixed2', last: 'fixed2' },
  },
]

export const sft: Exercise[] = [
  lossCurve('curve', () => 5),
  {
    id: 'maskShare',
    kind: 'number',
    when: 'now',
    unit: 'percent',
    range: () => ({ min: 0, max: 100, step: 1 }),
    truth: async (s) => {
      if (!s.parent) return undefined
      const { tokens } = await s.call('lesson', {
        stage: 'sft',
        seed: s.seed,
        dataset: '',
        parent: s.parent,
        params: s.params,
        ...(s.lessons ? { lessons: s.lessons } : {}),
      })
      const learned = tokens.filter((x) => x.learned).length
      if (tokens.length === 0) return undefined
      return { value: (100 * learned) / tokens.length, found: { learned, all: tokens.length } }
    },
    near: (guess, truth) => Math.abs(guess - truth) <= 10,
    show: { learned: 'whole', all: 'whole' },
  },
  {
    id: 'sftStart',
    kind: 'choice',
    when: 'first',
    options: ['zero', 'between', 'lnV'],
    truth: (s) => {
      const loss = first(s)?.train_loss
      const lnV = s.info?.ln_v
      if (loss === undefined || !lnV) return undefined
      return {
        value: loss < 0.1 * lnV ? 'zero' : loss > 0.85 * lnV ? 'lnV' : 'between',
        found: { loss, lnV },
      }
    },
    show: { loss: 'fixed2', lnV: 'fixed2' },
  },
  {
    id: 'bestStep',
    kind: 'number',
    when: 'end',
    unit: 'steps',
    range: (s) => ({ min: 1, max: s.info?.steps ?? s.params['steps'] ?? 300, step: 1 }),
    truth: (s) => {
      const all = measured(s, 'exact_match_residents')
      const best = all.reduce(
        (top, x) => (x.value > top.value ? x : top),
        all[0] ?? { step: 0, value: 0 },
      )
      const end = all.at(-1)
      if (!end || best.value === 0) return undefined
      return { value: best.step, found: { step: best.step, share: best.value, end: end.value } }
    },
    near: (guess, truth, s) => Math.abs(guess - truth) <= 0.15 * (s.info?.steps ?? guess),
    show: { step: 'whole', share: 'percent', end: 'percent' },
  },
]

export const lora: Exercise[] = [
  lossCurve('curve', () => 5),
  {
    id: 'loraShare',
    kind: 'number',
    when: 'first',
    unit: 'percent',
    range: () => ({ min: 0, max: 100, step: 0.1 }),
    truth: (s) =>
      s.info && {
        value: (100 * s.info.trained) / s.info.parameters,
        found: {
          trained: s.info.trained,
          all: s.info.parameters,
          rank: s.info.params['rank'] ?? 0,
        },
      },
    near: (guess, truth) => guess > truth / 1.5 && guess < truth * 1.5,
    show: { trained: 'whole', all: 'whole', rank: 'whole' },
  },
  {
    id: 'takenOut',
    kind: 'choice',
    when: 'end',
    options: ['same', 'near', 'lost'],
    truth: async (s) => {
      const parent = s.info?.parent
      if (!parent) return undefined
      const say = async (checkpoint: string, adapter: string, prompt: string) =>
        (
          await s.call('sample', {
            checkpoint,
            adapter,
            prompt,
            chat: true,
            max_tokens: 16,
            temperature: 1,
            top_k: 0,
            top_p: 1,
            seed: 7,
            stream: -7,
          })
        ).text
      let alike = 0
      const prompts = ['Who are you?', '你好！', 'Hello!', 'What do you know?']
      for (const p of prompts)
        if ((await say('live', 'none', p)) === (await say(parent, 'none', p))) alike++
      return {
        value: alike === prompts.length ? 'same' : alike > 0 ? 'near' : 'lost',
        found: { alike, all: prompts.length },
      }
    },
    show: { alike: 'whole', all: 'whole' },
  },
  {
    id: 'fewest',
    kind: 'challenge',
    when: 'end',
    attempt: (s) => {
      const style = last(s, 'style_on')
      if (style === undefined || !s.info) return undefined
      return {
        found: { rank: s.info.params['rank'] ?? 0, trained: s.info.trained, style },
        merit: -s.info.trained,
        reached: style >= 0.9,
      }
    },
    show: { rank: 'whole', trained: 'whole', style: 'percent' },
  },
]

const vocabulary = (s: Scene): number => s.info?.vocab ?? s.tokenizer?.vocab ?? 1285

/** The key of the place that lies nearest to a value. */
function nearest(places: Record<string, number>, value: number): string {
  return Object.entries(places).reduce((a, b) =>
    Math.abs(b[1] - value) < Math.abs(a[1] - value) ? b : a,
  )[0]
}
