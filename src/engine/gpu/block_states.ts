/** What a block carries from one run to the next: where it lies in the buffers of a run, or of its gradients. */
import { EngineError } from '../errors';
import { CHUNK, scanSizes, type BlockLayout, type Strip } from './block_layout';

/** Where a state lies, [M, B, rows, channels], and which of its entries each is. */
export interface StatePlace {
  readonly offset: number;
  /** Of one sequence: entry i is the state's entry columns[i]; negative for padding. */
  readonly columns: readonly number[];
}

/** A state before the first step or after the last; undefined for one that grows. In the layout of a run, or of gradients. */
export function statePlace(layout: BlockLayout, name: string, which: 'before' | 'after'): StatePlace | undefined {
  const { program, extent } = layout;
  for (const step of program.steps) {
    if (step.op === 'convolution' && step.window === name) {
      const { columns } = layout.strip(step.x);
      return { offset: layout.own(step, which), columns: Array.from({ length: step.taps * columns.length }, (_, i) => entryOf(columns[i % columns.length], step.taps, Math.floor(i / columns.length))) };
    }
    if (step.op === 'selective_scan' && step.h === name) {
      const { columns } = layout.strip(step.u);
      const { states } = scanSizes(program, step);
      const ofState = Array.from({ length: states * columns.length }, (_, i) => {
        const n = Math.floor(i / columns.length);
        return n < step.states ? entryOf(columns[i % columns.length], step.states, n) : -1;
      });
      if (layout.of === 'run') {
        const slot = which === 'before' ? 0 : Math.ceil(extent.steps / CHUNK);
        return { offset: layout.own(step, 'states') + slot * extent.models * extent.sequences * ofState.length, columns: ofState };
      }
      return { offset: layout.own(step, which), columns: ofState };
    }
    if (step.op === 'linear_scan' && step.h === name) return { offset: layout.own(step, which), columns: layout.strip(step.h).columns };
  }
  return undefined;
}

/** Where the rows of earlier steps lie of a state that grows, [M, P, B, ..]; in the layout of a run, or of gradients. */
export function earlierStrip(layout: BlockLayout, name: string): Strip | undefined {
  for (const step of layout.program.steps) {
    if (step.op === 'attend' && (step.k === name || step.v === name)) return layout.roomStrip(step, step.k === name ? 'earlier_k' : 'earlier_v', layout.strip(name));
  }
  return undefined;
}

function entryOf(channel: number, perChannel: number, i: number): number {
  return channel < 0 ? channel : channel * perChannel + i;
}

/** Rows of so many entries as they lie at a place. */
export function packState({ columns }: Pick<StatePlace, 'columns'>, values: ArrayLike<number>): Float32Array<ArrayBuffer> {
  const width = columns.filter((column) => column >= 0).length;
  const count = values.length / width;
  const packed = new Float32Array(count * columns.length);
  for (let s = 0; s < count; s++) columns.forEach((column, i) => column >= 0 && (packed[s * columns.length + i] = values[s * width + column]));
  return packed;
}

/** The other way round. */
export function unpackState({ columns }: Pick<StatePlace, 'columns'>, packed: Float32Array): Float32Array {
  const width = columns.filter((column) => column >= 0).length;
  const count = packed.length / columns.length;
  const values = new Float32Array(count * width);
  for (let s = 0; s < count; s++) columns.forEach((column, i) => column >= 0 && (values[s * width + column] = packed[s * columns.length + i]));
  return values;
}

/** Writes the rows of earlier steps of a state that grows: [M, B, steps, width], or [B, steps, width] for every model. */
export function writeEarlier(queue: GPUQueue, buffer: GPUBuffer, layout: BlockLayout, name: string, values: ArrayLike<number>, steps: number): void {
  const { offset, columns } = earlierStrip(layout, name)!;
  const { models, sequences, earlier = 0 } = layout.extent;
  const width = columns.filter((column) => column >= 0).length;
  const ofModel = sequences * steps * width;
  for (let m = 0; m < models; m++) {
    const from = values.length > ofModel ? m * ofModel : 0;
    const rows = Float32Array.from({ length: ofModel }, (_, i) => values[from + ((Math.floor(i / width) % sequences) * steps + Math.floor(i / (width * sequences))) * width + (i % width)]);
    queue.writeBuffer(buffer, 4 * (offset + m * earlier * sequences * columns.length), packState({ columns }, rows));
  }
}

/** Writes a state, [M, B, width] or [B, width] for every model; zeros unless given. Throws EngineError for one that grows. */
export function writeState(queue: GPUQueue, buffer: GPUBuffer, layout: BlockLayout, name: string, which: 'before' | 'after', values: ArrayLike<number> | undefined): void {
  const place = statePlace(layout, name, which);
  if (!place) throw new EngineError('program', `The state ${name} grows with every step and has no one place.`);
  const { models, sequences } = layout.extent;
  const count = sequences * place.columns.length;
  const packed = values ? packState(place, values) : new Float32Array(count);
  for (let m = 0; m < models; m++) queue.writeBuffer(buffer, 4 * (place.offset + m * count), packed, packed.length > count ? m * count : 0, count);
}
