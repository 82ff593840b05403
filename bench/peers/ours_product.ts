/** One of our matrix products by itself, which no model consists of: the kernel, dispatched as a layer's input product is. */
import { PLAIN_BATCH } from '../../src/engine/gpu/batch_uniform';
import { BufferSet } from '../../src/engine/gpu/buffer_set';
import { ready, record } from '../../src/engine/gpu/command_list';
import { acquireGpu } from '../../src/engine/gpu/device';
import { KernelCache } from '../../src/engine/gpu/kernel';
import { productCommand } from '../../src/engine/gpu/linear';
import { productFactors, type ProductCase } from '../cases';
import type { Work } from './contender';

/** y [rows, columns] = x [rows, inner] · w [inner, columns]; sizes are whole quads. */
export interface ProductSizes {
  readonly rows: number;
  readonly inner: number;
  readonly columns: number;
}

export interface PlainProduct {
  readonly queue: GPUQueue;
  readonly x: GPUBuffer;
  readonly w: GPUBuffer;
  readonly y: GPUBuffer;
  /** Made for reading y. */
  readonly staging: GPUBuffer;
  /** Records the product so many times. */
  record(times?: number): GPUCommandEncoder;
  release(): void;
}

/** A product with its buffers on the page's device. Rejects with NoAdapterError. */
export async function plainProduct({ rows, inner, columns }: ProductSizes): Promise<PlainProduct> {
  const gpu = await acquireGpu();
  const { device } = gpu;
  const buffers = new BufferSet(gpu);
  const [x, w, y] = [buffers.storage('x', rows * inner), buffers.storage('w', inner * columns), buffers.storage('y', rows * columns)];
  const staging = buffers.staging('y on the host', 4 * rows * columns);
  const counts = { models: 1, directions: 1, steps: rows, sequences: 1 };
  const place = { offset: 0, modelStride: 0, stepStride: inner, sequenceStride: 0, groupStride: 0, groupWidth: inner, activation: 'identity' } as const;
  const batch = buffers.uniform('batch', PLAIN_BATCH);
  const command = productCommand(buffers, new KernelCache(device), batch, 'product', counts, { buffer: x, place }, { w, y, inner, columns, row: columns });
  await ready([command]);
  return {
    queue: device.queue,
    x,
    w,
    y,
    staging,
    record(times = 1) {
      const encoder = device.createCommandEncoder({ label: 'product' });
      record(encoder, 'product', Array.from({ length: times }, () => command));
      return encoder;
    },
    release() {
      buffers.destroy();
      gpu.release();
    },
  };
}

export async function product(what: ProductCase): Promise<Work> {
  const { size } = what;
  const { a, b } = productFactors(what);
  const { queue, x, w, y, staging, record: recorded } = await plainProduct({ rows: size, inner: size, columns: size });
  queue.writeBuffer(w, 0, b);
  return async () => {
    queue.writeBuffer(x, 0, a);
    const encoder = recorded();
    encoder.copyBufferToBuffer(y, 0, staging, 0, y.size);
    queue.submit([encoder.finish()]);
    await staging.mapAsync(GPUMapMode.READ);
    const result = new Float32Array(staging.getMappedRange()).slice();
    staging.unmap();
    return result;
  };
}
