import type { Problem, Turn } from '../engine/messages'

/** The part of the browsers' Prompt API that is used here. */
interface Session {
  prompt(text: string, options?: { signal?: AbortSignal }): Promise<string>
  destroy(): void
}
interface LanguageModel {
  availability(options: object): Promise<string>
  create(options: object): Promise<Session>
}

const languages = { expectedOutputs: [{ type: 'text', languages: ['en'] }] } // A or B
const patience = 120_000 // ms, of one answer

const model = () => (globalThis as { LanguageModel?: LanguageModel }).LanguageModel

/** The browser's own language model, where it has one; only the main thread may ask it. */
export const browserModel = {
  /** True only where it answers without a download first. */
  async available(): Promise<boolean> {
    try {
      return (await model()?.availability(languages)) === 'available'
    } catch {
      return false
    }
  },

  async answer(turns: Turn[]): Promise<{ text: string } | { problem: Problem }> {
    const found = model()
    if (!found) return { problem: missing }
    const signal = AbortSignal.timeout(patience)
    try {
      const [question, before] = [turns.at(-1), turns.slice(0, -1)]
      const session = await found.create({ ...languages, initialPrompts: before, signal })
      try {
        return { text: await session.prompt(question?.content ?? '', { signal }) }
      } finally {
        session.destroy()
      }
    } catch (error) {
      if (signal.aborted) {
        const seconds = patience / 1000
        return { problem: { code: 'judge_slow', args: { seconds }, text: 'No answer in time.' } }
      }
      const reason = error instanceof Error ? error.message : String(error)
      const args = { url: 'LanguageModel', reason }
      return { problem: { code: 'judge_unreachable', args, text: reason } }
    }
  },
}

const missing: Problem = { code: 'judge_missing', text: 'This browser has no language model.' }
