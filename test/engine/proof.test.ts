import { describe, expect, test } from 'vitest';
import { cells, createEngine, prove, type Engine, type Tape } from '../../src/engine/index';
import { drawnInputs, drawnSpec, plain, type CaseShape } from './drawn_case';

const engine = await createEngine({ device: 'cpu' });

async function run(shape: CaseShape): Promise<Tape> {
  return (await engine.model(drawnSpec(shape))).run(drawnInputs(shape));
}

/** The same tape as a GPU would give it, in float32, with something done to one signal. */
function asFloat32(tape: Tape, tampered = '', tamper: (values: Float32Array) => void = () => {}): Tape {
  const gpu = { ...tape.engine, kind: 'gpu', description: 'float32 on a stand-in' } as Engine;
  return {
    engine: gpu,
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
    signal(name, place) {
      const signal = tape.signal(name, place);
      const read = async () => {
        const values = Float32Array.from(await signal.read());
        if (name === tampered && place?.direction !== 'reverse') tamper(values);
        return values;
      };
      return { ...signal, read };
    },
  };
}

const awkward: CaseShape = { ...plain, hidden: 13, bidirectional: true, lengths: [5, 2, 3], initial: true, models: 2 };

const projectable = (cell: (typeof cells)[number]) => cell.states.length > 1;
const layers = cells.flatMap((cell) => (projectable(cell) ? [undefined, 5] : [undefined]).map((projection) => [projection ? `${cell.name}, projected` : cell.name, cell, projection] as const));

describe.each(layers)('%s', (_, cell, projection) => {
  const { name } = cell;
  const shape = { ...awkward, cells: [name, name], projection };

  test('float32 numbers are proved, well under the bound, in every layer and direction', async () => {
    const proof = await prove(asFloat32(await run(shape)));
    expect(proof).toMatchObject({ holds: true, arithmetic: 'float32', engine: 'float32 on a stand-in', checked: 5, steps: 5 });
    expect(proof.signals.length).toBe(4 * (cell.states.length + cell.gates.length));
    for (const { difference, bound } of proof.signals) {
      expect(difference).toBeGreaterThan(0);
      expect(difference).toBeLessThan(bound / 2);
      expect(bound).toBeLessThan(1e-3); // a bound near the size of the numbers, about 1, would prove nothing
    }
  });

  test('float64 numbers repeat to the last bit, and the proof says that is all it shows', async () => {
    const proof = await prove(await run(shape));
    expect(proof).toMatchObject({ holds: true, arithmetic: 'float64' });
    expect(proof.summary).toContain('nothing else to compare');
    for (const { difference } of proof.signals) expect(difference).toBe(0);
  });

  test.each([...cell.states, ...cell.gates].map((signal) => signal.name))('one wrong sign in %s is found, orders of magnitude above the bound, and placed', async (signal) => {
    const tape = await run({ ...shape, cells: [name] });
    let where = -1;
    const flip = (values: Float32Array) => {
      // The last step of the longest sequence: no other step starts from it.
      const width = signal === 'h' ? (projection ?? 13) : 13;
      const row = (4 * 3 + 0) * width;
      where = values.subarray(row, row + width).reduce((most, value, j) => (Math.abs(value) > Math.abs(values[row + most]) ? j : most), 0);
      values[row + where] *= -1;
    };
    const proof = await prove(asFloat32(tape, signal, flip));
    expect(proof.holds).toBe(false);
    const found = proof.signals.find((each) => each.name === signal && each.direction === 'forward')!;
    expect(found.holds).toBe(false);
    expect(found.difference / found.bound).toBeGreaterThan(1000);
    expect(found.at).toEqual({ model: 0, step: 4, sequence: 0, unit: where });
  });
});

test('a number where a sequence has no step is found, however small', async () => {
  const proof = await prove(asFloat32(await run({ ...plain, lengths: [5, 2, 3] }), 'f', (values) => (values[(4 * 3 + 1) * 7] = 1e-30)));
  expect(proof.signals.filter(({ holds }) => !holds).map(({ name }) => name)).toEqual(['f']);
});

test('NaN is never within a bound', async () => {
  const proof = await prove(asFloat32(await run(plain), 'o', (values) => (values[3] = NaN)));
  expect(proof.signals.filter(({ holds }) => !holds)).toMatchObject([{ name: 'o', difference: Infinity }]);
});

test('chaos neither excuses nor blames: at twenty times the gain honest steps are still proved', async () => {
  const tame = await engine.model(drawnSpec({ ...plain, hidden: 64, steps: 60, cells: ['rnn'] }));
  const weights = Object.fromEntries([...tame.parameters].map(([name, { shape, data }]) => [name, { shape, data: data.map((value) => 20 * value) }]));
  const wild = await engine.model(drawnSpec({ ...plain, hidden: 64, cells: ['rnn'] }), { weights });
  const proof = await prove(asFloat32(await wild.run(drawnInputs({ ...plain, steps: 60 }))));
  expect(proof.holds).toBe(true);
});

test('a growing relu network is proved although its numbers pass 1e4', async () => {
  const model = await engine.model(
    { input: { size: 1 }, layers: [{ cell: 'rnn_relu', hidden: 2, bias: false }] },
    { weights: { weight_ih_l0: { shape: [2, 1], data: [1, 1] }, weight_hh_l0: { shape: [2, 2], data: [1.3, 0, 0, 1.3] } } },
  );
  const tape = await model.run({ x: { shape: [40, 1, 1], data: Array.from({ length: 40 }, () => 1) } });
  const proof = await prove(asFloat32(tape));
  expect(proof.holds).toBe(true);
  const wrong = await prove(asFloat32(tape, 'h', (values) => (values[79] *= 1.001)));
  expect(wrong.holds).toBe(false);
});

test('a large run is proved by a sample that has the first and the last step, and says how many', async () => {
  const tape = await run({ ...plain, steps: 100 });
  const proof = await prove(asFloat32(tape), { mostWork: 2 * 4 * 7 * 11 * 3 * 10 });
  expect(proof).toMatchObject({ checked: 10, steps: 100, holds: true });
  expect(proof.summary).toContain('10 of 100 steps');
  const wrong = await prove(asFloat32(tape, 'h', (values) => (values[values.length - 1] += 0.1)), { mostWork: 1 });
  expect(wrong).toMatchObject({ checked: 2, holds: false });
});

test('a tape may be released while it is proved', async () => {
  const tape = await run(plain);
  const proving = prove(tape);
  tape.release();
  expect((await proving).holds).toBe(true);
  expect(tape.released).toBe(true);
});
