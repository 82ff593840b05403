// The proof of blocks: every op from the tape's own operands. A stand-in rounds to float32 what a GPU would compute.
import { describe, expect, test } from 'vitest';
import { blocks, createEngine, prove, type BlockSpec, type Engine, type Tape } from '../../../src/engine/index';
import { statesAfter } from '../../../src/engine/states_after';
import { normal } from '../drawn_case';

const engine = await createEngine({ device: 'cpu' });

type Tamper = (values: Float32Array, name: string) => void;

function asFloat32(tape: Tape, tamper: Tamper = () => {}): Tape {
  const rounded = (values: ArrayLike<number>, name: string) => {
    const copy = Float32Array.from(values);
    tamper(copy, name);
    return copy;
  };
  return {
    engine: { ...tape.engine, kind: 'gpu', description: 'float32 on a stand-in' } as Engine,
    model: tape.model,
    inputs: tape.inputs,
    parameters: tape.parameters,
    plan: tape.plan,
    signals: tape.signals,
    released: false,
    backward: (loss) => tape.backward(loss),
    gradients: () => tape.gradients(),
    refresh: () => tape.refresh(),
    hold: () => tape.hold(),
    release: () => {},
    [Symbol.dispose]: () => {},
    tensor: async (layer, name) => rounded(await tape.tensor!(layer, name), name),
    signal(name, place) {
      const signal = tape.signal(name, place);
      return { ...signal, read: async () => rounded(await signal.read(), name) };
    },
  };
}

const kinds: [BlockSpec, number][] = [
  [{ block: 'attention', heads: 2, positions: 'learned' }, 8],
  [{ block: 'attention', heads: 2, norm: 'rms', positions: 'rotary', activation: 'relu' }, 8],
  [{ block: 'attention', positions: 'sinusoidal', mlp: 0 }, 8],
  [{ block: 'mamba', state: 3 }, 6],
  [{ block: 'mamba', state: 3, frozen: true, norm: 'none', convBias: false }, 6],
  [{ block: 'min_gru', norm: 'rms' }, 7],
  [{ block: 'min_lstm', hidden: 5 }, 7],
  [{ block: 'norm', kind: 'layer' }, 7],
  [{ block: 'sdpa', heads: 2 }, 12],
  [{ block: 'selective_scan', state: 2, groups: 2 }, 20],
];

async function run([layer, inputs]: [BlockSpec, number]): Promise<Tape> {
  const model = await engine.model({ input: { size: inputs }, layers: [layer], seeds: [1, 2] });
  const before = await model.run({ x: normal([2, 3, inputs], 1, 'before') });
  return model.run({ x: normal([6, 3, inputs], 2, 'x'), lengths: [6, 3, 5], states: await statesAfter(before) });
}

test('every block is among the kinds', () => {
  expect([...new Set(kinds.map(([{ block }]) => block))].toSorted()).toEqual(blocks.map(({ name }) => name).toSorted());
});

describe.each(kinds)('%j', (...kind) => {
  test('float64 numbers repeat to the last bit', async () => {
    const proof = await prove(await run(kind));
    expect(proof).toMatchObject({ holds: true, arithmetic: 'float64', checked: 6, steps: 6 });
    expect(proof.signals.map(({ difference }) => difference)).toEqual(proof.signals.map(() => 0));
  });

  test('float32 numbers are proved, under bounds that would not excuse an error', async () => {
    const proof = await prove(asFloat32(await run(kind)));
    expect(proof).toMatchObject({ holds: true, arithmetic: 'float32', checked: 6 });
    for (const { name, difference, bound } of proof.signals) {
      expect(difference, name).toBeLessThanOrEqual(bound / 2);
      expect(bound, name).toBeLessThan(1e-3);
    }
  });

  test('one wrong number in whatever an op wrote or shows is found, and placed', async () => {
    const tape = await run(kind);
    const { signals } = await prove(tape);
    for (const { name } of signals) {
      const proof = await prove(
        asFloat32(tape, (values, of) => {
          if (of !== name) return;
          const width = values.length / (2 * 6 * 3);
          const row = values.subarray(32 * width, 33 * width); // of model 1, step 4, sequence 2
          const largest = row.reduce((most, value, i) => (Math.abs(value) > Math.abs(row[most]) ? i : most), 0);
          row[largest] *= -1.01;
        }),
      );
      const found = proof.signals.find((signal) => signal.name === name)!;
      expect(found, name).toMatchObject({ holds: false, at: { model: 1, step: 4, sequence: 2 } });
      expect(found.difference, name).toBeGreaterThan(2 * found.bound);
    }
  });

  test('a number at a step that a sequence does not have is found', async () => {
    const tape = await run(kind);
    const { signals } = await prove(tape);
    const { name } = signals.at(-1)!;
    const proof = await prove(asFloat32(tape, (values, of) => of === name && (values[values.length - 1] = 1e-30)));
    expect(proof.signals.find((signal) => signal.name === name)).toMatchObject({ holds: false });
  });
});

test('of a large run a sample is proved: some sequences, then their first steps', async () => {
  const tape = await run(kinds[0]);
  const least = await prove(tape, { mostWork: 1 });
  expect([least.checked, least.holds]).toEqual([2, true]);
  const more = await prove(tape, { mostWork: 60_000 });
  expect(more.checked).toBeGreaterThan(2);
  expect(more.summary).toContain(`${more.checked}`);
  const bad = await prove(asFloat32(tape, (values, name) => name === 'attn' && (values[1] += 0.1)), { mostWork: 1 });
  expect(bad.signals.find(({ name }) => name === 'attn')).toMatchObject({ holds: false, at: { model: 0, step: 0, sequence: 0, unit: 1 } });
});

test('a hybrid is proved layer by layer', async () => {
  const model = await engine.model({ input: { size: 5 }, layers: [{ cell: 'lstm', hidden: 6, bidirectional: true }, { block: 'mamba', state: 2 }, { cell: 'gru', hidden: 3 }] });
  const proof = await prove(asFloat32(await model.run({ x: normal([5, 2, 5], 1, 'x') })));
  expect([proof.holds, proof.checked]).toEqual([true, 5]);
  expect([...new Set(proof.signals.map(({ layer }) => layer))].toSorted()).toEqual([0, 1, 2]);
});
