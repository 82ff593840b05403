/** Buffers that are made together and destroyed together. */
import { storageBuffer, uniformBuffer } from './buffers';
import type { Gpu } from './device';
import type { CommandMaker } from './linear';

const followers = new WeakMap<GPUBuffer, (() => void)[]>();

/** Has this done when the set that the buffer belongs to is destroyed. */
export function whenDestroyed(buffer: GPUBuffer, act: () => void): void {
  followers.set(buffer, [...(followers.get(buffer) ?? []), act]);
}

export class BufferSet implements CommandMaker {
  readonly #made: GPUBuffer[] = [];
  readonly nothing: GPUBuffer;

  constructor(readonly gpu: Gpu) {
    this.nothing = this.storage('nothing', 4);
  }

  /** Bytes of GPU memory held. */
  get bytes(): number {
    return this.#made.reduce((sum, buffer) => sum + buffer.size, 0);
  }

  /** A storage buffer of 4-byte entries, zero at first. */
  storage(label: string, entries: number): GPUBuffer {
    return this.#keep(storageBuffer(this.gpu.device, label, entries));
  }

  uniform(label: string, values: readonly number[]): GPUBuffer {
    return this.#keep(uniformBuffer(this.gpu.device, label, values));
  }

  /** A buffer that the host reads, of so many bytes. */
  staging(label: string, bytes: number): GPUBuffer {
    return this.#keep(this.gpu.device.createBuffer({ label, size: bytes, usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST }));
  }

  destroy(): void {
    for (const buffer of this.#made) {
      buffer.destroy();
      followers.get(buffer)?.forEach((act) => act());
      followers.delete(buffer);
    }
  }

  #keep(buffer: GPUBuffer): GPUBuffer {
    this.#made.push(buffer);
    return buffer;
  }
}
