export const speech = {
  label: 'A model writing',
  prompt: 'Beginning of the text',
  write: 'Write on',
  stop: 'Stop',
  try: 'Try:',
  tokensLabel: 'Written text. Left and right arrow keys walk through its tokens.',
  waiting: 'Here you will see what else it might have said.',
  chosen:
    'Token {n:string}: it chose “{token:string}”, at a probability of {p:string}. Its rivals:',
  rivals: 'Most likely next tokens, before any cut',
  isChosen: 'chosen',
  end: '(end)',
  done: '{n:string} tokens, computed at {speed:string} tokens/s and shown more slowly.',
  cut: 'It was cut off at the length limit.',
  loops:
    'It has begun to repeat itself. Small models do, above all at low temperature: raise it, or train longer.',
  temperature: 'Temperature',
  temperatureZero: 'Always the likeliest token. Safe, and prone to loops.',
  temperatureMiddle: 'Draws, and leans towards the likely.',
  temperatureHigh: 'Unlikely tokens get their chance. It babbles.',
  all: 'all',
  topKOff: 'Every token may be drawn.',
  topK: 'Only the {k:string} likeliest may be drawn.',
  topPOff: 'No cut by probability.',
  topP: 'Only the likeliest that together make up {p:string}.',
}

export const tokenizer = {
  title: 'How can a machine read letters?',
  story1:
    'A model computes with numbers, so a text must become a row of numbers first. The plainest way gives each byte its own: 256 of them say everything, in any language.',
  story2:
    'But then a word is a long row. So we look which two neighbours stand together most often in our text, and give the pair a number of its own. Then again, and again. Each such step is a merge.',
  story3:
    'Watch “ing” and “的” become one token each. Nobody told it about endings or characters: it counted.',
  sample:
    'The fox of our town lives by the river. In the evening she is singing and baking bread.\n镇上的狐狸住在河边。晚上她唱歌，烤面包。',
  play: 'Play the merges',
  pause: 'Pause',
  mergesShown: 'Merges in force',
  ofMerges: '{n:string} of {total:string} merges',
  tokensLabel: 'The text in {n:string} tokens',
  learning: 'Learning…',
  tokens: 'tokens',
  characters: 'characters',
  bytes: 'bytes',
  charsPerToken: 'characters per token',
  newest:
    'Merge {rank:string}: “{left:string}” and “{right:string}” become “{text:string}”, seen {count:string} times.',
  noMerges: 'No merges: every byte is a token. A Chinese character takes three.',
  yourText: 'Your own words',
  showIds: 'Show the numbers',
  kind: 'What is a token?',
  kinds: { bpe: 'Byte pairs (BPE)', char: 'Characters', byte: 'Bytes' },
  kindDetail: {
    bpe: 'Merges learned from the text. What GPT, Llama and Qwen do.',
    char: 'A token for each character of the text. Simple, and long.',
    byte: 'A token for each byte. No learning, longest.',
  },
  merges: 'Merges to learn',
  vocabulary: '{n:string} tokens in all: 5 special ones, 256 bytes, and the merges.',
  learn: 'Learn the tokenizer',
  stale: 'Changed since it was learned.',
  vocab: 'Vocabulary',
  charsPerTokenHeldOut: 'Characters per token, held-out text',
  bytesPerTokenHeldOut: 'Bytes per token, held-out text',
  seconds: 'Learned in',
  speed: '{s:string} s, {rate:string} MB/s',
  download: 'Download tokenizer.json',
  next: 'On to pretraining',
  mergeList: 'The merges, in order',
  mergeListDetail: 'Earlier ones are applied first. Pick a number to go there.',
  pair: 'Pair',
  token: 'New token',
  occurrences: 'Times seen',
  comparison: 'The same text, three ways',
  comparisonDetail:
    'A model sees a fixed number of tokens at a time. The fewer tokens a text takes, the more of it fits.',
  compare: 'Compare',
  zero: 'Break it: 0 merges',
  inContext: 'Characters in {n:number} tokens',
  zeroResult:
    'Without merges this text takes {ratio:string} times as many tokens. So each training step sees {ratio:string} times less text, writing takes {ratio:string} times as long, and attention over the whole text costs {square:string} times as much.',
  costliest: 'Find the costliest word',
  costliestTask:
    'Which word of your language takes the most tokens per character? Think of what this text never mentions.',
  word: 'A word',
  weigh: 'Count',
  cost: '{n:string} tokens, {cost:string} per character.',
  record: 'Your record: “{word:string}” at {cost:string}.',
  costHigh:
    'This script was hardly in the text, so it falls back to bytes. People who write it pay more with every commercial model whose tokenizer was learned on other languages.',
  whyNotLettersQ: 'Why not simply one token per letter?',
  whyNotLetters:
    'It works, and you can choose it. But texts get long, the model sees less at a time, and it spends effort on spelling. Chinese would need thousands of characters, most of them rare.',
  whyNotWordsQ: 'Why not one token per word?',
  whyNotWords:
    'Then a new word is unreadable, and Chinese has no blanks to cut at. Byte pairs are in between: common words are one token, rare ones a few, and nothing is ever unknown.',
  chineseQ: 'Why is “的” three tokens at first?',
  chinese:
    'In UTF-8 a Chinese character is three bytes. Two merges make it one token, and they come early for frequent characters. Before that you see its bytes in hexadecimal.',
  ownTextQ: 'Can I use one tokenizer for another text?',
  ownText:
    'It reads anything, but cuts it badly: merges learned on English leave Chinese in bytes. A model is tied to the tokenizer it was trained with, since it knows tokens by number alone. So every checkpoint here carries its own.',
}
