/**
 * One time step backward: the transpose of step.ts, line by line from its last to its first. Where the step multiplies by
 * a matrix, this multiplies by its transpose and adds an outer product to the matrix's gradient; where the step calls the
 * cell, this calls the cell's `backward`.
 */
import { entries, planes, put, stretches, take, type LayerStep, type LayerWeights, type Numbers } from './step';

/** What a step gives back for the gradients at its results. */
export interface LayerGradient {
  /** [S] rows: all that reaches the states after the step. */
  readonly d_next: readonly Float64Array[];
  /** Rows of H, at the pre-activations: G at a_ih, then at a_hh of the gates where it differs. */
  readonly d_gates: readonly Float64Array[];
  /** [I] */
  readonly d_x: Float64Array;
  /** [S] rows, at the states before the step. */
  readonly d_previous: readonly Float64Array[];
}

/**
 * Takes one sequence's gradients back through one step.
 * @param d_weights - the parameters' gradients, to which the step's part is added
 * @param x - [I] what the step read
 * @param previous - [S] rows, the states before it
 * @param taken - what it left behind
 * @param d_next - [S] rows, gradients at the states after it
 */
export function* layerStepBackward(
  weights: LayerWeights<Numbers>,
  d_weights: LayerWeights<Float64Array>,
  x: Float64Array,
  previous: readonly Float64Array[],
  { saved, unprojected }: Pick<LayerStep, 'saved' | 'unprojected'>,
  d_next: readonly Float64Array[],
): Generator<void, LayerGradient> {
  const { cell, hidden, inputs, w_ih, w_hh, w_hr, unit } = weights;
  const gates = cell.gates.length;
  const outer = gates - (cell.inner?.gates ?? 0);
  const d_ih = new Float64Array(gates * hidden);
  const d_hh = new Float64Array(gates * hidden);

  // h = w_hr · (what the cell made)
  let d_made = d_next;
  if (w_hr) {
    const d_unprojected = new Float64Array(hidden);
    yield* transposedProduct(d_unprojected, w_hr, d_next[0], 0, d_next[0].length);
    yield* outerProduct(d_weights.w_hr!, d_next[0], unprojected!, 0, d_next[0].length);
    d_made = [d_unprojected, ...d_next.slice(1)];
  }

  // made = cell(a_ih, a_hh, previous)
  const d_total = d_next.map((row) => row.slice());
  const d_previous = previous.map((row) => new Float64Array(row.length));
  const [d_ihs, d_hhs] = [planes(d_ih, hidden), planes(d_hh, hidden)];
  const [kept, before, after, own] = [saved, previous, d_made, unit].map((rows) => rows.map(() => 0));
  for (let j = 0; j < hidden; j++) {
    take(kept, saved, j);
    take(before, previous, j);
    take(after, d_made, j);
    take(own, unit, j);
    const d = cell.backward(kept, before, after, own);
    put(d_ihs, j, d.d_ih);
    put(d_hhs, j, d.d_hh);
    for (let u = 0; u < own.length; u++) d_weights.unit[u][j] += d.d_unit[u];
    // A projected h is no unit's own: all that reaches it comes from outside the cell and through w_hh.
    for (let s = w_hr ? 1 : 0; s < cell.states.length; s++) {
      d_total[s][j] = d.d_next[s];
      d_previous[s][j] = d.d_prev[s];
    }
  }

  // a_hh = w_hh · operand + b_hh, operand = inner(a, previous), for the gates that have it
  if (cell.inner) {
    const operand = new Float64Array(hidden);
    const d_operand = new Float64Array(hidden);
    for (let j = 0; j < hidden; j++) operand[j] = cell.inner.operand(entries(saved, j).slice(0, outer), entries(previous, j));
    yield* transposedProduct(d_operand, w_hh, d_hh, outer * hidden, gates * hidden);
    yield* outerProduct(d_weights.w_hh, d_hh, operand, outer * hidden, gates * hidden);
    for (let j = 0; j < hidden; j++) {
      const { d_a, d_prev } = cell.inner.backward(entries(saved, j).slice(0, gates), entries(previous, j), d_operand[j]);
      d_a.forEach((value, g) => {
        d_ih[g * hidden + j] += value;
        d_hh[g * hidden + j] += value;
      });
      d_prev.forEach((value, s) => (d_previous[s][j] += value));
    }
  }

  // a_hh = w_hh · h + b_hh
  yield* transposedProduct(d_previous[0], w_hh, d_hh, 0, outer * hidden);
  yield* outerProduct(d_weights.w_hh, d_hh, previous[0], 0, outer * hidden);
  if (d_weights.b_hh) add(d_weights.b_hh, d_hh);

  // a_ih = w_ih · x + b_ih
  const d_x = new Float64Array(inputs);
  yield* transposedProduct(d_x, w_ih, d_ih, 0, gates * hidden);
  yield* outerProduct(d_weights.w_ih, d_ih, x, 0, gates * hidden);
  if (d_weights.b_ih) add(d_weights.b_ih, d_ih);

  const split = gates - (cell.splitGates ?? 0);
  const d_gates = [...d_ihs, ...d_hhs.slice(split)];
  return { d_next: d_total, d_gates, d_x, d_previous };
}

/** out += wᵀ · d, for the rows `from` up to `to` of w. */
export function* transposedProduct(out: Float64Array, w: Numbers, d: Float64Array, from: number, to: number): Generator<void, void> {
  for (const [first, end] of stretches(from, to, out.length)) {
    multiplyTransposed(out, w, d, first, end);
    if (end < to) yield;
  }
}

/** out += d · vᵀ, for the rows `from` up to `to` of out. */
export function* outerProduct(out: Float64Array, d: Float64Array, v: Float64Array, from: number, to: number): Generator<void, void> {
  for (const [first, end] of stretches(from, to, v.length)) {
    addOuter(out, d, v, first, end);
    if (end < to) yield;
  }
}

function add(out: Float64Array, d: Float64Array): void {
  for (let row = 0; row < out.length; row++) out[row] += d[row];
}

function multiplyTransposed(out: Float64Array, w: Numbers, d: Float64Array, from: number, to: number): void {
  const width = out.length;
  for (let row = from; row < to; row++) {
    const [at, factor] = [row * width, d[row]];
    for (let i = 0; i < width; i++) out[i] += w[at + i] * factor;
  }
}

function addOuter(out: Float64Array, d: Float64Array, v: Float64Array, from: number, to: number): void {
  const width = v.length;
  for (let row = from; row < to; row++) {
    const [at, factor] = [row * width, d[row]];
    for (let i = 0; i < width; i++) out[at + i] += factor * v[i];
  }
}
