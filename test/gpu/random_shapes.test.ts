// Rung 4: WGSL says what TypeScript says, for shapes nobody chose. A difference above the bound is shrunk by fast-check to
// the smallest shape that has it.
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { addends, cells, createEngine, prove, type Engine } from '../../src/engine/index';
import { drawnInputs, drawnSpec, type CaseShape } from '../engine/drawn_case';
import { shapes } from './drawn_shapes';

let gpu: Engine;
let cpu: Engine;
beforeAll(async () => {
  gpu = await createEngine({ device: 'gpu' });
  cpu = await createEngine({ device: 'cpu' });
});
afterAll(() => {
  gpu.release();
  cpu.release();
});

const names = cells.map(({ name }) => name);

const SHAPES_PER_FORM = 120;

describe.each(['step', 'persistent'] as const)('the %s form', (form) => {
  test(`agrees with the reference in every signal, for ${SHAPES_PER_FORM} shapes`, { timeout: 300_000 }, () =>
    fc.assert(
      fc.asyncProperty(shapes, async (shape) => {
        const [fast, slow] = await Promise.all([gpu, cpu].map((engine) => engine.model(drawnSpec(shape))));
        try {
          const [tape, expected] = await Promise.all([fast.run(drawnInputs(shape), { form }), slow.run(drawnInputs(shape))]);
          expect(tape.plan.forms).toEqual(shape.cells.map(() => form));
          expect(tape.signals).toEqual(expected.signals);
          for (const { name, layer, direction } of tape.signals) {
            const [found, exact] = await Promise.all([tape, expected].map(async (each) => Array.from(await each.signal(name, { layer, direction }).read())));
            const scale = exact.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
            const difference = found.reduce((most, value, i) => Math.max(most, Number.isFinite(value) ? Math.abs(value - exact[i]) : Infinity), 0);
            // Four times the worst that float32 with activations good to 1e-6 reaches over the golden set. Bugs planted
            // there (swapped gates, a lost bias, ignored lengths) cost 7,000 times the honest error and more.
            expect(difference, `${name} of layer ${layer} ${direction}`).toBeLessThanOrEqual(7e-5 * scale);
          }
          tape.release();
          expected.release();
        } finally {
          fast.release();
          slow.release();
        }
      }),
      { numRuns: SHAPES_PER_FORM, seed: form === 'step' ? 1 : 2 },
    ));
});

describe.each(names)('%s', (cell) => {
  const shape: CaseShape = { cells: [cell, cell], steps: 7, sequences: 3, inputs: 5, hidden: 37, projection: 11, bidirectional: true, bias: true, initial: true, lengths: [7, 3, 1], models: 2, seed: 5 };

  test.each(['step', 'persistent'] as const)('every step of the %s form is proved against float64', async (form) => {
    const model = await gpu.model(drawnSpec(shape));
    const proof = await prove(await model.run(drawnInputs(shape), { form }));
    expect(proof).toMatchObject({ holds: true, arithmetic: 'float32', engine: gpu.description, checked: 7 });
    for (const { difference, bound } of proof.signals) expect(difference).toBeLessThan(bound / 2);
    model.release();
  });

  test('the addends of an entry sum to the pre-activation the GPU has', async () => {
    const model = await gpu.model(drawnSpec(shape));
    const tape = await model.run(drawnInputs(shape));
    for (const { name: gate } of cells.find(({ name }) => name === cell)!.gates) {
      for (const layer of [0, 1]) {
        const { sum, preActivation, terms } = await addends(tape, { layer, direction: 'reverse', model: 1, sequence: 1, step: 2, unit: 36, gate });
        // Rounding of a float32 sum of n terms, n·2⁻²⁴·Σ|term|, and 1e-6 of Σ|term| where the reset, an activation, scales them.
        const magnitude = terms.reduce((total, { term }) => total + Math.abs(term), 0);
        expect(Math.abs(sum - preActivation)).toBeLessThan((terms.length * 2 ** -24 + 1e-6) * magnitude);
      }
    }
    model.release();
  });
});
