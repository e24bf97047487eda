import { svelte } from '@sveltejs/vite-plugin-svelte'
import { VitePWA } from 'vite-plugin-pwa'
import { defineConfig } from 'vitest/config'
import { manifest } from './scripts/manifest.js'
import { stageCode } from './scripts/stage-code.js'
import { woff2Only } from './scripts/woff2-only.js'

export default defineConfig({
  // Relative addresses: the same files work under any path of any static host.
  base: './',
  plugins: [
    svelte(),
    stageCode(),
    woff2Only(),
    VitePWA({
      strategies: 'injectManifest',
      srcDir: 'src/offline',
      filename: 'service-worker.ts',
      injectRegister: false, // state/offline.svelte.ts: no inline script
      manifest,
      includeManifestIcons: false, // they are in public/, which the pattern takes
      injectManifest: {
        globPatterns: ['**/*.{html,js,css,wasm,woff2,svg,png,safetensors}'],
        globIgnores: ['ready/**'],
        maximumFileSizeToCacheInBytes: 64 << 20,
        // These have their content's hash in the name.
        dontCacheBustURLsMatching: /assets\/.*-[\w-]{8}\./,
        rollupFormat: 'iife', // for browsers without modules in service workers
      },
    }),
  ],
  worker: {
    format: 'es',
    rollupOptions: { output: { entryFileNames: 'assets/[name]-[hash].js' } },
  },
  build: {
    outDir: '../cmd/serve/site',
    emptyOutDir: false, // the folder keeps its tracked placeholder; scripts/clean.js empties the rest
    target: 'es2023',
    assetsInlineLimit: 0, // no data: addresses, so that the Content-Security-Policy can stay strict
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    chunkSizeWarningLimit: 400,
  },
  resolve: process.env['VITEST'] ? { conditions: ['browser'] } : {},
  test: { environment: 'happy-dom', include: ['src/**/*.test.ts', 'scripts/**/*.test.ts'] },
})
