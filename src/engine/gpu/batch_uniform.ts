/** What holds for the batch under way, as shaders/lib/batch.wgsl reads it, and where outputs are dropped in part. */
import { keptFrom } from '../math/noise';
import type { Layer } from '../model/spec';
import { padded } from './layer_layout';

export interface BatchNumbers {
  /** What a row that is asked for counts in the loss. */
  readonly weight: number;
  /** Whether gradients and losses are added to those of the batch before. */
  readonly accumulate?: boolean;
  /** The part of a target that is spread over all classes. */
  readonly smoothing?: number;
  /** The part of each output that is dropped where the layer above reads it, and the key of which. */
  readonly dropout?: number;
  readonly noise?: number;
}

const BATCH_BYTES = 24;

/** A run that nothing is dropped in, and no loss has come to yet. */
export const PLAIN_BATCH: readonly number[] = Array.from({ length: BATCH_BYTES / 4 }, () => 0);

export class BatchUniform {
  readonly #bytes = new DataView(new ArrayBuffer(BATCH_BYTES));

  constructor(
    private readonly queue: GPUQueue,
    readonly buffer: GPUBuffer,
  ) {}

  write({ weight, accumulate = false, smoothing = 0, dropout = 0, noise = 0 }: BatchNumbers): void {
    const bytes = this.#bytes;
    bytes.setUint32(0, noise, true);
    bytes.setUint32(4, keptFrom(dropout), true);
    bytes.setFloat32(8, 1 / (1 - dropout), true);
    bytes.setUint32(12, accumulate ? 1 : 0, true);
    bytes.setFloat32(16, weight, true);
    bytes.setFloat32(20, smoothing, true);
    this.queue.writeBuffer(this.buffer, 0, bytes.buffer);
  }
}

/** A layer whose output is dropped in part where it is read. */
export interface DroppedLayer {
  readonly index: number;
  readonly layer: Layer;
}

/** The words of Dropped in shaders/lib/batch.wgsl. */
export function droppedNumbers(dropped: DroppedLayer | undefined): number[] {
  return dropped ? [dropped.index + 1, dropped.layer.width, padded(dropped.layer.width) / 4, 0] : [0, 1, 1, 0];
}
