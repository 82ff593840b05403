/**
 * How far honest arithmetic may be from an op's exact result, at the operands it had. Every sum of n products is off by at
 * most γ_n times the sum of their magnitudes; what an error is multiplied by on its way is followed line by line. Rounding
 * errors mostly cancel, so that honest runs stay far below; a wrong sign is of the size of the numbers themselves.
 *
 * Each bound is the largest over all rows, by the name of what the op writes or shows.
 */
import { gammaOf, type Precision } from './comparison';
import type { Step, StepOf } from './ops';
import { NORM_EPSILON } from './ops/norm';
import type { Pointwise } from './ops/op';
import { pointwise, silu, softplus } from './reference/ops/pointwise';
import { at, lengthOf, pacer, rowAt, rowsOf, type Numbers, type Run, type Strip } from './reference/ops/run';
import { arithmetic } from './reference/ops';

type Bounds = ReadonlyMap<string, number>;

/** @param run - at the end of the op's own forward, in float64 */
export function* boundsOf(step: Step, run: Run, precision: Precision): Generator<void, Bounds> {
  return yield* (ruleOf[step.op] as Rule<Step>)(step, run, precision);
}

type Rule<Of> = (step: Of, run: Run, precision: Precision) => Generator<void, Bounds>;

/** The largest value seen under each name. */
class Largest {
  readonly bounds = new Map<string, number>();

  include(name: string, bound: number): void {
    if (!(bound <= (this.bounds.get(name) ?? -1))) this.bounds.set(name, bound);
  }
}

