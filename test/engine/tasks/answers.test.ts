/**
 * Each task is solved here by a few lines that see the inputs alone, written from the definition and not from the code
 * that draws: what they answer must be what is asked, everywhere. And who guesses gets what the task says guessing gets.
 */
import { describe, expect, test } from 'vitest';
import { taskNamed } from '../../../src/engine';
import { wordSequences, type WordSequence } from './columns';

const sequencesOf = (name: string, settings: Record<string, number>, count = 100): WordSequence[] => {
  const task = taskNamed(name).make({ seed: 11, sequences: count, settings });
  return wordSequences(task, task.batch(2));
};

/** The nearest value of a share in n draws, with four standard errors of room. */
const expectShare = (found: number, expected: number, n: number) => expect(Math.abs(found - expected)).toBeLessThan(4 * Math.sqrt((expected * (1 - expected)) / n) + 1e-9);

/** What is answered at each step; undefined where nothing is asked. */
type Solver = (words: readonly string[]) => (string | undefined)[];
const onlyLast = (words: readonly string[], answer: string | undefined) => words.map((_, t) => (t === words.length - 1 ? answer : undefined));

const solvers: [string, Record<string, number>, Solver][] = [
  ['keyed_latch', {}, (words) => onlyLast(words, words[0])],
  ['keyed_latch', { distance: 0, keys: 16, distractors: 26 }, (words) => onlyLast(words, words[0])],
  ['temporal_order', {}, (words) => onlyLast(words, { XX: 'Q', XY: 'R', YX: 'S', YY: 'U' }[words.filter((word) => word === 'X' || word === 'Y').join('')])],
  ['temporal_order', { length: 10 }, (words) => onlyLast(words, 'QRSU'[2 * Number(words[1] === 'Y') + Number(words[5] === 'Y')])],
  [
    'embedded_reber',
    { asked: 1 },
    (words) => {
      const endOfInner = words.indexOf('E');
      return words.map((_, t) => (t === endOfInner ? words[1] : undefined));
    },
  ],
  ['copy_memory', { distance: 7 }, (words) => words.map((_, t) => (t >= words.length - 10 ? words[t - words.length + 10] : undefined))],
  ['copy_memory', { distance: 1, asked: 1 }, (words) => words.map((_, t) => (t > words.indexOf('¶') ? words[t - words.indexOf('¶') - 1] : '·'))],
  [
    'selective_copy',
    {},
    (words) => {
      const data = words.filter((word) => /[A-P]/.test(word));
      return words.map((word, t) => (word === '?' ? data[t - words.indexOf('?')] : undefined));
    },
  ],
  ['induction_heads', {}, (words) => onlyLast(words, words[words.indexOf('⊢') + 1])],
  ['induction_heads', { length: 3, symbols: 26 }, (words) => onlyLast(words, words[1])],
  [
    'multi_query_recall',
    {},
    (words) => {
      const value = new Map(words.flatMap((word, t) => (word.startsWith('k') && words[t + 1]?.startsWith('v') ? [[word, words[t + 1]] as const] : [])));
      return words.map((word, t) => (t >= (2 * words.length) / 3 ? value.get(word) : undefined));
    },
  ],
];

test.each(solvers)('%s %o is answered by its inputs, everywhere', (name, settings, solve) => {
  for (const { words, answers } of sequencesOf(name, settings)) expect(solve(words)).toEqual(answers);
});

test('what is told at the end of an adding sequence is the sum of the two marked numbers, one in each half', () => {
  for (const length of [2, 7, 50]) {
    const { inputs, targets } = taskNamed('adding').make({ seed: 4, sequences: 300, settings: { length } }).batch(0);
    if (!('x' in inputs) || !('values' in targets)) throw new Error('adding tells numbers');
    const { data } = inputs.x;
    for (let b = 0; b < 300; b++) {
      const marked = Array.from({ length }, (_, t) => t).filter((t) => data[(t * 300 + b) * 2 + 1] !== 0);
      expect(marked.length).toBe(2);
      expect(marked[0]).toBeLessThan(Math.floor(length / 2));
      expect(marked[1]).toBeGreaterThanOrEqual(Math.floor(length / 2));
      const sum = marked.reduce((total, t) => total + data[(t * 300 + b) * 2], 0);
      expect(targets.values.data[(length - 1) * 300 + b]).toBe(Math.fround(sum));
      expect(Array.from({ length }, (_, t) => targets.asked!.data[t * 300 + b])).toEqual(Array.from({ length }, (_, t) => (t === length - 1 ? 1 : 0)));
    }
  }
});

