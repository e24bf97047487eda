/** Steps, then one column per series; null where a series has no value. */
export type Columns = (number | null)[][]

/**
 * Thins columns to about 2·buckets rows, so that drawing costs the same
 * however long the run. Of each bucket it keeps the rows with the smallest and
 * the largest value of the first series, so that no spike is lost, and every
 * row in which a later series has a value.
 */
export function thin(columns: Columns, buckets: number): Columns {
  const rows = columns[0]?.length ?? 0
  const first = columns[1]
  if (rows <= 2 * buckets || !first) return columns
  const keep = new Set<number>([0, rows - 1])
  for (let b = 0; b < buckets; b++) {
    const from = Math.floor((b * rows) / buckets)
    const to = Math.floor(((b + 1) * rows) / buckets)
    let low = from
    let high = from
    for (let i = from + 1; i < to; i++) {
      if ((first[i] ?? Infinity) < (first[low] ?? Infinity)) low = i
      if ((first[i] ?? -Infinity) > (first[high] ?? -Infinity)) high = i
    }
    keep.add(low).add(high)
  }
  for (const column of columns.slice(2)) {
    column.forEach((v, i) => {
      if (v !== null) keep.add(i)
    })
  }
  const order = [...keep].sort((a, b) => a - b)
  return columns.map((column) => order.map((i) => column[i] ?? null))
}

/**
 * A table of at most about so many rows: the last value of every series in each
 * stretch of equally many steps, a round number of them, so that rows stay as they
 * are while a run goes on; and the newest.
 */
export function figures(columns: Columns, most: number): Columns {
  const steps = columns[0] as number[]
  const end = steps.at(-1) ?? 0
  const power = 10 ** Math.floor(Math.log10(Math.max(1, end / most)))
  const stretch = [1, 2, 5, 10].map((x) => x * power).find((x) => end / x <= most) ?? 1
  const rows = new Map<number, (number | null)[]>()
  steps.forEach((step, i) => {
    const at = Math.ceil(step / stretch)
    const row = rows.get(at) ?? columns.map(() => null)
    columns.forEach((column, k) => (row[k] = column[i] ?? row[k] ?? null))
    rows.set(at, row)
  })
  return columns.map((_, k) => [...rows.values()].map((row) => row[k] ?? null))
}
