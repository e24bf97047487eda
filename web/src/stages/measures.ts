// How the figures that stages measure are shown: in whose colour, and which of
// them share a chart.

/** By colour, what is measured of whom; a distance has the colour of what it leads away from. */
const subjects = {
  '--chosen': ['chosen', 'heldout_chosen'],
  '--rejected': ['rejected', 'heldout_rejected'],
  '--reward': [
    'reward',
    'heldout_reward',
    'reward_truncated',
    'heldout_reward_truncated',
    'tracked',
    'value_loss',
  ],
  '--reference': ['kl', 'heldout_kl', 'kl_per_token', 'beta'],
  '--base': ['style_off', 'base_identical'],
  '--adapter': ['style_on', 'trainable_fraction'],
  '--judge': [
    'agreement',
    'agreement_one_order',
    'agreement_combos',
    'agreement_phrasings',
    'agreement_residents',
    'agreement_true',
    'agreement_unknown',

    'agreement_honest',
    'agreement_brief',
    'agreement_friendly',
    'agreement_same_language',
    'noted_true',
    'noted_honest',
    'noted_brief',
    'noted_friendly',
    'noted_same_language',
    'position_bias',
  ],
  '--teacher': [
    'teacher_kl',
    'teacher_kl_answers',
    'teacher_habit_kl',
    'teacher_exact_match_combos',
    'divergence',
  ],
  '--student': ['own_jsd', 'own_share', 'habit_kl', 'parameter_share', 'recovered'],
  '--policy': [
    'score',
    'heldout_score',
    'exact_match',
    'heldout_exact_match',
    'length',
    'heldout_length',
    'truncated',
    'heldout_truncated',
    'entropy',
    'ratio',
    'approx_kl',
    'clip_fraction',
    'logprob_gap',
    'unequal_groups',
  ],
  // Of the model in training as such: on what it learns from, and on what it does not.
  '--train': ['train_loss', 'replay_loss', 'objective', 'margin'],
  '--held-out': [
    'held_out_loss',
    'bits_per_byte',
    'recall',
    'fact_recall',
    'exact_match_combos',
    'exact_match_residents',
    'exact_match_phrasings',
    'exact_match_seen',
    'exact_match_combos_plain',
    'exact_match_residents_plain',
    'exact_match_phrasings_plain',
    'honest',
    'false_refusals',
    'polite',
    'brief',
    'language',
    'text_bits_per_byte',
    'question_loss',
    'heldout_margin',
    'pair_accuracy',
    'pair_accuracy_low',
    'pair_accuracy_high',
    'calibration_error',
  ],
  // Counts and is no curve.
  '--ink': ['iteration'],
} as const

const colours = new Map<string, string>(
  Object.entries(subjects).flatMap(([colour, names]) => names.map((name) => [name, colour])),
)

/** The custom property with the colour of a measure. */
export const measureColour = (name: string): string => colours.get(name) ?? '--ink'

/** Measures that belong into one chart; any other has a chart of its own. */
const together: readonly (readonly string[])[] = [
  ['chosen', 'rejected'],
  ['heldout_chosen', 'heldout_rejected'],
  ['margin', 'heldout_margin'],
  ['pair_accuracy', 'pair_accuracy_low', 'pair_accuracy_high'],
  ['reward', 'heldout_reward'],
  ['score', 'heldout_score'],
  ['exact_match', 'heldout_exact_match'],
  ['kl', 'heldout_kl'],
  ['length', 'heldout_length'],
  ['truncated', 'heldout_truncated'],
  ['reward_truncated', 'heldout_reward_truncated'],
  ['exact_match_combos', 'exact_match_residents'],
  ['honest', 'false_refusals'],
  ['style_on', 'style_off'],
  ['agreement', 'agreement_one_order'],
  ['habit_kl', 'teacher_habit_kl'],
]

/** Whether a measure is a curve at all. */
export const charted = (name: string): boolean => name !== 'iteration'

/** The charts of these measures, each with the names of its curves. */
export function charts(names: readonly string[]): string[][] {
  const left = names.filter(charted)
  const shared = together
    .map((group) => group.filter((name) => left.includes(name)))
    .filter((group) => group.length > 0)
  const placed = shared.flat()
  return [...shared, ...left.filter((name) => !placed.includes(name)).map((name) => [name])]
}

const dashes = [undefined, [6, 4], [2, 3]]

/** Colour and dash of the curves of a chart: those of one colour differ in their dashes. */
export function looks(group: readonly string[]): { colour: string; dash?: number[] }[] {
  return group.map((name, i) => {
    const colour = measureColour(name)
    const before = group.slice(0, i).filter((other) => measureColour(other) === colour).length
    const dash = dashes[before % dashes.length]
    return dash ? { colour, dash } : { colour }
  })
}
