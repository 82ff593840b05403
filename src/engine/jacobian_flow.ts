/**
 * How a gradient fares on its way back through time: ‖∂s_T/∂s_{T−k}‖ for every distance k, measured along one run.
 *
 * The state's derivative over k steps is a product of k Jacobians, ∂s_T/∂s_{T−1} ⋯ ∂s_{T−k+1}/∂s_{T−k}; it vanishes or explodes
 * geometrically (Bengio, Simard and Frasconi 1994; Pascanu, Mikolov and Bengio 2013). The product is kept near 1 and its
 * scale apart, so that 1e-300, or 1e-3000, is a number. All is in log₁₀, along the run's own states, in float64.
 */
import type { Tape } from './engine';
import { OptionError } from './errors';
import { divideFromLeft, frobenius, identity, rescale } from './math/matrix';
import { largestSingularValue, log10SpectralRadius } from './math/singular_values';
import { inSlices } from './reference/driver';
import { checkedSequencePlace, readSequencePath, stepsOf, within, type SequencePath, type SequencePlace } from './step_jacobian';

export type FlowMeasure = 'rms' | 'largest' | 'smallest';

export interface FlowOptions extends SequencePlace {
  /** The step T whose state is differentiated; the last that the direction takes, unless given. */
  readonly to?: number;
  /** The largest distance k; as far as the initial state unless given. */
  readonly back?: number;
  /** What to measure; all unless given. `rms` costs least, `smallest` most. */
  readonly measures?: readonly FlowMeasure[];
  readonly abort?: AbortSignal;
  /** Told the fraction done, 0 to 1. */
  readonly progress?: (fraction: number) => void;
}

/** Curves over the distance k = 0, 1, …; log₁₀, −∞ for 0. What was not asked for is undefined. */
export interface FlowCurves {
  /** ‖∂s_T/∂s_{T−k}‖_F/√D: the root mean square of the singular values. A random direction's gradient changes by that much. */
  readonly rms: Float64Array | undefined;
  /** The largest singular value: the direction that fares best. */
  readonly largest: Float64Array | undefined;
  /** The smallest: the direction that fares worst; −∞ from where a step cannot be told from a singular one. */
  readonly smallest: Float64Array | undefined;
}

export interface JacobianFlow extends FlowCurves {
  readonly place: Required<SequencePlace>;
  /** The step T. */
  readonly to: number;
  /** The largest k. The one after the last step of the sequence, k = T + 1 counted from step 0, is the initial state. */
  readonly back: number;
  /** Names of the states that s stacks: `h`, or `h` and `c`. */
  readonly states: readonly string[];
  /** D, the width of s. */
  readonly width: number;
  /**
   * The block ∂h_T/∂h_{T−k} alone, c_{T−k} held fixed: what a gradient at h sees of the past through h. Undefined where h is
   * the whole state; its smallest singular value is not measured.
   */
  readonly h: FlowCurves | undefined;
  /** For cells that are one activation of W·x + U·h + b; undefined for others. */
  readonly vanilla: VanillaLimits | undefined;
  /** Where a float32 could no longer hold `rms`, if it comes to that. */
  readonly float32End: Float32End | undefined;
}

/** What the weights alone say of a vanilla recurrent network. */
export interface VanillaLimits {
  /** log₁₀ σ_max(U): below 0 is enough to vanish, above 0 is only needed to explode (Pascanu et al. 2013). */
  readonly log10SigmaMax: number;
  /** log₁₀ ρ(U): decides in the linear case, and only there. */
  readonly log10SpectralRadius: number;
  /** log₁₀ ∏ σ_max(U)·max_j|act'(a_j)|, over the k steps: no singular value can be above. */
  readonly bound: Float64Array;
  /** log₁₀ ρ(U)ᵏ. */
  readonly ideal: Float64Array;
}

/** Where a curve leaves float32: the first distance whose value is above its largest or below its smallest normal number. */
export interface Float32End {
  readonly back: number;
  readonly kind: 'overflow' | 'underflow';
  /** log₁₀ of the value there. */
  readonly log10: number;
}

const LOG10_2 = Math.log10(2);
const LOG10_LARGEST_FLOAT32 = Math.log10((2 - 2 ** -23) * 2 ** 127);
const LOG10_SMALLEST_FLOAT32 = -126 * LOG10_2;

/** The first entry of a log₁₀ curve that is no normal float32, or undefined if all are. */
export function float32EndOf(curve: ArrayLike<number>): Float32End | undefined {
  for (let back = 0; back < curve.length; back++) {
    if (curve[back] > LOG10_LARGEST_FLOAT32) return { back, kind: 'overflow', log10: curve[back] };
    if (curve[back] < LOG10_SMALLEST_FLOAT32) return { back, kind: 'underflow', log10: curve[back] };
  }
  return undefined;
}

/**
 * Measures the flow along a tape of either engine, in slices short enough for a page. The tape is held meanwhile.
 * Rejects with OptionError for a place the tape does not have, NonFiniteError where weights or states are no numbers,
 * ReleasedError, DeviceLostError or the AbortSignal's reason.
 */
export async function jacobianFlow(tape: Tape, options: FlowOptions = {}): Promise<JacobianFlow> {
  const { abort, progress, measures = ['rms', 'largest', 'smallest'] } = options;
  const place = checkedSequencePlace(tape, options);
  const steps = stepsOf(tape, place.sequence);
  const reverse = place.direction === 'reverse';
  const { to = reverse ? 0 : steps - 1 } = options;
  within('to', to, steps);
  const last = reverse ? steps - 1 - to : to;
  const { back = last + 1 } = options;
  if (!Number.isInteger(back) || back < 0 || back > last + 1) throw new OptionError('back', `back: ${back} given; from step ${to} it must be a whole number from 0 to ${last + 1}.`);

  const drop = tape.hold();
  try {
    const path = await readSequencePath(tape, place);
    return await inSlices(measuredFlow(path, to, last, back, new Set(measures), progress), abort);
  } finally {
    drop();
  }
}

