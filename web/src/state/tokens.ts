import type { Token } from '../engine/messages'
import { t } from './settings.svelte'

/** A token's text with its blanks made visible; bytes that are no text in hexadecimal. */
export function tokenLabel(token: Token): string {
  if (token.text === '<|eos|>') return t().speech.end()
  if (token.text === '' || token.text.includes('\uFFFD')) return hexLabel(token)
  return token.text.replaceAll(' ', '␣').replaceAll('\n', '↵').replaceAll('\t', '⇥')
}

function hexLabel(token: Token): string {
  return token.hex ? `0x${token.hex}` : `#${token.id}`
}
