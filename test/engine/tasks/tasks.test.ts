import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { OptionError, taskNamed, tasks, type Batch, type Task } from '../../../src/engine';

/** Small settings of a task, so that hundreds can be made; those that do not go together are left out. */
const smallSettings = ({ settings }: Task) => fc.record(Object.fromEntries(settings.map(({ name, least, most }) => [name, fc.integer({ min: least, max: Math.min(most, Math.max(least + 3, 40)) })])));

const made = (task: Task, options: { seed: number; sequences: number; settings?: Record<string, number> }) => {
  try {
    return task.make({ ...options, text: task.readsText ? 'The quick brown fox jumps over the lazy dog. '.repeat(40) : undefined });
  } catch (error) {
    if (error instanceof OptionError) return undefined;
    throw error;
  }
};

const readTensor = ({ inputs }: Batch) => ('tokens' in inputs ? inputs.tokens : inputs.x);
const askedTensor = ({ targets }: Batch) => ('classes' in targets ? targets.classes : targets.values);
/** The first `count` sequences, [T, B, …] as [count][…]. */
const firstSequences = ({ shape, data }: { shape: readonly number[]; data: ArrayLike<number> }, count: number) => {
  const width = shape[2] ?? 1;
  return Array.from({ length: count }, (_, b) => Array.from({ length: shape[0] * width }, (__, i) => data[(Math.floor(i / width) * shape[1] + b) * width + (i % width)]));
};

test('tasks are found by name, and an unknown name is answered with the list', () => {
  for (const task of tasks) expect(taskNamed(task.name)).toBe(task);
  expect(new Set(tasks.map(({ name }) => name)).size).toBe(11);
  expect(() => taskNamed('parity')).toThrow('There is no task "parity"; available are agreement, keyed_latch, adding, characters,');
});

describe.each(tasks.map((task) => [task.name, task] as const))('%s', (name, task) => {
  test('has words for a menu, and settings whose defaults are allowed and whose named values are in range', () => {
    for (const text of [task.title, task.description, task.source]) expect(text.length).toBeGreaterThan(3);
    for (const { default: usual, least, most, names = {} } of task.settings) {
      for (const value of [usual, ...Object.keys(names).map(Number)]) {
        expect(value).toBeGreaterThanOrEqual(least);
        expect(value).toBeLessThanOrEqual(most);
      }
    }
  });

  test('makes batches of one shape, with inputs and targets in range and something asked, whatever its settings', () => {
    fc.assert(
      fc.property(smallSettings(task), fc.integer({ min: 0, max: 99 }), fc.integer({ min: 1, max: 5 }), (settings, seed, sequences) => {
        const source = made(task, { seed, sequences, settings });
        fc.pre(source !== undefined);
        expect(source.chance).toBeGreaterThan(0);
        expect(source.chance).toBeLessThan(1);
        for (const batch of [source.batch(0), source.batch(7), source.heldOut(sequences)]) {
          const [read, asked] = [readTensor(batch), askedTensor(batch)];
          expect(read.shape).toEqual('size' in source.input ? [source.steps, sequences, source.input.size] : [source.steps, sequences]);
          expect(asked.shape).toEqual('values' in source.output ? [source.steps, sequences, source.output.values] : [source.steps, sequences]);
          if ('vocab' in source.input) {
            const { vocab } = source.input;
            expect(Array.from(read.data).every((token) => Number.isInteger(token) && token >= 0 && token < vocab.length)).toBe(true);
            expect(new Set(vocab).size).toBe(vocab.length);
          } else expect(Array.from(read.data).every(Number.isFinite)).toBe(true);
          if ('classes' in source.output) {
            const { classes, names } = source.output;
            expect(names.length).toBe(classes);
            const targets = Array.from(asked.data);
            expect(targets.every((target) => Number.isInteger(target) && target >= -1 && target < classes)).toBe(true);
            for (const sequence of firstSequences(asked, sequences)) expect(sequence.some((target) => target >= 0)).toBe(true);
          }
        }
      }),
      { numRuns: 40, seed: 1 },
    );
  });

  test('repeats the k-th batch for the same seed and settings, and no other', () => {
    const options = { seed: 5, sequences: 4 };
    const [source, again, other] = [made(task, options)!, made(task, options)!, made(task, { ...options, seed: 6 })!];
    again.batch(9);
    again.heldOut(2);
    for (const k of [0, 3, 100_000]) {
      expect(again.batch(k)).toEqual(source.batch(k));
      expect(other.batch(k)).not.toEqual(source.batch(k));
      expect(source.batch(k + 1)).not.toEqual(source.batch(k));
    }
    expect(again.heldOut(4)).toEqual(source.heldOut(4));
    expect(source.heldOut(4)).not.toEqual(source.batch(0));
    expect(source.held).not.toBe('');
  });

  test('begins a larger batch with the sequences of a smaller one', () => {
    const [few, many] = [made(task, { seed: 2, sequences: 2 })!, made(task, { seed: 2, sequences: 5 })!];
    for (const part of [readTensor, askedTensor]) expect(firstSequences(part(many.batch(4)), 2)).toEqual(firstSequences(part(few.batch(4)), 2));
  });

  test('shows the first sequence of a batch as its example', () => {
    const source = made(task, { seed: 3, sequences: 2 })!;
    const { words, answers } = source.example(6);
    expect(words.length).toBe(source.steps);
    expect(answers.length).toBe(source.steps);
    const [read] = firstSequences(readTensor(source.batch(6)), 1);
    const [asked] = firstSequences(askedTensor(source.batch(6)), 1);
    const { input, output } = source;
    if ('vocab' in input && 'names' in output) {
      expect(words).toEqual(read.map((token) => input.vocab[token]));
      expect(answers).toEqual(asked.map((target) => output.names[target]));
    } else {
      expect(words.map((word) => Number.parseFloat(word))).toEqual(Array.from({ length: source.steps }, (_, t) => Number(read[2 * t].toFixed(2))));
      expect(answers.at(-1)).toBe(asked.at(-1)!.toFixed(2));
      expect(answers.slice(0, -1).every((answer) => answer === undefined)).toBe(true);
    }
  });

  test('refuses settings it does not have, values out of range and numbers that are none, by name', () => {
    const make = (settings: Record<string, number>, more: object = {}) => () => task.make({ seed: 1, sequences: 2, settings, ...more });
    expect(make({ tempo: 3 })).toThrow(OptionError);
    expect(make({ tempo: 3 })).toThrow(`${name}: there is no setting "tempo"; it has ${task.settings.map((setting) => setting.name).join(', ')}`);
    for (const { name: setting, least, most } of task.settings) {
      for (const value of [least - 1, most + 1, least + 0.5, NaN, Infinity]) {
        expect(make({ [setting]: value })).toThrow(OptionError);
        expect(make({ [setting]: value })).toThrow(`${name}: ${setting} is ${value}; it must be a whole number from`);
      }
    }
    for (const sequences of [0, -1, 1.5, NaN, 1e9]) expect(make({}, { sequences })).toThrow(`${name}: sequences is ${sequences}`);
    for (const seed of [0.5, NaN]) expect(make({}, { seed })).toThrow(`${name}: seed is ${seed}`);
    if (!task.readsText) expect(make({}, { text: 'a text' })).toThrow(`${name}: this task makes its own sequences`);
    const source = made(task, { seed: 1, sequences: 2 })!;
    for (const sequences of [0, NaN, 1e9]) expect(() => source.heldOut(sequences)).toThrow(`${name}: sequences is ${sequences}`);
  });
});
