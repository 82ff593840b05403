/** Single weights that were changed by hand, on top of the weights that a network starts with. */
import type { RecurrentLayer, StateDict } from '../engine';

/** One number of one parameter, set by hand. */
export interface WeightEdit {
  /** The parameter's name as PyTorch has it: `weight_hh_l0`. */
  readonly parameter: string;
  /** Its place among the parameter's values, row after row, from 0. */
  readonly index: number;
  readonly value: number;
}

/** Where a weight is. */
export type WeightPlace = Omit<WeightEdit, 'value'>;

/** A reader changes no more weights than this at a time, so that a link can hold them all. */
export const MOST_EDITS = 20;

/** The largest magnitude a reader can give a weight. */
export const WEIGHT_MOST = 100;

/** A starting network with its edits in place. */
export interface EditedWeights {
  /** The very object given where there was nothing to change. */
  readonly weights: StateDict;
  /** Edits of weights that this network does not have, or to what is no number. */
  readonly misfits: readonly WeightEdit[];
}

/** Copies only what it changes. */
export function withEdits(start: StateDict, edits: readonly WeightEdit[]): EditedWeights {
  const changed: Record<string, StateDict[string]> = {};
  const misfits: WeightEdit[] = [];
  for (const edit of edits) {
    const { parameter, index, value } = edit;
    const tensor = Object.hasOwn(start, parameter) ? (changed[parameter] ??= { ...start[parameter], data: Float32Array.from(start[parameter].data) }) : undefined;
    const fits = tensor && Number.isInteger(index) && index >= 0 && index < tensor.data.length && Number.isFinite(Math.fround(value));
    if (fits) (tensor.data as Float32Array)[index] = value;
    else misfits.push(edit);
  }
  return { weights: misfits.length === edits.length ? start : { ...start, ...changed }, misfits };
}

export function samePlace(one: WeightPlace, other: WeightPlace): boolean {
  return one.parameter === other.parameter && one.index === other.index;
}

/** The edits with one more, or with one in the place of an earlier one; without it where the value is undefined. */
export function editsWith(edits: readonly WeightEdit[], { parameter, index, value }: WeightPlace & { readonly value: number | undefined }): readonly WeightEdit[] {
  const at = edits.findIndex((edit) => samePlace(edit, { parameter, index }));
  if (value === undefined) return at < 0 ? edits : edits.toSpliced(at, 1);
  if (at < 0) return [...edits, { parameter, index, value }];
  return Object.is(edits[at].value, value) ? edits : edits.with(at, { parameter, index, value });
}

/** What is said of edits that had to go. */
export function droppedInWords(count: number): string {
  return count === 1 ? 'One changed weight has no place in this network and is dropped.' : `${count} changed weights have no place in this network and are dropped.`;
}

/** A weight as the figures write it: `U[3,5]`, `b_ih[3]`, with the gate where there are several: `U_f[3,5]`. Indices count from 1. */
export function weightName({ parameter, index }: WeightPlace, { cell, hidden, inputs, width }: RecurrentLayer): string {
  const kind = parameter.replace(/_l\d+$/, '');
  const columns = kind === 'weight_ih' ? inputs : kind === 'weight_hh' ? width : undefined;
  const line = Math.floor(index / (columns ?? 1));
  const peephole = /^weight_peep_(.+)$/.exec(kind)?.[1];
  const gate = peephole ?? cell.gates[Math.floor(line / hidden)]?.name ?? '';
  const letter = peephole ? 'p' : kind === 'weight_ih' ? 'W' : kind === 'weight_hh' ? 'U' : kind.replace('bias', 'b');
  return `${letter}${cell.gates.length > 1 ? `_${gate}` : ''}[${(line % hidden) + 1}${columns === undefined ? '' : `,${(index % columns) + 1}`}]`;
}
