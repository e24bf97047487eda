// A town as it is written in addresses and in the ids of texts: quick:zh:3.

export const townSizes = ['quick', 'standard'] as const
export type TownSize = (typeof townSizes)[number]
export const townLanguages = ['both', 'en', 'zh'] as const
export type TownLanguage = (typeof townLanguages)[number]
export const mostTownSeed = 999_999

export interface Town {
  size: TownSize
  language: TownLanguage
  seed: number
}

export const usualTown = 'quick:both:1'

export const townName = ({ size, language, seed }: Town): string => `${size}:${language}:${seed}`

/** The town of a name, which may leave out the seed, and the language, too. */
export function townOf(name: string): Town | undefined {
  const [size, language = 'both', seed = '1', ...more] = name.split(':')
  const town = {
    size: townSizes.find((s) => s === size),
    language: townLanguages.find((l) => l === language),
    seed: /^\d+$/.test(seed) ? Number(seed) : Infinity,
  }
  return more.length === 0 && town.size && town.language && town.seed <= mostTownSeed
    ? { size: town.size, language: town.language, seed: town.seed }
    : undefined
}
