/**
 * The derivative of a recurrent layer's step, at the step it took: what the Jacobian flow and the influence matrix are
 * products of. Everything cell-shaped comes from the cell's own `backward`, one unit at a time; everything else is the
 * three lines that every step shares, differentiated forward.
 *
 *     s_n = (h, c) stacked, D wide       ∂s_n/∂s_{n-1} [D, D]       ∂s_n/∂x_n [D, I]
 *
 * Read from a tape of either engine, at the tape's own states and pre-activations, in float64.
 */
import type { Cell } from './cells/cell';
import type { Tape } from './engine';
import { NonFiniteError, OptionError } from './errors';
import { product } from './math/matrix';
import { directionsOf, parameterName, type Direction } from './model/parameters';
import { recurrentLayer, stateWidth, type RecurrentLayer } from './model/spec';

/** One sequence on its way through one direction of one layer of one model. */
export interface SequencePlace {
  /** The last layer unless given. */
  readonly layer?: number;
  /** Forward unless given. */
  readonly direction?: Direction;
  /** 0 unless given; so is `sequence`. */
  readonly model?: number;
  readonly sequence?: number;
}

/** Checks a place against a tape. Throws OptionError with the allowed range. */
export function checkedSequencePlace({ model: { shape }, inputs }: Tape, given: SequencePlace): Required<SequencePlace> {
  const { layer = shape.layers.length - 1, direction = 'forward', model = 0, sequence = 0 } = given;
  within('layer', layer, shape.layers.length);
  if (!directionsOf(shape.layers[layer]).includes(direction)) throw new OptionError('direction', `direction: "${direction}" given; layer ${layer} reads forward only.`);
  within('model', model, shape.seeds.length);
  within('sequence', sequence, inputs.sequences);
  return { layer, direction, model, sequence };
}

/** Throws OptionError unless the value is a whole number from 0 to count − 1. */
export function within(option: string, value: number, count: number): void {
  if (Number.isInteger(value) && value >= 0 && value < count) return;
  throw new OptionError(option, `${option}: ${value} given; it must be a whole number from 0 to ${count - 1}.`);
}

/** How many steps a sequence of a tape has. */
export function stepsOf({ inputs: { lengths, steps } }: Tape, sequence: number): number {
  return lengths ? lengths[sequence] : steps;
}

/** The steps of one sequence in the order a direction takes them: n = 0 is the first it reads. */
export class SequencePath {
  /** D, the width of all states together: h first, then c. */
  readonly width: number;
  /** P, the width of h. */
  readonly output: number;
  /** I, the width of what the layer reads. */
  readonly inputs: number;
  readonly cell: Cell;
  readonly #hidden: number;
  #slopesOf = -1;
  #slopes: StepSlopes | undefined;

  constructor(
    readonly place: Required<SequencePlace>,
    readonly layer: RecurrentLayer,
    /** How many steps the sequence has. */
    readonly steps: number,
    private readonly numbers: Numbers,
  ) {
    this.cell = layer.cell;
    this.#hidden = layer.hidden;
    this.output = layer.width;
    this.inputs = layer.inputs;
    this.width = layer.cell.states.reduce((sum, _, s) => sum + stateWidth(layer, s), 0);
  }

  /** The step of time at which the direction takes its n-th step; and back, being its own inverse. */
  stepAt(n: number): number {
    return this.place.direction === 'forward' ? n : this.steps - 1 - n;
  }

  /** The recurrent weights [G·H, P]. */
  get w_hh(): Float64Array {
    return this.numbers.w_hh;
  }

  /** [H] by how much unit j's own activation passes on a change of its pre-activation, for a cell of one gate and one state. */
  activationSlopes(n: number): Float64Array {
    return this.#slopesAt(n).hh[0][0];
  }

  /**
   * How many columns of ∂s_n/∂s_{n-1} are full. In the ones beyond, those of c, a unit reaches itself alone: their column
   * `dense + j` has entries in rows j and H + j only.
   */
  get dense(): number {
    return this.output === this.#hidden && !this.cell.inner ? this.output : this.width;
  }

