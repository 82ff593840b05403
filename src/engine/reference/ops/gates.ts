import { sigmoid, sigmoidSlope } from '../../math/activation';
import type { GateRule, GatesStep } from '../../ops/gates';
import { at, pacer, rowsOf, type OpArithmetic } from './run';
import { softplus } from './pointwise';

/** A scalar rule and its transpose. */
interface Rule {
  forward(x: readonly number[]): number[];
  /** @param d_y - gradients at what `forward` returns */
  backward(x: readonly number[], d_y: readonly number[]): number[];
}

const rules: Readonly<Record<GateRule, Rule>> = {
  min_gru: {
    forward: ([z, candidate]) => [sigmoid(-z), sigmoid(z) * candidate],
    backward: ([z, candidate], [d_a, d_b]) => [(d_b * candidate - d_a) * sigmoidSlope(z), d_b * sigmoid(z)],
  },
  // f / (f + i) = σ(log f − log i), and log σ(x) = −softplus(−x): no quotient of two numbers that may both be 0.
  min_lstm: {
    forward([f, i, candidate]) {
      const odds = logOdds(f, i);
      return [sigmoid(odds), sigmoid(-odds) * candidate];
    },
    backward([f, i, candidate], [d_a, d_b]) {
      const odds = logOdds(f, i);
      const d_odds = (d_a - d_b * candidate) * sigmoidSlope(odds);
      return [d_odds * sigmoid(-f), -d_odds * sigmoid(-i), d_b * sigmoid(-odds)];
    },
  },
};

/** log σ(f) − log σ(i). */
function logOdds(f: number, i: number): number {
  return softplus(-i) - softplus(-f);
}

/** y = rule(x), entry by entry. */
export const gates: OpArithmetic<GatesStep> = {
  *forward({ rule, x: xNames, y: yNames }, run) {
    const pause = pacer();
    const [x, y] = [xNames.map((name) => run.tensor(name)), yNames.map((name) => run.tensor(name))];
    for (const { row } of rowsOf(run.extent)) {
      for (let i = 0; i < x[0].width; i++) {
        const values = rules[rule].forward(x.map((strip) => strip.data[at(strip, row) + i]));
        y.forEach((strip, which) => (strip.data[at(strip, row) + i] = values[which]));
      }
      if (pause(40 * x[0].width)) yield;
    }
  },

  *backward({ rule, x: xNames, y: yNames }, run, gradient) {
    const pause = pacer();
    const x = xNames.map((name) => run.tensor(name));
    const [d_x, d_y] = [xNames.map((name) => gradient.tensor(name)), yNames.map((name) => gradient.tensor(name))];
    for (const { row } of rowsOf(run.extent)) {
      for (let r = row * gradient.each; r < (row + 1) * gradient.each; r++) {
        for (let i = 0; i < x[0].width; i++) {
          const d = rules[rule].backward(
            x.map((strip) => strip.data[at(strip, row) + i]),
            d_y.map((strip) => strip.data[at(strip, r) + i]),
          );
          d_x.forEach((strip, which) => (strip.data[at(strip, r) + i] += d[which]));
        }
        if (pause(60 * x[0].width)) yield;
      }
    }
  },
};
