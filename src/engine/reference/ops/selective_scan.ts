/**
 * The selective scan in float64, one channel of one sequence at a time. A run keeps none of its states: they are made
 * again on the way back, and when somebody looks.
 */
import { sigmoid } from '../../math/activation';
import type { SelectiveScanStep } from '../../ops/selective_scan';
import { silu, siluSlope, softplus } from './pointwise';
import { at, lengthOf, pacer, rowAt, type Gradient, type Numbers, type OpArithmetic, type Run } from './run';

/** One channel of one sequence, scanned. */
interface Channel {
  readonly m: number;
  readonly b: number;
  readonly c: number;
  /** Its first row of B and C. */
  readonly group: number;
  /** Where its state is in [M, B, D, N]. */
  readonly place: number;
  readonly length: number;
  /** [N] */
  readonly A: Float64Array;
  /** [T] step sizes. */
  readonly delta: Float64Array;
  /** [T, N] exp(Δ·A). */
  readonly decay: Float64Array;
  /** [T + 1, N] states, the one before the first step first. */
  readonly h: Float64Array;
}

export const selectiveScan: OpArithmetic<SelectiveScanStep> = {
  scratch: ({ states }, { steps }) => (3 * steps + 2) * states + steps,

  *forward(step, run) {
    const pause = pacer();
    const { states } = step;
    const [y, z] = [run.tensor(step.y), step.z ? run.tensor(step.z) : undefined];
    for (const [m, b, c] of channelsOf(step, run)) {
      const channel = yield* scanned(step, run, m, b, c, pause);
      const { h, length, place } = channel;
      for (let t = 0; t < length; t++) {
        const row = rowAt(run.extent, m, t, b);
        y.data[at(y, row) + c] = ungated(step, run, channel, t) * (z ? silu(z.data[at(z, row) + c]) : 1);
        if (pause(4 * states)) yield;
      }
      run.final(step.h).set(h.subarray(length * states, (length + 1) * states), place);
    }
  },

  *backward(step, run, gradient) {
    const pause = pacer();
    const { states, softplus: positive } = step;
    const { each } = gradient;
    const [u, z] = [run.tensor(step.u), step.z ? run.tensor(step.z) : undefined];
    const [d_u, d_z, d_y] = [gradient.tensor(step.u), step.z ? gradient.tensor(step.z) : undefined, gradient.tensor(step.y)];
    for (const [m, b, c] of channelsOf(step, run)) {
      const channel = yield* scanned(step, run, m, b, c, pause);
      const { group, length, A, delta, decay, h } = channel;
      const B = sideOf(step.B, run, m)!;
      const [d_B, d_C] = [sideOf(step.B, gradient, m), sideOf(step.C, gradient, m)];
      const D = step.D && run.parameter(step.D, m);
      const d_D = step.D && gradient.parameter(step.D, m);
      const d_A = gradient.parameter('log' in step.A ? step.A.log : step.A.plain, m);
      const d_bias = step.deltaBias && gradient.parameter(step.deltaBias, m);
      for (let j = 0; j < each; j++) {
        const d_h = yield* adjointStates(step, run, gradient, channel, j, pause);
        for (let t = 0; t < length; t++) {
          const row = rowAt(run.extent, m, t, b);
          const d_row = row * each + j;
          const enters = u.data[at(u, row) + c];
          const gate = z ? z.data[at(z, row) + c] : 0;
          const d_out = d_y.data[at(d_y, d_row) + c];
          const d_ungated = z && d_out !== 0 ? d_out * silu(gate) : d_out;
          if (d_z && d_out !== 0) d_z.data[at(d_z, d_row) + c] += d_out * ungated(step, run, channel, t) * siluSlope(gate);
          if (d_D) d_D[c] += d_ungated * enters;
          let d_enters = D ? d_ungated * D[c] : 0;
          let d_step = 0;
          for (let n = 0; n < states; n++) {
            const d = d_h[t * states + n];
            const kept = decay[t * states + n] * h[t * states + n];
            const b_n = B.data[sideAt(B, row) + group + n];
            if (d_C) d_C.data[sideAt(d_C, d_row) + group + n] += d_ungated * h[(t + 1) * states + n];
            if (d_B) d_B.data[sideAt(d_B, d_row) + group + n] += d * delta[t] * enters;
            d_enters += d * delta[t] * b_n;
            d_step += d * (A[n] * kept + b_n * enters);
            if (d_A) d_A[c * states + n] += d * delta[t] * kept * ('log' in step.A ? A[n] : 1);
          }
          d_u.data[at(d_u, d_row) + c] += d_enters;
          const d_raw = positive ? d_step * softplusSlope(rawDelta(step, run, m, c, row)) : d_step;
          sendBackDelta(step, run, gradient, m, c, row, d_row, d_raw);
          if (d_bias) d_bias[c] += d_raw;
          if (pause(16 * states)) yield;
        }
        // h_1 = exp(Δ_1·A) ⊙ h_0 + …; a sequence without steps hands on what arrives.
        const arriving = gradient.final(step.h);
        const d_initial = gradient.initial(step.h);
        const place = (((m * run.extent.sequences + b) * each + j) * u.width + c) * states;
        for (let n = 0; n < states; n++) {
          if (length) d_initial[place + n] += d_h[n] * decay[n];
          else if (arriving) d_initial[place + n] += arriving[place + n];
        }
      }
    }
  },

  /** `delta` after bias and softplus, `decay` = exp(Δ·A), `B`, `C`, `h`; with a gradient, ∂loss/∂h. */
  *show(step, run, name, into, gradient) {
    const pause = pacer();
    const { states, groups } = step;
    const width = run.tensor(step.u).width;
    for (const [m, b, c] of channelsOf(step, run)) {
      const channel = yield* scanned(step, run, m, b, c, pause);
      const { group, delta, decay, h, length } = channel;
      const d_h = gradient && (yield* adjointStates(step, run, gradient, channel, 0, pause));
      const side = name === 'B' || name === 'C' ? sideOf(step[name], run, m) : undefined;
      for (let t = 0; t < length; t++) {
        const row = rowAt(run.extent, m, t, b);
        const own = (row * width + c) * states;
        if (side) for (let n = 0; n < states; n++) into[row * groups * states + group + n] = side.data[sideAt(side, row) + group + n];
        else if (name === 'delta') into[row * width + c] = delta[t];
        else if (name === 'decay') into.set(decay.subarray(t * states, (t + 1) * states), own);
        else into.set(d_h ? d_h.subarray(t * states, (t + 1) * states) : h.subarray((t + 1) * states, (t + 2) * states), own);
        if (pause(8 * states)) yield;
      }
    }
  },
};

