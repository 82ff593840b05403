/** The non-linearities as curves to draw: value, slope, and how the slope is said in terms of the value. */
import type { Cell, Gate } from '../engine';

export interface ActivationCurve {
  /** With a dot where the sum goes; empty where the sum is the output. */
  readonly name: string;
  readonly value: (a: number) => number;
  readonly slope: (a: number) => number;
  /** The slope in terms of the value, which is called by its own name: `1 − h²`. */
  readonly slopeRule: (output: string) => string;
  /** Lower and upper end of what it can give, for the axis. */
  readonly ends: readonly [number, number];
}

const logistic = (a: number) => 1 / (1 + Math.exp(-a));

const curves: readonly ActivationCurve[] = [
  {
    name: 'tanh',
    value: Math.tanh,
    slope: (a) => 1 / Math.cosh(a) ** 2, // 1 − tanh² has no digits left where tanh is 1
    slopeRule: (output) => `1 − ${output}²`,
    ends: [-1, 1],
  },
  { name: 'σ', value: logistic, slope: (a) => logistic(a) * logistic(-a), slopeRule: (output) => `${output}·(1 − ${output})`, ends: [0, 1] },
  { name: 'max(·, 0)', value: (a) => Math.max(a, 0), slope: (a) => (a > 0 ? 1 : 0), slopeRule: (output) => `1 if ${output} > 0, else 0`, ends: [0, 4] },
  { name: '', value: (a) => a, slope: () => 1, slopeRule: () => 'everywhere the same', ends: [-4, 4] },
  { name: '4σ(·) − 2', value: (a) => 2 * Math.tanh(a / 2), slope: (a) => 4 * logistic(a) * logistic(-a), slopeRule: (output) => `1 − ${output}²/4`, ends: [-2, 2] },
];

/** The curve that a gate's sum goes through. Where the gate is the bare sum, that is the cell's own non-linearity. */
export function curveOf(cell: Cell, gate: Gate): ActivationCurve {
  if (gate.activation === 'sigmoid') return curves[1];
  if (gate.activation === 'tanh') return curves[0];
  if (gate.activation === 'relu') return curves[2];
  if (gate.activation === 'wideSigmoid') return curves[4];
  const output = (a: number) => cell.forward([a], [0], cell.states.map(() => 0), []).next[0];
  return curves.find(({ value }) => [-0.7, 0.3, 1.9].every((a) => Math.abs(value(a) - output(a)) < 1e-9)) ?? curves[3];
}
