/** One of our matrix products by itself, which no model consists of: the kernel, dispatched as a layer's input product is. */
import { PLAIN_BATCH } from '../../src/engine/gpu/batch_uniform';
import { BufferSet } from '../../src/engine/gpu/buffer_set';
import { ready, record } from '../../src/engine/gpu/command_list';
import { acquireGpu } from '../../src/engine/gpu/device';
import { KernelCache } from '../../src/engine/gpu/kernel';
import { productCommand } from '../../src/engine/gpu/linear';
import { productFactors, type ProductCase } from '../cases';
import type { Work } from './contender';

export async function product(what: ProductCase): Promise<Work> {
  const { size } = what;
  const { a, b } = productFactors(what);
  const gpu = await acquireGpu();
  const { device } = gpu;
  const kernels = new KernelCache(device);
  const buffers = new BufferSet(gpu);
  const [x, w, y] = ['a', 'b', 'y'].map((label) => buffers.storage(label, size * size));
  const bytes = 4 * size * size;
  const staging = buffers.staging('y on the host', bytes);
  device.queue.writeBuffer(w, 0, b);
  const rows = { models: 1, directions: 1, steps: size, sequences: 1 };
  const place = { offset: 0, modelStride: 0, stepStride: size, sequenceStride: 0, groupStride: 0, groupWidth: size, activation: 'identity' } as const;
  const batch = buffers.uniform('batch', PLAIN_BATCH);
  const command = productCommand(buffers, kernels, batch, 'product', rows, { buffer: x, place }, { w, y, inner: size, columns: size, row: size });
  await ready([command]);
  return async () => {
    device.queue.writeBuffer(x, 0, a);
    const encoder = device.createCommandEncoder({ label: 'product' });
    record(encoder, 'product', [command]);
    encoder.copyBufferToBuffer(y, 0, staging, 0, bytes);
    device.queue.submit([encoder.finish()]);
    await staging.mapAsync(GPUMapMode.READ);
    const result = new Float32Array(staging.getMappedRange()).slice();
    staging.unmap();
    return result;
  };
}
