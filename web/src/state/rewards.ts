/** The probability, by Bradley and Terry, that the one with so much more reward is preferred. */
export const preferred = (difference: number): number => 1 / (1 + Math.exp(-difference))

/** Share of a list that lies below a value; equal ones count half. Undefined of an empty list. */
export const rank = (value: number, list: readonly number[]): number | undefined =>
  list.length === 0
    ? undefined
    : list.reduce((n, x) => n + (x < value ? 1 : x === value ? 0.5 : 0), 0) / list.length
