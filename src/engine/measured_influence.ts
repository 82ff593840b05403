/**
 * How an influence matrix is measured: by carrying derivatives forward, or by gradients of many losses. Apart from its face,
 * ./influence.ts, so that who only looks at states does not load it.
 */
import type { Tape } from './engine';
import { OptionError } from './errors';
import { entriesOf, feltAt, takesLosses } from './felt_on_device';
import { exponentOf, largestEntry, timesPowerOfTwo } from './math/matrix';
import { MOST_INFLUENCE_STEPS, type Influence, type InfluenceOptions } from './influence';
import { normsByLosses } from './influence_by_losses';
import { directionsOf } from './model/parameters';
import { isRecurrent, outputWidth } from './model/spec';
import { inSlices } from './reference/driver';
import { readSequence } from './sequence_run';
import { checkedSequencePlace, readSequencePath, stepsOf, within, type SequencePath, type SequencePlace } from './step_jacobian';

/** About a millisecond's worth of multiply-adds: the most that is done between two pauses. */
const WORK_BETWEEN_PAUSES = 2 ** 18;

/** Memory that the derivatives of a block of sources may take between two layers. */
const BLOCK_BYTES = 2 ** 26;

/** What `influence` resolves to, of a tape that is held meanwhile. */
export async function measuredInfluence(tape: Tape, { unit, by = 'fastest', abort, progress, ...given }: InfluenceOptions): Promise<Influence> {
  const { layer, model, sequence } = checkedInfluencePlace(tape, given, unit);
  const { layers } = tape.model.shape;
  const steps = stepsOf(tape, sequence);
  const causal = layers.slice(0, layer + 1).every(({ directions }) => directions === 1);
  const place = { layer, model, sequence, unit, steps, causal };
  if (takesLosses(tape, by)) {
    return { ...place, arithmetic: 'float32 on the GPU', ...(await byLosses(tape, place, abort, progress)) };
  }
  if (!layers.slice(0, layer + 1).every(isRecurrent)) {
    const takenAgain = await readSequence(tape, { layer, model, sequence });
    const measured = function* () {
      return yield* normsByLosses(yield* takenAgain(), unit, causal, progress);
    };
    return { ...place, arithmetic: 'float64 on the CPU', ...(await inSlices(measured(), abort)) };
  }
  const paths: SequencePath[][] = [];
  for (let k = 0; k <= layer; k++) {
    abort?.throwIfAborted();
    paths.push(await Promise.all(directionsOf(layers[k]).map((direction) => readSequencePath(tape, { layer: k, direction, model, sequence }))));
  }
  return { ...place, arithmetic: 'float64 on the CPU', ...(await inSlices(allPairs(paths, steps, unit, progress), abort)) };
}

/** The place of an influence matrix, checked. Throws OptionError. */
function checkedInfluencePlace(tape: Tape, given: Omit<SequencePlace, 'direction'>, unit: number | undefined): { layer: number; model: number; sequence: number } {
  const { layer, model, sequence } = checkedSequencePlace(tape, { ...given, direction: 'forward' });
  if (unit !== undefined) within('unit', unit, outputWidth(tape.model.shape.layers[layer]));
  const steps = stepsOf(tape, sequence);
  if (steps > MOST_INFLUENCE_STEPS) throw new OptionError('steps', `steps: this sequence has ${steps}; all pairs are measured for 1 to ${MOST_INFLUENCE_STEPS} steps.`);
  return { layer, model, sequence };
}

/** The same from gradients: row t is the norm over the entries of h_t of the gradients that each sends to x_s. */
async function byLosses(
  tape: Tape,
  { layer, model, sequence, unit, steps, causal }: Omit<Influence, 'values' | 'log10' | 'arithmetic'>,
  abort: AbortSignal | undefined,
  progress: ((fraction: number) => void) | undefined,
): Promise<Pick<Influence, 'values' | 'log10'>> {
  const all = Array.from({ length: steps }, (_, t) => t);
  const rows = await feltAt(tape, { layer, model, sequence }, all, entriesOf(tape.model.shape.layers[layer], unit), abort, progress);
  const values = new Float64Array(steps * steps);
  rows.forEach((row, t) => values.set(row.subarray(0, causal ? t + 1 : steps), t * steps));
  return { values, log10: values.map(Math.log10) };
}

/** A matrix of derivatives, transposed to [I, width] so that every product reads along rows: data · 2^exponent. */
interface Derivative {
  readonly data: Float64Array;
  exponent: number;
}

/** [T][sources] derivatives of a layer's output; undefined where exactly 0. */
type OutputDerivatives = (Derivative | undefined)[][];

