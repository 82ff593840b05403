import { expect, test } from 'vitest';
import { cells, counterfactual, createEngine, gateProducts, influence, jacobianFlow, type LayerSpec, type Tape } from '../../src/engine';
import { normal } from '../engine/drawn_case';

const gpu = await createEngine({ device: 'gpu' });
const cpu = await createEngine({ device: 'cpu' });
const words = ['The', 'cat', 'that', 'we', 'saw', 'was', 'happy'];

async function bothTapes(layers: readonly LayerSpec[], steps: number): Promise<[Tape, Tape]> {
  const spec = { input: { size: 5 }, layers, seed: 7 };
  const inputs = { x: normal([steps, 2, 5], 7, 'x') };
  const run = async (engine: typeof gpu) => (await engine.model(spec)).run(inputs);
  return [await run(gpu), await run(cpu)];
}

test.each(cells.map(({ name }) => [name]))('%s: influence and Jacobian flow along the GPU’s states are within 1e-3 of the reference’s', async (cell) => {
  const [one, other] = await bothTapes([{ cell, hidden: 9 }], 32);
  const [found, expected] = [await influence(one, { sequence: 1 }), await influence(other, { sequence: 1 })];
  expected.values.forEach((value, i) => {
    if (value === 0) expect(found.values[i]).toBe(0);
    else if (value > 1e-30) expect(Math.abs(found.values[i] / value - 1)).toBeLessThan(1e-3);
  });
  const [flow, flowExpected] = [await jacobianFlow(one, { measures: ['rms'] }), await jacobianFlow(other, { measures: ['rms'] })];
  flowExpected.rms!.forEach((log, k) => {
    if (log > -30) expect(Math.abs(10 ** (flow.rms![k] - log) - 1)).toBeLessThan(1e-3);
  });
});

test.each(cells.map(({ name }) => [name]))('%s: a word swapped for itself changes nothing, bit for bit, in both forms', async (cell) => {
  const model = await gpu.model({ input: { embedding: 6 }, layers: [{ cell, hidden: 37 }, { cell, hidden: 9 }] });
  for (const form of ['step', 'persistent'] as const) {
    const same = await counterfactual(model, words, { position: 1, word: 'cat' }, { form });
    expect([...same.difference, ...same.norm].every((value) => Object.is(value, 0))).toBe(true);
    const other = await counterfactual(model, words, { position: 1, word: 'cats' }, { form });
    expect(other.norm[0]).toBe(0);
    expect(other.norm.slice(1).every((value) => value > 0)).toBe(true);
  }
});

test('gate products come from the GPU’s pre-activations', async () => {
  const [one, other] = await bothTapes([{ cell: 'lstm', hidden: 9 }], 32);
  const [found, expected] = [await gateProducts(one), await gateProducts(other)];
  expected.log10.forEach((log, i) => expect(Math.abs(found.log10[i] - log)).toBeLessThan(1e-4));
});
