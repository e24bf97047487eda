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
