/**
 * A loss through the linear head, in float64: scores = weight · y + bias at the steps that are asked about, their
 * cross-entropy or their squared error, and the gradient back through the head. The weight may be the embedding's.
 */
import type { CheckedBatch } from '../training/batch';
import { headWeightName } from '../model/parameters';
import type { ModelShape } from '../model/spec';
import { crossEntropy } from './cross_entropy';
import type { LayerInput, Read, Weights } from './rollout_record';
import { product, type Numbers } from './step';
import { outerProduct, transposedProduct } from './step_backward';

/** What the head should say, and how much of a class is spread over all of them. */
export interface HeadLoss extends Pick<CheckedBatch, 'classes' | 'values' | 'asked'> {
  readonly labelSmoothing: number;
}

/** What was found, per model [M]. */
export interface HeadFindings {
  /** Mean over the steps asked about, and for squared errors over the numbers told. */
  readonly loss: Float64Array;
  /** How many steps' highest score, the first where several are equal, was the class asked for. */
  readonly right: Float64Array;
}

/**
 * Computes the loss of each model, and adds the head's gradients and those at y.
 * @param output - copies y at a step
 * @param d_parameters - the parameters' gradients, to be added to
 * @param d_y - [M, T, B, P], to be added to
 */
export function* headLoss(
  model: ModelShape,
  parameters: Weights,
  { steps, sequences }: Pick<Read, 'steps' | 'sequences'>,
  { classes: targets, values, asked, labelSmoothing }: HeadLoss,
  output: LayerInput,
  d_parameters: ReadonlyMap<string, { readonly data: Float64Array }>,
  d_y: Float64Array,
): Generator<void, HeadFindings> {
  const { layers, classes, seeds } = model;
  const { directions, width: ofDirection } = layers[layers.length - 1];
  const width = directions * ofDirection;
  const loss = new Float64Array(seeds.length);
  const right = new Float64Array(seeds.length);
  const y = new Float64Array(width);
  const scores = new Float64Array(classes!);
  const d_scores = new Float64Array(classes!);
  const count = values ? asked * classes! : asked;
  for (let m = 0; m < seeds.length; m++) {
    const rows = <Data extends Numbers>({ data }: { readonly data: Data }) => data.subarray((m * data.length) / seeds.length, ((m + 1) * data.length) / seeds.length) as Data;
    const names = [headWeightName(model), 'head.bias'];
    const [weight, bias] = names.map((name) => rows(parameters.get(name)!));
    const [d_weight, d_bias] = names.map((name) => rows(d_parameters.get(name)!));
    for (let row = 0; row < steps * sequences; row++) {
      const target = targets[row];
      if (target < 0) continue;
      output(m, Math.floor(row / sequences), row % sequences, y);
      yield* product(scores, weight, y, bias, 0, scores.length);
      if (values) {
        loss[m] += squaredError(scores, values, row * scores.length, d_scores) / count;
      } else {
        loss[m] += crossEntropy(scores, target, labelSmoothing, d_scores) / count;
        if (highest(scores) === target) right[m]++;
      }
      for (let k = 0; k < d_scores.length; k++) d_scores[k] /= count;

      const at = (m * steps * sequences + row) * width;
      yield* transposedProduct(d_y.subarray(at, at + width), weight, d_scores, 0, scores.length);
      yield* outerProduct(d_weight, d_scores, y, 0, scores.length);
      for (let k = 0; k < d_bias.length; k++) d_bias[k] += d_scores[k];
      yield;
    }
  }
  return { loss, right };
}

/** Σ (told − wanted)², with its gradient. @param at - where the row of wanted numbers begins */
function squaredError(told: Float64Array, wanted: Float32Array, at: number, d_told: Float64Array): number {
  let sum = 0;
  for (let k = 0; k < told.length; k++) {
    const error = told[k] - wanted[at + k];
    sum += error * error;
    d_told[k] = 2 * error;
  }
  return sum;
}

function highest(scores: Float64Array): number {
  let best = 0;
  for (let k = 1; k < scores.length; k++) if (scores[k] > scores[best]) best = k;
  return best;
}
