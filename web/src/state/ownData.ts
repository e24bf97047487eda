// Lessons of one's own: what can be pasted, typed, or taken as a beginning.

export type LessonKind = 'text' | 'conversations' | 'pairs' | 'prompts'

/** A file to begin with, one for each format. */
export const templates: Record<LessonKind, { name: string; lines: (zh: boolean) => string[] }> = {
  text: {
    name: 'text.jsonl',
    lines: (zh) =>
      (zh
        ? ['米洛是一只狐狸，住在河边。', '每天早上，獾烤面包。']
        : ['Milo is a fox and lives by the river.', 'Every morning the badger bakes bread.']
      ).map((text) => JSON.stringify({ text })),
  },
  conversations: {
    name: 'conversations.jsonl',
    lines: (zh) =>
      (zh
        ? [
            ['米洛是谁？', '米洛是一只狐狸。'],
            ['谁烤面包？', '獾每天早上烤面包。'],
          ]
        : [
            ['Who is Milo?', 'Milo is a fox.'],
            ['Who bakes bread?', 'The badger does, every morning.'],
          ]
      ).map(([question = '', answer = '']) => conversation(question, answer)),
  },
  pairs: {
    name: 'pairs.jsonl',
    lines: (zh) =>
      (zh
        ? [
            ['米洛是谁？', '米洛是一只狐狸。', '别问我。'],
            ['谁烤面包？', '獾烤面包。', '面包，面包，还是面包。'],
          ]
        : [
            ['Who is Milo?', 'Milo is a fox.', 'Do not ask me.'],
            ['Who bakes bread?', 'The badger does.', 'Bread, bread and more bread.'],
          ]
      ).map(([question = '', better = '', worse = '']) => pair(question, better, worse)),
  },
  prompts: {
    name: 'prompts.jsonl',
    lines: (zh) =>
      (zh ? ['米洛是谁？', '谁烤面包？'] : ['Who is Milo?', 'Who bakes bread?']).map(prompt),
  },
}

export const conversation = (question: string, answer: string): string =>
  JSON.stringify({
    conversations: [
      { role: 'user', content: question },
      { role: 'assistant', content: answer },
    ],
  })

export const pair = (prompt: string, chosen: string, rejected: string): string =>
  JSON.stringify({ prompt, chosen, rejected })

export const prompt = (question: string): string =>
  JSON.stringify({ conversations: [{ role: 'user', content: question }] })

/** The lines of a text, one more of them. */
export const withLine = (text: string, line: string): string =>
  (text.trim() === '' ? '' : `${text.replace(/\s+$/, '')}\n`) + line + '\n'

/** Larger files are used but not shown for editing. */
export const editable = 200_000 // characters
