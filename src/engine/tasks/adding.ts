import { randomStream } from '../math/random';
import type { Batch } from '../training/batch';
import { below } from './draw';
import { checkedSequences, checkedSettings } from './settings';
import type { Task } from './task';

const name = 'adding';
const settings = [{ name: 'length', title: 'Steps', default: 50, least: 2, most: 2000 }] as const;

/**
 * Numbers uniform in [0, 1), each with a marker that is 1 at two of them and 0 elsewhere: one marked step uniform over the
 * first ⌊T/2⌋ steps and one over the rest. At the last step the network tells the sum of the two. Inputs are
 * [value, marker]. From Hochreiter and Schmidhuber (1997), experiment 4, in the form of Arjovsky, Shah and Bengio (2016),
 * sections 5 and 5.2. The best constant is 1, with a squared error of 1/6: the variance of the sum.
 */
export const adding: Task = {
  name,
  title: 'Adding two numbers',
  description: 'Random numbers, two of them marked; at the end the network must tell the sum of the two. It has to keep real numbers, not symbols.',
  source: 'Hochreiter, Schmidhuber 1997; this form: Arjovsky, Shah, Bengio 2016',
  settings,
  make(options) {
    const { length: steps } = checkedSettings({ name, settings }, options);
    const { seed } = options;
    return {
      input: { size: 2 },
      output: { values: 1 },
      steps,
      chance: 1 / 6,
      held: 'drawn by the same rule, apart from all batches',
      batch: (k) => drawn(steps, options.sequences, randomStream(seed, name, 'batch', k)),
      heldOut: (sequences) => drawn(steps, checkedSequences({ name }, sequences), randomStream(seed, name, 'held out')),
      example(k) {
        const { x, sums } = drawnNumbers(steps, 1, randomStream(seed, name, 'batch', k));
        const words = Array.from({ length: steps }, (_, t) => `${x[2 * t].toFixed(2)}${x[2 * t + 1] ? ' ✓' : ''}`);
        return { words, answers: words.map((_, t) => (t === steps - 1 ? sums[0].toFixed(2) : undefined)) };
      },
    };
  },
};

function drawn(steps: number, sequences: number, uniform: () => number): Batch {
  const { x, sums } = drawnNumbers(steps, sequences, uniform);
  const values = new Float32Array(steps * sequences);
  values.set(sums, (steps - 1) * sequences);
  const asked = new Uint8Array(steps * sequences).fill(1, (steps - 1) * sequences);
  return {
    inputs: { x: { shape: [steps, sequences, 2], data: x } },
    targets: { values: { shape: [steps, sequences, 1], data: values }, asked: { shape: [steps, sequences], data: asked } },
  };
}

/** [T, B, 2] inputs and [B] sums, of the very numbers that float32 holds. */
function drawnNumbers(steps: number, sequences: number, uniform: () => number): { x: Float32Array; sums: Float32Array } {
  const x = new Float32Array(steps * sequences * 2);
  const half = Math.floor(steps / 2);
  const sums = new Float32Array(sequences);
  for (let b = 0; b < sequences; b++) {
    const at = (t: number) => (t * sequences + b) * 2;
    const marked = [below(uniform, half), half + below(uniform, steps - half)];
    for (let t = 0; t < steps; t++) x[at(t)] = uniform();
    for (const t of marked) x[at(t) + 1] = 1;
    sums[b] = x[at(marked[0])] + x[at(marked[1])];
  }
  return { x, sums };
}
