// What the head says of a run. That its numbers are PyTorch's is in the golden character models.
import { expect, test } from 'vitest';
import { createEngine, counterfactual, headScores } from '../../src/engine/index';

const engine = await createEngine({ device: 'cpu' });
const layers = [{ cell: 'gru', hidden: 3 }];

test('a score for each class at each step of each model; 0 where a sequence has no step', async () => {
  const model = await engine.model({ input: { embedding: 3, vocab: 4 }, layers, output: { classes: 5 }, seeds: [1, 2] });
  const tape = await model.run({ tokens: { shape: [3, 2], data: [0, 1, 2, 3, 1, 0] }, lengths: [3, 1] });
  const { shape, data } = await headScores(tape);
  expect(shape).toEqual([2, 3, 2, 5]);
  const y = await tape.signal('y').read();
  const [weight, bias] = ['head.weight', 'head.bias'].map((name) => model.parameters.get(name)!.data);
  for (let row = 0; row < 12; row++) {
    const [m, t, b] = [Math.floor(row / 6), Math.floor(row / 2) % 3, row % 2];
    for (let k = 0; k < 5; k++) {
      const expected = [0, 1, 2].reduce((sum, j) => sum + weight[(m * 5 + k) * 3 + j] * y[row * 3 + j], bias[m * 5 + k]);
      expect(data[row * 5 + k]).toBeCloseTo(b === 1 && t > 0 ? 0 : expected, 12);
    }
  }
});

test('an embedding that serves as the head scores its own words, in a counterfactual too', async () => {
  const model = await engine.model({ input: { embedding: 3, vocab: ['a', 'b', 'c', 'd'] }, layers, output: { classes: 4, tied: true }, seed: 1 });
  const tape = await model.run({ words: ['a', 'd'] });
  const { data } = await headScores(tape);
  const y = await tape.signal('y').read();
  const table = model.parameters.get('embedding.weight')!.data;
  const expected = [0, 1, 2, 3].map((k) => [0, 1, 2].reduce((sum, j) => sum + table[k * 3 + j] * y[3 + j], model.parameters.get('head.bias')!.data[k]));
  expected.forEach((score, k) => expect(data[4 + k]).toBeCloseTo(score, 12));
  const { scores } = await counterfactual(model, ['a', 'd'], { position: 0, word: 'b' });
  expected.forEach((score, k) => expect(scores!.logits[0][k]).toBeCloseTo(score, 12));
});

test('a model without a head is refused', async () => {
  const model = await engine.model({ input: { size: 1 }, layers });
  const tape = await model.run({ x: { shape: [1, 1, 1], data: [1] } });
  await expect(headScores(tape)).rejects.toMatchObject({ code: 'option', message: expect.stringContaining('no head') as string });
});
