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
  ready: {
    button: 'Catch up',
    detail: 'Load the next ready-made model',
    loading: 'Loading a ready-made model…',
    loaded: 'Loaded: {names:string}. Ready-made, not grown here.',
    nothing:
      'You have all that this stage needs, and a ready-made result of it where there is one.',
    none: 'This site has no ready-made models. Whoever serves it makes them with “make bake”, in minutes; until then, grow your own.',
  },
  models: {
    title: 'Ready-made models',
    what: 'Loaded once, they stay in this browser, and “Catch up” works without a network. Do this on every machine of the class.',
    has: 'This site has {n:string}, {size:string} in all.',
    load: 'Load all for the class now',
    loading: 'Loading: {have:string} of {of:string}',
    have: '{have:string} of {of:string} are kept in this browser.',
    cannot:
      'At this address the browser keeps nothing: “Catch up” fetches each model from the network when it is wanted. It keeps them on localhost, or over https with a certificate that it trusts.',
    full: 'Not all could be kept: this browser has no more room. Delete checkpoints that nobody needs, and load again.',
  },
  handIn: {
    title: 'Hand in',
    intro:
      'One small file with your runs, their curves and your answers to the exercises. It holds no model and no text of yours, and it goes nowhere by itself: you give it to your teacher.',
    name: 'A name for it, if you like',
    save: 'Save my results',
    saved: 'Saved, with {runs:string} runs and {answers:string} answers.',
  },
  desk: {
    title: 'Class',
    intro:
      'For the teacher: lay the results of a whole class over each other. The files are read in this tab and stay here; when you close it, they are forgotten.',
    files: 'Results of the class',
    drop: 'Drop the results files here, all at once.',
    choose: 'Choose files',
    count: '{n:string} learners',
    restUsed: 'These were left out; all others are used.',
    defects: {
      notJSON: 'this is not a results file, or it was cut off. Ask for it again.',
      otherFormat: 'this file is something else. Results are saved on this page under “Hand in”.',
      newer: 'it was saved by a newer version of the page. Load this page anew and drop it again.',
      broken: 'parts of it are missing or changed. Ask for it again.',
      tooLarge: 'it is far larger than any results file.',
    },
    plans: 'Lesson plans',
    plansIntro: 'With worksheet and answer key, to print. How to set up a room: docs/CLASSROOM.md.',
    curves: 'Curves by stage',
    answers: 'Answers',
    table: 'Who ran what',
    measure: 'What is drawn of {stage:string}',
    overlay:
      '{stage:string}: {measure:string} of {n:string} learners over their steps, with the mean',
    atStep: 'step {step:string}',
    legend:
      'Thin: {n:string} learners, each with their newest run. Thick: the mean, with its 95 % interval.',
    legendDrawn: 'Dashed: what {n:string} learners drew beforehand.',
    last: 'At step {step:string}: {mean:string} ± {half:string}, n = {n:string}.',
    lastOne: 'At step {step:string}: {mean:string}, n = 1, so there is no interval.',
    alike:
      'Only {different:string} of these {runs:string} runs differ. The same seed and settings give the same curve, so the interval looks surer than it is.',
    figures: 'In figures',
    step: 'Step',
    mean: 'Mean',
    interval: '95 % interval',
    learner: 'Learner',
    stage: 'Stage',
    time: 'Time',
    noRuns: 'no runs in this file',
    remove: 'Take out {name:string}',
    noAnswers: 'None of these files holds an answer to an exercise.',
    right: '{right:string} of {n:string} were right (95 % interval {low:string} to {high:string}).',
    notShown: '{n:string} answered; their runs have not shown the truth yet.',
    numbers: 'From {low:string} to {high:string}, middle {middle:string} (n = {n:string}).',
    atEnd: 'At the end',
    late: '{n:string} answered after the truth was shown and are not counted.',
  },
} satisfies BaseTranslation
