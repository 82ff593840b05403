/** What holds for decoding on either engine: step by step it says what it says of all steps at once, and keeps what it says it keeps. */
import { describe, expect, test } from 'vitest';
import { createDecoder, headScores, OptionError, ReleasedError, ShapeError, stateBytes, statesAfter, type Engine, type LayerSpec, type RunInputs } from '../../src/engine/index';

const attention = (options: object): LayerSpec => ({ block: 'attention', heads: 2, mlp: 1, ...options });
const decoded: [string, readonly LayerSpec[]][] = [
  ['attention without positions', [attention({})]],
  ['attention with learned positions', [attention({ positions: 'learned', maxSteps: 90 })]],
  ['attention with sinusoidal positions', [attention({ positions: 'sinusoidal' })]],
  ['attention with rotary positions', [attention({ positions: 'rotary' })]],
  ['Mamba', [{ block: 'mamba', state: 3 }]],
  ['minLSTM', [{ block: 'min_lstm' }]],
  ['LSTM + attention', [{ cell: 'lstm', hidden: 6 }, attention({ norm: 'rms' })]],
  ['Mamba + attention + GRU', [{ block: 'mamba', state: 2, conv: 3 }, attention({ positions: 'rotary' }), { cell: 'gru', hidden: 5 }]],
];
const words = { input: { embedding: 8, vocab: 5 }, output: { classes: 5 } } as const;
const token = (i: number) => (i * i + 3 * i + Math.floor(i / 3)) % 5;
const tokens = (steps: number, sequences: number) => ({ shape: [steps, sequences], data: Array.from({ length: steps * sequences }, (_, i) => token(i)) });

