import { expect, test } from 'vitest'
import { marks, places, wrap } from './places'

const code = `// f scales x by β: f(x).
func f(x, xs T) T { return scale("x scale", x.old, beta) }`
const found = (piece: string) =>
  places(code, piece).map(({ from, to }) => [from, code.slice(from, to)])
const at = (text: string, from = 0) => code.indexOf(text, from)

test('a name is found as a whole and in code alone', () => {
  expect(found('x')).toEqual([
    [at('x, xs'), 'x'],
    [at('x.old'), 'x'],
  ])
  expect(found('old')).toEqual([]) // a part of x.old
  expect(found('x.old')).toHaveLength(1)
  expect(found('scale')).toEqual([[at('scale('), 'scale']])
})

test('other pieces are found where they are written', () => {
  expect(found('β')).toEqual([[at('β'), 'β']])
  expect(found('"x scale"')).toHaveLength(1)
  expect(found('gamma')).toEqual([])
})

test('a place may belong to several terms', () => {
  const all = marks(
    'a.b c',
    new Map([
      ['one', ['a.b']],
      ['two', ['a', 'c']],
    ]),
  )
  expect(all).toEqual([
    { from: 0, to: 1, ids: ['one', 'two'] },
    { from: 1, to: 3, ids: ['one'] },
    { from: 4, to: 5, ids: ['two'] },
  ])
})

test('marks go around the text and change nothing of it', () => {
  const root = document.createElement('div')
  root.innerHTML = '<span>let</span> <span>a.b</span> = <span>c</span>a'
  const text = root.textContent
  wrap(
    root,
    marks(
      text,
      new Map([
        ['one', ['a.b =']],
        ['two', ['c', 'a']],
      ]),
    ),
  )
  expect(root.textContent).toBe(text)
  expect([...root.querySelectorAll('mark')].map((m) => [m.dataset['term'], m.textContent])).toEqual(
    [
      ['one two', 'a'],
      ['one', '.b'],
      ['one', ' ='],
    ],
  )
  expect(root.querySelector('span mark')?.parentElement?.textContent).toBe('a.b')
})
