/**
 * What a rollout reads and what it leaves behind, and how to find one's way in both. Of the loops that fill a record
 * (rollout.ts) a page whose worker runs them needs nothing.
 */
import type { Tensor } from '../math/tensor';
import type { Inputs, Source } from '../model/inputs';
import type { Direction } from '../model/parameters';
import { recurrentLayer, stateWidth, type BlockLayer, type ModelShape } from '../model/spec';
import { dropFrom, type Dropout } from './dropout';
import type { ProgramRecord } from './ops/program';
import type { Numbers } from './step';

/** A model's parameters under their names. */
export type Weights = ReadonlyMap<string, Tensor<Numbers>>;

/** What a rollout reads: a checked input, or one with numbers of its own. */
export interface Read extends Pick<Inputs, 'first' | 'steps' | 'sequences' | 'lengths'> {
  readonly source: Exclude<Source, { kind: 'rows' }> | (Omit<Extract<Source, { kind: 'rows' }>, 'table'> & { readonly table: Numbers });
  /** Per layer and state: [D, B, width] the same for every model, or [M, D, B, width], growing ones with `first` rows of that width; undefined for zeros. */
  readonly initial: readonly (readonly (Numbers | undefined)[])[];
}

/** What one direction of a layer leaves behind: S states [M, T, B, width] and K saved values [M, T, B, H]. */
export interface DirectionRecord {
  readonly states: readonly Float64Array[];
  readonly saved: readonly Float64Array[];
  /** [M, T, B, H] what a projected layer projects. */
  readonly unprojected: Float64Array | undefined;
}

/** What a layer leaves behind: by its directions, or as the record of its program. */
export type LayerRecord = readonly DirectionRecord[] | ProgramRecord;

/** Per layer. */
export type RolloutRecord = readonly LayerRecord[];

/** Whether a layer's record is that of a program. */
export function isProgramRecord(record: LayerRecord): record is ProgramRecord {
  return 'tensors' in record;
}

/** A recurrent layer's record, by direction. */
export function directionRecords(record: RolloutRecord, k: number): readonly DirectionRecord[] {
  return record[k] as readonly DirectionRecord[];
}

/** How many steps a sequence has. */
export function lengthOf({ lengths, steps }: Pick<Inputs, 'lengths' | 'steps'>, b: number): number {
  return lengths ? lengths[b] : steps;
}

/**
 * A sequence's states before step t, S rows: those of the step before in the direction's own order, or the initial ones
 * at its start.
 * @param states - [S] of [M, T, B, width]
 */
export function statesBefore(
  shape: ModelShape,
  inputs: Pick<Read, 'steps' | 'sequences' | 'lengths' | 'initial'>,
  k: number,
  direction: Direction,
  states: readonly Numbers[],
  m: number,
  t: number,
  b: number,
): Float64Array[] {
  const before = direction === 'forward' ? t - 1 : t + 1;
  const exists = before >= 0 && before < lengthOf(inputs, b);
  const layer = recurrentLayer(shape, k, 'what it carries is in its signals that end in _n');
  const { directions } = layer;
  const row = exists ? (m * inputs.steps + before) * inputs.sequences + b : (m * directions + (direction === 'forward' ? 0 : 1)) * inputs.sequences + b;
  return states.map((state, s) => {
    const width = stateWidth(layer, s);
    const values = exists ? state : inputs.initial[k][s];
    if (!values) return new Float64Array(width);
    const at = (row * width) % values.length; // initial states of all models alike are there once
    return Float64Array.from(values.subarray(at, at + width));
  });
}

/** Copies what a layer reads at (model, step, sequence) into a row. */
export type LayerInput = (m: number, t: number, b: number, row: Float64Array) => void;

/** What layer k reads: the model's input, or the directions of the layer below side by side, less what is dropped of them. */
export function layerInput({ layers }: ModelShape, { source, steps, sequences }: Read, record: RolloutRecord, k: number, dropout?: Dropout): LayerInput {
  if (k > 0) {
    const below = layers[k - 1];
    const { width } = below;
    const made = record[k - 1];
    const outputs = isProgramRecord(made) ? [made.tensors.get((below as BlockLayer).program.output)!] : made.map(({ states: [h] }) => h);
    return (m, t, b, row) => {
      const at = ((m * steps + t) * sequences + b) * width;
      outputs.forEach((y, d) => row.set(y.subarray(at, at + width), d * width));
      if (dropout) dropFrom(row, dropout, k - 1, m, t * sequences + b);
    };
  }
  const width = layers[0].inputs;
  if (source.kind === 'vectors') {
    return (_, t, b, row) => row.set(source.x.subarray((t * sequences + b) * width, (t * sequences + b + 1) * width));
  }
  return (m, t, b, row) => {
    const at = (m * source.rows + source.tokens[t * sequences + b]) * width;
    row.set(source.table.subarray(at, at + width));
  };
}
