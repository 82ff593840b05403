/** Parameter gradients on their way back: read from the GPU and turned into PyTorch's names and shapes. */
import type { Tensor } from '../math/tensor';
import type { ModelShape } from '../model/spec';
import type { GradientBuffers } from './gradient_buffers';
import { addBlock, emptyTensors } from './pack';
import type { Readback } from './readback';
import { sumStrides } from './weight_sums';

/** Rejects with DeviceLostError. */
export async function parameterGradients(model: ModelShape, { gradients, places, run }: GradientBuffers, readback: Readback): Promise<Map<string, Tensor<Float32Array>>> {
  const values = await readback.buffer(gradients!);
  const tensors = emptyTensors(model);
  for (const block of run.forward.layout.blocks) {
    for (const part of block.gradients) {
      const { slice, ...strides } = sumStrides(places, part);
      for (let i = 0; i < places.slices; i++) addBlock(tensors, block, { ...strides, offset: strides.offset + i * slice }, values, model);
    }
  }
  return tensors;
}
