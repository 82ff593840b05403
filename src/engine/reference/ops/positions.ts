import { POSITION_BASE, type PositionsStep } from '../../ops/positions';
import { at, pacer, rowsOf, type OpArithmetic } from './run';

/** y_t = x_t + the vector of position t. */
export const positions: OpArithmetic<PositionsStep> = {
  *forward({ x: xName, y: yName, weight }, run) {
    const pause = pacer();
    const [x, y] = [run.tensor(xName), run.tensor(yName)];
    for (const { m, t, row } of rowsOf(run.extent)) {
      const place = run.extent.first + t;
      const w = weight && run.parameter(weight, m);
      for (let i = 0; i < x.width; i++) y.data[at(y, row) + i] = x.data[at(x, row) + i] + (w ? w[place * x.width + i] : wave(place, i, x.width));
      if (pause(4 * x.width)) yield;
    }
  },

  *backward({ x: xName, y: yName, weight }, run, gradient) {
    const pause = pacer();
    const [d_x, d_y] = [gradient.tensor(xName), gradient.tensor(yName)];
    for (const { m, t, row } of rowsOf(run.extent)) {
      const d_w = weight && gradient.parameter(weight, m);
      for (let r = row * gradient.each; r < (row + 1) * gradient.each; r++) {
        for (let i = 0; i < d_x.width; i++) {
          const d = d_y.data[at(d_y, r) + i];
          d_x.data[at(d_x, r) + i] += d;
          if (d_w) d_w[(run.extent.first + t) * d_x.width + i] += d;
        }
        if (pause(4 * d_x.width)) yield;
      }
    }
  },
};

/** Entry i of the sinusoidal vector of a position: pairs of sine and cosine, of ever longer waves. */
function wave(position: number, i: number, width: number): number {
  const angle = position / POSITION_BASE ** ((i - (i % 2)) / width);
  return i % 2 === 0 ? Math.sin(angle) : Math.cos(angle);
}
