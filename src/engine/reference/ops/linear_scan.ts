import type { LinearScanStep } from '../../ops/linear_scan';
import { at, lengthOf, pacer, rowAt, type OpArithmetic } from './run';

/** h_t = a_t ⊙ h_{t−1} + b_t. */
export const linearScan: OpArithmetic<LinearScanStep> = {
  *forward({ a: aName, b: bName, h: hName }, run) {
    const pause = pacer();
    const { extent } = run;
    const [a, b, h] = [run.tensor(aName), run.tensor(bName), run.tensor(hName)];
    const before = run.initial(hName);
    for (let m = 0; m < extent.models; m++) {
      for (let sequence = 0; sequence < extent.sequences; sequence++) {
        for (let i = 0; i < h.width; i++) {
          const place = (m * extent.sequences + sequence) * h.width + i;
          let state = before ? before[place] : 0;
          for (let t = 0; t < lengthOf(extent, sequence); t++) {
            const row = rowAt(extent, m, t, sequence);
            state = a.data[at(a, row) + i] * state + b.data[at(b, row) + i];
            h.data[at(h, row) + i] = state;
            if (pause(4)) yield;
          }
          run.final(hName)[place] = state;
        }
      }
    }
  },

  *backward({ a: aName, b: bName, h: hName }, run, gradient) {
    const pause = pacer();
    const { extent } = run;
    const [a, h] = [run.tensor(aName), run.tensor(hName)];
    const [d_a, d_b, d_h] = [gradient.tensor(aName), gradient.tensor(bName), gradient.tensor(hName)];
    const [before, d_before, d_after] = [run.initial(hName), gradient.initial(hName), gradient.final(hName)];
    for (let m = 0; m < extent.models; m++) {
      for (let r = 0; r < extent.sequences * gradient.each; r++) {
        const sequence = Math.floor(r / gradient.each);
        for (let i = 0; i < h.width; i++) {
          const place = (m * extent.sequences + sequence) * h.width + i;
          const d_place = (m * extent.sequences * gradient.each + r) * h.width + i;
          let d_state = d_after ? d_after[d_place] : 0;
          for (let t = lengthOf(extent, sequence) - 1; t >= 0; t--) {
            const row = rowAt(extent, m, t, sequence);
            const d_row = row * gradient.each + (r % gradient.each);
            const previous = t > 0 ? h.data[at(h, rowAt(extent, m, t - 1, sequence)) + i] : before ? before[place] : 0;
            d_state += d_h.data[at(d_h, d_row) + i];
            d_a.data[at(d_a, d_row) + i] += d_state * previous;
            d_b.data[at(d_b, d_row) + i] += d_state;
            d_state *= a.data[at(a, row) + i];
            if (pause(8)) yield;
          }
          d_before[d_place] += d_state;
        }
      }
    }
  },
};
