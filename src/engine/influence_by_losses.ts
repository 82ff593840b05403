/**
 * The influence matrix of stacks that have a layer without a step of its own: every entry of the output is taken back as a
 * loss, in float64, along the tape's own states. Below 1e-308 there are no numbers; what recurrent layers alone carry goes on
 * below that in ./influence.ts.
 */
import { NonFiniteError } from './errors';
import { outputWidth } from './model/spec';
import { propagate } from './reference/backward';
import { firstSteps, type SequenceRun } from './sequence_run';

/**
 * [T, T] ‖∂y_t/∂x_s‖_F of the last layer, or of one entry of its output.
 * @param causal - whether all layers read forward: then what is later is not even looked at
 */
export function* normsByLosses(run: SequenceRun, unit: number | undefined, causal: boolean, progress?: (fraction: number) => void): Generator<void, { values: Float64Array; log10: Float64Array }> {
  const { steps } = run.inputs;
  const { layers } = run.model;
  const width = outputWidth(layers[layers.length - 1]);
  const units = unit === undefined ? Array.from({ length: width }, (_, u) => u) : [unit];
  const inputs = layers[0].inputs;
  const values = new Float64Array(steps * steps);
  for (let t = 0; t < steps; t++) {
    const part = causal ? firstSteps(run, t + 1) : run;
    for (const [done, u] of units.entries()) {
      const d_y = new Float32Array(part.inputs.steps * width);
      d_y[t * width + u] = 1;
      const start = { kind: 'cotangents', layer: layers.length - 1, d_y, d_final: layers.map(() => []) } as const;
      const { input } = (yield* propagate(part.model, part.parameters, part.inputs, part.record, start)).layers[0];
      for (let s = 0; s < part.inputs.steps; s++) {
        const at = t * steps + s;
        for (let i = s * inputs; i < (s + 1) * inputs; i++) values[at] = Math.hypot(values[at], input[i]);
        if (!Number.isFinite(values[at])) throw new NonFiniteError('∂y/∂x', at, values[at]);
      }
      progress?.((t + (done + 1) / units.length) / steps);
      yield;
    }
  }
  return { values, log10: values.map(Math.log10) };
}
