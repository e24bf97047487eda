// What a browser shows of the installed page. Addresses are relative to the
// manifest, so that it holds under any path.
/** @type {Partial<import('vite-plugin-pwa').ManifestOptions>} */
export const manifest = {
  id: './',
  name: 'Sprout 萌芽',
  short_name: 'Sprout',
  description: 'Grow a language model in a browser tab. 在浏览器里养大一个语言模型。',
  start_url: './',
  scope: './',
  display: 'standalone',
  background_color: '#f8f4e9',
  theme_color: '#f8f4e9',
  icons: [
    { src: 'icon.svg', sizes: 'any', type: 'image/svg+xml' },
    { src: 'icon-192.png', sizes: '192x192', type: 'image/png' },
    { src: 'icon-512.png', sizes: '512x512', type: 'image/png' },
    { src: 'icon-maskable-512.png', sizes: '512x512', type: 'image/png', purpose: 'maskable' },
  ],
}
