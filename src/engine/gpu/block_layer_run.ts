/** A block's part of a run: its dispatches, what it starts from, and what of it can be read and drawn. */
import type { SignalStorage } from '../engine';
import type { SignalEntry } from '../model/signals';
import { layerStates, type BlockLayer, type Layer } from '../model/spec';
import type { BlockBack } from './block_back';
import { linearGroups } from './block_commands';
import { BlockLayout, columnsOf, type BlockExtent } from './block_layout';
import { BlockRun, type BlockRunParts } from './block_run';
import { blockSignalStorage, readBlockSignal, readWhole } from './block_signals';
import { checkFits, checkGrid } from './buffers';
import type { Gpu } from './device';
import type { Kernel } from './kernel';
import type { Operand } from './linear';
import type { Readback } from './readback';
import { ShownSignals, showKernels } from './shown_signals';

/** Throws LimitError if layer k cannot run at this extent. */
export function checkBlock(gpu: Gpu, { program }: BlockLayer, k: number, extent: BlockExtent): void {
  checkFits(gpu, `the tensors of layer ${k}`, new BlockLayout(program, extent, 'run').entries);
  checkGrid(gpu, `the products of layer ${k}`, linearGroups(extent, 4));
}

/** What a run of a block is made from, beside the layer itself. */
export type BlockLayerParts = Omit<BlockRunParts, 'program' | 'sourceColumns'>;

export class BlockLayerRun {
  readonly kind = 'block';
  readonly run: BlockRun;
  /** What of it is drawn and not kept. */
  readonly shown: ShownSignals;

  /** @param below - the layer that it reads; undefined for what is given */
  constructor(
    readonly layer: BlockLayer,
    below: Layer | undefined,
    parts: BlockLayerParts,
  ) {
    this.run = new BlockRun({ ...parts, program: layer.program, sourceColumns: sourceColumns(layer, below) });
    this.shown = new ShownSignals(parts.buffers);
  }

  /** What it reads. */
  get source(): Operand {
    return this.run.parts.source;
  }

  /** What the layer above reads. */
  get output(): Operand {
    return { buffer: this.run.tensors, place: this.run.place(this.layer.program.output) };
  }

  /** The kernels that what is drawn and not kept is made by. */
  get showKernels(): Kernel[] {
    return showKernels(this.layer.program, this.run.parts.kernels);
  }

  /**
   * Puts states before the first step, zeros where none are given.
   * @param initial - of each state
   * @param earlier - how many steps came before
   */
  beginFrom(initial: readonly (Float32Array | undefined)[], earlier: number): void {
    layerStates(this.layer).forEach(({ name, grows }, s) => {
      const values = initial[s];
      if (!grows) this.run.writeState(name, values);
      else if (values) this.run.writeEarlier(name, values, earlier);
    });
  }

  /** Where a signal lies, see `blockSignalStorage`. */
  storageOf(back: BlockBack | undefined, entry: SignalEntry): SignalStorage | undefined {
    return blockSignalStorage(this, back, entry);
  }

  /** Reads a signal that has no one place. Rejects with LimitError or DeviceLostError. */
  read(back: BlockBack | undefined, entry: SignalEntry, readback: Readback): Promise<Float32Array> {
    return readBlockSignal(this, back, entry, readback);
  }

  /** A tensor of its program, [M, T, B, row]. Rejects with DeviceLostError. */
  tensor(name: string, readback: Readback): Promise<Float32Array> {
    return readWhole(this, name, readback);
  }
}

/** Which entry of what lies below each input of a block is: directions are padded apart. */
function sourceColumns({ inputs }: BlockLayer, below: Layer | undefined): number[] {
  const places: number[] = [];
  columnsOf(inputs, below?.directions ?? 1).forEach((input, place) => input >= 0 && (places[input] = place));
  return places;
}
