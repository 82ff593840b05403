/** The shape of a run, and what follows from it before anything is made. */
import type { Inputs } from '../model/inputs';
import type { ModelShape } from '../model/spec';
import type { BlockExtent } from './block_layout';
import { padded } from './layer_layout';
import { tokenRowsEntries } from './token_rows';
import type { WeightLayout } from './weight_layout';

/** The shape of a run: runs that agree in it share buffers. */
export interface RunShape {
  readonly steps: number;
  readonly sequences: number;
  /** Rows of the table of words that its tokens pick from; 0 where vectors are given, or the vocabulary is the model's. */
  readonly tableRows: number;
  /** Places for the steps before it, of states that grow; 0 for a run that begins with the first. */
  readonly earlier: number;
}

/** The fewest places for earlier steps; there are twice as many each time they do not do, so that few runs differ in shape. */
const LEAST_EARLIER = 64;

/** Places for so many steps. */
export function placesFor(steps: number): number {
  return steps === 0 ? 0 : 2 ** Math.ceil(Math.log2(Math.max(steps, LEAST_EARLIER)));
}

/** Word tables grow in steps of so many rows, so that editing a sentence does not change the shape of its run. */
const TABLE_STEP = 16;

export function runShape(model: ModelShape, { first, steps, sequences, source }: Inputs): RunShape {
  const own = source.kind === 'rows' && !isClosed(model);
  return { steps, sequences, tableRows: own ? Math.ceil(source.rows / TABLE_STEP) * TABLE_STEP : 0, earlier: placesFor(first) };
}

/** Whether the words' vectors are a parameter. */
export function isClosed({ input }: Pick<ModelShape, 'input'>): boolean {
  return 'embedding' in input && input.vocab !== undefined;
}

export function sameShape(one: RunShape, other: RunShape): boolean {
  return one.steps === other.steps && one.sequences === other.sequences && one.tableRows === other.tableRows && one.earlier === other.earlier;
}

/** Entries of the tokens, with the order that gradients of the words' vectors are summed in where a model has such vectors. */
export function tokenEntries({ table }: Pick<WeightLayout, 'table'>, { steps, sequences, tableRows }: RunShape): number {
  const rows = steps * sequences;
  if (table) return tokenRowsEntries(rows, table.rows);
  return tableRows ? rows : 1;
}

/** Entries of what is read that has no place among the weights. */
export function inputEntries(model: ModelShape, { steps, sequences, tableRows }: RunShape): number {
  const width = padded(model.layers[0].inputs);
  if (isClosed(model)) return 0;
  return tableRows ? model.seeds.length * tableRows * width : steps * sequences * width;
}

/** A block's extent in a run. */
export function blockExtent({ seeds }: ModelShape, { steps, sequences, earlier }: BlockShape, each = 1): BlockExtent {
  return { models: seeds.length, steps, sequences: sequences * each, earlier };
}

/** What of a run's shape its blocks depend on. */
export type BlockShape = Pick<RunShape, 'steps' | 'sequences' | 'earlier'>;
