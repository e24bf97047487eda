import { short, fixed } from '../../state/format'
import { t } from '../../state/settings.svelte'
import type { Mark } from '../../stages/lines'
import type { Line } from '../Chart.svelte'

/** A line with its words. */
export function lineOf({ id, at, aside }: Mark): Line {
  const v = at < 10 ? fixed(at, 3) : short(at)
  return { label: t().stage.lines[id]({ v }), at, ...(aside ? { aside } : {}) }
}
