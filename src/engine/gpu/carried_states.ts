/** States of fixed size that training carries from one batch to the next, and decoding from step to step, of one layer: copied aside after a run, and back before the next. */
import { layerStates, stateWidth, type Layer, type LayerState } from '../model/spec';
import { packState, statePlace, unpackState } from './block_states';
import type { BufferSet } from './buffer_set';
import { packRows, unpackRows } from './pack';
import { stateSlots, type LayerRun } from './run_buffers';
import type { RunShape } from './run_shape';
import type { ReadPart } from './staging';

/** A stretch of a run's buffer: where it is before the first step and after the last. */
interface Piece {
  readonly first: number;
  readonly last: number;
  readonly entries: number;
}

export class CarriedStates {
  readonly #pieces: readonly Piece[];
  readonly #states: GPUBuffer;
  readonly #kept: GPUBuffer;

  constructor(
    buffers: BufferSet,
    private readonly run: LayerRun,
    shape: RunShape,
    label: string,
  ) {
    this.#pieces = piecesOf(run, shape);
    this.#states = run.kind === 'block' ? run.run.tensors : run.states;
    this.#kept = buffers.storage(`carried states of ${label}`, this.#entries);
  }

  get #entries(): number {
    return this.#pieces.reduce((sum, { entries }) => sum + entries, 0);
  }

  /** What is kept, for reading it back. */
  get source(): ReadPart {
    return { buffer: this.#kept, offset: 0, size: 4 * this.#entries };
  }

  /** Puts what is kept before the first step. */
  begin(encoder: GPUCommandEncoder): void {
    this.#copy((at, { first, entries }) => encoder.copyBufferToBuffer(this.#kept, 4 * at, this.#states, 4 * first, 4 * entries));
  }

  /** Keeps what is after the last step. */
  end(encoder: GPUCommandEncoder): void {
    this.#copy((at, { last, entries }) => encoder.copyBufferToBuffer(this.#states, 4 * last, this.#kept, 4 * at, 4 * entries));
  }

  /** [M, D, B, width] of each state, from what is kept. */
  unpack(values: Float32Array): Float32Array[] {
    const { run } = this;
    if (run.kind === 'block') {
      let at = 0;
      return fixedStates(run.layer).map(({ name }, s) => unpackState(statePlace(run.run.layout, name, 'before')!, values.subarray(at, (at += this.#pieces[s].entries))));
    }
    const { models, slot, hidden } = run.layout;
    return run.layer.cell.states.map((_, s) => unpackRows(values.subarray(s * models * slot, (s + 1) * models * slot), stateWidth(run.layer, s), hidden));
  }

  /** Keeps these instead. */
  write(queue: GPUQueue, states: readonly Float32Array[]): void {
    const { run } = this;
    let at = 0;
    states.forEach((values, s) => {
      const packed = run.kind === 'block' ? packState(statePlace(run.run.layout, fixedStates(run.layer)[s].name, 'before')!, values) : packRows(values, stateWidth(run.layer, s), run.layout.hidden);
      queue.writeBuffer(this.#kept, 4 * at, packed as Float32Array<ArrayBuffer>);
      at += packed.length;
    });
  }

  #copy(each: (at: number, piece: Piece) => void): void {
    let at = 0;
    for (const piece of this.#pieces) {
      each(at, piece);
      at += piece.entries;
    }
  }
}

/** What a layer carries that does not grow. */
function fixedStates(layer: Layer): readonly LayerState[] {
  return layerStates(layer).filter(({ grows }) => !grows);
}

function piecesOf(run: LayerRun, { steps }: RunShape): Piece[] {
  if (run.kind === 'block') {
    const { layout } = run.run;
    const { models, sequences } = layout.extent;
    return fixedStates(run.layer).map(({ name }) => {
      const [before, after] = (['before', 'after'] as const).map((which) => statePlace(layout, name, which)!);
      return { first: before.offset, last: after.offset, entries: models * sequences * before.columns.length };
    });
  }
  const last = stateSlots(run, steps, 'last');
  return stateSlots(run, steps, 'first').map((first, i) => ({ first, last: last[i], entries: run.layout.slot }));
}