  /** out = jacobian [rows, D] · transition [D, D]. */
  *extended(out: Float64Array, jacobian: Float64Array, transition: Float64Array, rows: number): Generator<void, void> {
    const [d, dense, h] = [this.width, this.dense, this.#hidden];
    yield* product(out, jacobian, transition, rows, d, d, dense);
    for (let column = dense; column < d; column++) {
      for (let r = column % h; r < d; r += h) {
        const factor = transition[r * d + column];
        for (let i = 0; i < rows; i++) out[i * d + column] += jacobian[i * d + r] * factor;
      }
      if (column % 64 === 0) yield;
    }
  }

  /** ∂s_n/∂s_{n-1}, [D, D]. Throws NonFiniteError where the step's numbers have no derivative. */
  *transition(n: number): Generator<void, Float64Array> {
    const { states } = this.cell;
    const slopes = this.#slopesAt(n);
    const [h, p, d] = [this.#hidden, this.output, this.width];
    const raw = new Float64Array(states.length * h * d); // [S·H, D], before the projection
    yield* this.#throughGates(raw, d, slopes, 'h');
    states.forEach((_, next) => {
      states.forEach((_prev, s) => {
        if (s === 0 && p !== h) return; // no cell with a projection looks at one entry of h
        const column = s === 0 ? 0 : p + (s - 1) * h;
        for (let j = 0; j < h; j++) raw[(next * h + j) * d + column + j] += slopes.byState[next][s][j];
      });
    });
    return yield* this.#projected(raw, d);
  }

  /** ∂s_n/∂x_n, [D, I]. Throws NonFiniteError where the step's numbers have no derivative. */
  *inputJacobian(n: number): Generator<void, Float64Array> {
    const raw = new Float64Array(this.cell.states.length * this.#hidden * this.inputs); // [S·H, I]
    yield* this.#throughGates(raw, this.inputs, this.#slopesAt(n), 'x');
    return yield* this.#projected(raw, this.inputs);
  }

  /**
   * Adds to out [S·H, stride], in its first columns, what reaches the states from x or h through the pre-activations:
   * Σ_g diag(slope_g) · W_g, where the gates of a second product have W_hh · ∂operand/∂x or ∂operand/∂h for their W_hh.
   */
  *#throughGates(out: Float64Array, stride: number, slopes: StepSlopes, from: 'x' | 'h'): Generator<void, void> {
    const h = this.#hidden;
    const { cell, numbers } = this;
    const gates = cell.gates.length;
    const outer = gates - (cell.inner?.gates ?? 0);
    const [w, columns, direct] = from === 'x' ? [numbers.w_ih, this.inputs, slopes.ih] : [numbers.w_hh, this.output, slopes.hh];
    for (let next = 0; next < cell.states.length; next++) {
      for (let g = 0; g < (from === 'x' ? gates : outer); g++) {
        addScaledRows(out, next * h, stride, direct[next][g], w, g * h, columns);
        yield;
      }
    }
    if (!cell.inner) return;
    const operand = new Float64Array(h * columns);
    for (let g = 0; g < outer; g++) addScaledRows(operand, 0, columns, slopes.operandByGate[g], w, g * h, columns);
    if (from === 'h') for (let j = 0; j < h; j++) operand[j * columns + j] += slopes.operandByState[0][j];
    const sent = new Float64Array(h * columns);
    for (let g = outer; g < gates; g++) {
      yield* product(sent, numbers.w_hh.subarray(g * h * h, (g + 1) * h * h), operand, h, h, columns);
      for (let next = 0; next < cell.states.length; next++) addScaledRows(out, next * h, stride, slopes.hh[next][g], sent, 0, columns);
    }
  }

  /** Turns rows [S·H, columns] into rows of the states: W_hr takes the first H of them to P. */
  *#projected(raw: Float64Array, columns: number): Generator<void, Float64Array> {
    const { w_hr } = this.numbers;
    if (!w_hr) return raw;
    const out = new Float64Array(this.width * columns);
    yield* product(out.subarray(0, this.output * columns), w_hr, raw, this.output, this.#hidden, columns);
    out.set(raw.subarray(this.#hidden * columns), this.output * columns);
    return out;
  }

  /** The scalar derivatives of step n; of the last one asked for, again. */
  #slopesAt(n: number): StepSlopes {
    if (this.#slopes && n === this.#slopesOf) return this.#slopes;
    this.#slopesOf = n;
    this.#slopes = stepSlopes(this.cell, this.#hidden, this.numbers, n, (name, index, value) => {
      const { layer, direction } = this.place;
      throw new NonFiniteError(`${name} of layer ${layer} ${direction} at step ${this.stepAt(n)}`, index, value);
    });
    return this.#slopes;
  }
}

/** A sequence's numbers, in the direction's own order. */
interface Numbers {
  /** [S] of [N + 1, H]: row 0 before the first step. A projected h is not among what a unit sees, and is left out. */
  readonly states: readonly (Float64Array | undefined)[];
  /** [K] of [N, H]. */
  readonly saved: readonly Float64Array[];
  readonly w_ih: Float64Array;
  readonly w_hh: Float64Array;
  readonly w_hr: Float64Array | undefined;
  /** [U] of [H]. */
  readonly unit: readonly Float64Array[];
}

/** Derivatives of one step's states by what a unit sees, each a row of H; first index: the state after the step. */
interface StepSlopes {
  /** [S][G] by a_ih and by a_hh. */
  readonly ih: readonly Float64Array[][];
  readonly hh: readonly Float64Array[][];
  /** [S][S] by the states before, not through a_hh. */
  readonly byState: readonly Float64Array[][];
  /** The second product's operand by the gates' totals [G], and by the states before [S]. */
  readonly operandByGate: readonly Float64Array[];
  readonly operandByState: readonly Float64Array[];
}

function stepSlopes({ backward, inner, gates, states, saved: names }: Cell, hidden: number, numbers: Numbers, n: number, refuse: (name: string, index: number, value: number) => never): StepSlopes {
  const rows = (count: number) => Array.from({ length: count }, () => new Float64Array(hidden));
  const tables = (count: number) => states.map(() => rows(count));
  const slopes = { ih: tables(gates.length), hh: tables(gates.length), byState: tables(states.length), operandByGate: rows(gates.length), operandByState: rows(states.length) };
  const outer = gates.length - (inner?.gates ?? 0);
  for (let j = 0; j < hidden; j++) {
    const saved = numbers.saved.map((values) => values[n * hidden + j]);
    const before = numbers.states.map((values) => values?.[n * hidden + j] ?? 0);
    const unit = numbers.unit.map((values) => values[j]);
    let total = 0;
    states.forEach((_, next) => {
      const { d_ih, d_hh, d_prev } = backward(saved, before, states.map((_state, s) => (s === next ? 1 : 0)), unit);
      d_ih.forEach((slope, g) => (total += slopes.ih[next][g][j] = slope));
      d_hh.forEach((slope, g) => (total += slopes.hh[next][g][j] = slope));
      d_prev.forEach((slope, s) => (total += slopes.byState[next][s][j] = slope));
    });
    if (inner) {
      const { d_a, d_prev } = inner.backward(saved.slice(0, outer), before, 1);
      for (let g = 0; g < outer; g++) total += slopes.operandByGate[g][j] = d_a[g];
      d_prev.forEach((slope, s) => (total += slopes.operandByState[s][j] = slope));
    }
    if (Number.isFinite(total)) continue;
    saved.forEach((value, k) => Number.isFinite(value) || refuse(names[k], j, value));
    before.forEach((value, s) => Number.isFinite(value) || refuse(`${states[s].name} before`, j, value));
    refuse('the derivative', j, total);
  }
  return slopes;
}

/** out[from + j, 0 … columns) += factors[j] · w[row + j, …), out's rows `stride` apart. */
function addScaledRows(out: Float64Array, from: number, stride: number, factors: Float64Array, w: Float64Array, row: number, columns: number): void {
  for (let j = 0; j < factors.length; j++) {
    const factor = factors[j];
    if (factor === 0) continue;
    const [to, at] = [(from + j) * stride, (row + j) * columns];
    for (let i = 0; i < columns; i++) out[to + i] += factor * w[at + i];
  }
}

/** Reads one sequence's path from a tape. Rejects with NonFiniteError for a weight that is no number, ReleasedError, DeviceLostError. */
export async function readSequencePath(tape: Tape, place: Required<SequencePlace>): Promise<SequencePath> {
  const { layer: k, direction, model: m, sequence: b } = place;
  const { model, inputs } = tape;
  const layer = recurrentLayer(model.shape, k, 'its steps have no Jacobian of one state by the next; use influence, which measures any layer');
  const { cell, hidden } = layer;
  const steps = stepsOf(tape, b);
  const stepAt = (n: number) => (direction === 'forward' ? n : steps - 1 - n);

  const rowsOf = async (name: string, rowsBefore: number) => {
    const signal = tape.signal(name, { layer: k, direction });
    const all = await signal.read();
    const rows = new Float64Array((rowsBefore + steps) * hidden);
    for (let n = 0; n < steps; n++) {
      const at = ((m * inputs.steps + stepAt(n)) * inputs.sequences + b) * hidden;
      rows.set(all.subarray(at, at + hidden), (rowsBefore + n) * hidden);
    }
    return rows;
  };
  const states = cell.states.map(async ({ name }, s) => {
    if (stateWidth(layer, s) !== hidden) return undefined;
    const rows = await rowsOf(name, 1);
    const initial = inputs.initial[k][s];
    if (!initial) return rows;
    const row = (m * layer.directions + (direction === 'forward' ? 0 : 1)) * inputs.sequences + b;
    const at = (row * hidden) % initial.length; // initial states of all models alike are there once
    rows.set(initial.subarray(at, at + hidden));
    return rows;
  });
  const saved = cell.saved.map((name, index) => rowsOf(cell.gates[index]?.activation === 'identity' ? cell.gates[index].name : name, 0));

  const parameter = (kind: 'weight_ih' | 'weight_hh' | 'weight_hr' | `weight_${string}`) => {
    const name = parameterName(kind, k, direction);
    const { data } = tape.parameters.get(name)!;
    const count = data.length / model.shape.seeds.length;
    const values = new Float64Array(data.subarray(m * count, (m + 1) * count));
    const bad = values.findIndex((value) => !Number.isFinite(value));
    if (bad >= 0) throw new NonFiniteError(name, m * count + bad, values[bad]);
    return values;
  };
  return new SequencePath(place, layer, steps, {
    states: await Promise.all(states),
    saved: await Promise.all(saved),
    w_ih: parameter('weight_ih'),
    w_hh: parameter('weight_hh'),
    w_hr: layer.width === hidden ? undefined : parameter('weight_hr'),
    unit: (cell.unitParameters ?? []).map((name) => parameter(`weight_${name}`)),
  });
}
