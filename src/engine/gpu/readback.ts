/** Signals on their way back to the host: gathered from a run's buffers, copied once, mapped once. */
import type { SignalExtent, SignalStorage } from '../engine';
import { size } from '../math/tensor';
import { checkFits, storageBuffer, uniformBuffer } from './buffers';
import { whenDestroyed } from './buffer_set';
import { foldedGroups, record, type Command } from './command_list';
import type { Gpu } from './device';
import type { KernelCache } from './kernel';
import { SmallAnswers } from './small_answers';
import { viewNumbers } from './view_numbers';

/** +∞ in float32. */
const INFINITY_BITS = 0x7f800000;

/** Largest, count of what is not finite, smallest. */
const EXTENT_WORDS = 3;

/** What a signal's reading keeps for the next time, at most; larger ones are made and destroyed each time. */
const KEPT_BYTES = 2 ** 18;

/** A kernel ready to look at one signal. */
interface Look {
  readonly view: GPUBuffer;
  readonly result: GPUBuffer;
  readonly bytes: number;
  readonly command: Command;
  /** Staging buffers that no one is waiting for. */
  readonly idle: GPUBuffer[];
  /** The signal's buffer has been destroyed, and this with it. */
  isGone: boolean;
}

/** The kernels that look at a signal, and what they call what they find. */
type Looker = 'extent' | 'gather';
const found = { extent: 'extent', gather: 'signal' } as const;

export class Readback {
  /** By the buffer that holds the signal: a run's buffers are used again. */
  readonly #looks = new WeakMap<GPUBuffer, Map<string, Promise<Look>>>();
  readonly #extents: SmallAnswers;

  constructor(
    private readonly gpu: Gpu,
    private readonly kernels: KernelCache,
  ) {
    this.#extents = new SmallAnswers(gpu, 'extents', 4 * EXTENT_WORDS);
  }

  /** Gives back what it keeps for all signals; what it keeps for one goes with that signal's buffer. */
  release(): void {
    this.#extents.release();
  }

  /** The signal's values, row-major. Of a small signal that was read before, nothing is made. Rejects with LimitError or DeviceLostError. */
  async read(shape: readonly number[], storage: SignalStorage): Promise<Float32Array> {
    const entries = size(shape);
    checkFits(this.gpu, 'the signal', entries);
    if (4 * entries <= KEPT_BYTES) return new Float32Array(await this.#carryOut(await this.#known('gather', shape, storage, entries)));
    const look = await this.#look('gather', shape, storage, entries);
    try {
      return new Float32Array(await this.#carryOut(look));
    } finally {
      destroy(look);
    }
  }

  /** What it needs is made once for a signal: ranges are asked for in every frame. Rejects with DeviceLostError. */
  async extent(shape: readonly number[], storage: SignalStorage): Promise<SignalExtent> {
    const bits = await this.#extents.ask(await this.#known('extent', shape, storage, EXTENT_WORDS));
    const [, invalid, belowInfinity] = new Uint32Array(bits);
    const smallest = belowInfinity === 0 ? 0 : new Float32Array(Uint32Array.of(INFINITY_BITS - belowInfinity).buffer)[0];
    return { largest: new Float32Array(bits)[0], smallest, finite: invalid === 0 };
  }

  /** A whole buffer of f32 as it is. Rejects with DeviceLostError. */
  async buffer(buffer: GPUBuffer): Promise<Float32Array> {
    return this.part(buffer, 0, buffer.size / 4);
  }

  /** So many entries of a buffer as they are. Rejects with DeviceLostError. */
  async part(buffer: GPUBuffer, offset: number, entries: number): Promise<Float32Array> {
    const staging = this.#staging(4 * entries);
    try {
      const encoder = this.gpu.device.createCommandEncoder({ label: 'read' });
      encoder.copyBufferToBuffer(buffer, 4 * offset, staging, 0, 4 * entries);
      return new Float32Array(await this.#mapped(encoder, staging));
    } finally {
      staging.destroy();
    }
  }

  /** The look that was made before at that part of that buffer, or a new one, which is kept with the buffer. */
  #known(looker: Looker, shape: readonly number[], storage: SignalStorage, words: number): Promise<Look> {
    const ofBuffer = this.#looks.get(storage.buffer) ?? new Map<string, Promise<Look>>();
    this.#looks.set(storage.buffer, ofBuffer);
    const key = `${looker} ${viewOf(shape, storage).join()}`;
    const known = ofBuffer.get(key);
    if (known) return known;
    const look = this.#look(looker, shape, storage, words);
    ofBuffer.set(key, look);
    whenDestroyed(storage.buffer, () => void look.then(destroy, () => undefined));
    return look;
  }

  /** @param words - of 4 bytes, in what it finds */
  async #look(looker: Looker, shape: readonly number[], storage: SignalStorage, words: number): Promise<Look> {
    const kernel = await this.kernels.kernel(`kernels/${looker}`);
    const { device, limits } = this.gpu;
    const view = uniformBuffer(device, `${looker} view`, viewOf(shape, storage));
    const result = storageBuffer(device, looker, words);
    const bindGroup = kernel.bind({ view, values: storage.buffer, lengths: storage.lengths, [found[looker]]: result });
    const [x, y] = foldedGroups(size(shape), 64, limits.maxComputeWorkgroupsPerDimension);
    return { view, result, bytes: 4 * words, command: { kernel, bindGroup, groups: [x, y, 1] }, idle: [], isGone: false };
  }

  async #carryOut(look: Look): Promise<ArrayBuffer> {
    const { result, bytes, command, idle } = look;
    const staging = idle.pop() ?? this.#staging(bytes);
    const encoder = this.gpu.device.createCommandEncoder({ label: 'read' });
    record(encoder, 'read', [command]);
    encoder.copyBufferToBuffer(result, 0, staging, 0, bytes);
    const values = await this.#mapped(encoder, staging);
    staging.unmap();
    if (look.isGone) staging.destroy();
    else idle.push(staging);
    return values;
  }

  #staging(bytes: number): GPUBuffer {
    return this.gpu.device.createBuffer({ label: 'staging', size: bytes, usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST });
  }

  async #mapped(encoder: GPUCommandEncoder, staging: GPUBuffer): Promise<ArrayBuffer> {
    this.gpu.device.queue.submit([encoder.finish()]);
    await this.gpu.done(staging.mapAsync(GPUMapMode.READ));
    this.gpu.check();
    return staging.getMappedRange().slice(0);
  }
}

function destroy(look: Look): void {
  look.isGone = true;
  for (const buffer of [look.view, look.result, ...look.idle.splice(0)]) buffer.destroy();
}

/** shaders/lib/signal.wgsl's SignalView. */
function viewOf(shape: readonly number[], storage: SignalStorage): number[] {
  const [models, steps, sequences, width] = shape.length === 4 ? shape : [shape[0], 1, shape[1], shape[2]];
  return [...viewNumbers(storage), models, steps, sequences, width];
}