describe('embedded Reber strings', () => {
  // The automaton as an expression: after X comes a loop through T and V back to it, or an end.
  const afterX = '(XT*VP)*(S|XT*VV)';
  const embedded = new RegExp(`^B([TP])B(TS*X${afterX}|PT*V(V|P${afterX}))E\\1E$`);

  test('are strings of the grammar, read whole, and T as often as P', () => {
    const strings = sequencesOf('embedded_reber', {}, 600).map(({ words, answers }) => {
      const length = answers.indexOf(undefined);
      const read = words.slice(0, length < 0 ? undefined : length);
      expect(answers.slice(0, read.length - 1)).toEqual(read.slice(1));
      expect(words.slice(read.length).every((word) => word === 'E')).toBe(true);
      return [...read, answers[read.length - 1]].join('');
    });
    for (const string of strings) expect(string).toMatch(embedded);
    expectShare(strings.filter((string) => string[1] === 'T').length / 600, 0.5, 600);
    expect(Math.max(...strings.map(({ length }) => length))).toBeGreaterThan(25);
    // Either way out of a state is taken half the time: the shortest inner strings have three choices.
    for (const shortest of ['BTXSE', 'BPVVE']) expectShare(strings.filter((string) => string.slice(2, -2) === shortest).length / 600, 1 / 8, 600);
  });

  test('are no longer than asked for', () => {
    for (const { answers } of sequencesOf('embedded_reber', { longest: 9 })) expect(answers.every((answer) => answer !== undefined)).toBe(true);
  });
});

describe('brackets', () => {
  const isOpening = (word: string) => '([{⟨«⟦'.includes(word);
  const closing: Record<string, string> = { '(': ')', '[': ']', '{': '}', '⟨': '⟩', '«': '»', '⟦': '⟧' };

  test.each<Record<string, number>>([{}, { kinds: 6, depth: 2, length: 100 }, { depth: 1 }, { depth: 12, length: 16 }])('are well nested, and asked for exactly where one closes next: %o', (settings) => {
    const { depth = 4 } = settings;
    for (const { words, answers } of sequencesOf('dyck', settings)) {
      const open: string[] = [];
      const expected = words.map((word, t) => {
        if (isOpening(word)) open.push(word);
        else expect(closing[open.pop()!]).toBe(word);
        expect(open.length).toBeLessThanOrEqual(depth);
        const closesNext = t + 1 < words.length ? !isOpening(words[t + 1]) : answers[t] !== undefined;
        return closesNext ? closing[open.at(-1)!] : undefined;
      });
      expect(answers).toEqual(expected);
    }
  });

  test('open and close half the time where both are possible', () => {
    let [either, closed] = [0, 0];
    for (const { words } of sequencesOf('dyck', { length: 200 })) {
      let open = 0;
      words.forEach((word) => {
        if (open > 0 && open < 4) {
          either++;
          if (!isOpening(word)) closed++;
        }
        open += isOpening(word) ? 1 : -1;
      });
    }
    expectShare(closed / either, 0.5, either);
  });
});

