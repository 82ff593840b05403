/** A page's clock and a task that tests move by hand: nothing of what they decide depends on how fast the machine is. */
import type { MadeTask, Task } from '../../src/engine';
import type { PageClock } from '../../src/elements/page_clock';

export class HandClock implements PageClock {
  time = 0;
  #waiting = new Set<() => void>();

  frame(callback: () => void): () => void {
    this.#waiting.add(callback);
    return () => this.#waiting.delete(callback);
  }

  now(): number {
    return this.time;
  }

  get waiting(): number {
    return this.#waiting.size;
  }

  /** One frame of the page, so many milliseconds later, and whatever follows from it at once. */
  async tick(milliseconds = 16): Promise<void> {
    this.time += milliseconds;
    const due = [...this.#waiting];
    this.#waiting.clear();
    for (const callback of due) callback();
    await flushed();
  }
}

/** Lets promises that are due settle. */
export async function flushed(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve));
}

/** Repeat the first word at the end: two keys, some words in between. Small enough for the CPU between two frames. */
export const echo: Task = {
  name: 'echo',
  title: 'Echo',
  description: 'Says at the end which key came first.',
  source: 'made for tests',
  settings: [{ name: 'distance', title: 'Words in between', default: 2, least: 0, most: 20 }],
  make({ seed, sequences, settings = {} }) {
    const { distance = 2 } = settings;
    const steps = distance + 2;
    const vocab = ['left', 'right', 'and', 'then?'];
    const keyOf = (k: number, b: number) => (seed * 7 + k * 13 + b * 5 + ((k * b) % 3)) % 2;
    const batch = (k: number, count = sequences) => {
      const tokens = Array.from({ length: steps * count }, (_, i) => (i < count ? keyOf(k, i) : i < (steps - 1) * count ? 2 : 3));
      const classes = Array.from({ length: steps * count }, (_, i) => (i < (steps - 1) * count ? -1 : keyOf(k, i % count)));
      return { inputs: { tokens: { shape: [steps, count], data: tokens } }, targets: { classes: { shape: [steps, count], data: classes } } };
    };
    const made: MadeTask = {
      input: { vocab },
      output: { classes: 2, names: ['left', 'right'] },
      steps,
      chance: 0.5,
      held: 'drawn apart from all batches',
      batch: (k) => batch(k),
      heldOut: (count) => batch(1e6, count),
      example: (k) => ({ words: [vocab[keyOf(k, 0)], ...Array.from({ length: distance }, () => 'and'), 'then?'], answers: Array.from({ length: steps }, (_, t) => (t === steps - 1 ? vocab[keyOf(k, 0)] : undefined)) }),
    };
    return made;
  },
};
