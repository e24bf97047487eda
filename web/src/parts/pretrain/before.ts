import type { RunInfo } from '../../engine/messages'
import { checkpoints } from '../../state/checkpoints.svelte'
import { differing, type Earlier } from '../../state/earlier'
import { run } from '../../state/run.svelte'
import { t } from '../../state/settings.svelte'
import { whole } from '../../state/format'
import { amount, settingName } from '../amount'

// More would not fit beside a curve's name.
const most = 3

/** In words how an earlier run was set otherwise than the present one. */
export function otherwise({ info }: Earlier, now: RunInfo): string {
  const words = t().pretrain
  const params = run.stages.find((s) => s.name === info.stage)?.params ?? []
  const said = differing(info, now).map((key) => {
    switch (key) {
      case 'preset':
        return (
          (words.presets as unknown as Record<string, (() => string) | undefined>)[
            info.preset
          ]?.() || info.preset
        )
      case 'parent':
        return `${t().family.from()} = ${
          checkpoints.list.find((c) => c.id === info.parent)?.name ?? info.parent ?? '–'
        }`
      case 'dataset':
        return `${t().source.name()} = ${info.dataset.name}`
      case 'lessons':
        return `${t().family.lessonsOf()} = ${info.lessons?.name ?? '–'}`
      case 'seed':
        return `${words.seed()} = ${whole(info.seed)}`
    }
    const param = params.find((p) => p.key === key)
    const value = info.params[key]
    if (!param) return key
    return `${settingName(param)} = ${value === undefined ? '–' : amount(param, value)}`
  })
  if (said.length === 0) return words.beforeSame()
  const left = said.length - most
  return [...said.slice(0, most), ...(left > 0 ? [words.beforeMore({ n: whole(left) })] : [])].join(
    ', ',
  )
}
