/**
 * Causal attention in float64, one query of one head at a time: its weights are found, used and forgotten.
 *
 * A run may start from the keys and values of earlier steps. They and its own, one below the other, are at once the state
 * it leaves behind, [M, B, first + T, width]: key s is the s-th of all steps so far, and query t is step first + t.
 */
import type { AttendStep } from '../../ops/attend';
import { at, lengthOf, pacer, rowAt, type Extent, type Gradient, type OpArithmetic, type Run, type Strip } from './run';

export const attend: OpArithmetic<AttendStep> = {
  scratch: ({ k, v }, extent, widthOf) => keysOf(extent) * (widthOf(k) + widthOf(v) + 2), // of the way back: of one loss at a time

  *forward(step, run) {
    const pause = pacer();
    const [q, y] = [run.tensor(step.q), run.tensor(step.y)];
    const [keyWidth, valueWidth] = [q.width / step.heads, y.width / step.heads];
    remember(run, step.k);
    remember(run, step.v);
    yield;
    for (const [m, b] of sequencesOf(run.extent)) {
      const [keys, values] = [ofSequence(run, run.final(step.k), m, b), ofSequence(run, run.final(step.v), m, b)];
      for (let t = 0; t < lengthOf(run.extent, b); t++) {
        const row = rowAt(run.extent, m, t, b);
        const seen = run.extent.first + t + 1;
        for (let head = 0; head < step.heads; head++) {
          const weights = run.scratch.subarray(0, seen);
          attentionWeights(weights, q.data.subarray(at(q, row) + head * keyWidth, at(q, row) + (head + 1) * keyWidth), keys, q.width, head);
          for (let i = head * valueWidth; i < (head + 1) * valueWidth; i++) {
            let sum = 0;
            for (let s = 0; s < seen; s++) sum += weights[s] * values[s * y.width + i];
            y.data[at(y, row) + i] = sum;
          }
          if (pause(seen * (keyWidth + valueWidth))) yield;
        }
      }
    }
  },

  // With a a row of weights and d_a[s] = d_y · v_s: the scores' gradient is a ⊙ (d_a − a · d_a).
  *backward(step, run, gradient) {
    const pause = pacer();
    const q = run.tensor(step.q);
    const [d_q, d_y] = [gradient.tensor(step.q), gradient.tensor(step.y)];
    const [keyWidth, valueWidth] = [q.width / step.heads, d_y.width / step.heads];
    const scale = 1 / Math.sqrt(keyWidth);
    const all = keysOf(run.extent);
    const { each } = gradient;
    for (const [m, b, j] of rowsOfSequences(run.extent, each)) {
      const [keys, values] = [ofSequence(run, run.final(step.k), m, b), ofSequence(run, run.final(step.v), m, b)];
      const d_keys = arriving(run, gradient, step.k, m, b * each + j, run.scratch.subarray(2 * all, 2 * all + keys.length));
      const d_values = arriving(run, gradient, step.v, m, b * each + j, run.scratch.subarray(2 * all + keys.length, 2 * all + keys.length + values.length));
      for (let t = 0; t < lengthOf(run.extent, b); t++) {
        const row = rowAt(run.extent, m, t, b);
        const d_row = row * each + j;
        if (isZero(d_y, d_row)) continue; // of one entry's loss most are
        const seen = run.extent.first + t + 1;
        for (let head = 0; head < step.heads; head++) {
          const weights = run.scratch.subarray(0, seen);
          const d_weights = run.scratch.subarray(all, all + seen);
          attentionWeights(weights, q.data.subarray(at(q, row) + head * keyWidth, at(q, row) + (head + 1) * keyWidth), keys, q.width, head);
          let along = 0;
          for (let s = 0; s < seen; s++) {
            let d = 0;
            for (let i = head * valueWidth; i < (head + 1) * valueWidth; i++) {
              d += d_y.data[at(d_y, d_row) + i] * values[s * d_y.width + i];
              d_values[s * d_y.width + i] += weights[s] * d_y.data[at(d_y, d_row) + i];
            }
            d_weights[s] = d;
            along += weights[s] * d;
          }
          for (let s = 0; s < seen; s++) {
            const d_score = weights[s] * (d_weights[s] - along) * scale;
            for (let i = head * keyWidth; i < (head + 1) * keyWidth; i++) {
              d_q.data[at(d_q, d_row) + i] += d_score * keys[s * q.width + i];
              d_keys[s * q.width + i] += d_score * q.data[at(q, row) + i];
            }
          }
          if (pause(3 * seen * (keyWidth + valueWidth))) yield;
        }
      }
      handBack(run, gradient, step.k, m, b, j, d_keys);
      handBack(run, gradient, step.v, m, b, j, d_values);
    }
  },

  /** `attn` [M, T, B, heads · (first + T)], 0 for steps a query does not see. */
  *show({ q: qName, k, heads }, run, _name, into) {
    const pause = pacer();
    const q = run.tensor(qName);
    const width = q.width / heads;
    const all = keysOf(run.extent);
    for (const [m, b] of sequencesOf(run.extent)) {
      const keys = ofSequence(run, run.final(k), m, b);
      for (let t = 0; t < lengthOf(run.extent, b); t++) {
        const row = rowAt(run.extent, m, t, b);
        const seen = run.extent.first + t + 1;
        for (let head = 0; head < heads; head++) {
          const start = (row * heads + head) * all;
          attentionWeights(into.subarray(start, start + seen), q.data.subarray(at(q, row) + head * width, at(q, row) + (head + 1) * width), keys, q.width, head);
          if (pause(seen * width)) yield;
        }
      }
    }
  },
};

