/** Sums over all steps that are the gradients of weights, as dispatches. */
import { EngineError } from '../errors';
import { droppedNumbers } from './batch_uniform';
import { foldedGroups, type Command } from './command_list';
import type { Gpu } from './device';
import type { Bound, KernelCache } from './kernel';
import type { CommandMaker, Operand } from './linear';
import type { SumShape } from './weight_layout';
import type { SumPlaces } from './weight_sums';

/** Workgroups that keep an adapter busy with sums, and the rows that are worth a slice of their own. */
const ENOUGH_GROUPS = { software: 4, real: 256 } as const;
const LEAST_ROWS = 128;
/** Rows that may be added up one after the other before rounding tells, and slices there may be. */
const MOST_ROWS = 4096;
const MOST_SLICES = 16;

/** Slices that sums over so many rows are cut into: enough for all workgroups of a device to have something to do. */
export function slicesFor({ adapter }: Gpu, rows: number, sums: readonly SumShape[]): number {
  const groups = sums.reduce((sum, each) => sum + groupsOf(each), 0);
  const busy = (adapter.software ? ENOUGH_GROUPS.software : ENOUGH_GROUPS.real) / groups;
  const wanted = Math.max(Math.min(busy, rows / LEAST_ROWS), rows / MOST_ROWS);
  return Math.min(MOST_SLICES, Math.max(1, Math.ceil(wanted)));
}

/** Workgroups that a slice of a sum takes. */
function groupsOf({ rows, ones, columns, models }: SumShape): number {
  return Math.ceil(columns / 4 / TILE) * Math.ceil((rows + ones) / 4 / TILE) * models;
}

/** A sum to be made: sums[n, k, c] = Σ x[k] · d[c] over all rows, and after the last k, with ones, a row of Σ d[c]. */
export interface SumJob {
  readonly sum: SumShape;
  /** Or a 1 in the place of the token. */
  readonly x: Operand | 'tokens';
  readonly d: Operand;
  readonly directions: number;
  /** Rows that are summed over, where it is not all of the batch: the first of a step, one after the other. */
  readonly rows?: number;
}

/** What the sums of one dispatch share. */
export interface SumRows {
  readonly steps: number;
  readonly sequences: number;
  readonly tokens: GPUBuffer;
  readonly batch: GPUBuffer;
  readonly gradients: GPUBuffer;
}

/** Of shaders/kernels/outer_sum.wgsl: bindings for x and for d, sums of a dispatch, what marks one with ones, quads of a workgroup each way. */
const SIDES = 3;
const MOST_JOBS = 12;
const WITH_ONES = 16;
const TILE = 16;
/** In the place of a group's width where there are no groups. */
const WHOLE = 2 ** 30;

/** All these sums: one dispatch, or as many as their operands have bindings for. */
export function outerSumCommands(maker: CommandMaker, kernels: KernelCache, label: string, rows: SumRows, jobs: readonly SumJob[], places: SumPlaces): Command[] {
  const commands: Command[] = [];
  for (let first = 0; first < jobs.length; ) {
    const sides = new Sides();
    let end = first;
    while (end < jobs.length && end - first < MOST_JOBS && sides.take(jobs[end])) end++;
    commands.push(outerSumCommand(maker, kernels, `${label} from sum ${first}`, rows, jobs.slice(first, end), places, sides));
    first = end;
  }
  return commands;
}

/** What a dispatch binds, and in which pairs its sums read that; those of sums by token come last. */
class Sides {
  readonly xs: Bound[] = [];
  readonly ds: Bound[] = [];
  readonly #pairs: Pair[] = [];

