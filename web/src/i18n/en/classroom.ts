import type { BaseTranslation } from '../i18n-types'

export const classroom = {
  offline: {
    kept: 'works without a network',
    update: 'A new version of this page is here.',
    updateRunning:
      'A new version of this page is here. What is training is saved first, and you can go on from there.',
    updateNot:
      'A new version of this page is here. It starts when you open the page next; this run is not saved here, so let it end.',
    take: 'Start it now',
  },
} satisfies BaseTranslation