const ruleOf: { readonly [Name in Step['op']]: Rule<StepOf<Name>> } = {
  *linear({ x: xName, y, weight, bias, of = 'identity', plus }, run, precision) {
    const pause = pacer();
    const most = new Largest();
    most.include(y, 0);
    const [x, r] = [run.tensor(xName), plus ? run.tensor(plus) : undefined];
    const gamma = gammaOf(x.width + 3, precision.roundoff);
    const { width } = run.tensor(y);
    for (const { m, row } of rowsOf(run.extent)) {
      const w = run.parameter(weight, m);
      const b = bias && run.parameter(bias, m);
      const v = Array.from({ length: x.width }, (_, i) => pointwise[of].value(x.data[at(x, row) + i]));
      const e = v.map((_, i) => pointwiseError(of, x.data[at(x, row) + i], precision));
      for (let j = 0; j < width; j++) {
        let [sum, through] = [Math.abs(b ? b[j] : 0) + Math.abs(r ? r.data[at(r, row) + j] : 0), 0];
        for (let i = 0; i < x.width; i++) {
          sum += Math.abs(w[j * x.width + i] * v[i]);
          through += Math.abs(w[j * x.width + i]) * e[i];
        }
        most.include(y, gamma * sum + through);
      }
      if (pause(2 * width * x.width)) yield;
    }
    return most.bounds;
  },

  // With δ what the differences from the mean are off by, the size of a row is off by δ itself (Cauchy and Schwarz).
  *norm({ x: xName, y: yName, kind, weight, bias }, run, { roundoff }) {
    const pause = pacer();
    const most = new Largest();
    most.include(yName, 0);
    const [x, y] = [run.tensor(xName), run.tensor(yName)];
    const gamma = gammaOf(x.width + 8, roundoff);
    for (const { m, row } of rowsOf(run.extent)) {
      const w = run.parameter(weight, m);
      const b = bias && run.parameter(bias, m);
      const values = Array.from(x.data.subarray(at(x, row), at(x, row) + x.width));
      const mean = kind === 'layer' ? values.reduce((sum, value) => sum + value, 0) / x.width : 0;
      const inverse = 1 / Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / x.width + NORM_EPSILON);
      const delta = kind === 'layer' ? values.reduce((sum, value) => sum + Math.abs(value), 0) * (gamma / x.width) + roundoff * Math.max(...values.map(Math.abs)) : 0;
      for (let i = 0; i < x.width; i++) {
        const unit = Math.abs(values[i] - mean) * inverse;
        most.include(yName, Math.abs(w[i]) * (delta * inverse + unit * (gamma + delta * inverse)) + 2 * roundoff * (Math.abs(y.data[at(y, row) + i]) + Math.abs(b ? b[i] : 0)));
      }
      if (pause(8 * x.width)) yield;
    }
    return most.bounds;
  },

  *positions({ x: xName, y: yName, weight }, run, { roundoff, activation }) {
    const most = new Largest();
    most.include(yName, 0);
    const [x, y] = [run.tensor(xName), run.tensor(yName)];
    for (const { t, row } of rowsOf(run.extent)) {
      const wave = weight ? 0 : activation + angleError(run.extent.first + t, roundoff);
      for (let i = 0; i < x.width; i++) most.include(yName, wave + 2 * roundoff * (Math.abs(y.data[at(y, row) + i]) + 1));
      yield;
    }
    return most.bounds;
  },

  *rotary({ x: xNames, y: yNames }, run, { roundoff, activation }) {
    const most = new Largest();
    for (const [k, name] of xNames.entries()) {
      most.include(yNames[k], 0);
      const x = run.tensor(name);
      for (const { t, row } of rowsOf(run.extent)) {
        const turned = activation + angleError(run.extent.first + t, roundoff) + 4 * roundoff;
        for (let i = 0; i < x.width; i += 2) most.include(yNames[k], (Math.abs(x.data[at(x, row) + i]) + Math.abs(x.data[at(x, row) + i + 1])) * turned);
        yield;
      }
    }
    return most.bounds;
  },

  // Weights are off by their scores' errors, once by their own and once by the total's; and by exp, good to 3 + 2|x| last places.
  *attend({ q: qName, k, v, y: yName, heads }, run, { roundoff }) {
    const pause = pacer();
    const most = new Largest();
    most.include(yName, 0);
    most.include('attn', 0);
    const { extent } = run;
    const [q, y] = [run.tensor(qName), run.tensor(yName)];
    const [keyWidth, valueWidth] = [q.width / heads, y.width / heads];
    const keys = extent.first + extent.steps;
    const weights = new Float64Array(extent.models * extent.steps * extent.sequences * heads * keys);
    yield* arithmetic.attend.show!({ op: 'attend', q: qName, k, v, y: yName, heads }, run, 'attn', weights);
    for (let m = 0; m < extent.models; m++) {
      for (let b = 0; b < extent.sequences; b++) {
        const place = (m * extent.sequences + b) * keys;
        for (let t = 0; t < lengthOf(extent, b); t++) {
          const row = rowAt(extent, m, t, b);
          const seen = extent.first + t + 1;
          for (let head = 0; head < heads; head++) {
            const a = weights.subarray((row * heads + head) * keys, (row * heads + head) * keys + seen);
            let largest = 0;
            for (let s = 0; s < seen; s++) {
              let sum = 0;
              for (let i = head * keyWidth; i < (head + 1) * keyWidth; i++) sum += Math.abs(q.data[at(q, row) + i] * run.final(k)[(place + s) * q.width + i]);
              largest = Math.max(largest, sum / Math.sqrt(keyWidth));
            }
            const common = 2 * (gammaOf(keyWidth + 3, roundoff) * largest) + gammaOf(seen + 8, roundoff);
            const off = (weight: number) => weight * (common + 2 * roundoff * (3 + 2 * Math.abs(Math.log(Math.max(weight, 1e-300)))));
            for (let s = 0; s < seen; s++) most.include('attn', off(a[s]));
            for (let i = head * valueWidth; i < (head + 1) * valueWidth; i++) {
              let sum = 0;
              for (let s = 0; s < seen; s++) sum += (off(a[s]) + gammaOf(seen + 8, roundoff) * a[s]) * Math.abs(run.final(v)[(place + s) * y.width + i]);
              most.include(yName, sum);
            }
            if (pause(2 * seen * (keyWidth + 4 * valueWidth))) yield;
          }
        }
      }
    }
    return most.bounds;
  },

  *convolution({ x: xName, y: yName, weight, bias, activation, window, taps }, run, precision) {
    const pause = pacer();
    const most = new Largest();
    most.include(yName, 0);
    const { extent } = run;
    const x = run.tensor(xName);
    const gamma = gammaOf(taps + 3, precision.roundoff);
    for (const { m, t, b } of rowsOf(extent)) {
      const w = run.parameter(weight, m);
      const biases = bias && run.parameter(bias, m);
      for (let c = 0; c < x.width; c++) {
        let [sum, magnitude] = [biases ? biases[c] : 0, Math.abs(biases ? biases[c] : 0)];
        for (let k = 0; k < taps; k++) {
          const step = t - taps + 1 + k;
          const before = run.initial(window)?.[((m * extent.sequences + b) * x.width + c) * taps + taps + step] ?? 0;
          const value = w[c * taps + k] * (step >= 0 ? x.data[at(x, rowAt(extent, m, step, b)) + c] : before);
          sum += value;
          magnitude += Math.abs(value);
        }
        most.include(yName, STEEPEST * gamma * magnitude + pointwiseError(activation, sum, precision));
      }
      if (pause(4 * taps * x.width)) yield;
    }
    return most.bounds;
  },

  *gates({ rule, x: xNames, y: yNames }, run, { roundoff, activation }) {
    const most = new Largest();
    for (const name of yNames) most.include(name, 0);
    const x = xNames.map((name) => run.tensor(name));
    for (const { row } of rowsOf(run.extent)) {
      for (let i = 0; i < x[0].width; i++) {
        const values = x.map((strip) => Math.abs(strip.data[at(strip, row) + i]));
        const candidate = values[values.length - 1];
        // σ is at most 1/4 steep, and what minLSTM puts into it is a difference of two softplus.
        const gate = activation + (rule === 'min_lstm' ? (2 * activation + 6 * roundoff * (values[0] + values[1] + 1)) / 4 : 0);
        most.include(yNames[0], gate + 2 * roundoff);
        most.include(yNames[1], (gate + 2 * roundoff) * candidate);
      }
      yield;
    }
    return most.bounds;
  },

  *linear_scan({ a: aName, b: bName, h: hName }, run, { roundoff }) {
    const pause = pacer();
    const most = new Largest();
    most.include(hName, 0);
    const { extent } = run;
    const [a, b, h] = [run.tensor(aName), run.tensor(bName), run.tensor(hName)];
    for (let m = 0; m < extent.models; m++) {
      for (let sequence = 0; sequence < extent.sequences; sequence++) {
        for (let i = 0; i < h.width; i++) {
          let before = Math.abs(run.initial(hName)?.[(m * extent.sequences + sequence) * h.width + i] ?? 0);
          let error = 0;
          for (let t = 0; t < lengthOf(extent, sequence); t++) {
            const row = rowAt(extent, m, t, sequence);
            const keep = Math.abs(a.data[at(a, row) + i]);
            // Four roundings: a scan in blocks multiplies and adds twice as often as one step by step.
            error = keep * error + 4 * roundoff * (keep * before + Math.abs(b.data[at(b, row) + i]));
            before = Math.abs(h.data[at(h, row) + i]);
            most.include(hName, error);
            if (pause(8)) yield;
          }
        }
      }
    }
    return most.bounds;
  },

  *selective_scan(step, run, { roundoff, activation }) {
    const pause = pacer();
    const most = new Largest();
    for (const name of [step.y, 'delta', 'decay', 'B', 'C', 'h']) most.include(name, 0);
    const { extent } = run;
    const { states, groups } = step;
    const [u, z, delta] = [run.tensor(step.u), step.z ? run.tensor(step.z) : undefined, step.delta ? run.tensor(step.delta) : undefined];
    const sideAt = (side: typeof step.B, m: number, row: number) => {
      if ('parameter' in side) return { data: run.parameter(side.parameter, m), from: 0 };
      const strip = run.tensor(side.tensor);
      return { data: strip.data, from: at(strip, row) };
    };
    for (let m = 0; m < extent.models; m++) {
      const given = run.parameter('log' in step.A ? step.A.log : step.A.plain, m);
      const [bias, w, D] = [step.deltaBias, step.deltaWeight, step.D].map((name) => (name ? run.parameter(name, m) : undefined));
      for (let b = 0; b < extent.sequences; b++) {
        for (let c = 0; c < u.width; c++) {
          const group = Math.floor(c / (u.width / groups)) * states;
          const h = new Float64Array(states);
          const error = new Float64Array(states);
          h.set(run.initial(step.h)?.subarray(((m * extent.sequences + b) * u.width + c) * states, ((m * extent.sequences + b) * u.width + c + 1) * states) ?? []);
          for (let t = 0; t < lengthOf(extent, b); t++) {
            const row = rowAt(extent, m, t, b);
            let [raw, magnitude] = [bias ? bias[c] : 0, Math.abs(bias ? bias[c] : 0)];
            for (const value of delta ? sizeTerms(delta, row, c, w) : []) {
              raw += value;
              magnitude += Math.abs(value);
            }
            const size = step.softplus ? softplus(raw) : raw;
            const sizeError = gammaOf((delta?.width ?? 0) + 3, roundoff) * magnitude + (step.softplus ? activation : 0) + 2 * roundoff * Math.abs(size);
            most.include('delta', sizeError);
            const [B, C] = [sideAt(step.B, m, row), sideAt(step.C, m, row)];
            const enters = u.data[at(u, row) + c];
            let [read, readError] = [D ? Math.abs(D[c] * enters) : 0, 0];
            let sum = D ? D[c] * enters : 0;
            for (let n = 0; n < states; n++) {
              const A = 'log' in step.A ? -Math.exp(given[c * states + n]) : given[c * states + n];
              const decay = Math.exp(size * A);
              const decayError = decay * (Math.abs(A) * sizeError + (12 + 12 * Math.abs(size * A)) * roundoff);
              const write = B.data[B.from + group + n];
              error[n] = decay * error[n] + Math.abs(h[n]) * decayError + Math.abs(write * enters) * sizeError + 6 * roundoff * (Math.abs(decay * h[n]) + Math.abs(size * write * enters));
              h[n] = decay * h[n] + size * write * enters;
              most.include('decay', decayError);
              most.include('h', error[n]);
              const out = C.data[C.from + group + n];
              sum += out * h[n];
              read += Math.abs(out * h[n]);
              readError += Math.abs(out) * error[n];
            }
            const ungated = gammaOf(states + 3, roundoff) * read + readError;
            const gate = z ? z.data[at(z, row) + c] : 0;
            most.include(step.y, z ? Math.abs(silu(gate)) * ungated + Math.abs(sum) * (Math.abs(gate) * (activation + 4 * roundoff)) + 2 * roundoff * Math.abs(sum * gate) : ungated);
            if (pause(20 * states)) yield;
          }
        }
      }
    }
    return most.bounds;
  },
};

/** What the size of a channel's step is the sum of, besides its bias. */
function sizeTerms(delta: Strip, row: number, c: number, w: Numbers | undefined): number[] {
  if (!w) return [delta.data[at(delta, row) + c]];
  return Array.from({ length: delta.width }, (_, r) => w[c * delta.width + r] * delta.data[at(delta, row) + r]);
}

/** How steep silu is at its steepest; the others are less. */
const STEEPEST = 1.1;

/** How far a non-linearity of one entry may be off: all of them but relu are the entry times a σ-like share of it. */
function pointwiseError(of: Pointwise, a: number, { roundoff, activation }: Precision): number {
  return of === 'silu' || of === 'gelu' ? Math.abs(a) * (activation + 4 * roundoff) : 0;
}

/** An angle is a position times a rate: a few roundings of something as large as the position. */
function angleError(position: number, roundoff: number): number {
  return 8 * roundoff * position;
}
