import { describe, expect, test } from 'vitest';
import { cells, counterfactual, createEngine } from '../../src/engine/index';

const engine = await createEngine({ device: 'cpu' });
const words = ['The', 'cat', 'that', 'we', 'saw', 'was', 'happy'];

describe.each(cells.map(({ name }) => [name]))('%s', (cell) => {
  test('a word swapped for itself changes nothing, bit for bit; another word changes nothing before it is read', async () => {
    const model = await engine.model({ input: { embedding: 6 }, layers: [{ cell, hidden: 9 }, { cell, hidden: 5 }], seeds: [1, 2] });
    const same = await counterfactual(model, words, { position: 1, word: 'cat' }, { model: 1 });
    expect(same.positions).toEqual([]);
    expect([...same.difference, ...same.norm].every((value) => Object.is(value, 0))).toBe(true);
    expect(same.final.every(({ norm }) => norm === 0)).toBe(true);

    const other = await counterfactual(model, words, { position: 1, word: 'cats' }, { model: 1 });
    expect(other.positions).toEqual([1]);
    expect(other.norm[0]).toBe(0);
    expect(other.norm.slice(1).every((value) => value > 0)).toBe(true);
  });
});

test('difference, norm and what is left at the end are those of two runs of their own', async () => {
  const model = await engine.model({ input: { embedding: 6 }, layers: [{ cell: 'lstm', hidden: 9 }], output: { classes: 4 } });
  const twin = ['The', 'dogs', 'that', 'they', 'saw', 'was', 'happy'];
  const found = await counterfactual(model, words, twin, { signal: 'c' });
  const values = await Promise.all([words, twin].map(async (sentence) => (await model.run({ words: sentence })).signal('c').read()));
  expect(found.positions).toEqual([1, 3]);
  expect([found.steps, found.units]).toEqual([7, 9]);
  found.values.forEach((run, b) => expect([...run]).toEqual([...values[b]]));
  expect([...found.difference]).toEqual(Array.from(values[1], (value, i) => value - values[0][i]));
  for (let t = 0; t < 7; t++) expect(found.norm[t]).toBe(Math.hypot(...found.difference.subarray(t * 9, (t + 1) * 9)));
  expect(found.final.map(({ state }) => state)).toEqual(['h', 'c']);
  expect([...found.final[1].difference]).toEqual([...found.difference.subarray(6 * 9)]);

  const h = await (await model.run({ words: twin })).signal('h').read();
  const [weight, bias] = ['head.weight', 'head.bias'].map((name) => model.parameters.get(name)!.data);
  for (let k = 0; k < 4; k++) {
    const logit = Array.from({ length: 9 }, (_, i) => weight[k * 9 + i] * h[6 * 9 + i]).reduce((sum, term) => sum + term, bias[k]);
    expect(found.scores!.logits[1][k]).toBeCloseTo(logit, 12);
  }
  for (const probabilities of found.scores!.probabilities) expect(probabilities.reduce((sum, p) => sum + p)).toBeCloseTo(1, 14);
});

test('a bidirectional layer feels the swap before it, in the reverse direction', async () => {
  const model = await engine.model({ input: { embedding: 6 }, layers: [{ cell: 'gru', hidden: 4, bidirectional: true }] });
  const { norm } = await counterfactual(model, words, { position: 3, word: 'they' }, { direction: 'reverse' });
  expect([...norm].map((value) => value > 0)).toEqual([true, true, true, true, false, false, false]);
});

test('a position that does not exist, other lengths and signals without steps are refused', async () => {
  const model = await engine.model({ input: { embedding: 6 }, layers: [{ cell: 'gru', hidden: 4 }] });
  await expect(counterfactual(model, words, { position: 7, word: 'x' })).rejects.toMatchObject({ code: 'option', option: 'position' });
  await expect(counterfactual(model, words, words.slice(1))).rejects.toMatchObject({ code: 'option', option: 'words' });
  await expect(counterfactual(model, words, words, { signal: 'h_n' })).rejects.toMatchObject({ code: 'option', option: 'signal' });
  await expect(counterfactual(model, words, words, { signal: 'q' })).rejects.toMatchObject({ code: 'unknown-signal' });
  await expect(counterfactual(model, words, words, { layer: 1 })).rejects.toMatchObject({ code: 'option', option: 'layer' });
});
