/**
 * Next-token cross-entropy in float64: logits = head.weight · y + head.bias at the steps that have a target, the mean of
 * −log softmax(logits)[target] over them, and the gradient softmax − onehot taken back through the head.
 */
import type { Inputs } from '../model/inputs';
import type { CheckedLoss } from '../model/loss';
import type { Parameters } from '../model/parameters';
import type { ModelShape } from '../model/spec';
import type { LayerInput } from './rollout';
import { product } from './step';
import { outerProduct, transposedProduct } from './step_backward';

/**
 * Computes the loss of each model [M], and adds the head's gradients and those at y.
 * @param output - copies y at a step
 * @param d_parameters - the parameters' gradients, to be added to
 * @param d_y - [M, T, B, P], to be added to
 */
export function* crossEntropy(
  { layers, classes, seeds }: ModelShape,
  parameters: Parameters,
  { steps, sequences }: Inputs,
  { targets, count }: Extract<CheckedLoss, { kind: 'cross-entropy' }>,
  output: LayerInput,
  d_parameters: ReadonlyMap<string, { readonly data: Float64Array }>,
  d_y: Float64Array,
): Generator<void, Float64Array> {
  const { directions, width: ofDirection } = layers[layers.length - 1];
  const width = directions * ofDirection;
  const loss = new Float64Array(seeds.length);
  const y = new Float64Array(width);
  const logits = new Float64Array(classes!);
  for (let m = 0; m < seeds.length; m++) {
    const rows = <Data extends Float32Array | Float64Array>({ data }: { readonly data: Data }) => data.subarray((m * data.length) / seeds.length, ((m + 1) * data.length) / seeds.length) as Data;
    const [weight, bias] = ['head.weight', 'head.bias'].map((name) => rows(parameters.get(name)!));
    const [d_weight, d_bias] = ['head.weight', 'head.bias'].map((name) => rows(d_parameters.get(name)!));
    for (let row = 0; row < steps * sequences; row++) {
      const target = targets[row];
      if (target < 0) continue;
      output(m, Math.floor(row / sequences), row % sequences, y);
      yield* product(logits, weight, y, bias, 0, logits.length);
      const largest = logits.reduce((most, logit) => Math.max(most, logit), -Infinity);
      const total = logits.reduce((sum, logit) => sum + Math.exp(logit - largest), 0);
      loss[m] += (largest + Math.log(total) - logits[target]) / count;

      const d_logits = logits.map((logit, k) => (Math.exp(logit - largest) / total - (k === target ? 1 : 0)) / count);
      const at = (m * steps * sequences + row) * width;
      yield* transposedProduct(d_y.subarray(at, at + width), weight, d_logits, 0, logits.length);
      yield* outerProduct(d_weight, d_logits, y, 0, logits.length);
      d_bias.forEach((_, k) => (d_bias[k] += d_logits[k]));
      yield;
    }
  }
  return loss;
}
