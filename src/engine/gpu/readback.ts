/** Signals on their way back to the host: gathered from a run's buffers, copied once, mapped once. */
import type { SignalExtent, SignalStorage } from '../engine';
import { size } from '../math/tensor';
import { checkFits, storageBuffer, uniformBuffer } from './buffers';
import { foldedGroups, record, type Command } from './command_list';
import type { Gpu } from './device';
import type { KernelCache } from './kernel';
import { viewNumbers } from './view_numbers';

/** +∞ in float32. */
const INFINITY_BITS = 0x7f800000;

/** Three words: largest, count of what is not finite, smallest. */
const EXTENT_BYTES = 12;

interface PreparedExtent {
  readonly result: GPUBuffer;
  readonly command: Command;
  /** Staging buffers that no one is waiting for. */
  readonly idle: GPUBuffer[];
}

export class Readback {
  /** By the buffer that holds the signal: a run's buffers are used again. */
  readonly #extents = new WeakMap<GPUBuffer, Map<string, PreparedExtent>>();

  constructor(
    private readonly gpu: Gpu,
    private readonly kernels: KernelCache,
  ) {}

  /** The signal's values, row-major. Rejects with LimitError or DeviceLostError. */
  async read(shape: readonly number[], storage: SignalStorage): Promise<Float32Array> {
    const entries = size(shape);
    checkFits(this.gpu, 'the signal', entries);
    return new Float32Array(await this.#gathered(shape, storage, entries));
  }

  /** What it needs is made once for a signal and kept with the signal's buffer: ranges are asked for in every frame. */
  async extent(shape: readonly number[], storage: SignalStorage): Promise<SignalExtent> {
    const prepared = await this.#preparedExtent(shape, storage);
    const { device } = this.gpu;
    const staging = prepared.idle.pop() ?? this.#staging(EXTENT_BYTES);
    const encoder = device.createCommandEncoder({ label: 'extent' });
    encoder.clearBuffer(prepared.result);
    record(encoder, 'extent', [prepared.command]);
    encoder.copyBufferToBuffer(prepared.result, 0, staging, 0, EXTENT_BYTES);
    const bits = await this.#mapped(encoder, staging);
    staging.unmap();
    prepared.idle.push(staging);
    const [, invalid, belowInfinity] = new Uint32Array(bits);
    const smallest = belowInfinity === 0 ? 0 : new Float32Array(Uint32Array.of(INFINITY_BITS - belowInfinity).buffer)[0];
    return { largest: new Float32Array(bits)[0], smallest, finite: invalid === 0 };
  }

  async #preparedExtent(shape: readonly number[], storage: SignalStorage): Promise<PreparedExtent> {
    const kernel = await this.kernels.kernel('kernels/extent');
    const numbers = viewOf(shape, storage);
    const ofBuffer = this.#extents.get(storage.buffer) ?? new Map<string, PreparedExtent>();
    this.#extents.set(storage.buffer, ofBuffer);
    const key = numbers.join();
    const known = ofBuffer.get(key);
    if (known) return known;
    const { device, limits } = this.gpu;
    const result = storageBuffer(device, 'extent', EXTENT_BYTES / 4);
    const view = uniformBuffer(device, 'extent view', numbers);
    const bindGroup = kernel.bind({ view, values: storage.buffer, lengths: storage.lengths, extent: result });
    const [x, y] = foldedGroups(size(shape), 64, limits.maxComputeWorkgroupsPerDimension);
    const prepared = { result, command: { pipeline: kernel.pipeline, bindGroup, groups: [x, y, 1] }, idle: [] } as PreparedExtent;
    ofBuffer.set(key, prepared);
    return prepared;
  }

  /** A whole buffer of f32 as it is. Rejects with DeviceLostError. */
  async buffer(buffer: GPUBuffer): Promise<Float32Array> {
    const staging = this.#staging(buffer.size);
    try {
      const encoder = this.gpu.device.createCommandEncoder({ label: 'read' });
      encoder.copyBufferToBuffer(buffer, 0, staging, 0, buffer.size);
      return new Float32Array(await this.#mapped(encoder, staging));
    } finally {
      staging.destroy();
    }
  }

  async #gathered(shape: readonly number[], storage: SignalStorage, entries: number): Promise<ArrayBuffer> {
    const { device, limits } = this.gpu;
    const kernel = await this.kernels.kernel('kernels/gather');
    const view = uniformBuffer(device, 'gather view', viewOf(shape, storage));
    const signal = storageBuffer(device, 'gather', entries);
    const staging = this.#staging(4 * entries);
    try {
      const bindGroup = kernel.bind({ view, values: storage.buffer, lengths: storage.lengths, signal });
      const [x, y] = foldedGroups(size(shape), 64, limits.maxComputeWorkgroupsPerDimension);
      const encoder = device.createCommandEncoder({ label: 'gather' });
      record(encoder, 'gather', [{ pipeline: kernel.pipeline, bindGroup, groups: [x, y, 1] }]);
      encoder.copyBufferToBuffer(signal, 0, staging, 0, 4 * entries);
      return await this.#mapped(encoder, staging);
    } finally {
      for (const buffer of [view, signal, staging]) buffer.destroy();
    }
  }

  #staging(bytes: number): GPUBuffer {
    return this.gpu.device.createBuffer({ label: 'staging', size: bytes, usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST });
  }

  async #mapped(encoder: GPUCommandEncoder, staging: GPUBuffer): Promise<ArrayBuffer> {
    this.gpu.device.queue.submit([encoder.finish()]);
    await staging.mapAsync(GPUMapMode.READ).catch((error: unknown) => {
      this.gpu.check();
      throw error;
    });
    this.gpu.check();
    return staging.getMappedRange().slice(0);
  }
}

/** shaders/lib/signal.wgsl's SignalView. */
function viewOf(shape: readonly number[], storage: SignalStorage): number[] {
  const [models, steps, sequences, width] = shape.length === 4 ? shape : [shape[0], 1, shape[1], shape[2]];
  return [...viewNumbers(storage), models, steps, sequences, width];
}
