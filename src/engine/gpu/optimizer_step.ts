/** The end of an update: every parameter follows its gradient, and what was found is tallied, without leaving the GPU. */
import type { Optimizer } from '../optimizers/optimizer';
import type { BufferSet } from './buffer_set';
import { checkFits } from './buffers';
import { foldedGroups, type Command } from './command_list';
import type { Gpu } from './device';
import type { Kernel, KernelCache } from './kernel';
import type { Block, WeightLayout } from './weight_layout';
import { sumStrides, type SumPlaces } from './weight_sums';

/** Updates whose tallies are kept on the GPU until somebody asks for them. */
export const RING = 4096;

/** Words of a tally: loss, how many answers were right, norm of the gradient, 1 where all are finite. */
export const TALLY_WORDS = 4;

/** Of shaders/kernels/update.wgsl. */
const PART_SQUARES = 1;
const PART_UPDATE = 2;
const QUADS_PER_GROUP = 64 * 4;
/** Words of shaders/lib/update.wgsl's Update. */
const UPDATE_WORDS = 16;

export interface StepKernels {
  readonly update: Kernel;
  readonly tally: Kernel;
}

export function stepKernels(kernels: KernelCache, { name }: Optimizer): StepKernels {
  return { update: kernels.asked('kernels/update', { variant: name }), tally: kernels.asked('kernels/tally') };
}

/** Throws LimitError if so many weights cannot be updated by one dispatch on this device. */
export function checkStep(gpu: Gpu, { slots }: Optimizer, { entries, turnedEntries }: WeightLayout): void {
  checkFits(gpu, 'the weights', Math.max(entries, turnedEntries));
  checkFits(gpu, 'what the optimiser keeps', slots.length * entries);
}

/** What is updated, and from what. */
export interface StepParts {
  readonly models: number;
  /** Those of the parameters that learn. */
  readonly blocks: readonly Block[];
  readonly weights: GPUBuffer;
  readonly turned: GPUBuffer;
  readonly gradients: GPUBuffer;
  readonly places: SumPlaces;
  /** [M, rows] each row's part of the loss, and whether it was right. */
  readonly said: GPUBuffer;
  /** [M] which models have met a number that is not finite: they stand still. */
  readonly standing: GPUBuffer;
  readonly rows: number;
  readonly clip: { readonly by: 'norm' | 'value'; readonly most: number } | undefined;
}

export class OptimizerStep {
  /** [S][arena] what the optimiser keeps, each slot laid out like the weights. */
  readonly slots: GPUBuffer;
  /** [RING, M] of TALLY_WORDS. */
  readonly tallies: GPUBuffer;
  readonly commands: readonly Command[];
  readonly #uniform: GPUBuffer;
  readonly #bytes = new DataView(new ArrayBuffer(4 * UPDATE_WORDS));

  constructor(
    private readonly buffers: BufferSet,
    kernels: StepKernels,
    private readonly optimizer: Optimizer,
    private readonly parts: StepParts,
  ) {
    const { gpu } = buffers;
    const { models, blocks, weights, turned, gradients, places, said, standing, rows, clip } = parts;
    const entries = weights.size / 4;
    const { table, groups } = segmentTable(blocks, places);
    const segments = buffers.storage('segments', table.length);
    gpu.device.queue.writeBuffer(segments, 0, Uint32Array.from(table));
    this.slots = buffers.storage('slots', optimizer.slots.length * entries);
    this.tallies = buffers.storage('tallies', RING * models * TALLY_WORDS);
    const sizes = buffers.storage('sizes', models * groups * 4);
    this.#uniform = buffers.uniform('update', Array.from({ length: UPDATE_WORDS }, () => 0));
    this.#writeConstant([clip?.by === 'norm' ? clip.most : 0, clip?.by === 'value' ? clip.most : 0], [blocks.length, groups, places.slices, entries / 4, rows]);

    const [x, y] = foldedGroups(groups, 1, gpu.limits.maxComputeWorkgroupsPerDimension);
    const bindings = { update: this.#uniform, segments, tallies: this.tallies, gradients, weights, turned, slots: this.slots, sizes, standing };
    const part = (numbers: number): Command => {
      const bindGroup = kernels.update.bind({ ...bindings, part: buffers.uniform('part', [numbers]) });
      return { kernel: kernels.update, bindGroup, groups: [x, y, models] };
    };
    const tally: Command = { kernel: kernels.tally, bindGroup: kernels.tally.bind({ update: this.#uniform, said, sizes, tallies: this.tallies, standing }), groups: [models, 1, 1] };
    this.commands = clip?.by === 'norm' ? [part(PART_SQUARES), tally, part(PART_UPDATE)] : [part(PART_SQUARES + PART_UPDATE), tally];
  }

  /**
   * Says what the next update needs.
   * @param update - 1 for the first
   */
  prepare(settings: Readonly<Record<string, number>>, rate: number, update: number): void {
    const bytes = this.#bytes;
    this.optimizer.numbers(settings, rate, update).forEach((number, i) => bytes.setFloat32(4 * i, number, true));
    bytes.setUint32(40, tallyPlace(update) * this.parts.models, true);
    this.buffers.gpu.device.queue.writeBuffer(this.#uniform, 0, bytes.buffer);
  }

  #writeConstant(floats: readonly number[], words: readonly number[]): void {
    floats.forEach((value, i) => this.#bytes.setFloat32(32 + 4 * i, value, true));
    words.forEach((value, i) => this.#bytes.setUint32(44 + 4 * i, value, true));
  }
}

/** Where the tally of an update is, in rows of a tally for each model. */
export function tallyPlace(update: number): number {
  return (update - 1) % RING;
}

/** Segments as shaders/kernels/update.wgsl reads them, and the workgroups they take. */
export function segmentTable(blocks: readonly Block[], places: SumPlaces): { readonly table: readonly number[]; readonly groups: number } {
  let groups = 0;
  const table = blocks.flatMap(({ rows, columns, weights, turned, gradients: [first, second] }) => {
    const start = groups;
    groups += Math.ceil((rows * columns) / 4 / QUADS_PER_GROUP);
    const gradient = sumStrides(places, first);
    const other = second && sumStrides(places, second);
    return [
      ...[start, rows, columns / 4],
      ...[weights.offset / 4, weights.model / 4, weights.row / 4],
      ...[gradient.offset / 4, gradient.slice / 4, gradient.model / 4, gradient.row / 4],
      ...(turned ? [turned.offset, turned.model, turned.row, turned.column] : [0, 0, 0, 0]),
      ...(other ? [other.offset, other.slice, other.model, other.row, other.column] : [0, 0, 0, 0, 0]),
    ];
  });
  return { table, groups };
}
