// In which language a text of the town is, by its script: for screen readers and fonts.

export const chinese = (text: string): boolean => /\p{Script=Han}/u.test(text)

/** For `lang`. */
export const langOf = (text: string): 'zh-Hans' | 'en' => (chinese(text) ? 'zh-Hans' : 'en')
