import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { createEngine } from '../../src/engine';
import { fadingExperiment, powerExperiment, slope, startExperiment, type Bench } from '../../src/lesson/quiz_experiments';
import { questions } from '../../src/lesson/quiz_questions';

const engine = await createEngine({ device: 'cpu' });
const bench = (abort = new AbortController()): Bench & { readonly told: number[] } => {
  const told: number[] = [];
  return { engine, abort: abort.signal, progress: (fraction) => told.push(fraction), told };
};

test('every question of the page has an experiment, and every answer something said to it', () => {
  const page = readFileSync(join(import.meta.dirname, '../../src/lesson/quiz.html'), 'utf8');
  const asked = [...page.matchAll(/<form class="question" id="quiz-(\w+)">/g)].map(([, name]) => name);
  expect(asked).toEqual(Object.keys(questions));
});

describe('the experiments, on the float64 reference from fixed seeds', () => {
  // The published points: 0.042 without input, 5.9e-8 with input of unit variance (mean over many sequences).
  test('power: 0.9³⁰ is what is left only if nothing is read', async () => {
    const { promised, withoutInput, withInput } = await powerExperiment(bench());
    expect(withoutInput / promised).toBeCloseTo(1, 1);
    expect(withInput).toBeGreaterThan(5.9e-8 / 2);
    expect(withInput).toBeLessThan(5.9e-8 * 2);
  });

  test('start: a bias of the forget gate decides what is left, and neither its slope nor what is written', async () => {
    const [zero, one, three] = await startExperiment(bench());
    expect(zero.left).toBeLessThan(1e-8);
    expect(three.left).toBeGreaterThan(0.05);
    expect(one.slope).toBeGreaterThan(0.15);
    expect(Math.abs(one.input - zero.input)).toBeLessThan(0.02);
  });

  test('fading: a bright state has lost what a pale one keeps', async () => {
    const { plain, gated } = await fadingExperiment(bench());
    expect(plain.bright[1]).toBeGreaterThan(0.3);
    expect(plain.stored[1] / plain.stored[0]).toBeLessThan(1e-6);
    expect(gated.bright[1]).toBeLessThan(0.1);
    expect(gated.stored[1] / gated.stored[0]).toBeGreaterThan(0.5);
  });

  test.each(['power', 'start', 'fading'] as const)('%s: the numbers are for one answer, and the other answers are told why not', async (name) => {
    const at = bench();
    const { rows, supported, says } = await questions[name].run(at);
    expect(supported).toBe({ power: 'b', start: 'a', fading: 'b' }[name]);
    expect(Object.keys(says)).toEqual(['a', 'b', 'c']);
    for (const text of [...Object.values(says), ...rows.map(({ found }) => found)]) expect(text).not.toMatch(/NaN|undefined|not a number|∞/);
    expect(at.told).toEqual(at.told.toSorted((one, other) => one - other));
    expect(at.told.at(-1)).toBeCloseTo(1);
  });

  test.each(Object.keys(questions))('%s: ends when it is called off', async (name) => {
    const abort = new AbortController();
    abort.abort(new Error('called off'));
    await expect(questions[name].run(bench(abort))).rejects.toThrow('called off');
  });
});

test('a slope is that of the line through the points', () => {
  expect(slope([1, 2, 3], [5, 7, 9])).toBeCloseTo(2);
  expect(slope([0, 1, 2], [0, 1, 0])).toBeCloseTo(0);
});
