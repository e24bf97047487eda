// Learning a tokenizer by byte-pair encoding.
import { lines, type Formulas } from './kinds'

/** The settings that the formula has: the page's own, since a tokenizer is no run. */
export const tokenizerSymbols = { merges: 'M' }

export const tokenizer: Formulas<'tokenizer'> = {
  tokenizer: [
    {
      tex: lines(
        String.raw`\term{bestPair} = \arg\max_{(a,b)}\ \term{pairCount}(a,b)`,
        String.raw`\term{pairCount}(a,b) = \sum_{\term{word}} \term{wordCount} \sum_i\, [\,\term{wordToken}=a,\ \term{wordNext}=b\,]`,
        String.raw`\term{bestPair} \to \term{newToken} \qquad \term{merges}\times`,
      ),
      terms: [
        {
          id: 'bestPair',
          symbol: '(a^*,b^*)',
          code: { bpe: ['pair'], pair_best: ['i', 'now == c.count'] },
        },
        {
          id: 'pairCount',
          symbol: 'n',
          code: {
            bpe: ['tr.countPairs'],
            pair_best: ['c.count', 'd.count', 'tr.counts', 'now'],
            pair_counts: ['tr.add', 'tr.counts'],
          },
        },
        { id: 'word', symbol: 'w', code: { pair_counts: ['w', 'tr.words'] } },
        { id: 'wordCount', symbol: 'c_w', code: { pair_counts: ['wd.count'] } },
        { id: 'wordToken', symbol: 'x_i', code: { pair_counts: ['s[i-1]'] } },
        { id: 'wordNext', symbol: 'x_{i+1}', code: { pair_counts: ['s[i]'] } },
        { id: 'newToken', symbol: 't', code: { bpe: ['m', 't.tokens[m.ID]'] } },
        { id: 'merges', symbol: 'M', settings: ['merges'], code: { bpe: ['o.Merges'] } },
      ],
      shown: ['bpe', 'pair_best', 'pair_counts'],
    },
  ],
}
