/** What the head says of a run: the scores (logits) of its classes, or the numbers it tells, at every step. */
import type { Tape } from './engine';
import { OptionError } from './errors';
import type { Tensor } from './math/tensor';
import { headWeightName } from './model/parameters';

/**
 * Returns `head.weight` · y + `head.bias` [M, T, B, C], in float64 from the states the run left behind; 0 at the steps a
 * sequence does not have. Rejects with OptionError for a model without a head, ReleasedError.
 */
export async function headScores(tape: Tape): Promise<Tensor<Float64Array>> {
  const { model, parameters } = tape;
  const { classes, seeds } = model.shape;
  if (classes === undefined) throw new OptionError('output', 'output: this model has no head, and scores nothing; make it with output: { classes } or { values }.');
  const [weight, bias] = [parameters.get(headWeightName(model.shape))!.data, parameters.get('head.bias')!.data];
  const output = tape.signal('y');
  const y = await output.read();
  const [, steps, sequences, width] = output.shape;
  const { lengths } = tape.inputs;
  const rows = steps * sequences;
  const data = new Float64Array(seeds.length * rows * classes);
  for (let row = 0; row < seeds.length * rows; row++) {
    if (lengths && Math.floor((row % rows) / sequences) >= lengths[row % sequences]) continue;
    const m = Math.floor(row / rows);
    for (let k = 0; k < classes; k++) {
      let sum = bias[m * classes + k];
      for (let j = 0; j < width; j++) sum += weight[(m * classes + k) * width + j] * y[row * width + j];
      data[row * classes + k] = sum;
    }
  }
  return { shape: [seeds.length, steps, sequences, classes], data };
}