/** @param bound - of a difference, as a part of the largest number there is: float32 states on the way, or float32 all the way */
export function decoderClaims(engineOf: () => Engine, bound: number): void {
  const near = (found: ArrayLike<number>, expected: ArrayLike<number>, what: string) => {
    const scale = Array.from(expected).reduce((most, value) => Math.max(most, Math.abs(value)), 1e-3);
    expect(found.length, what).toBe(expected.length);
    Array.from(expected).forEach((value, i) => expect(Math.abs(found[i] - value) / scale, `${what}, entry ${i}`).toBeLessThanOrEqual(bound));
  };

  describe('a decoder', () => {
    test.each(decoded)('reads word by word what a run reads at once: %s', async (_, layers) => {
      using model = await engineOf().model({ ...words, layers, seeds: [1, 2] });
      const all = tokens(7, 3);
      using whole = await model.run({ tokens: all });
      const [y, scores] = [await whole.signal('y').read(), await headScores(whole)];
      const width = y.length / (2 * 7 * 3);
      using decoder = await createDecoder(model, { sequences: 3 });
      const at = (values: ArrayLike<number>, t: number, perRow: number) => [0, 1].flatMap((m) => Array.prototype.slice.call(values, (m * 7 + t) * 3 * perRow, (m * 7 + t + 1) * 3 * perRow) as number[]);
      for (let t = 0; t < 7; t++) {
        expect(decoder.steps).toBe(t);
        const found = await decoder.read({ tokens: { shape: [1, 3], data: all.data.slice(3 * t, 3 * t + 3) } });
        expect([found.y.shape, found.scores!.shape]).toEqual([[2, 3, width], [2, 3, 5]]);
        near(found.y.data, at(y, t, width), `y of step ${t}`);
        near(found.scores!.data, at(scores.data, t, 5), `scores of step ${t}`);
        expect(decoder.stateBytes).toBe(2 * 3 * stateBytes(model.shape, t + 1));
      }
      const [states, expected] = [await decoder.states(), await statesAfter(whole)];
      states.forEach((ofLayer, k) => {
        expect(Object.keys(ofLayer!)).toEqual(Object.keys(expected[k]!));
        for (const [name, { shape, data }] of Object.entries(ofLayer!)) {
          expect(shape).toEqual(expected[k]![name].shape);
          near(data, expected[k]![name].data, `${name} of layer ${k}`);
        }
      });
      const held = Object.values(states.flatMap((ofLayer) => Object.values(ofLayer!))).reduce((sum, { data }) => sum + 4 * data.length, 0);
      expect(decoder.stateBytes).toBe(held);
    });

    test('goes on from the states of a run, and a run from its', async () => {
      using model = await engineOf().model({ ...words, layers: decoded[7][1] });
      using whole = await model.run({ tokens: tokens(9, 2) });
      const y = await whole.signal('y').read();
      using begun = await model.run({ tokens: tokens(4, 2) });
      const states = await statesAfter(begun);
      using decoder = await createDecoder(model, { sequences: 2, states });
      expect([decoder.steps, await decoder.states()]).toEqual([4, states]);
      const slice = (from: number, to: number): RunInputs => ({ tokens: { shape: [to - from, 2], data: tokens(9, 2).data.slice(2 * from, 2 * to) } });
      for (let t = 4; t < 7; t++) near((await decoder.read(slice(t, t + 1))).y.data, y.subarray(10 * t, 10 * t + 10), `step ${t}`);
      using rest = await model.run({ ...slice(7, 9), states: await decoder.states() });
      near(await rest.signal('y').read(), y.subarray(70), 'what comes after');
    });

    test('keeps room for as many steps as it reads', async () => {
      using model = await engineOf().model({ input: { size: 4 }, layers: [{ block: 'attention', heads: 2, norm: 'none', positions: 'rotary' }], seeds: [1, 2] });
      const x = { shape: [140, 2, 4], data: Float32Array.from({ length: 140 * 8 }, (_, i) => Math.sin(i * i)) };
      using whole = await model.run({ x });
      const y = await whole.signal('y').read();
      using decoder = await createDecoder(model, { sequences: 2 });
      // Asked for all at once: steps follow one another all the same.
      const found = await Promise.all(Array.from({ length: 140 }, (_, t) => decoder.read({ x: { shape: [1, 2, 4], data: x.data.slice(8 * t, 8 * t + 8) } })));
      for (let t = 0; t < 140; t += 9) near(found[t].y.data, [...y.subarray(8 * t, 8 * t + 8), ...y.subarray(8 * (140 + t), 8 * (140 + t) + 8)], `step ${t}`);
      expect(decoder.stateBytes).toBe(2 * 2 * 140 * 2 * 4 * 4);
    });

    test('takes words of its own, one for each sequence', async () => {
      using model = await engineOf().model({ input: { embedding: 6 }, layers: [attention({})] });
      using whole = await model.run({ words: [['the', 'cat', 'was'], ['a', 'dog', 'ran']] });
      const y = await whole.signal('y').read();
      using decoder = await createDecoder(model, { sequences: 2 });
      for (const [t, pair] of [['the', 'a'], ['cat', 'dog'], ['was', 'ran']].entries()) near((await decoder.read({ words: pair.map((word) => [word]) })).y.data, y.subarray(12 * t, 12 * t + 12), `step ${t}`);
    });

    test('refuses what it cannot read, and what it can no longer say', async () => {
      using model = await engineOf().model({ ...words, layers: [attention({ positions: 'learned', maxSteps: 3 })] });
      const one = { tokens: tokens(1, 2) };
      await expect(createDecoder(model, { sequences: 0 })).rejects.toThrow(OptionError);
      await expect(createDecoder(model, { sequences: 2, states: [] })).rejects.toThrow(ShapeError);
      using decoder = await createDecoder(model, { sequences: 2 });
      await expect(decoder.read({ tokens: tokens(2, 2) })).rejects.toThrow(/2 of 2 sequences.*one step/);
      await expect(decoder.read({ tokens: tokens(1, 3) })).rejects.toThrow(/1 of 3 sequences/);
      await expect(decoder.read({ ...one, states: [undefined] })).rejects.toThrow(/keeps its own/);
      await expect(decoder.read({ tokens: { shape: [1, 2], data: [0, 5] } })).rejects.toThrow(/entry 1 is 5/);
      for (let t = 0; t < 3; t++) await decoder.read(one);
      await expect(decoder.read(one)).rejects.toThrow(/4 steps given, and it has 3 positions.*rotary/);
      expect(decoder.steps).toBe(3);
      model.setParameters(Object.fromEntries(model.parameters));
      await expect(decoder.read(one)).rejects.toThrow(/other weights/);
      decoder.release();
      await expect(decoder.read(one)).rejects.toThrow(ReleasedError);
      await expect(decoder.states()).rejects.toThrow(ReleasedError);
      using both = await engineOf().model({ ...words, layers: [{ cell: 'gru', hidden: 4, bidirectional: true }] });
      await expect(createDecoder(both)).rejects.toThrow(/layer 0 reads from the end/);
    });
  });
}
