import type { Token } from '../engine/messages'
import { t } from './settings.svelte'

/** A token's text with its blanks made visible; bytes that are no whole character in hexadecimal. */
export function tokenLabel(token: Token): string {
  if (token.text === '<|eos|>') return t().speech.end()
  const bytes = token.hex.match(/../g)?.join(' ')
  if (token.text === '' || token.text.includes('\uFFFD')) return bytes ?? `#${token.id}`
  // The engine writes stray bytes as <0xE6>; the braces only take room.
  if (bytes && /^(<0x[0-9A-F]{2}>)+$/.test(token.text)) return bytes
  return visible(token.text)
}

/** Blanks as signs. */
export const visible = (text: string): string =>
  text
    .replaceAll(' ', '␣')
    .replaceAll('\n', '↵')
    .replaceAll('\t', '⇥')
    .replace(/<0x([0-9A-F]{2})>/g, '$1 ')
    .trimEnd()