function* measuredFlow(path: SequencePath, to: number, last: number, back: number, asked: ReadonlySet<FlowMeasure>, progress?: (fraction: number) => void): Generator<void, JacobianFlow> {
  const { width, output, cell } = path;
  const whole = new Flow(width, asked);
  const block = output < width ? new Flow(output, new Set([...asked].filter((measure) => measure !== 'smallest'))) : undefined;
  const limits = cell.gates.length === 1 && cell.states.length === 1 ? yield* weightsOnly(path, back) : undefined;
  const inverse = asked.has('smallest') ? new InverseFlow(width) : undefined;

  let jacobian: Float64Array = identity(width);
  let longer: Float64Array = new Float64Array(width * width);
  let exponent = 0;
  for (let k = 0; k <= back; k++) {
    if (k > 0) {
      const n = last - k + 1;
      const transition = yield* path.transition(n);
      yield* path.extended(longer, jacobian, transition, width);
      [jacobian, longer] = [longer, jacobian];
      exponent += rescale(jacobian);
      yield;
      yield* inverse?.extend(transition) ?? [];
      if (limits) limits.bound[k] = limits.bound[k - 1] + limits.log10SigmaMax + Math.log10(largestMagnitude(path.activationSlopes(n)));
    }
    yield* whole.measure(jacobian, exponent);
    if (block) {
      const part = corner(jacobian, width, output);
      const smaller = rescale(part); // by how much the block is below the whole
      yield* block.measure(part, exponent + smaller);
    }
    if (inverse) whole.smallest.push(yield* inverse.smallest());
    progress?.((k + 1) / (back + 1));
    yield;
  }

  const curves = whole.curves();
  return {
    ...curves,
    place: path.place,
    to,
    back,
    states: cell.states.map(({ name }) => name),
    width,
    h: block?.curves(),
    vanilla: limits,
    float32End: curves.rms && float32EndOf(curves.rms),
  };
}

function* weightsOnly(path: SequencePath, back: number): Generator<void, VanillaLimits> {
  const u = path.w_hh.slice();
  const scale = rescale(u) * LOG10_2;
  const log10SigmaMax = Math.log10(yield* largestSingularValue(u, path.width, path.width, new Float64Array(path.width))) + scale;
  const log10Radius = (yield* log10SpectralRadius(u, path.width)) + scale;
  const ideal = Float64Array.from({ length: back + 1 }, (_, k) => (k === 0 ? 0 : k * log10Radius));
  return { log10SigmaMax, log10SpectralRadius: log10Radius, bound: new Float64Array(back + 1), ideal };
}

/** The norms of a growing product, one entry per distance. */
class Flow {
  readonly rms: number[] = [];
  readonly largest: number[] = [];
  readonly smallest: number[] = [];
  readonly #guide: Float64Array;

  constructor(
    private readonly size: number,
    private readonly asked: ReadonlySet<FlowMeasure>,
  ) {
    this.#guide = new Float64Array(size);
  }

  /** @param jacobian - times 2^exponent is the product so far */
  *measure(jacobian: Float64Array, exponent: number): Generator<void, void> {
    const scale = exponent * LOG10_2;
    if (this.asked.has('rms')) this.rms.push(Math.log10(frobenius(jacobian) / Math.sqrt(this.size)) + scale);
    if (this.asked.has('largest')) this.largest.push(Math.log10(yield* largestSingularValue(jacobian, this.size, this.size, this.#guide)) + scale);
  }

  curves(): FlowCurves {
    const curve = (values: number[]) => (values.length > 0 ? Float64Array.from(values) : undefined);
    return { rms: curve(this.rms), largest: curve(this.largest), smallest: curve(this.smallest) };
  }
}

/**
 * The product of the steps' inverses, whose largest singular value is one over the smallest of the product itself.
 * The product's own rounding, 1e-16 of its largest, would long have drowned it.
 */
class InverseFlow {
  #inverse: Float64Array | undefined;
  #exponent = 0;
  readonly #guide: Float64Array;

  constructor(private readonly size: number) {
    this.#inverse = identity(size);
    this.#guide = new Float64Array(size);
  }

  /** Takes one more step back. Uses the matrix up. */
  *extend(transition: Float64Array): Generator<void, void> {
    if (!this.#inverse) return;
    const regular = yield* divideFromLeft(transition, this.#inverse, this.size, this.size);
    if (regular) this.#exponent += rescale(this.#inverse);
    else this.#inverse = undefined;
  }

  /** log₁₀ of the smallest singular value of the product so far. */
  *smallest(): Generator<void, number> {
    if (!this.#inverse) return -Infinity;
    return 0 - Math.log10(yield* largestSingularValue(this.#inverse, this.size, this.size, this.#guide)) - this.#exponent * LOG10_2;
  }
}

/** The first n rows and columns of a square matrix, copied. */
function corner(matrix: Float64Array, size: number, n: number): Float64Array {
  const block = new Float64Array(n * n);
  for (let i = 0; i < n; i++) block.set(matrix.subarray(i * size, i * size + n), i * n);
  return block;
}

function largestMagnitude(values: Float64Array): number {
  return values.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0);
}
