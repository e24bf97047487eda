import type { Attachment } from 'svelte/attachments'
import type { Linked } from './linked.svelte'

const idsOf = (marked: Element): string[] => marked.getAttribute('data-term')?.split(' ') ?? []

/** Lights up what is marked with `data-term` in an element when its term is lit. */
export function lights(links: Linked | undefined): Attachment<HTMLElement> {
  return (root) => {
    if (!links) return
    const all = [...root.querySelectorAll('[data-term]')].map((el) => ({ el, ids: idsOf(el) }))
    $effect(() => {
      for (const { el, ids } of all)
        el.classList.toggle(
          'lit',
          ids.some((id) => links.isLit(id)),
        )
    })
  }
}

/** How far beside a sign a tap still means it, px: signs are smaller than fingers. */
const reach = 22

/** The marked element at or near a point. */
function markedAt(event: MouseEvent, root: Element): Element | undefined {
  const target = event.target as Element
  const hit = target.closest('[data-term]')
  if (hit && root.contains(hit)) return hit
  const formula = target.closest('.katex-display')
  if (!formula || !root.contains(formula)) return undefined
  const distance = (el: Element) => {
    const r = el.getBoundingClientRect()
    const dx = Math.max(r.left - event.clientX, 0, event.clientX - r.right)
    const dy = Math.max(r.top - event.clientY, 0, event.clientY - r.bottom)
    return Math.hypot(dx, dy)
  }
  return [...formula.querySelectorAll('[data-term]')]
    .map((el) => ({ el, d: distance(el) }))
    .filter(({ d }) => d <= reach)
    .sort((a, b) => a.d - b.d)[0]?.el
}

/**
 * Hears the pointer over everything marked in an element: pointing lights a term
 * up, a click or tap keeps it lit until the next one.
 */
export function listens(links: Linked | undefined): Attachment<HTMLElement> {
  return (root) => {
    if (!links) return
    const heard = new AbortController()
    const on = <K extends keyof HTMLElementEventMap>(
      type: K,
      listener: (event: HTMLElementEventMap[K]) => void,
    ) => root.addEventListener(type, listener, { signal: heard.signal })
    on('pointerover', (event) => {
      if (event.pointerType === 'touch') return
      const hit = (event.target as Element).closest('[data-term]')
      links.point(hit ? idsOf(hit) : [])
    })
    on('pointerleave', () => links.point([]))
    on('click', (event) => {
      const hit = (event.target as Element).closest('[data-goes]')
        ? undefined
        : markedAt(event, root)
      if (hit) links.toggle(idsOf(hit))
    })
    on('focusin', (event) => {
      const target = event.target as Element
      const hit = target.matches(':focus-visible') && target.closest('[data-term]')
      links.focus(hit ? idsOf(hit) : [])
    })
    on('focusout', () => links.focus([]))
    return () => heard.abort()
  }
}