function* allPairs(paths: readonly (readonly SequencePath[])[], steps: number, unit: number | undefined, progress?: (fraction: number) => void): Generator<void, { values: Float64Array; log10: Float64Array }> {
  const values = new Float64Array(steps * steps);
  const log10 = new Float64Array(steps * steps).fill(-Infinity);
  const width = paths[0][0].inputs;
  const last = paths.length - 1;
  const kept = Math.max(0, ...paths.slice(0, last).flat().map(({ output }) => 4 * steps * output)); // of both directions, and side by side
  const carriedAlong = Math.max(...paths.flat().map((path) => 2 * path.width));
  const block = Math.max(1, Math.min(steps, Math.floor(BLOCK_BYTES / (8 * width * (kept + carriedAlong)))));

  for (let first = 0; first < steps; first += block) {
    const sources = Math.min(block, steps - first);
    let below: OutputDerivatives | undefined;
    for (const [k, directions] of paths.entries()) {
      const outputs: OutputDerivatives[] = directions.map(() => Array.from({ length: steps }, () => Array.from({ length: sources }, () => undefined)));
      for (const [d, path] of directions.entries()) {
        const share = (done: number) => progress?.((first + sources * ((k + (d + done) / directions.length) / paths.length)) / steps);
        const unitHere = unit === undefined ? undefined : unit - d * path.output;
        const visit = (t: number, c: number, derivative: Derivative) => {
          if (k < last) outputs[d][t][c] = outputOf(derivative, path, width);
          else if (unitHere === undefined || (unitHere >= 0 && unitHere < path.output)) addNorm(values, log10, t * steps + first + c, normOf(derivative, path, width, unitHere));
        };
        yield* carry(path, first, sources, width, below, visit, share);
      }
      below = outputs.length === 1 ? outputs[0] : sideBySide(outputs, paths[k].map(({ output }) => output), width);
    }
  }
  return { values, log10 };
}

/**
 * Carries the derivatives by a block of sources through one direction of one layer, and shows each on its way: the one
 * shown is used again afterwards.
 */
function* carry(
  path: SequencePath,
  first: number,
  sources: number,
  width: number,
  below: OutputDerivatives | undefined,
  visit: (t: number, c: number, derivative: Derivative) => void,
  share: (done: number) => void,
): Generator<void, void> {
  const state: (Derivative | undefined)[] = Array.from({ length: sources }, () => undefined);
  const spare: Float64Array[] = []; // hundreds of thousands of small arrays would keep the collector busy for whole frames
  const blank = () => spare.pop() ?? new Float64Array(width * path.width);
  const all = Array.from({ length: sources }, (_, c) => c);
  for (let n = 0; n < path.steps; n++) {
    const t = path.stepAt(n);
    const isRead = (c: number) => (below ? below[t][c] !== undefined : first + c === t);
    const transition = state.some((derivative) => derivative) ? yield* path.transition(n) : undefined;
    const inputJacobian = all.some(isRead) ? yield* path.inputJacobian(n) : undefined;
    for (const c of all) {
      const [before, source] = [state[c], below?.[t][c]];
      const kept = before && (yield* applied(blank(), transition!, path.width, path.width, path.dense, before, width));
      if (before) spare.push(before.data);
      let added: Derivative | undefined;
      if (source) added = yield* applied(blank(), inputJacobian!, path.width, path.inputs, path.inputs, source, width);
      else if (isRead(c)) added = transposed(blank(), inputJacobian!, path.width, width);
      const derivative = joined(kept, added);
      if (kept && added) spare.push(derivative === kept ? added.data : kept.data);
      state[c] = derivative;
      if (!derivative) continue;
      visit(t, c, derivative);
      yield;
    }
    share((n + 1) / path.steps);
  }
}

/**
 * out = matrix [rows, columns] · derivative, brought back near 1. Columns of the matrix beyond the dense ones have entries only
 * where the unit is the row's own. Rows are taken four at a time, columns of the derivative two: sums that do not wait for each other.
 */
function* applied(out: Float64Array, matrix: Float64Array, rows: number, columns: number, dense: number, { data, exponent }: Derivative, width: number): Generator<void, Derivative> {
  const fours = rows - (rows % 4);
  let work = 0;
  for (let i = 0; i < width; i += 2) {
    const v = i * columns;
    const w = i + 1 < width ? v + columns : v;
    const o = i * rows;
    const q = i + 1 < width ? o + rows : o;
    for (let r = 0; r < fours; r += 4) {
      const m0 = r * columns;
      const m1 = m0 + columns;
      const m2 = m1 + columns;
      const m3 = m2 + columns;
      let [s0, s1, s2, s3, z0, z1, z2, z3] = [0, 0, 0, 0, 0, 0, 0, 0];
      for (let p = 0; p < dense; p++) {
        const one = data[v + p];
        const two = data[w + p];
        const a0 = matrix[m0 + p];
        const a1 = matrix[m1 + p];
        const a2 = matrix[m2 + p];
        const a3 = matrix[m3 + p];
        s0 += a0 * one;
        s1 += a1 * one;
        s2 += a2 * one;
        s3 += a3 * one;
        z0 += a0 * two;
        z1 += a1 * two;
        z2 += a2 * two;
        z3 += a3 * two;
      }
      out[o + r] = s0;
      out[o + r + 1] = s1;
      out[o + r + 2] = s2;
      out[o + r + 3] = s3;
      out[q + r] = z0;
      out[q + r + 1] = z1;
      out[q + r + 2] = z2;
      out[q + r + 3] = z3;
    }
    for (const [from, to] of v === w ? [[v, o]] : [[v, o], [w, q]]) {
      for (let r = fours; r < rows; r++) {
        let s = 0;
        for (let p = 0; p < dense; p++) s += matrix[r * columns + p] * data[from + p];
        out[to + r] = s;
      }
      for (let r = 0; r < rows; r++) {
        for (let p = dense + (r % dense); p < columns; p += dense) out[to + r] += matrix[r * columns + p] * data[from + p];
      }
    }
    work += 2 * rows * dense;
    if (work < WORK_BETWEEN_PAUSES) continue;
    work = 0;
    yield;
  }
  return nearOne({ data: out, exponent });
}

