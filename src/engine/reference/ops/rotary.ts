import { POSITION_BASE } from '../../ops/positions';
import type { RotaryStep } from '../../ops/rotary';
import { at, pacer, rowsOf, type Extent, type OpArithmetic, type Strip } from './run';

/** Each pair of a head turned by an angle that grows with its position; the way back turns the gradient the other way. */
export const rotary: OpArithmetic<RotaryStep> = {
  *forward({ x, y, heads }, run) {
    for (const [i, name] of x.entries()) yield* addTurned(run.extent, 1, run.tensor(name), run.tensor(y[i]), heads, 1);
  },

  *backward({ x, y, heads }, run, gradient) {
    for (const [i, name] of x.entries()) yield* addTurned(run.extent, gradient.each, gradient.tensor(y[i]), gradient.tensor(name), heads, -1);
  },
};

/** to += from, turned by `sense` times the position's angles. @param each - rows of theirs for each row of the run */
function* addTurned(extent: Extent, each: number, from: Strip, to: Strip, heads: number, sense: 1 | -1): Generator<void, void> {
  const pause = pacer();
  const d = from.width / heads;
  for (const { t, row } of rowsOf(extent)) {
    for (let i = 0; i < from.width; i += 2) {
      const angle = (sense * (extent.first + t)) / POSITION_BASE ** ((i % d) / d);
      const [cosine, sine] = [Math.cos(angle), Math.sin(angle)];
      for (let r = row * each; r < (row + 1) * each; r++) {
        const [even, odd] = [from.data[at(from, r) + i], from.data[at(from, r) + i + 1]];
        to.data[at(to, r) + i] += even * cosine - odd * sine;
        to.data[at(to, r) + i + 1] += even * sine + odd * cosine;
      }
    }
    if (pause((40 + 4 * each) * from.width)) yield;
  }
}
