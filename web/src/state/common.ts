import type { Curve } from '../classroom/statistics'
import { beside } from './beside'
import type { Columns } from './thin'

type Curves = Readonly<Record<string, Curve>>

/** The measures of which both runs have a curve, losses first. */
export function common(a: Curves, b: Curves): string[] {
  const drawn = (of: Curves, name: string) => (of[name]?.steps.length ?? 0) > 1
  const losses = ['held_out_loss', 'train_loss']
  const names = Object.keys(a).filter((name) => drawn(a, name) && drawn(b, name))
  const others = names.filter((name) => !losses.includes(name)).sort()
  return [...losses.filter((name) => names.includes(name)), ...others]
}

/** One measure of both. */
export function together(a: Curves, b: Curves, name: string): Columns {
  const columns = (of: Curves): Columns => {
    const curve = of[name]
    return [[...(curve?.steps ?? [])], [...(curve?.values ?? [])]]
  }
  return beside(columns(a), columns(b))
}
