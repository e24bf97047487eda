import type { Translation } from '../i18n-types'

export const classroom: Translation['classroom'] = {
  offline: {
    kept: '断网也能用',
    update: '这个网页有新版本了。',
    updateRunning: '这个网页有新版本了。会先保存正在进行的训练，之后可以接着练。',
    updateNot: '这个网页有新版本了。下次打开时才会启用；这次训练在这里保存不了，先让它练完。',
    take: '现在启用',
  },
}