describe('drawn as defined', () => {
  const COUNT = 1500;
  const shares = (items: readonly (string | number | undefined)[]) => {
    const counts = new Map<string | number | undefined, number>();
    for (const item of items) counts.set(item, (counts.get(item) ?? 0) + 1);
    return counts;
  };
  const expectUniform = (items: readonly (string | number | undefined)[], kinds: number) => {
    const counts = shares(items);
    expect(counts.size).toBe(kinds);
    for (const count of counts.values()) expectShare(count / items.length, 1 / kinds, items.length);
  };

  test('keyed latch: keys and distractors uniform and apart from each other, one query', () => {
    const sequences = sequencesOf('keyed_latch', { distance: 3 }, COUNT);
    expectUniform(sequences.map(({ words }) => words[0]), 4);
    expectUniform(sequences.flatMap(({ words }) => words.slice(1, 4)), 8);
    expectUniform(sequences.map(({ words }) => words[0] + words[1]), 32);
    expectUniform(sequences.map(({ words }) => words[1] + words[2]), 64);
    for (const { words } of sequences) expect(words.join('')).toMatch(/^[A-D][a-h]{3}\?$/);
  });

  test('temporal order: first place in [T/10, T/5), second in [T/2, 3T/5), all four classes', () => {
    const sequences = sequencesOf('temporal_order', {}, COUNT);
    const places = sequences.map(({ words }) => words.flatMap((word, t) => (word === 'X' || word === 'Y' ? [t] : [])));
    expectUniform(places.map(([first]) => first), 10);
    expectUniform(places.map(([, second]) => second), 10);
    for (const [first, second] of places) {
      expect(first >= 10 && first < 20).toBe(true);
      expect(second >= 50 && second < 60).toBe(true);
    }
    expectUniform(sequences.map(({ answers }) => answers.at(-1)), 4);
    for (const { words } of sequences) {
      expect(words[0]).toBe('E');
      expect(words.at(-1)).toBe('B');
      expect(words.slice(1, -1).every((word) => 'abcdXY'.includes(word))).toBe(true);
    }
  });

  test('copy memory: ten symbols of eight, a delimiter `distance` steps after the last, blanks elsewhere', () => {
    for (const { words } of sequencesOf('copy_memory', { distance: 30 })) {
      expect(words.slice(0, 10).every((word) => 'ABCDEFGH'.includes(word))).toBe(true);
      expect(words.indexOf('¶')).toBe(9 + 30);
      expect(words.slice(10).filter((word) => word !== '·')).toEqual(['¶']);
      expect(words.length).toBe(50);
    }
    expectUniform(sequencesOf('copy_memory', {}, COUNT).map(({ words }) => words[9]), 8);
  });

  test('selective copying: places without repetition, all equally likely, symbols uniform', () => {
    const sequences = sequencesOf('selective_copy', { length: 16, data: 4 }, COUNT);
    const places = sequences.map(({ words }) => words.slice(0, 16).flatMap((word, t) => (word === '·' ? [] : [t])));
    for (const each of places) expect(each.length).toBe(4);
    const counts = shares(places.flat());
    expect(counts.size).toBe(16);
    for (const count of counts.values()) expectShare(count / COUNT, 4 / 16, COUNT);
    expectUniform(sequences.map(({ words }) => words.find((word) => word !== '·')), 8);
    for (const { words } of sequences) expect(words.slice(16)).toEqual(['?', '?', '?', '?']);
  });

  test('induction heads: the mark twice, its first place uniform over all but the last two steps', () => {
    const sequences = sequencesOf('induction_heads', { length: 12 }, COUNT);
    expectUniform(sequences.map(({ words }) => words.indexOf('⊢')), 10);
    for (const { words } of sequences) expect(words.filter((word) => word === '⊢').length).toBe(2);
    expectUniform(sequences.map(({ answers }) => answers.at(-1)), 15);
  });

  test('recall of pairs: keys different from each other, queries in any order', () => {
    const sequences = sequencesOf('multi_query_recall', { pairs: 4, keys: 8, values: 5 }, COUNT);
    for (const { words } of sequences) {
      const keys = [0, 2, 4, 6].map((t) => words[t]);
      expect(new Set(keys).size).toBe(4);
      expect(words.slice(8).toSorted()).toEqual(keys.toSorted());
    }
    expectUniform(sequences.map(({ words }) => words[4]), 8);
    expectUniform(sequences.map(({ words }) => words.slice(0, 8).indexOf(words[8])), 4);
    expectUniform(sequences.map(({ words }) => words[1]), 5);
  });

  test('adding: values uniform in [0, 1), markers anywhere in their half', () => {
    const { inputs } = taskNamed('adding').make({ seed: 8, sequences: COUNT, settings: { length: 8 } }).batch(0);
    if (!('x' in inputs)) throw new Error('adding reads vectors');
    const values = Array.from({ length: 8 * COUNT }, (_, i) => inputs.x.data[2 * i]);
    expectUniform(values.map((value) => Math.floor(value * 10)), 10);
    const places = Array.from({ length: COUNT }, (_, b) => [0, 1, 2, 3, 4, 5, 6, 7].filter((t) => inputs.x.data[(t * COUNT + b) * 2 + 1] === 1));
    expectUniform(places.map(([first]) => first), 4);
    expectUniform(places.map(([, second]) => second), 4);
  });
});

describe('chance', () => {
  test.each([
    ['keyed_latch', {}],
    ['temporal_order', {}],
    ['embedded_reber', {}],
    ['embedded_reber', { asked: 1 }],
    ['copy_memory', {}],
    ['selective_copy', {}],
    ['induction_heads', {}],
    ['multi_query_recall', {}],
    ['dyck', {}],
    ['agreement', {}],
    ['agreement', { modifiers: 4 }],
    ['agreement', { distance: 12 }],
  ])('%s %o: always naming the commonest class gets right what the task says', (name, settings) => {
    const task = taskNamed(name).make({ seed: 21, sequences: 1, settings });
    const targets = wordSequences(task, task.heldOut(2000)).flatMap(({ answers }) => answers.filter((answer) => answer !== undefined));
    const counts = new Map<string, number>();
    for (const target of targets) counts.set(target, (counts.get(target) ?? 0) + 1);
    // Four standard errors of what is counted here, and as much as a count of 512 sequences errs where the task counted.
    const error = Math.sqrt((task.chance * (1 - task.chance)) / targets.length);
    expect(Math.abs(Math.max(...counts.values()) / targets.length - task.chance)).toBeLessThan(4 * error + 0.01);
  });

  test('copy memory, asked at every step: blanks are known, symbols guessed', () => {
    const task = taskNamed('copy_memory').make({ seed: 1, sequences: 1, settings: { asked: 1, distance: 20 } });
    const answers = wordSequences(task, task.heldOut(500)).flatMap((sequence) => sequence.answers);
    const right = answers.filter((answer) => answer === '·').length + answers.filter((answer) => answer === 'A').length;
    expect(Math.abs(right / answers.length - task.chance)).toBeLessThan(0.01);
  });

  test('adding: the best constant errs by the variance of the sum', () => {
    const { chance, heldOut, steps } = taskNamed('adding').make({ seed: 1, sequences: 1 });
    const { targets } = heldOut(20_000);
    if (!('values' in targets)) throw new Error('adding tells numbers');
    const sums = Array.from({ length: 20_000 }, (_, b) => targets.values.data[(steps - 1) * 20_000 + b]);
    const error = sums.reduce((total, sum) => total + (sum - 1) ** 2, 0) / sums.length;
    expect(chance).toBe(1 / 6);
    expect(Math.abs(error - chance)).toBeLessThan(0.006); // four standard errors
  });
});