function* channelsOf({ u }: SelectiveScanStep, run: Run): Generator<readonly [m: number, b: number, c: number], void> {
  const { models, sequences } = run.extent;
  const { width } = run.tensor(u);
  for (let m = 0; m < models; m++) for (let b = 0; b < sequences; b++) for (let c = 0; c < width; c++) yield [m, b, c];
}

type Pause = (work: number) => boolean;

/** Scans a channel, in the run's scratch: what is returned lasts until the next one. */
function* scanned(step: SelectiveScanStep, run: Run, m: number, b: number, c: number, pause: Pause): Generator<void, Channel> {
  const { extent, scratch } = run;
  const { states, groups } = step;
  const u = run.tensor(step.u);
  const A = scratch.subarray(0, states);
  const h = scratch.subarray(states, (extent.steps + 2) * states);
  const decay = scratch.subarray((2 * extent.steps + 2) * states, (3 * extent.steps + 2) * states);
  const delta = scratch.subarray((3 * extent.steps + 2) * states);
  const B = sideOf(step.B, run, m)!;
  const given = run.parameter('log' in step.A ? step.A.log : step.A.plain, m);
  const group = Math.floor(c / (u.width / groups)) * states;
  const place = ((m * extent.sequences + b) * u.width + c) * states;
  const length = lengthOf(extent, b);
  const before = run.initial(step.h);
  for (let n = 0; n < states; n++) {
    A[n] = 'log' in step.A ? -Math.exp(given[c * states + n]) : given[c * states + n];
    h[n] = before ? before[place + n] : 0;
  }
  for (let t = 0; t < length; t++) {
    const row = rowAt(extent, m, t, b);
    const raw = rawDelta(step, run, m, c, row);
    delta[t] = step.softplus ? softplus(raw) : raw;
    const enters = delta[t] * u.data[at(u, row) + c];
    for (let n = 0; n < states; n++) {
      decay[t * states + n] = Math.exp(delta[t] * A[n]);
      h[(t + 1) * states + n] = decay[t * states + n] * h[t * states + n] + enters * B.data[sideAt(B, row) + group + n];
    }
    if (pause(8 * states)) yield;
  }
  return { m, b, c, group, place, length, A, delta, decay, h };
}

