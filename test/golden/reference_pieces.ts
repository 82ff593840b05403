/** The reference's parts of an update, as its training puts them together. */
import { crossEntropy } from '../../src/engine/reference/cross_entropy';
import { clipScale, followGradient, squares } from '../../src/engine/reference/optimizer_step';
import type { Pieces } from './bench';

export const referencePieces: Pieces = {
  async crossEntropy({ shape: [rows, classes], data }, targets, smoothing) {
    const asked = targets.reduce((count, target) => count + (target < 0 ? 0 : 1), 0);
    const d_logits = new Float64Array(rows * classes);
    let loss = 0;
    targets.forEach((target, row) => {
      if (target < 0) return;
      const own = Float64Array.from({ length: classes }, (_, k) => data[row * classes + k]);
      const d = d_logits.subarray(row * classes, (row + 1) * classes);
      loss += crossEntropy(own, target, smoothing, d) / asked;
      d.forEach((value, k) => (d[k] = value / asked));
    });
    return { loss, d_logits };
  },

  async update({ optimizer, settings, rate, update, clip: most }, parameters) {
    const wide = parameters.map(({ p, d, slots }) => ({ p: Float64Array.from(p), d: Float64Array.from(d), slots: slots.map((slot) => Float64Array.from(slot)) }));
    const norm = Math.sqrt(wide.reduce((sum, { d }) => sum + squares(d), 0));
    const scale = clipScale(most === undefined ? undefined : { by: 'norm', most }, norm);
    for (const { p, d, slots } of wide) followGradient(p, d, slots, optimizer, optimizer.numbers(settings, rate, update), scale, Infinity);
    return { norm, parameters: wide };
  },
};
