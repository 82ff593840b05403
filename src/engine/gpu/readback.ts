/** Signals on their way back to the host: gathered from a run's buffers, copied once, mapped once. */
import type { SignalExtent, SignalStorage } from '../engine';
import { size } from '../math/tensor';
import { checkFits, storageBuffer, uniformBuffer } from './buffers';
import { foldedGroups, record } from './command_list';
import type { Gpu } from './device';
import type { KernelCache } from './kernel';
import { viewNumbers } from './view_numbers';

/** +∞ in float32. */
const INFINITY_BITS = 0x7f800000;

export class Readback {
  constructor(
    private readonly gpu: Gpu,
    private readonly kernels: KernelCache,
  ) {}

  /** The signal's values, row-major. Rejects with LimitError or DeviceLostError. */
  async read(shape: readonly number[], storage: SignalStorage): Promise<Float32Array> {
    const entries = size(shape);
    checkFits(this.gpu, 'the signal', entries);
    return new Float32Array(await this.#run('gather', 'signal', shape, storage, entries));
  }

  async extent(shape: readonly number[], storage: SignalStorage): Promise<SignalExtent> {
    const result = await this.#run('extent', 'extent', shape, storage, 3);
    const [, invalid, belowInfinity] = new Uint32Array(result);
    const smallest = belowInfinity === 0 ? 0 : new Float32Array(Uint32Array.of(INFINITY_BITS - belowInfinity).buffer)[0];
    return { largest: new Float32Array(result)[0], smallest, finite: invalid === 0 };
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

  async #run(kernelName: 'gather' | 'extent', output: string, shape: readonly number[], storage: SignalStorage, entries: number): Promise<ArrayBuffer> {
    const { device, limits } = this.gpu;
    const kernel = await this.kernels.kernel(`kernels/${kernelName}`);
    const [models, steps, sequences, width] = shape.length === 4 ? shape : [shape[0], 1, shape[1], shape[2]];
    const made = {
      view: uniformBuffer(device, `${kernelName} view`, [...viewNumbers(storage), models, steps, sequences, width]),
      [output]: storageBuffer(device, kernelName, entries),
    };
    const staging = this.#staging(4 * entries);
    try {
      const bindGroup = kernel.bind({ values: storage.buffer, lengths: storage.lengths, ...made });
      const [x, y] = foldedGroups(size(shape), 64, limits.maxComputeWorkgroupsPerDimension);
      const encoder = device.createCommandEncoder({ label: kernelName });
      record(encoder, kernelName, [{ pipeline: kernel.pipeline, bindGroup, groups: [x, y, 1] }]);
      encoder.copyBufferToBuffer(made[output], 0, staging, 0, 4 * entries);
      return await this.#mapped(encoder, staging);
    } finally {
      for (const buffer of Object.values(made)) buffer.destroy();
      staging.destroy();
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