function transposed(data: Float64Array, matrix: Float64Array, rows: number, columns: number): Derivative {
  for (let r = 0; r < rows; r++) for (let i = 0; i < columns; i++) data[i * rows + r] = matrix[r * columns + i];
  return nearOne({ data, exponent: 0 });
}

/** Leaves numbers alone that are nowhere near the ends of the range. */
function nearOne(derivative: Derivative): Derivative {
  const exponent = exponentOf(largestEntry(derivative.data));
  if (Math.abs(exponent) > 100) {
    timesPowerOfTwo(derivative.data, -exponent);
    derivative.exponent += exponent;
  }
  return derivative;
}

/** One plus other, used up; undefined counts as 0. */
function joined(one: Derivative | undefined, other: Derivative | undefined): Derivative | undefined {
  if (!one || !other) return one ?? other;
  const [large, small] = one.exponent >= other.exponent ? [one, other] : [other, one];
  if (large.exponent !== small.exponent) timesPowerOfTwo(small.data, small.exponent - large.exponent);
  for (let i = 0; i < large.data.length; i++) large.data[i] += small.data[i];
  return large;
}

/** The rows of h among those of all states, copied. */
function outputOf({ data, exponent }: Derivative, path: SequencePath, width: number): Derivative {
  const h = new Float64Array(width * path.output);
  for (let i = 0; i < width; i++) h.set(data.subarray(i * path.width, i * path.width + path.output), i * path.output);
  return { data: h, exponent };
}

/** A bidirectional layer's output: forward beside reverse, on one exponent. */
function sideBySide([forward, reverse]: readonly OutputDerivatives[], [p, q]: readonly number[], width: number): OutputDerivatives {
  return forward.map((row, t) =>
    row.map((left, c) => {
      const right = reverse[t][c];
      if (!left && !right) return undefined;
      const part = (from: Derivative | undefined, size: number, at: number): Derivative | undefined => {
        if (!from) return undefined;
        const data = new Float64Array(width * (p + q));
        for (let i = 0; i < width; i++) data.set(from.data.subarray(i * size, (i + 1) * size), i * (p + q) + at);
        return { data, exponent: from.exponent };
      };
      return joined(part(left, p, 0), part(right, q, p));
    }),
  );
}

interface Norm {
  readonly norm: number;
  readonly log: number;
}

/** ‖∂h_t/∂x_s‖_F of one direction, or of one unit of it. */
function normOf({ data, exponent }: Derivative, path: SequencePath, width: number, unit: number | undefined): Norm {
  const [from, to] = unit === undefined ? [0, path.output] : [unit, unit + 1];
  let largest = 0;
  for (let i = 0; i < width; i++) for (let r = from; r < to; r++) largest = Math.max(largest, Math.abs(data[i * path.width + r]));
  const own = exponentOf(largest);
  const factor = 2 ** -own;
  let squares = 0;
  for (let i = 0; i < width; i++) for (let r = from; r < to; r++) squares += (data[i * path.width + r] * factor) ** 2;
  const norm = Float64Array.of(Math.sqrt(squares));
  const log = Math.log10(norm[0]) + (exponent + own) * Math.log10(2);
  timesPowerOfTwo(norm, exponent + own);
  return { norm: norm[0], log };
}

/** Adds, as sides of a right angle, to what the other direction has left in an entry. */
function addNorm(values: Float64Array, log10: Float64Array, entry: number, { norm, log }: Norm): void {
  const before = log10[entry];
  if (before === -Infinity) {
    values[entry] = norm;
    log10[entry] = log;
    return;
  }
  const [large, small] = before > log ? [before, log] : [log, before];
  values[entry] = Math.hypot(values[entry], norm);
  log10[entry] = large + Math.log10(1 + 10 ** (2 * (small - large))) / 2;
}
