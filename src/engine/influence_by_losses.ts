/**
 * The influence matrix of stacks that have a layer without a step of its own: every entry of the output is taken back as a
 * loss, many of them side by side, in float64, along the tape's own states. Below 1e-308 there are no numbers; what recurrent
 * layers alone carry goes on below that in ./influence.ts.
 */
import { NonFiniteError } from './errors';
import { outputWidth } from './model/spec';
import { propagate } from './reference/backward';
import { blockBytes } from './reference/block_values';
import { backwardBytes } from './reference/record_bytes';
import { firstSteps, type SequenceRun } from './sequence_run';

/** Memory that the gradients of losses side by side may take. */
const TOGETHER_BYTES = 2 ** 26;

/**
 * [T, T] ‖∂y_t/∂x_s‖_F of the last layer, or of one entry of its output.
 * @param causal - whether all layers read forward: then what is later is not even looked at
 */
export function* normsByLosses(run: SequenceRun, unit: number | undefined, causal: boolean, progress?: (fraction: number) => void): Generator<void, { values: Float64Array; log10: Float64Array }> {
  const { steps } = run.inputs;
  const values = new Float64Array(steps * steps);
  for (let t = 0; t < steps; t++) {
    const row = yield* normsAt(run, t, unit, causal, (fraction) => progress?.((t + fraction) / steps));
    values.set(row, t * steps);
  }
  return { values, log10: values.map(Math.log10) };
}

/** [t + 1] or [T] ‖∂y_t/∂x_s‖_F: a row of the matrix. */
export function* normsAt(run: SequenceRun, t: number, unit: number | undefined, causal: boolean, progress?: (fraction: number) => void): Generator<void, Float64Array> {
  const { layers } = run.model;
  const width = outputWidth(layers[layers.length - 1]);
  const units = unit === undefined ? Array.from({ length: width }, (_, u) => u) : [unit];
  const { model, parameters, inputs, record } = causal ? firstSteps(run, t + 1) : run;
  const read = layers[0].inputs;
  const norms = new Float64Array(inputs.steps);
  const together = Math.max(1, Math.floor(TOGETHER_BYTES / backwardBytes(model, inputs, blockBytes)));
  for (let first = 0; first < units.length; first += together) {
    const chosen = units.slice(first, first + together);
    const each = chosen.length;
    const d_y = new Float32Array(inputs.steps * each * width);
    chosen.forEach((u, j) => (d_y[(t * each + j) * width + u] = 1));
    const start = { kind: 'cotangents', layer: layers.length - 1, d_y, d_final: layers.map(() => []) } as const;
    const { input } = (yield* propagate(model, parameters, inputs, record, start, { each })).layers[0];
    for (let s = 0; s < inputs.steps; s++) {
      for (let i = s * each * read; i < (s + 1) * each * read; i++) norms[s] = Math.hypot(norms[s], input[i]);
      if (!Number.isFinite(norms[s])) throw new NonFiniteError('∂y/∂x', t * inputs.steps + s, norms[s]);
      yield;
    }
    progress?.((first + each) / units.length);
  }
  return norms;
}
