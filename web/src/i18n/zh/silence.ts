import type { Translation } from '../i18n-types'

export const silence: Translation['silence'] = {
  question:
    '引擎已有 {seconds} 秒没有回应。机器忙的时候，一步就可能要这么久，等一等没有坏处。也可以重新启动：训练从最近的检查点（checkpoint）继续，之后的几步会重做。',
  wait: '再等等',
  restartRun: '从最近的检查点重新开始',
  ended: '它 {seconds} 秒没有回应，被手动停掉了',
}