/**
 * One query's weights over the keys it sees: softmax of q · k_s / √d, 0 where there is no key at all.
 * @param weights - [keys seen], filled
 * @param q - [d] the query of one head
 * @param keys - [keys, keyRow] of all heads
 */
function attentionWeights(weights: Float64Array, q: Float64Array, keys: Float64Array, keyRow: number, head: number): void {
  const scale = 1 / Math.sqrt(q.length);
  let most = -Infinity;
  for (let s = 0; s < weights.length; s++) {
    let score = 0;
    for (let i = 0; i < q.length; i++) score += q[i] * keys[s * keyRow + head * q.length + i];
    weights[s] = score * scale;
    most = Math.max(most, weights[s]);
  }
  let total = 0;
  for (let s = 0; s < weights.length; s++) {
    weights[s] = Math.exp(weights[s] - most);
    total += weights[s];
  }
  for (let s = 0; s < weights.length; s++) weights[s] /= total;
}

/** How many keys there are at the end of a run. */
function keysOf({ first, steps }: Extent): number {
  return first + steps;
}

function* sequencesOf({ models, sequences }: Extent): Generator<readonly [m: number, b: number], void> {
  for (let m = 0; m < models; m++) for (let b = 0; b < sequences; b++) yield [m, b];
}

function* rowsOfSequences(extent: Extent, each: number): Generator<readonly [m: number, b: number, j: number], void> {
  for (const [m, b] of sequencesOf(extent)) for (let j = 0; j < each; j++) yield [m, b, j];
}

/** What belongs to one sequence of a growing state [M, B, first + T, width]; to one of `each` rows of gradients for every sequence. */
function ofSequence({ extent }: Pick<Run, 'extent'>, state: Float64Array, m: number, b: number, each = 1): Float64Array {
  const count = state.length / (extent.models * extent.sequences * each);
  const place = m * extent.sequences * each + b;
  return state.subarray(place * count, (place + 1) * count);
}

function isZero(strip: Strip, row: number): boolean {
  for (let i = 0; i < strip.width; i++) if (strip.data[at(strip, row) + i] !== 0) return false;
  return true;
}

/** Puts the rows of the steps before and this run's own into the state it leaves behind. */
function remember(run: Run, name: string): void {
  const { extent } = run;
  const own = run.tensor(name);
  const past = run.initial(name);
  for (const [m, b] of sequencesOf(extent)) {
    const state = ofSequence(run, run.final(name), m, b);
    if (past) state.set(ofSequence(run, past, m, b));
    for (let t = 0; t < lengthOf(extent, b); t++) {
      const start = at(own, rowAt(extent, m, t, b));
      state.set(own.data.subarray(start, start + own.width), (extent.first + t) * own.width);
    }
  }
}

/** What arrives at a sequence's state after the last step, in the room given for adding to it. @param r - row of gradients */
function arriving(run: Run, gradient: Gradient, name: string, m: number, r: number, room: Float64Array): Float64Array {
  const given = gradient.final(name);
  if (given) room.set(ofSequence(run, given, m, r, gradient.each));
  else room.fill(0);
  return room;
}

/** The transpose of `remember`, for one row of gradients of a sequence. */
function handBack(run: Run, gradient: Gradient, name: string, m: number, b: number, j: number, d_state: Float64Array): void {
  const { extent } = run;
  const { each } = gradient;
  const own = gradient.tensor(name);
  const past = extent.first * own.width;
  const d_past = ofSequence(run, gradient.initial(name), m, b * each + j, each);
  for (let i = 0; i < past; i++) d_past[i] += d_state[i];
  for (let t = 0; t < lengthOf(extent, b); t++) {
    const start = at(own, rowAt(extent, m, t, b) * each + j);
    for (let i = 0; i < own.width; i++) own.data[start + i] += d_state[past + t * own.width + i];
  }
}
