/** What blocks do with what no network should meet, on either engine: a typed error with the remedy, or the value that is defined; never NaN. */
import { describe, expect, test } from 'vitest';
import { OptionError, type Engine, type LayerSpec, type Model, type StateDict, type Tape } from '../../../src/engine/index';
import { normal } from '../drawn_case';

export function extremesClaims(engineOf: () => Engine): void {
  const signals = async (tape: Tape) => new Map(await Promise.all(tape.signals.map(async ({ name, layer, direction }) => [name, await tape.signal(name, { layer, direction }).read()] as const)));
  const allFinite = async (tape: Tape) => {
    for (const [name, values] of await signals(tape)) expect(Array.from(values).every(Number.isFinite), name).toBe(true);
    for (const [name, { data }] of await tape.gradients()) expect(Array.from(data).every(Number.isFinite), `d_${name}`).toBe(true);
  };
  const model = (layer: LayerSpec, weights?: (start: StateDict) => StateDict): Promise<Model> =>
    engineOf()
      .model({ input: { size: 4 }, layers: [layer] })
      .then((made) => {
        if (weights) made.setParameters(weights(Object.fromEntries(made.parameters)));
        return made;
      });
  const filled = (start: StateDict, name: string, value: (i: number) => number): StateDict => ({ ...start, [name]: { shape: start[name].shape, data: Float32Array.from({ length: start[name].data.length }, (_, i) => value(i)) } });
  const x = normal([6, 2, 4], 1, 'x');

  describe('is refused with the remedy:', () => {
    test('heads that do not divide the width', async () => {
      await expect(model({ block: 'attention', heads: 3 })).rejects.toThrow(/layers\[0\]\.heads: 3 given, which does not divide the width 4; use one of 1, 2, 4/);
    });

    test('more steps than learned positions', async () => {
      using made = await model({ block: 'attention', positions: 'learned', maxSteps: 5 });
      await expect(made.run({ x })).rejects.toThrow(/6 steps given, and it has 5 positions.*maxSteps of at least 6, or rotary/);
    });

    test('an A that is not negative', async () => {
      const scan = { block: 'selective_scan', state: 2, gate: false, selection: 'constant' };
      for (const wrong of [0, 1]) await expect(model(scan, (start) => filled(start, 'layers.0.A', (i) => (i === 1 ? wrong : -1)))).rejects.toThrow(OptionError);
      using fits = await model(scan);
      expect(() => fits.setParameters(filled(Object.fromEntries(fits.parameters), 'layers.0.A', (i) => (i === 1 ? 1 : -1)))).toThrow(/entry 1 of layers\.0\.A is 1; every entry must be less than 0/);
    });
  });

  describe('has the value that is defined:', () => {
    test('step sizes of ±1e4 keep nothing, or all', async () => {
      using made = await model({ block: 'mamba', state: 3 }, (start) => filled(start, 'layers.0.mixer.dt_proj.bias', (i) => (i % 2 ? -1e4 : 1e4)));
      using tape = await made.run({ x, lengths: [6, 4] });
      await tape.backward({ d_y: normal([6, 2, 4], 2, 'R') });
      await allFinite(tape);
      const [delta, decay] = await Promise.all(['delta', 'decay'].map((name) => tape.signal(name).read()));
      for (let c = 0; c < 8; c++) {
        expect(delta[c]).toBeCloseTo(c % 2 ? 0 : 1e4, 0);
        for (let n = 0; n < 3; n++) expect(decay[3 * c + n]).toBe(c % 2 ? 1 : 0);
      }
    });

    test('an A of 1e30 forgets everything at once', async () => {
      using made = await model({ block: 'mamba', state: 2 }, (start) => filled(start, 'layers.0.mixer.A_log', () => 69));
      using tape = await made.run({ x });
      await tape.backward({ unit: 0, step: 5 });
      await allFinite(tape);
      expect((await tape.signal('decay').read()).every((value) => value === 0)).toBe(true);
    });

    test('scores of 1e6 put all weight on one step', async () => {
      using made = await model({ block: 'attention', norm: 'none' }, (start) => filled(start, 'layers.0.in_proj_weight', (i) => (i < 32 && i % 5 === 0 ? 1e3 : i >= 32 && i % 5 === 2 ? 1 : 0)));
      using tape = await made.run({ x });
      await tape.backward({ unit: 1, step: 5 });
      await allFinite(tape);
      const attn = await tape.signal('attn').read();
      for (let row = 0; row < 12; row++) {
        const weights = Array.from(attn.subarray(6 * row, 6 * row + 6));
        expect(weights.reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 5);
        expect(Math.max(...weights)).toBeGreaterThan(0.999);
      }
    });

    test('rows that see nothing, past a sequence’s length, are 0 and feel nothing', async () => {
      for (const block of ['attention', 'mamba', 'min_lstm']) {
        using made = await model({ block });
        using tape = await made.run({ x, lengths: [6, 2] });
        await tape.backward({ d_y: normal([6, 2, 4], 2, 'R') });
        await allFinite(tape);
        for (const { name, kind, shape } of tape.signals) {
          if (name === 'x' || kind === 'final state' || kind === 'initial gradient') continue;
          const values = await tape.signal(name).read();
          for (let t = 2; t < 6; t++) {
            const at = (2 * t + 1) * shape[3];
            expect(Array.from(values.subarray(at, at + shape[3])).every((value) => value === 0), `${name} of ${block} at step ${t}`).toBe(true);
          }
        }
      }
    });

    test('rows of zeros and of one number have a norm', async () => {
      for (const kind of ['layer', 'rms']) {
        using made = await model({ block: 'norm', kind });
        using tape = await made.run({ x: { shape: [2, 1, 4], data: [0, 0, 0, 0, 7, 7, 7, 7] } });
        await tape.backward({ unit: 1, step: 1 });
        await allFinite(tape);
      }
    });
  });
}
