/** A buffer for reading back, made once: parts of other buffers are copied into it, one reading after the other. */
import type { BufferSet } from './buffer_set';
import type { Gpu } from './device';

export interface ReadPart {
  readonly buffer: GPUBuffer;
  /** In bytes. */
  readonly offset: number;
  readonly size: number;
}

export class Staging {
  readonly #buffer: GPUBuffer;
  #last: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly gpu: Gpu,
    buffers: BufferSet,
    label: string,
    bytes: number,
  ) {
    this.#buffer = buffers.staging(`staging of ${label}`, bytes);
  }

  /**
   * The parts one after the other, as they are when everything queued so far is done. Rejects with DeviceLostError.
   * @param parts - asked for when their turn has come, at the moment they are copied
   */
  read(parts: () => readonly ReadPart[]): Promise<Float32Array> {
    const result = this.#last.then(() => this.#read(parts));
    this.#last = result.catch(() => undefined);
    return result;
  }

  async #read(parts: () => readonly ReadPart[]): Promise<Float32Array> {
    const { device } = this.gpu;
    this.gpu.check();
    const encoder = device.createCommandEncoder({ label: 'read' });
    let size = 0;
    for (const part of parts()) {
      encoder.copyBufferToBuffer(part.buffer, part.offset, this.#buffer, size, part.size);
      size += part.size;
    }
    device.queue.submit([encoder.finish()]);
    await this.gpu.done(this.#buffer.mapAsync(GPUMapMode.READ, 0, size));
    const values = new Float32Array(this.#buffer.getMappedRange(0, size).slice(0));
    this.#buffer.unmap();
    this.gpu.check();
    return values;
  }
}