/** [T, N] ∂loss/∂h_t, everything together: through y_t, through step t + 1, and what arrives after the last step; of the j-th loss. */
function* adjointStates(step: SelectiveScanStep, run: Run, gradient: Gradient, { m, b, c, group, length, decay }: Channel, j: number, pause: Pause): Generator<void, Float64Array> {
  const { states } = step;
  const { each } = gradient;
  const C = sideOf(step.C, run, m)!;
  const d_h = run.scratch.subarray((run.extent.steps + 2) * states, (2 * run.extent.steps + 2) * states);
  const [d_y, z] = [gradient.tensor(step.y), step.z ? run.tensor(step.z) : undefined];
  const arriving = gradient.final(step.h);
  const place = (((m * run.extent.sequences + b) * each + j) * d_y.width + c) * states;
  for (let t = length - 1; t >= 0; t--) {
    const row = rowAt(run.extent, m, t, b);
    const d_out = d_y.data[at(d_y, row * each + j) + c];
    const d_ungated = z && d_out !== 0 ? d_out * silu(z.data[at(z, row) + c]) : d_out;
    for (let n = 0; n < states; n++) {
      const later = t + 1 < length ? d_h[(t + 1) * states + n] * decay[(t + 1) * states + n] : arriving ? arriving[place + n] : 0;
      d_h[t * states + n] = later + d_ungated * C.data[sideAt(C, row) + group + n];
    }
    if (pause(4 * states)) yield;
  }
  return d_h;
}

/** C_t · h_t + D ⊙ u_t of one channel. */
function ungated(step: SelectiveScanStep, run: Run, { m, b, c, group, h }: Channel, t: number): number {
  const row = rowAt(run.extent, m, t, b);
  const C = sideOf(step.C, run, m)!;
  const u = run.tensor(step.u);
  let sum = step.D ? run.parameter(step.D, m)[c] * u.data[at(u, row) + c] : 0;
  for (let n = 0; n < step.states; n++) sum += C.data[sideAt(C, row) + group + n] * h[(t + 1) * step.states + n];
  return sum;
}

/** A step size before softplus. */
function rawDelta({ delta, deltaWeight, deltaBias }: SelectiveScanStep, run: Run, m: number, c: number, row: number): number {
  let sum = deltaBias ? run.parameter(deltaBias, m)[c] : 0;
  if (!delta) return sum;
  const strip = run.tensor(delta);
  if (!deltaWeight) return sum + strip.data[at(strip, row) + c];
  const w = run.parameter(deltaWeight, m);
  for (let r = 0; r < strip.width; r++) sum += w[c * strip.width + r] * strip.data[at(strip, row) + r];
  return sum;
}

/** The transpose of `rawDelta`, but for the bias. */
function sendBackDelta({ delta, deltaWeight }: SelectiveScanStep, run: Run, gradient: Gradient, m: number, c: number, row: number, d_row: number, d_raw: number): void {
  if (!delta) return;
  const [strip, d_strip] = [run.tensor(delta), gradient.tensor(delta)];
  if (!deltaWeight) {
    d_strip.data[at(d_strip, d_row) + c] += d_raw;
    return;
  }
  const [w, d_w] = [run.parameter(deltaWeight, m), gradient.parameter(deltaWeight, m)];
  for (let r = 0; r < strip.width; r++) {
    d_strip.data[at(d_strip, d_row) + r] += d_raw * w[c * strip.width + r];
    if (d_w) d_w[c * strip.width + r] += d_raw * strip.data[at(strip, row) + r];
  }
}

/** softplus' is σ. */
const softplusSlope = sigmoid;

/** B or C, or the gradient there: a tensor, or a parameter that is the same in every row. Undefined for a parameter's gradient that nobody asks for. */
type Side<Data> = { readonly data: Data; readonly row: number; readonly from: number };

function sideOf(side: SelectiveScanStep['B'], of: Gradient, m: number): Side<Float64Array> | undefined;
function sideOf(side: SelectiveScanStep['B'], of: Run, m: number): Side<Numbers> | undefined;
function sideOf(side: SelectiveScanStep['B'], of: Run | Gradient, m: number): Side<Numbers> | undefined {
  if ('tensor' in side) return of.tensor(side.tensor);
  const data = of.parameter(side.parameter, m);
  return data && { data, row: 0, from: 0 };
}

function sideAt({ row: stride, from }: Side<Numbers>, row: number): number {
  return row * stride + from;
}
