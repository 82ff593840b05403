/** Products over all steps at once, and the sums that are their gradients, as dispatches. */
import { foldedGroups, type Command } from './command_list';
import type { Gpu } from './device';
import type { Kernel } from './kernel';
import type { Place } from './layer_layout';
import { viewNumbers } from './view_numbers';

/** A tensor as one side of a product: a place in a buffer, perhaps with rows picked by tokens. */
export interface Operand {
  readonly buffer: GPUBuffer;
  readonly place: Place;
  readonly directionStride?: number;
  readonly tokens?: GPUBuffer;
}

/** How many rows a product has: one for each step of each sequence, of each of N = models · directions. */
export interface Rows {
  readonly models: number;
  readonly directions: number;
  readonly steps: number;
  readonly sequences: number;
}

/** Makes the uniform buffers and bind groups of dispatches, which the caller keeps. */
export interface CommandMaker {
  readonly gpu: Gpu;
  uniform(label: string, values: readonly number[]): GPUBuffer;
  /** Stands in for a buffer that a dispatch has no use for. */
  readonly nothing: GPUBuffer;
}

/** y[n, t, b, 0 … columns) = x · w (+ bias). Sizes are counted in entries and are whole quads; `row` is from row to row of y. */
export function productCommand(
  maker: CommandMaker,
  kernel: Kernel,
  label: string,
  rows: Rows,
  x: Operand,
  { w, bias, y, inner, columns, row }: { w: GPUBuffer; bias?: GPUBuffer; y: GPUBuffer; inner: number; columns: number; row: number },
): Command {
  const product = maker.uniform(label, [
    ...viewNumbers(x.place, x.directionStride),
    rows.models,
    rows.directions,
    rows.steps,
    rows.sequences,
    inner / 4,
    columns / 4,
    row / 4,
    bias ? 1 : 0,
    x.tokens ? 1 : 0,
  ]);
  const bindGroup = kernel.bind({ product, x: x.buffer, tokens: x.tokens ?? maker.nothing, w, bias: bias ?? maker.nothing, y });
  return { pipeline: kernel.pipeline, bindGroup, groups: productGroups(rows, columns) };
}

/** The grid of a product, for checking it against the device's limits. */
export function productGroups({ models, steps, sequences }: Rows, columns: number): [x: number, y: number, z: number] {
  return [Math.ceil(columns / 32), Math.ceil((steps * sequences) / 32), models];
}

/** Slices that a sum over so many rows is cut into: enough for long ones to run side by side. */
export function slicesFor(rows: number): number {
  return Math.min(16, Math.max(1, Math.floor(rows / 512)));
}

/** sums[n, k, c] = Σ x[k] · d[c] over all rows, and after the last k a row of Σ d[c]: one dispatch, or two where it is sliced. */
export function outerSumCommands(
  maker: CommandMaker,
  kernels: { outerSum: Kernel; sumSlices: Kernel },
  label: string,
  rows: Rows,
  x: Operand,
  d: Operand,
  { sums, inner, columns }: { sums: GPUBuffer; inner: number; columns: number },
): Command[] {
  const { models, directions, steps, sequences } = rows;
  const slices = slicesFor(steps * sequences);
  const sum = maker.uniform(label, [
    ...viewNumbers(x.place, x.directionStride),
    ...viewNumbers(d.place, d.directionStride),
    models,
    directions,
    steps,
    sequences,
    inner / 4,
    columns / 4,
    1,
    slices,
    x.tokens ? 1 : 0,
  ]);
  const { outerSum, sumSlices } = kernels;
  const bindGroup = outerSum.bind({ sum, x: x.buffer, tokens: x.tokens ?? maker.nothing, d: d.buffer, sums });
  const first: Command = { pipeline: outerSum.pipeline, bindGroup, groups: [Math.ceil(columns / 32), Math.ceil((inner + 4) / 32), models * slices] };
  if (slices === 1) return [first];
  const quads = (models * (inner + 4) * columns) / 4;
  const [gx, gy] = foldedGroups(quads, 64, maker.gpu.limits.maxComputeWorkgroupsPerDimension);
  const slicesUniform = maker.uniform(`${label} slices`, [slices, quads]);
  return [first, { pipeline: sumSlices.pipeline, bindGroup: sumSlices.bind({ slices: slicesUniform, sums }), groups: [gx, gy, 1] }];
}

/** Entries of the buffer that such a sum needs, slices included. */
export function outerSumEntries({ models, steps, sequences }: Rows, inner: number, columns: number): number {
  return slicesFor(steps * sequences) * models * (inner + 4) * columns;
}
