// Learning from a teacher.
import { lines, loss, type Formulas } from './kinds'

export const students: Formulas<'distill' | 'distill_sequence' | 'gkd'> = {
  distill: [
    {
      tex: lines(
        String.raw`\term{loss} = \term{alphaText}\,\term{hard}`,
        String.raw`{} + (1-\term{alphaText})\,\term{softness}^2\,\term{divergence}\big(\term{teacher}^{\,\term{softness}}, \term{student}^{\,\term{softness}}\big)`,
      ),
      terms: [
        { ...loss, code: ['all', '"sum"'] },
        { id: 'alphaText', symbol: String.raw`\alpha`, settings: ['alpha'], code: ['alpha'] },
        { id: 'hard', symbol: String.raw`\mathrm{CE}`, code: ['ce', 'hard', '"cross_entropy"'] },
        { id: 'softness', symbol: 'T', settings: ['temperature'], code: ['T'] },
        {
          id: 'divergence',
          symbol: 'D',
          settings: ['direction'],
          code: ['d', 'd.between', 'divergence'],
        },
        {
          id: 'teacher',
          symbol: 'P',
          settings: ['teacher'],
          role: 'teacher',
          code: ['teacher'],
        },
        { id: 'student', symbol: 'Q', role: 'student', code: ['student'] },
      ],
      shown: ['distill'],
    },
  ],
  distill_sequence: [
    {
      tex: lines(
        String.raw`\term{loss} = -\frac{1}{|\term{written}|}\sum_t \ln \term{studentModel}(\hat y_t \mid \term{before}, x)`,
        String.raw`\term{written} \sim \term{teacher}(\cdot \mid x)`,
      ),
      terms: [
        { ...loss, code: { sft: ['all', '"sum"'] } },
        {
          id: 'written',
          symbol: String.raw`\hat y`,
          code: { sft: ['next'], distill_sequence: ['written', 't.state.Texts'] },
        },
        {
          id: 'studentModel',
          symbol: String.raw`q_\theta`,
          role: 'student',
          code: { sft: ['logits', '"cross_entropy"'] },
        },
        { id: 'before', symbol: String.raw`\hat y_{<t}`, code: { sft: ['logits'] } },
        {
          id: 'teacher',
          symbol: 'P',
          settings: ['teacher'],
          role: 'teacher',
          code: { distill_sequence: ['t.teacherWrites'] },
        },
      ],
      shown: ['sft', 'distill_sequence'],
    },
  ],
  gkd: [
    {
      tex: lines(
        String.raw`\term{loss} = \term{betaMix}\,\mathrm{KL}(\term{teacher}^{\,\term{softness}}\,\|\,\term{mixture})`,
        String.raw`{} + (1-\term{betaMix})\,\mathrm{KL}(\term{student}^{\,\term{softness}}\,\|\,\term{mixture})`,
        String.raw`\term{mixture} = \term{betaMix} \term{teacher}^{\,\term{softness}} + (1-\term{betaMix}) \term{student}^{\,\term{softness}}`,
      ),
      terms: [
        { ...loss, code: ['jsd'] },
        { id: 'betaMix', symbol: String.raw`\beta`, settings: ['beta'], code: ['beta', 'JSD_β'] },
        {
          id: 'teacher',
          symbol: 'P',
          settings: ['teacher'],
          role: 'teacher',
          code: ['teacher'],
        },
        { id: 'student', symbol: 'Q', role: 'student', code: ['student'] },
        { id: 'softness', symbol: 'T', settings: ['temperature'], code: ['T'] },
        { id: 'mixture', symbol: 'M', code: ['"jsd"'] },
      ],
      shown: ['gkd'],
    },
  ],
}
