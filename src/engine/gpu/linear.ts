/** Products over all steps at once, and the sums that are their gradients, as dispatches. */
import { droppedNumbers, type DroppedLayer } from './batch_uniform';
import { foldedGroups, type Command } from './command_list';
import type { Gpu } from './device';
import type { Bound, Kernel } from './kernel';
import type { Place } from './layer_layout';
import { viewNumbers } from './view_numbers';
import type { SumShape } from './weight_layout';
import type { SumPlaces } from './weight_sums';

/** A tensor as one side of a product: a place in a buffer, perhaps with rows picked by tokens, or dropped in part. */
export interface Operand {
  readonly buffer: Bound;
  readonly place: Place;
  readonly directionStride?: number;
  readonly tokens?: GPUBuffer;
  readonly dropped?: DroppedLayer;
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

/** What a product makes of its rows. Sizes are counted in entries and are whole quads; `row` is from row to row of y. */
export interface ProductSides {
  readonly w: Bound;
  readonly bias?: Bound;
  readonly y: GPUBuffer;
  readonly inner: number;
  readonly columns: number;
  readonly row: number;
  /** Whose output y is the gradient of, where that was dropped in part. */
  readonly dropped?: DroppedLayer;
}

/** y[n, t, b, 0 … columns) = x · w (+ bias). */
export function productCommand(maker: CommandMaker, kernel: Kernel, batch: GPUBuffer, label: string, rows: Rows, x: Operand, { w, bias, y, inner, columns, row, dropped }: ProductSides): Command {
  const product = maker.uniform(label, [
    ...viewNumbers(x.place, x.directionStride),
    ...droppedNumbers(x.dropped),
    ...droppedNumbers(dropped),
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
  const bindGroup = kernel.bind({ product, batch, x: x.buffer, tokens: x.tokens ?? maker.nothing, w, bias: bias ?? maker.nothing, y });
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

/** A sum to be made: sums[n, k, c] = Σ x[k] · d[c] over all rows, and after the last k, with ones, a row of Σ d[c]. */
export interface SumJob {
  readonly sum: SumShape;
  /** Or a 1 in the place of the token. */
  readonly x: Operand | 'tokens';
  readonly d: Operand;
  readonly directions: number;
}

/** What the sums of one dispatch share. */
export interface SumRows {
  readonly steps: number;
  readonly sequences: number;
  readonly tokens: GPUBuffer;
  readonly batch: GPUBuffer;
  readonly gradients: GPUBuffer;
}

/** Of shaders/kernels/outer_sum.wgsl: bindings for x and for d, sums of a dispatch, quads of a workgroup's tile. */
const SIDES = 3;
const MOST_JOBS = 8;
const TOKENS = 3;
const TILE = { rows: 8, columns: 16 } as const;

/** All these sums: one dispatch, or as many as their operands have bindings for. */
export function outerSumCommands(maker: CommandMaker, kernel: Kernel, label: string, rows: SumRows, jobs: readonly SumJob[], places: SumPlaces): Command[] {
  const commands: Command[] = [];
  for (let first = 0; first < jobs.length; ) {
    const xs: Bound[] = [];
    const ds: Bound[] = [];
    let end = first;
    while (end < jobs.length && end - first < MOST_JOBS && holds(xs, jobs[end].x === 'tokens' ? undefined : (jobs[end].x as Operand).buffer, ds, jobs[end].d.buffer)) end++;
    commands.push(outerSumCommand(maker, kernel, `${label} from sum ${first}`, rows, jobs.slice(first, end), places, xs, ds));
    first = end;
  }
  return commands;
}

/** Takes both into the bindings, where they have room. */
function holds(xs: Bound[], x: Bound | undefined, ds: Bound[], d: Bound): boolean {
  const newX = x !== undefined && indexOf(xs, x) < 0;
  const newD = indexOf(ds, d) < 0;
  if ((newX && xs.length === SIDES) || (newD && ds.length === SIDES)) return false;
  if (newX) xs.push(x);
  if (newD) ds.push(d);
  return true;
}

function indexOf(bindings: readonly Bound[], wanted: Bound): number {
  const key = (bound: Bound) => (bound instanceof GPUBuffer ? { buffer: bound, offset: 0 } : bound);
  return bindings.findIndex((each) => key(each).buffer === key(wanted).buffer && key(each).offset === key(wanted).offset);
}

function outerSumCommand(maker: CommandMaker, kernel: Kernel, label: string, { steps, sequences, tokens, batch, gradients }: SumRows, jobs: readonly SumJob[], { offsets, slices }: SumPlaces, xs: readonly Bound[], ds: readonly Bound[]): Command {
  let groups = 0;
  const numbers = jobs.flatMap(({ sum, x, d, directions }) => {
    const operand = x === 'tokens' ? undefined : x;
    const first = groups;
    groups += Math.ceil(sum.columns / 4 / TILE.columns) * Math.ceil((sum.rows + sum.ones) / 4 / TILE.rows) * sum.models * slices;
    return [
      ...viewNumbers(operand?.place ?? d.place, operand?.directionStride),
      ...viewNumbers(d.place, d.directionStride),
      ...droppedNumbers(operand?.dropped),
      operand ? indexOf(xs, operand.buffer) : TOKENS,
      indexOf(ds, d.buffer),
      operand?.tokens ? 1 : 0,
      sum.models,
      directions,
      sum.rows / 4,
      sum.columns / 4,
      sum.ones / 4,
      first,
      offsets.get(sum)! / 4,
      0,
      0,
    ];
  });
  const words = numbers.length / jobs.length;
  const outer_sums = maker.uniform(label, [jobs.length, steps, sequences, slices, ...numbers, ...Array.from({ length: (MOST_JOBS - jobs.length) * words }, () => 0)]);
  const [x_0, x_1 = maker.nothing, x_2 = maker.nothing] = xs.length ? xs : [maker.nothing];
  const [d_0, d_1 = maker.nothing, d_2 = maker.nothing] = ds;
  const bindGroup = kernel.bind({ outer_sums, batch, tokens, x_0, x_1, x_2, d_0, d_1, d_2, gradients });
  const [x, y] = foldedGroups(groups, 1, maker.gpu.limits.maxComputeWorkgroupsPerDimension);
  return { pipeline: kernel.pipeline, bindGroup, groups: [x, y, 1] };
}
