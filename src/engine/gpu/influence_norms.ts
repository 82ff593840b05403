/** How strongly many entries of a run's output feel each input: many losses propagated back side by side, in chunks. */
import type { InfluencePlace, OutputEntry, RecurrentForm } from '../engine';
import { isRecurrent, type ModelShape } from '../model/spec';
import { workPerStep } from './block_work';
import { BufferSet } from './buffer_set';
import { foldedGroups, ready, record, type Command } from './command_list';
import type { Gpu } from './device';
import { blockGradientEntries, boundTo, type GradientBuffers } from './gradient_buffers';
import type { Kernel } from './kernel';
import { layerLayout } from './layer_layout';
import type { Readback } from './readback';
import type { RunBuffers } from './run_buffers';
import type { RunShape } from './run_shape';

/** Bytes that the largest tensor of a chunk may take, and multiply-adds that a step of it may cost, of a block all steps together. */
const CHUNK_BYTES = 2 ** 25;
const CHUNK_WORK = 2 ** 28;
const BLOCK_WORK = 2 ** 31;

/** How many losses are propagated at once: as many as fit comfortably, so that a chunk ends soon and can be called off. */
export function rowsAtOnce({ limits }: Gpu, model: ModelShape, shape: RunShape, layer: number, wanted: number): number {
  const { steps, sequences } = shape;
  const bytes = Math.min(CHUNK_BYTES, limits.maxStorageBufferBindingSize, limits.maxBufferSize);
  const perRow = model.layers.slice(0, layer + 1).map((each, k) => {
    if (!isRecurrent(each)) return (model.seeds.length * steps * sequences * workPerStep(each.program, steps)) / BLOCK_WORK;
    const layout = layerLayout(each, model.layers[k - 1], model.seeds.length, steps, sequences);
    const work = layout.models * sequences * each.cell.gates.length * layout.hidden * layout.width;
    return Math.max((4 * Math.max(layout.dGates, layout.states)) / bytes, work / CHUNK_WORK);
  });
  const ofBlocks = (4 * blockGradientEntries(model, shape, 1, layer + 1)) / bytes;
  return Math.max(1, Math.min(wanted, Math.floor(1 / Math.max(ofBlocks, ...perRow))));
}

export class InfluenceNorms {
  readonly #buffers: BufferSet;
  readonly #norms: GPUBuffer;
  readonly #command: Command;

  constructor(
    private readonly gpu: Gpu,
    kernel: Kernel,
    private readonly run: RunBuffers,
    private readonly gradients: GradientBuffers,
    private readonly place: InfluencePlace,
  ) {
    const { steps, sequences } = run.shape;
    const { rows } = gradients.purpose;
    this.#buffers = new BufferSet(gpu);
    this.#norms = this.#buffers.storage('norms', steps * rows);
    const { d_x } = gradients.layers[0];
    const inputs = d_x.entries / (run.model.seeds.length * steps * sequences * rows);
    const numbers = [steps, sequences * rows, rows, place.sequence * rows, place.model, inputs / 4];
    const bindGroup = kernel.bind({ row_norms: this.#buffers.uniform('row norms', numbers), d_x: boundTo(d_x), norms: this.#norms });
    const [x, y] = foldedGroups(steps * rows, 64, gpu.limits.maxComputeWorkgroupsPerDimension);
    this.#command = { kernel, bindGroup, groups: [x, y, 1] };
  }

  /** [losses, T]. Calls `check` before each chunk: what it throws ends the work. */
  async measure(losses: readonly OutputEntry[], forms: readonly RecurrentForm[], readback: Readback, check: () => void, progress?: (fraction: number) => void): Promise<Float32Array> {
    const { steps } = this.run.shape;
    const { rows } = this.gradients.purpose;
    const result = new Float32Array(losses.length * steps);
    const commands = [...this.gradients.commands({ layer: this.place.layer }, forms), this.#command];
    await ready(commands);
    for (let first = 0; first < losses.length; first += rows) {
      check();
      const chunk = losses.slice(first, first + rows);
      const encoder = this.gpu.device.createCommandEncoder({ label: 'influence' });
      this.gradients.uploadPicks(encoder, chunk, this.place.sequence);
      record(encoder, 'influence', commands);
      this.gpu.device.queue.submit([encoder.finish()]);
      const norms = await readback.buffer(this.#norms);
      chunk.forEach((_, i) => {
        for (let s = 0; s < steps; s++) result[(first + i) * steps + s] = norms[s * rows + i];
      });
      progress?.(Math.min(1, (first + rows) / losses.length));
    }
    return result;
  }

  destroy(): void {
    this.#buffers.destroy();
  }
}
