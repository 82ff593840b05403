/** Where the parameters of a block's program lie in the arena of a model's weights, and which sums are their gradients. */
import { shapeOf, type Program } from '../blocks/program';
import { OptionError } from '../errors';
import { blockParameterName } from '../model/parameters';
import { isRecurrent, type ModelShape } from '../model/spec';
import type { Step } from '../ops';
import { BlockLayout, columnsOf, scanSizes } from './block_layout';
import { padded } from './layer_layout';
import type { ArenaRange, Block, SumPart, SumShape } from './weight_layout';

/** Hands out parts of a buffer one after the other. */
export interface Room {
  take(entries: number): ArenaRange;
}

export interface BlockWeights {
  /** What a step's kernel binds, by name: `w`, `bias`, `own`, `sides`; and `turned`, among the turned copies. */
  readonly ranges: ReadonlyMap<Step, Readonly<Record<string, ArenaRange>>>;
  /** The sums that a step's parameters need, by name. */
  readonly sums: ReadonlyMap<Step, Readonly<Record<string, SumShape>>>;
  readonly blocks: readonly Block[];
}

/** Throws OptionError for a block that nothing else can read on the GPU. */
export function programWeights({ layers, classes, seeds, input }: ModelShape, k: number, weights: Room, turned: Room): BlockWeights {
  const layer = layers[k];
  if (isRecurrent(layer)) throw new Error('a program of a recurrent layer');
  const layout = new BlockLayout(layer.program, { models: seeds.length, steps: 1, sequences: 1 }, 'run');
  const below = layers[k - 1];
  const given = columnsOf(layer.inputs, below?.directions ?? 1);
  if ((below || 'embedding' in input) && layout.strip('x').columns.some((column, i) => column !== given[i])) {
    throw new OptionError(`layers[${k}]`, `layers[${k}]: on the GPU ${layer.block.title} reads an embedding or another layer only if its heads or groups, and units of that layer's directions, are multiples of 4.`);
  }
  const read = classes !== undefined || k + 1 < layers.length;
  if (read && layout.strip(layer.program.output).columns.length !== padded(layer.width)) {
    throw new OptionError(`layers[${k}]`, `layers[${k}]: on the GPU the output of ${layer.block.title} can be read by a head or another layer only if its heads or groups are multiples of 4 wide.`);
  }
  return blockWeights(layer.program, layout, seeds.length, `layer ${k}`, weights, turned, (name) => blockParameterName(name, k));
}

