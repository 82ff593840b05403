/** Models that others trained: what is found in a file with PyTorch's names, what is assumed, and what is refused. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { createEngine, FormatError, NonFiniteError, openModel, OptionError, PYTORCH_RECIPE, tokensOf, writeSafetensors, type OpenOptions, type Tensor } from '../../src/engine';
import { isCase, parseCase } from '../golden/golden_case';
import { normal } from '../engine/drawn_case';

const folder = new URL('../fixtures/golden/', import.meta.url);

/** A file of tensors with these names and shapes, filled with seeded numbers. */
function fileOf(shapes: Readonly<Record<string, readonly number[]>>, metadata: Readonly<Record<string, string>> = {}): Uint8Array {
  return writeSafetensors(
    Object.entries(shapes).map(([name, shape]) => [name, normal(shape, 1, name)]),
    metadata,
  );
}

/** One module's tensors. */
function moduleOf(prefix: string, gates: number, inputs: number, hidden: number, { layers = 1, bias = true, bidirectional = false, projection = hidden, cell = false } = {}): Record<string, number[]> {
  const shapes: Record<string, number[]> = {};
  for (let k = 0; k < layers; k++) {
    for (const direction of bidirectional ? ['', '_reverse'] : ['']) {
      const end = (cell ? '' : `_l${k}`) + direction;
      shapes[`${prefix}weight_ih${end}`] = [gates * hidden, k === 0 ? inputs : projection * (bidirectional ? 2 : 1)];
      shapes[`${prefix}weight_hh${end}`] = [gates * hidden, projection];
      if (bias) shapes[`${prefix}bias_ih${end}`] = shapes[`${prefix}bias_hh${end}`] = [gates * hidden];
      if (projection !== hidden) shapes[`${prefix}weight_hr${end}`] = [projection, hidden];
    }
  }
  return shapes;
}

const lstm = moduleOf('rnn.', 4, 5, 3);
const language = { 'embedding.weight': [7, 5], ...lstm, 'head.weight': [7, 3], 'head.bias': [7] };

describe('a language model that PyTorch trained', () => {
  it.each(['charlm_lstm', 'charlm_gru'])('%s opens with its alphabet, and has the states that PyTorch found', async (name) => {
    const golden = parseCase(readFileSync(new URL(`${name}.json`, folder), 'utf8'), name);
    if (!isCase(golden)) throw new Error(golden.notACase);
    const opened = openModel(new Uint8Array(readFileSync(new URL(`${name}.safetensors`, folder))));
    expect(opened.vocabulary).toEqual([...'\n .abcdefghijklmnopqrstuvwxyz']);
    expect(opened.unused).toEqual([]);
    expect(opened.spec.output).toEqual({ classes: 29 });
    const engine = await createEngine({ device: 'cpu' });
    const model = await engine.model(opened.spec, { weights: opened.weights });
    const [sentence] = golden.config['strings'] as string[];
    const tape = await model.run({ words: tokensOf(sentence, opened.vocabulary!) });
    for (const state of name.endsWith('lstm') ? ['h', 'c'] : ['h']) {
      const values = await tape.signal(state).read();
      const expected = golden.tensors[`s0.${state}`].data;
      const { scale } = golden.tol[`s0.${state}`];
      expect(values.length).toBe(expected.length);
      const worst = Array.from(values).reduce((most, value, i) => Math.max(most, Math.abs(value - expected[i])), 0);
      // What a float64 engine owes the stored float32 values.
      expect(worst).toBeLessThanOrEqual(1.2e-7 * scale!);
    }
    engine.release();
  });
});
