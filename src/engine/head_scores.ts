/** What the head says of a run: the scores (logits) of its classes, or the numbers it tells, at every step. */
import type { Tape } from './engine';
import { OptionError } from './errors';
import type { Tensor } from './math/tensor';
import { headWeightName, type Parameters } from './model/parameters';
import { outputWidth, type ModelShape } from './model/spec';

/**
 * Returns `head.weight` · y + `head.bias` [M, T, B, C], in float64 from the states the run left behind; 0 at the steps a
 * sequence does not have. Rejects with OptionError for a model without a head, ReleasedError.
 */
export async function headScores(tape: Tape): Promise<Tensor<Float64Array>> {
  const { model, parameters } = tape;
  const { classes, seeds } = model.shape;
  if (classes === undefined) throw new OptionError('output', 'output: this model has no head, and scores nothing; make it with output: { classes } or { values }.');
  const output = tape.signal('y');
  const y = await output.read();
  const [, steps, sequences] = output.shape;
  const { lengths } = tape.inputs;
  const exists = (row: number) => !lengths || Math.floor(row / sequences) < lengths[row % sequences];
  return { shape: [seeds.length, steps, sequences, classes], data: scoresOf(model.shape, parameters, y, exists) };
}

/**
 * [M, rows, C] of y [M, rows, W], for a model with a head.
 * @param exists - whether there is such a row; those there are not score 0
 */
export function scoresOf(model: ModelShape, parameters: Parameters, y: ArrayLike<number>, exists = (_row: number) => true): Float64Array {
  const classes = model.classes!;
  const [weight, bias] = [parameters.get(headWeightName(model))!.data, parameters.get('head.bias')!.data];
  const width = outputWidth(model.layers[model.layers.length - 1]);
  const rows = y.length / (model.seeds.length * width);
  const data = new Float64Array(model.seeds.length * rows * classes);
  for (let row = 0; row < model.seeds.length * rows; row++) {
    if (!exists(row % rows)) continue;
    const m = Math.floor(row / rows);
    for (let k = 0; k < classes; k++) {
      let sum = bias[m * classes + k];
      for (let j = 0; j < width; j++) sum += weight[(m * classes + k) * width + j] * y[row * width + j];
      data[row * classes + k] = sum;
    }
  }
  return data;
}
