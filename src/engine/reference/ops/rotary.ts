import { POSITION_BASE } from '../../ops/positions';
import type { RotaryStep } from '../../ops/rotary';
import { at, pacer, rowsOf, type Extent, type OpArithmetic, type Strip } from './run';

/** Each pair of a head turned by an angle that grows with its position; the way back turns the gradient the other way. */
export const rotary: OpArithmetic<RotaryStep> = {
  *forward({ x, y, heads }, run) {
    for (const [i, name] of x.entries()) yield* addTurned(run.extent, run.tensor(name), run.tensor(y[i]), heads, 1);
  },

  *backward({ x, y, heads }, run, gradient) {
    for (const [i, name] of x.entries()) yield* addTurned(run.extent, gradient.tensor(y[i]), gradient.tensor(name), heads, -1);
  },
};

/** to += from, turned by `sense` times the position's angles. */
function* addTurned(extent: Extent, from: Strip, to: Strip, heads: number, sense: 1 | -1): Generator<void, void> {
  const pause = pacer();
  const d = from.width / heads;
  for (const { t, row } of rowsOf(extent)) {
    for (let i = 0; i < from.width; i += 2) {
      const angle = (sense * (extent.first + t)) / POSITION_BASE ** ((i % d) / d);
      const [cosine, sine] = [Math.cos(angle), Math.sin(angle)];
      const [even, odd] = [from.data[at(from, row) + i], from.data[at(from, row) + i + 1]];
      to.data[at(to, row) + i] += even * cosine - odd * sine;
      to.data[at(to, row) + i + 1] += even * sine + odd * cosine;
    }
    if (pause(40 * from.width)) yield;
  }
}
