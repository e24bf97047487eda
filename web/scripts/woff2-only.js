// A Vite plugin: KaTeX's style sheet offers each font in three formats. Every
// browser that runs this page reads woff2, so the others need not ship.

export function woff2Only() {
  return {
    name: 'woff2-only',
    enforce: 'pre',
    transform(code, id) {
      if (!id.endsWith('katex.min.css')) return undefined
      return code.replace(/,url\([^)]+\)\s*format\("(?:woff|truetype)"\)/g, '')
    },
  }
}
