// The service worker: keeps the whole page, its engine and the small model in
// the browser, so that it starts without a network. What a class may load
// beside them (ready/) is kept by the page itself, once it is asked for
// (state/readyFiles.ts).
import { cleanupOutdatedCaches, precacheAndRoute, type PrecacheEntry } from 'workbox-precaching'

declare const self: {
  __WB_MANIFEST: PrecacheEntry[]
  addEventListener(type: 'message', listener: (event: MessageEvent) => void): void
  skipWaiting(): Promise<void>
}

// Settings stand behind the #, which never gets here; whatever else somebody
// appends to the address is the same page.
precacheAndRoute(self.__WB_MANIFEST, { ignoreURLParametersMatching: [/./] })
cleanupOutdatedCaches()

// A new version waits until it is asked for, or until every tab is closed.
self.addEventListener('message', (event) => {
  if (event.data === 'take over') void self.skipWaiting()
})
