import { describe, expect, test } from 'vitest';
import { addends, cells, createEngine } from '../../src/engine/index';
import { drawnInputs, drawnSpec, plain, type CaseShape } from './drawn_case';

const engine = await createEngine({ device: 'cpu' });
const shape: CaseShape = { ...plain, bidirectional: true, lengths: [5, 2, 3], initial: true, models: 2 };

describe.each(cells.map((cell) => [cell.name, cell] as const))('%s', (name, cell) => {
  test('the addends of every entry sum to its pre-activation, in both layers and directions', async () => {
    const model = await engine.model(drawnSpec({ ...shape, cells: [name, name] }));
    const tape = await model.run(drawnInputs({ ...shape, cells: [name, name] }));
    for (const layer of [0, 1]) {
      for (const direction of ['forward', 'reverse'] as const) {
        for (const { name: gate } of cell.gates) {
          const values = await tape.signal(gate, { layer, direction }).read();
          for (const [sequence, length] of shape.lengths!.entries()) {
            for (let step = 0; step < length; step++) {
              const found = await addends(tape, { layer, direction, model: 1, sequence, step, unit: 3, gate });
              // float64 sums of 23 terms of size 1, in another order.
              expect(Math.abs(found.sum - found.preActivation)).toBeLessThan(1e-14);
              expect(found.value).toBe(values[((5 + step) * 3 + sequence) * 7 + 3]);
              expect(found.terms.length).toBe((layer ? 14 : 4) + 7 + 2 + (name === 'lstm_peephole' && gate !== 'g' ? 1 : 0));
            }
          }
        }
      }
    }
  });
});

test('the largest comes first, and each is its weight times what it multiplies', async () => {
  const model = await engine.model(drawnSpec(plain));
  const tape = await model.run(drawnInputs(plain));
  const { terms, scale } = await addends(tape, { sequence: 2, step: 4, unit: 6, gate: 'g' });
  const [x, h] = [await tape.signal('x').read(), await tape.signal('h').read()];
  const [w_ih, w_hh, b_ih] = ['weight_ih_l0', 'weight_hh_l0', 'bias_ih_l0'].map((name) => model.parameters.get(name)!.data);
  const row = 2 * 7 + 6; // gate g is the third block of seven rows
  expect(scale).toBe(1);
  terms.slice(1).forEach(({ term }, i) => expect(Math.abs(term)).toBeLessThanOrEqual(Math.abs(terms[i].term)));
  expect(terms).toContainEqual({ of: 'x', index: 1, weight: w_ih[row * 4 + 1], factor: x[(4 * 3 + 2) * 4 + 1], term: w_ih[row * 4 + 1] * x[(4 * 3 + 2) * 4 + 1] });
  expect(terms).toContainEqual({ of: 'h', index: 5, weight: w_hh[row * 7 + 5], factor: h[(3 * 3 + 2) * 7 + 5], term: w_hh[row * 7 + 5] * h[(3 * 3 + 2) * 7 + 5] });
  expect(terms).toContainEqual({ of: 'b_ih', index: undefined, weight: b_ih[row], factor: 1, term: b_ih[row] });
});

test('the reset scales the whole recurrent half of a GRU’s candidate, its bias included; set before, it scales each h', async () => {
  const after = await (await engine.model(drawnSpec({ ...plain, cells: ['gru'] }))).run(drawnInputs(plain));
  const r = (await after.signal('r').read())[(4 * 3 + 0) * 7 + 2];
  const candidate = await addends(after, { step: 4, unit: 2, gate: 'n' });
  expect(candidate.scale).toBeCloseTo(r, 14);
  const b_hh = candidate.terms.find(({ of }) => of === 'b_hh')!;
  expect(b_hh.term).toBeCloseTo(r * b_hh.weight, 14);
  expect((await addends(after, { step: 4, unit: 2, gate: 'z' })).scale).toBe(1);

  const before = await (await engine.model(drawnSpec({ ...plain, cells: ['gru_reset_before'] }))).run(drawnInputs(plain));
  const inner = await addends(before, { step: 4, unit: 2, gate: 'n' });
  const [resets, h] = [await before.signal('r').read(), await before.signal('h').read()];
  expect(inner.scale).toBe(1);
  for (const { of, index, factor } of inner.terms) if (of === 'h') expect(factor).toBeCloseTo(resets[4 * 3 * 7 + index!] * h[3 * 3 * 7 + index!], 14);
});