/** @param nameOf - a parameter's name in the model. @param layout - of a run of any extent */
export function blockWeights(program: Program, layout: BlockLayout, models: number, label: string, weights: Room, turned: Room, nameOf: (parameter: string) => string): BlockWeights {
  const ranges = new Map<Step, Record<string, ArenaRange>>();
  const sums = new Map<Step, Record<string, SumShape>>();
  const blocks: Block[] = [];
  const sumOf = (what: string, rows: number, ones: 0 | 4, columns: number): SumShape => ({ label: `${what} of ${label}`, models, rows, ones, columns });
  const part = (sum: SumShape, row: number, column = 0): SumPart[] => [{ sum, direction: 0, directions: 1, row, column, turned: false }];
  /** A parameter whose entries lie one after the other. */
  const line = (parameter: string, range: ArenaRange, model: number, at: number, columnIndex: readonly number[], gradients: SumPart[]): Block => ({
    parameter: nameOf(parameter),
    rows: 1,
    columns: columnIndex.length,
    rowIndex: Int32Array.of(0),
    columnIndex: Int32Array.from(columnIndex),
    weights: { offset: range.offset + at, model, row: columnIndex.length, column: 1 },
    turned: undefined,
    gradients,
  });

  for (const step of program.steps) {
    if (step.op === 'linear') {
      const [x, y] = [layout.strip(step.x).columns, layout.strip(step.y).columns];
      const [inner, columns] = [x.length, y.length];
      const own = { w: weights.take(models * inner * columns), bias: weights.take(models * columns), turned: turned.take(models * inner * columns) };
      const sum = sumOf(`d_${step.weight}`, inner, 4, columns);
      const [, perRow] = shapeOf(program, step.weight);
      ranges.set(step, own);
      sums.set(step, { w: sum });
      blocks.push({
        parameter: nameOf(step.weight),
        rows: inner,
        columns,
        rowIndex: Int32Array.from(x),
        columnIndex: Int32Array.from(y, (row) => (row < 0 ? row : row * perRow)),
        weights: { offset: own.w.offset, model: inner * columns, row: columns, column: 1 },
        turned: { offset: own.turned.offset, model: inner * columns, row: 1, column: inner },
        gradients: part(sum, 0),
      });
      if (step.bias) blocks.push(line(step.bias, own.bias, columns, 0, y, part(sum, inner)));
    } else if (step.op === 'norm') {
      const { columns } = layout.strip(step.x);
      const own = { w: weights.take(models * columns.length), bias: weights.take(models * columns.length) };
      const ofSums = { w: sumOf(`d_${step.weight}`, 0, 4, columns.length), ...(step.bias && { bias: sumOf(`d_${step.bias}`, 0, 4, columns.length) }) };
      ranges.set(step, own);
      sums.set(step, ofSums as Record<string, SumShape>);
      blocks.push(line(step.weight, own.w, columns.length, 0, columns, part(ofSums.w, 0)));
      if (step.bias) blocks.push(line(step.bias, own.bias, columns.length, 0, columns, part(ofSums.bias!, 0)));
    } else if (step.op === 'positions' && step.weight) {
      const { columns } = layout.strip(step.x);
      const [count, width] = shapeOf(program, step.weight);
      const own = { w: weights.take(models * count * columns.length) };
      const sum = sumOf(`d_${step.weight}`, count, 0, columns.length);
      ranges.set(step, own);
      sums.set(step, { w: sum });
      blocks.push({
        parameter: nameOf(step.weight),
        rows: count,
        columns: columns.length,
        rowIndex: Int32Array.from({ length: count }, (_, t) => t * width),
        columnIndex: Int32Array.from(columns),
        weights: { offset: own.w.offset, model: count * columns.length, row: columns.length, column: 1 },
        turned: undefined,
        gradients: part(sum, 0),
      });
    } else if (step.op === 'convolution') {
      const { columns } = layout.strip(step.x);
      const { taps } = step;
      const wide = columns.length;
      const model = (taps + 1) * wide;
      const own = weights.take(models * model);
      const sum = sumOf(`d_${step.weight}`, 4, 0, model);
      ranges.set(step, { own });
      sums.set(step, { parts: sum });
      const tapOf = Array.from({ length: taps * wide }, (_, i) => (columns[i % wide] < 0 ? -1 : columns[i % wide] * taps + Math.floor(i / wide)));
      blocks.push(line(step.weight, own, model, 0, tapOf, part(sum, 0)));
      if (step.bias) blocks.push(line(step.bias, own, model, taps * wide, columns, part(sum, 0, taps * wide)));
    } else if (step.op === 'selective_scan') {
      const { columns } = layout.strip(step.u);
      const { states, rank } = scanSizes(program, step);
      const wide = columns.length;
      // Rows of channels: A's states, D, the bias of Δ, what makes Δ.
      const model = (states + 2 + rank) * wide;
      const own = weights.take(models * model);
      const sum = sumOf('d_A', 4, 0, (states + 1) * wide);
      const ofSums: Record<string, SumShape> = { parts: sum };
      const stateOf = Array.from({ length: states * wide }, (_, i) => {
        const [n, c] = [Math.floor(i / wide), columns[i % wide]];
        return c < 0 || n >= step.states ? -1 : c * step.states + n;
      });
      blocks.push(line('log' in step.A ? step.A.log : step.A.plain, own, model, 0, stateOf, part(sum, 0)));
      if (step.D) blocks.push(line(step.D, own, model, states * wide, columns, part(sum, 0, states * wide)));
      if (step.deltaBias || step.deltaWeight) ofSums.delta = sumOf('d_delta', rank, 4, wide);
      if (step.deltaBias) blocks.push(line(step.deltaBias, own, model, (states + 1) * wide, columns, part(ofSums.delta, rank)));
      if (step.deltaWeight) {
        const [, ranks] = shapeOf(program, step.deltaWeight);
        blocks.push({
          parameter: nameOf(step.deltaWeight),
          rows: rank,
          columns: wide,
          rowIndex: Int32Array.from({ length: rank }, (_, r) => (r < ranks ? r : -1)),
          columnIndex: Int32Array.from(columns, (c) => (c < 0 ? c : c * ranks)),
          weights: { offset: own.offset + (states + 2) * wide, model, row: wide, column: 1 },
          turned: undefined,
          gradients: part(ofSums.delta, 0),
        });
      }
      const sideWidth = step.groups * states;
      const sides = weights.take(models * 2 * sideWidth);
      const sideColumns = columnsOf(step.groups * step.states, step.groups);
      (['B', 'C'] as const).forEach((name, i) => {
        const side = step[name];
        if (!('parameter' in side)) return;
        ofSums[name] = sumOf(`d_${name}`, 0, 4, sideWidth);
        blocks.push(line(side.parameter, sides, 2 * sideWidth, i * sideWidth, sideColumns, part(ofSums[name], 0)));
      });
      ranges.set(step, { own, sides });
      sums.set(step, ofSums);
    }
  }
  return { ranges, sums, blocks };
}
