/**
 * Causal attention in float64, one query at a time: its weights are found, used and forgotten.
 *
 * A run may start from the keys and values of earlier steps. Key s is then the s-th of all steps so far, and query t of
 * this run is step first + t.
 */
import type { AttendStep } from '../../ops/attend';
import { at, lengthOf, pacer, rowAt, type Gradient, type OpArithmetic, type Run, type Strip } from './run';

/** Keys or values of one sequence, or the gradients there: those of the steps before, then this run's own. */
interface Memory {
  readonly past: Float64Array | undefined;
  readonly own: Strip;
}

export const attend: OpArithmetic<AttendStep> = {
  scratch: (_, { extent }) => 2 * (extent.first + extent.steps),

  *forward(step, run) {
    const pause = pacer();
    const y = run.tensor(step.y);
    const v = memoryOf(run, step.v);
    for (const query of queriesOf(step, run)) {
      const { m, b, seen, head, row } = query;
      const weights = weightsOf(step, run, query, run.scratch);
      const d = y.width / step.heads;
      for (let i = head * d; i < (head + 1) * d; i++) {
        let sum = 0;
        for (let s = 0; s < seen; s++) sum += weights[s] * v.own.data === undefined ? 0 : weights[s] * entryOf(run, v, m, b, s, i);
        y.data[at(y, row) + i] = sum;
      }
      if (pause(2 * seen * d)) yield;
    }
  },

  *backward() {},
};
void lengthOf;
void rowAt;
export type { Gradient };
