/** Losses that are each one entry of a block's output, laid where the way back begins. */
import type { OutputEntry } from '../engine';
import type { BlockLayout } from './block_layout';
import { flatCommand, quadsOf } from './block_commands';
import { stripNumbers } from './block_scans';
import type { BufferSet } from './buffer_set';
import type { Command } from './command_list';
import type { KernelCache } from './kernel';

export class BlockPicking {
  readonly commands: readonly Command[];
  readonly #picks: GPUBuffer;
  readonly #queue: GPUQueue;
  /** Which entry of a row each unit is. */
  readonly #entries: readonly number[];
  readonly #rows: number;

  /** @param layout - of the gradients: its sequences are rows of gradients */
  constructor(buffers: BufferSet, kernels: KernelCache, layout: BlockLayout, d_tensors: GPUBuffer) {
    const d_y = layout.strip(layout.program.output);
    const { extent } = layout;
    const { models, steps, sequences } = extent;
    this.#rows = sequences;
    this.#queue = buffers.gpu.device.queue;
    this.#entries = d_y.columns.flatMap((unit, entry) => (unit < 0 ? [] : [entry]));
    this.#picks = buffers.storage('picks', 2 * sequences);
    const numbers = [...stripNumbers(d_y), models, steps, sequences, d_y.columns.length / 4];
    this.commands = [flatCommand(buffers, kernels.asked('kernels/block_pick'), 'picked entries', { block_pick: numbers }, quadsOf(extent, d_y), 64, { picks: this.#picks, d_tensors })];
  }

  /** Rows of gradients from `first` on get these; the others none. */
  upload(picks: readonly OutputEntry[], first: number): void {
    const words = new Int32Array(2 * this.#rows).fill(-1);
    picks.forEach(({ step, unit }, i) => words.set([step, this.#entries[unit]], 2 * (first + i)));
    this.#queue.writeBuffer(this.#picks, 0, words);
  }
}
