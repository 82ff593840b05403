/** Making GPU buffers: sizes are checked against the device before anything is allocated. */
import { LimitError } from '../errors';
import type { Gpu } from './device';

const REMEDY = 'Use a smaller batch, fewer steps or fewer units.';

/** Throws LimitError if a storage buffer of so many 4-byte entries cannot exist or be bound on this device. */
export function checkFits({ limits }: Gpu, tensor: string, entries: number): void {
  const bytes = 4 * entries;
  const allowed = Math.min(limits.maxBufferSize, limits.maxStorageBufferBindingSize);
  if (bytes > allowed) throw new LimitError(`a buffer for ${tensor} of bytes`, bytes, allowed, REMEDY);
}

/** Throws LimitError if a buffer of so many 4-byte entries, of which kernels bind parts, cannot exist on this device. */
export function checkHolds({ limits }: Gpu, tensor: string, entries: number): void {
  if (4 * entries > limits.maxBufferSize) throw new LimitError(`a buffer for ${tensor} of bytes`, 4 * entries, limits.maxBufferSize, REMEDY);
}

/** Throws LimitError if a grid would be longer than the device allows in one dimension. */
export function checkGrid({ limits }: Gpu, kernel: string, groups: readonly number[]): void {
  const most = Math.max(...groups);
  const allowed = limits.maxComputeWorkgroupsPerDimension;
  if (most > allowed) throw new LimitError(`for ${kernel} a grid of workgroups`, most, allowed, REMEDY);
}

/** A storage buffer of 4-byte entries, zero at first. */
export function storageBuffer(device: GPUDevice, label: string, entries: number): GPUBuffer {
  const usage = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_DST | GPUBufferUsage.COPY_SRC;
  return device.createBuffer({ label, size: Math.max(16, 4 * entries), usage });
}

/** A storage buffer that holds these values from the start. */
export function filledStorage(device: GPUDevice, label: string, values: Float32Array): GPUBuffer {
  const buffer = storageBuffer(device, label, values.length);
  device.queue.writeBuffer(buffer, 0, values as Float32Array<ArrayBuffer>);
  return buffer;
}

/** A uniform buffer of u32 values. */
export function uniformBuffer(device: GPUDevice, label: string, values: readonly number[]): GPUBuffer {
  const data = Uint32Array.from(values);
  const buffer = device.createBuffer({ label, size: Math.max(16, data.byteLength), usage: GPUBufferUsage.UNIFORM | GPUBufferUsage.COPY_DST });
  device.queue.writeBuffer(buffer, 0, data);
  return buffer;
}
