import type { LinearStep } from '../../ops/linear';
import { pointwise } from './pointwise';
import { at, pacer, rowsOf, type OpArithmetic } from './run';

/** y = W·f(x) + b + r, row by row. */
export const linear: OpArithmetic<LinearStep> = {
  scratch: ({ x }, _, widthOf) => 2 * widthOf(x),

  *forward({ x: xName, y: yName, weight, bias, of = 'identity', plus }, run) {
    const pause = pacer();
    const [x, y, r] = [run.tensor(xName), run.tensor(yName), plus ? run.tensor(plus) : undefined];
    const { value } = pointwise[of];
    const v = run.scratch.subarray(0, x.width);
    for (const { m, row } of rowsOf(run.extent)) {
      const w = run.parameter(weight, m);
      const b = bias && run.parameter(bias, m);
      for (let i = 0; i < x.width; i++) v[i] = value(x.data[at(x, row) + i]);
      for (let j = 0; j < y.width; j++) {
        let sum = b ? b[j] : 0;
        for (let i = 0; i < x.width; i++) sum += w[j * x.width + i] * v[i];
        y.data[at(y, row) + j] = r ? sum + r.data[at(r, row) + j] : sum;
        if (pause(x.width)) yield;
      }
    }
  },

  *backward({ x: xName, y: yName, weight, bias, of = 'identity', plus }, run, gradient) {
    const pause = pacer();
    const x = run.tensor(xName);
    const [d_x, d_y, d_r] = [gradient.tensor(xName), gradient.tensor(yName), plus ? gradient.tensor(plus) : undefined];
    const { value, slope } = pointwise[of];
    const v = run.scratch.subarray(0, x.width);
    const d_v = run.scratch.subarray(x.width, 2 * x.width);
    for (const { m, row } of rowsOf(run.extent)) {
      const w = run.parameter(weight, m);
      const d_w = gradient.parameter(weight, m);
      const d_b = bias && gradient.parameter(bias, m);
      if (d_w) for (let i = 0; i < x.width; i++) v[i] = value(x.data[at(x, row) + i]);
      for (let r = row * gradient.each; r < (row + 1) * gradient.each; r++) {
        let felt = false;
        for (let j = 0; j < d_y.width; j++) {
          const d = d_y.data[at(d_y, r) + j];
          if (d === 0) continue; // of one entry's loss most are
          if (!felt) d_v.fill(0);
          felt = true;
          if (d_b) d_b[j] += d;
          if (d_r) d_r.data[at(d_r, r) + j] += d;
          for (let i = 0; i < x.width; i++) d_v[i] += w[j * x.width + i] * d;
          if (d_w) for (let i = 0; i < x.width; i++) d_w[j * x.width + i] += d * v[i];
          if (pause(2 * x.width)) yield;
        }
        if (felt) for (let i = 0; i < x.width; i++) d_x.data[at(d_x, r) + i] += d_v[i] * slope(x.data[at(x, row) + i]);
        if (pause(d_y.width + x.width)) yield;
      }
    }
  },
};