  get pairs(): readonly Pair[] {
    return [...this.#pairs.filter(({ x_in }) => x_in !== undefined), ...this.#pairs.filter(({ x_in }) => x_in === undefined)];
  }

  /** Takes what a sum reads, if there is room. */
  take({ x, d }: SumJob): boolean {
    const newX = x !== 'tokens' && indexOf(this.xs, x.buffer) < 0 ? x.buffer : undefined;
    const newD = indexOf(this.ds, d.buffer) < 0 ? d.buffer : undefined;
    if ((newX && this.xs.length === SIDES) || (newD && this.ds.length === SIDES)) return false;
    if (newX) this.xs.push(newX);
    if (newD) this.ds.push(newD);
    const pair = this.#pairOf(x, d);
    if (!this.#pairs.some((known) => samePair(known, pair))) this.#pairs.push(pair);
    return true;
  }

  /** Which of the pairs a sum reads. */
  indexOf({ x, d }: SumJob): number {
    const wanted = this.#pairOf(x, d);
    return this.pairs.findIndex((pair) => samePair(pair, wanted));
  }

  #pairOf(x: SumJob['x'], d: Operand): Pair {
    const d_in = indexOf(this.ds, d.buffer);
    return x === 'tokens' ? { x_in: undefined, d_in, picked: false } : { x_in: indexOf(this.xs, x.buffer), d_in, picked: x.tokens !== undefined };
  }
}

/** Bindings; no x where the rows of each token are added up. */
interface Pair {
  readonly x_in: number | undefined;
  readonly d_in: number;
  readonly picked: boolean;
}

function samePair(one: Pair, other: Pair): boolean {
  return one.x_in === other.x_in && one.d_in === other.d_in && one.picked === other.picked;
}

function indexOf(bindings: readonly Bound[], wanted: Bound): number {
  const key = (bound: Bound) => (bound instanceof GPUBuffer ? { buffer: bound, offset: 0 } : bound);
  return bindings.findIndex((each) => key(each).buffer === key(wanted).buffer && key(each).offset === key(wanted).offset);
}

function outerSumCommand(maker: CommandMaker, kernels: KernelCache, label: string, { steps, sequences, tokens, batch, gradients }: SumRows, jobs: readonly SumJob[], { offsets, slices }: SumPlaces, sides: Sides): Command {
  let groups = 0;
  const numbers = jobs.map((job) => {
    const { sum, x, d, directions, rows = steps * sequences } = job;
    const overSteps = job.rows === undefined && steps > 1;
    const operand = x === 'tokens' ? undefined : x;
    const { groupStride = 0, groupWidth = WHOLE } = operand?.place.groupStride ? operand.place : {};
    const first = groups;
    groups += groupsOf(sum) * slices;
    return [
      ...(operand ? sideNumbers(operand, overSteps, sequences) : [0, 0, 0, 0]),
      ...sideNumbers(d, overSteps, sequences),
      ...droppedNumbers(operand?.dropped),
      groupWidth / 4,
      groupStride / 4,
      sides.indexOf(job) + (sum.ones ? WITH_ONES : 0),
      directions,
      sum.rows / 4,
      sum.columns / 4,
      rows,
      first,
      offsets.get(sum)! / 4,
      (sum.models * (sum.rows + sum.ones) * sum.columns) / 4,
      ...[0, 0],
    ];
  });
  const unused = Array.from({ length: (MOST_JOBS - jobs.length) * numbers[0].length }, () => 0);
  const outer_sums = maker.uniform(label, [jobs.length, steps * sequences, slices, 0, ...numbers.flat(), ...unused]);
  const [x_0 = maker.nothing, x_1 = maker.nothing, x_2 = maker.nothing] = sides.xs;
  const [d_0, d_1 = maker.nothing, d_2 = maker.nothing] = sides.ds;
  const bits = (width: number, of: (pair: Pair) => number) => sides.pairs.reduce((sum, pair, p) => sum + of(pair) * 2 ** (width * p), 0);
  const operands = jobs.flatMap(({ x }) => (x === 'tokens' ? [] : [x]));
  const constants = {
    X_IN: bits(2, ({ x_in = 0 }) => x_in),
    D_IN: bits(2, ({ d_in }) => d_in),
    PICKED: bits(1, ({ picked }) => (picked ? 1 : 0)),
    DROPPED: operands.some(({ dropped }) => dropped) ? 1 : 0,
    GROUPED: operands.some(({ place }) => place.groupStride) ? 1 : 0,
    TWO_WAYS: jobs.some(({ directions }) => directions > 1) ? 1 : 0,
  };
  const byToken = sides.pairs.filter(({ x_in }) => x_in === undefined).length;
  const kernel = kernels.asked('kernels/outer_sum', { constants, sizes: { PAIRS: sides.pairs.length - byToken, TOKEN_PAIRS: byToken }, neighbours: maker.gpu.neighbours });
  const bindGroup = kernel.bind({ outer_sums, batch, tokens, x_0, x_1, x_2, d_0, d_1, d_2, gradients });
  const [x, y] = foldedGroups(groups, 1, maker.gpu.limits.maxComputeWorkgroupsPerDimension);
  return { kernel, bindGroup, groups: [x, y, 1] };
}

/**
 * Where a side of a sum is read, in quads: the first, and from model to model, direction to direction, row to row, or token to token.
 * Throws EngineError for rows that do not follow each other from step to step.
 */
function sideNumbers({ place, tokens, directionStride = 0 }: Operand, overSteps: boolean, sequences: number): number[] {
  const { offset, modelStride, stepStride, sequenceStride } = place;
  if (!tokens && overSteps && stepStride !== sequences * sequenceStride) throw new EngineError('place', `Sums are over rows that follow each other; these are ${sequenceStride} apart, and steps ${stepStride}.`);
  return [offset, modelStride, directionStride, tokens ? stepStride : sequenceStride].map((entries) => entries / 4);
}
