// Where pieces of code stand in shown lines of Go.

export interface Place {
  from: number
  to: number
  /** Whose pieces stand here. */
  ids: readonly string[]
}

/** Go with everything blanked that is no code: what is said in comments and strings. */
const bare = (code: string): string =>
  code.replace(/"(?:[^"\\\n]|\\.)*"|`[^`]*`|\/\/[^\n]*/g, (said) => ' '.repeat(said.length))

/**
 * Every place of a piece. A piece of letters, digits and dots is a Go name, as a
 * whole and in code; any other stands where it is written, also in comments.
 */
export function places(code: string, piece: string): { from: number; to: number }[] {
  const name = /^[\w.]+$/.test(piece)
  const text = name ? bare(code) : code
  const out: { from: number; to: number }[] = []
  for (let at = text.indexOf(piece); at >= 0; at = text.indexOf(piece, at + piece.length)) {
    const to = at + piece.length
    if (name && (/[\p{L}\d_.]/u.test(text[at - 1] ?? '') || /[\p{L}\d_]/u.test(text[to] ?? '')))
      continue
    out.push({ from: at, to })
  }
  return out
}

/** Where the pieces of several terms stand; a place may belong to more than one. */
export function marks(code: string, pieces: ReadonlyMap<string, readonly string[]>): Place[] {
  const owners: string[][] = Array.from({ length: code.length }, () => [])
  for (const [id, all] of pieces) {
    for (const piece of all)
      for (const { from, to } of places(code, piece))
        for (let i = from; i < to; i++) if (!owners[i]?.includes(id)) owners[i]?.push(id)
  }
  const out: Place[] = []
  owners.forEach((ids, i) => {
    const last = out.at(-1)
    if (ids.length === 0) return
    if (last?.to === i && last.ids.join() === ids.join()) last.to = i + 1
    else out.push({ from: i, to: i + 1, ids })
  })
  return out
}

/** Puts a mark with `data-term` around every place in an element that shows the code. */
export function wrap(root: Element, all: readonly Place[]): void {
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT)
  const texts: Text[] = []
  while (walker.nextNode()) texts.push(walker.currentNode as Text)
  let at = 0
  for (const text of texts) {
    const from = at
    at += text.data.length
    // From behind, so that what is cut off moves nothing in front of it.
    for (const place of all.filter((p) => p.from < at && p.to > from).reverse()) {
      const rest = text.splitText(Math.max(0, place.from - from))
      const end = place.to - Math.max(place.from, from)
      if (end < rest.data.length) rest.splitText(end)
      const mark = document.createElement('mark')
      mark.dataset['term'] = place.ids.join(' ')
      rest.replaceWith(mark)
      mark.append(rest)
    }
  }
}
