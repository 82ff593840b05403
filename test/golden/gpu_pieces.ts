/** The GPU's parts of an update: its kernels of an update, on numbers written into buffers of their own. */
import { acquireGpu } from '../../src/engine/gpu/device';
import { BatchUniform, PLAIN_BATCH } from '../../src/engine/gpu/batch_uniform';
import { BufferSet } from '../../src/engine/gpu/buffer_set';
import { ready, record, type Command } from '../../src/engine/gpu/command_list';
import { KernelCache } from '../../src/engine/gpu/kernel';
import { padded } from '../../src/engine/gpu/layer_layout';
import { OptimizerStep, stepKernels, TALLY_WORDS, tallyPlace } from '../../src/engine/gpu/optimizer_step';
import { Staging, type ReadPart } from '../../src/engine/gpu/staging';
import type { SumShape } from '../../src/engine/gpu/weight_layout';
import { sumPlaces } from '../../src/engine/gpu/weight_sums';
import type { Pieces } from './bench';
import '../shaders/all_shaders';

/** Shares the page's device until `release`. */
export async function gpuPieces(): Promise<Pieces & { release(): void }> {
  const gpu = await acquireGpu();
  const kernels = new KernelCache(gpu.device);
  const { queue } = gpu.device;
  const write = (buffer: GPUBuffer, entry: number, values: ArrayLike<number>) => queue.writeBuffer(buffer, 4 * entry, Float32Array.from(values));

  /** Carries out commands, and reads these parts. */
  const carriedOut = async (buffers: BufferSet, commands: readonly Command[], parts: readonly ReadPart[]): Promise<Float32Array> => {
    await ready(commands);
    const encoder = gpu.device.createCommandEncoder();
    record(encoder, 'pieces', commands);
    queue.submit([encoder.finish()]);
    return new Staging(gpu, buffers, 'pieces', parts.reduce((sum, { size }) => sum + size, 0)).read(() => parts);
  };

  return {
    async crossEntropy({ shape: [rows, classes], data }, targets, smoothing) {
      const kernel = kernels.asked('kernels/cross_entropy');
      const buffers = new BufferSet(gpu);
      try {
        const row = padded(classes);
        const logits = buffers.storage('logits', rows * row);
        const asked = buffers.storage('targets', rows);
        const said = buffers.storage('said', 2 * rows);
        const batch = buffers.uniform('batch', PLAIN_BATCH);
        for (let r = 0; r < rows; r++) write(logits, r * row, Array.prototype.slice.call(data, r * classes, (r + 1) * classes) as number[]);
        queue.writeBuffer(asked, 0, Int32Array.from(targets));
        new BatchUniform(queue, batch).write({ weight: 1 / targets.filter((target) => target >= 0).length, smoothing });
        const bindGroup = kernel.bind({ cross_entropy: buffers.uniform('cross_entropy', [rows, rows, classes]), batch, targets: asked, logits, said, standing: buffers.storage('standing', 1) });
        const found = await carriedOut(buffers, [{ kernel, bindGroup, groups: [Math.ceil(rows / 64), 1, 1] }], [whole(logits), whole(said)]);
        const d_logits = Array.from({ length: rows * classes }, (_, i) => found[Math.floor(i / classes) * row + (i % classes)]);
        let loss = 0;
        for (let r = 0; r < rows; r++) loss += found[logits.size / 4 + 2 * r];
        return { loss, d_logits };
      } finally {
        buffers.destroy();
      }
    },

    async update({ optimizer, settings, rate, update, clip: most }, parameters) {
      const step = stepKernels(kernels, optimizer);
      const buffers = new BufferSet(gpu);
      try {
        const sums = parameters.map(({ p }, i): SumShape => ({ label: `d${i}`, models: 1, rows: 1, ones: 0, columns: padded(p.length) }));
        const places = sumPlaces(sums, 1);
        const [weights, turned, gradients] = ['weights', 'turned', 'gradients'].map((label) => buffers.storage(label, places.entries));
        const at = (i: number) => places.offsets.get(sums[i])!;
        const blocks = sums.map((sum, i) => ({
          parameter: sum.label,
          rows: 1,
          columns: sum.columns,
          rowIndex: Int32Array.of(0),
          columnIndex: Int32Array.from({ length: sum.columns }, (_, c) => c),
          weights: { offset: at(i), model: 0, row: sum.columns, column: 1 },
          turned: undefined,
          gradients: [{ sum, direction: 0, directions: 1, row: 0, column: 0, turned: false }] as const,
        }));
        const clip = most === undefined ? undefined : ({ by: 'norm', most } as const);
        const made = new OptimizerStep(buffers, step, optimizer, { models: 1, blocks, weights, turned, gradients, places, said: buffers.storage('said', 2), standing: buffers.storage('standing', 1), rows: 1, clip });
        const arena = weights.size / 4;
        parameters.forEach(({ p, d, slots }, i) => {
          write(weights, at(i), p);
          write(gradients, at(i), d);
          slots.forEach((slot, s) => write(made.slots, s * arena + at(i), slot));
        });
        made.prepare(settings, rate, update);
        const tally = { buffer: made.tallies, offset: 4 * TALLY_WORDS * tallyPlace(update), size: 4 * TALLY_WORDS };
        const found = await carriedOut(buffers, made.commands, [tally, whole(weights), whole(made.slots)]);
        const norm = found[2];
        const arenas = found.subarray(TALLY_WORDS);
        const own = (which: number, i: number, count: number) => arenas.slice(which * arena + at(i), which * arena + at(i) + count);
        return { norm, parameters: parameters.map(({ p }, i) => ({ p: own(0, i, p.length), slots: optimizer.slots.map((_, s) => own(1 + s, i, p.length)) })) };
      } finally {
        buffers.destroy();
      }
    },

    release: () => gpu.release(),
  };
}

function whole(buffer: GPUBuffer): ReadPart {
  return { buffer, offset: 0, size: buffer.size };
}