test('a peephole is a term of its own: the old cell state in i and f, the new one in o, none in g', async () => {
  const peephole = { ...plain, cells: ['lstm_peephole'], initial: true };
  const tape = await (await engine.model(drawnSpec(peephole))).run(drawnInputs(peephole));
  const c = await tape.signal('c').read();
  const [before, after] = [1, 2].map((step) => c[(step * 3 + 1) * 7 + 4]);
  for (const [gate, factor] of [['i', before], ['f', before], ['o', after]] as const) {
    const weight = tape.model.parameters.get(`weight_peep_${gate}_l0`)!.data[4];
    const { terms } = await addends(tape, { sequence: 1, step: 2, unit: 4, gate });
    const [term, ...others] = terms.filter(({ of }) => of === 'c');
    expect(others).toEqual([]);
    expect(term).toMatchObject({ index: 4, weight, term: expect.closeTo(weight * factor, 14) as number });
    expect(term.factor).toBeCloseTo(factor, 14);
  }
  expect((await addends(tape, { sequence: 1, step: 2, unit: 4, gate: 'g' })).terms.some(({ of }) => of === 'c')).toBe(false);
});

test('of a projected layer the recurrent terms are as many as the projection is wide, for every unit', async () => {
  const projected = { ...plain, cells: ['lstm_peephole', 'lstm'], projection: 3, bidirectional: true, initial: true };
  const tape = await (await engine.model(drawnSpec(projected))).run(drawnInputs(projected));
  for (const unit of [0, 6]) {
    const { terms, sum, preActivation } = await addends(tape, { layer: 1, direction: 'reverse', step: 4, unit, gate: 'o' });
    expect(terms.filter(({ of }) => of === 'h').length).toBe(3);
    expect(terms.filter(({ of }) => of === 'x').length).toBe(6);
    expect(Math.abs(sum - preActivation)).toBeLessThan(1e-14);
  }
});

test('without bias there are no bias terms, and at the first step the initial state is what h multiplies', async () => {
  const bare = { ...plain, bias: false, initial: true };
  const tape = await (await engine.model(drawnSpec(bare))).run(drawnInputs(bare));
  const { terms } = await addends(tape, { step: 0, unit: 0, gate: 'i' });
  expect(terms.map(({ of }) => of).filter((of) => of.startsWith('b'))).toEqual([]);
  const h0 = tape.inputs.initial[0][0]!;
  for (const { of, index, factor } of terms) if (of === 'h') expect(factor).toBe(h0[index!]);
});

test('a place the tape does not have is refused by name', async () => {
  const tape = await (await engine.model(drawnSpec(plain))).run(drawnInputs({ ...plain, lengths: [5, 2, 3] }));
  const place = { step: 0, unit: 0, gate: 'i' };
  await expect(addends(tape, { ...place, gate: 'q' })).rejects.toMatchObject({ code: 'unknown-signal', message: expect.stringContaining('i, f, g, o') as string });
  for (const wrong of [{ unit: 7 }, { step: 5 }, { step: -1 }, { sequence: 3 }, { model: 1 }, { layer: 1 }, { sequence: 1, step: 2 }, { direction: 'reverse' as const }]) {
    await expect(addends(tape, { ...place, ...wrong })).rejects.toMatchObject({ code: 'option', option: Object.keys(wrong).at(-1) });
  }
  tape.release();
  await expect(addends(tape, place)).rejects.toMatchObject({ code: 'released' });
});
