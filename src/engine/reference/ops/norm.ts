import { NORM_EPSILON, type NormKind, type NormStep } from '../../ops/norm';
import { at, pacer, rowsOf, type OpArithmetic, type Strip } from './run';

/** y = weight ⊙ x̂ + bias, x̂ a row brought to unit size. */
export const norm: OpArithmetic<NormStep> = {
  *forward({ x: xName, y: yName, kind, weight, bias }, run) {
    const pause = pacer();
    const [x, y] = [run.tensor(xName), run.tensor(yName)];
    for (const { m, row } of rowsOf(run.extent)) {
      const w = run.parameter(weight, m);
      const b = bias && run.parameter(bias, m);
      const { mean, inverse } = momentsOf(kind, x, row);
      for (let i = 0; i < x.width; i++) y.data[at(y, row) + i] = w[i] * (x.data[at(x, row) + i] - mean) * inverse + (b ? b[i] : 0);
      if (pause(4 * x.width)) yield;
    }
  },

  // With s the inverse size and d = weight ⊙ d_y: d_x = s·(d − mean(d) − x̂·mean(d ⊙ x̂)), the middle term for `layer` alone.
  *backward({ x: xName, y: yName, kind, weight, bias }, run, gradient) {
    const pause = pacer();
    const x = run.tensor(xName);
    const [d_x, d_y] = [gradient.tensor(xName), gradient.tensor(yName)];
    for (const { m, row } of rowsOf(run.extent)) {
      const w = run.parameter(weight, m);
      const d_w = gradient.parameter(weight, m);
      const d_b = bias && gradient.parameter(bias, m);
      const { mean, inverse } = momentsOf(kind, x, row);
      const unit = (i: number) => (x.data[at(x, row) + i] - mean) * inverse;
      for (let r = row * gradient.each; r < (row + 1) * gradient.each; r++) {
        let sum = 0;
        let along = 0;
        for (let i = 0; i < x.width; i++) {
          const d = d_y.data[at(d_y, r) + i];
          if (d_w) d_w[i] += d * unit(i);
          if (d_b) d_b[i] += d;
          sum += w[i] * d;
          along += w[i] * d * unit(i);
        }
        const shift = kind === 'layer' ? sum / x.width : 0;
        for (let i = 0; i < x.width; i++) {
          d_x.data[at(d_x, r) + i] += inverse * (w[i] * d_y.data[at(d_y, r) + i] - shift - (unit(i) * along) / x.width);
        }
        if (pause(8 * x.width)) yield;
      }
    }
  },
};

/** What is taken away from a row, and what it is then multiplied by. */
function momentsOf(kind: NormKind, x: Strip, row: number): { mean: number; inverse: number } {
  const start = at(x, row);
  let mean = 0;
  if (kind === 'layer') {
    for (let i = 0; i < x.width; i++) mean += x.data[start + i];
    mean /= x.width;
  }
  let squares = 0;
  for (let i = 0; i < x.width; i++) squares += (x.data[start + i] - mean) ** 2;
  return { mean, inverse: 1 / Math.sqrt(squares / x.width + NORM_EPSILON) };
}
