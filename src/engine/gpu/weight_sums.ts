/** The sums that are the gradients of a model's weights: what is multiplied by what, and where each lies. */
import type { Arriving, RecurrentGradient } from './gradient_buffers';
import { directionStride, planePlace, statePlace, type Place } from './layer_layout';
import type { Bound } from './kernel';
import type { Operand } from './linear';
import type { SumJob } from './outer_sums';
import { outputOf, previousOutput, recurrentRun, type RecurrentRun, type RunBuffers } from './run_buffers';
import type { RunShape } from './run_shape';
import { sumEntries, type LayerSums, type Strides, type SumPart, type SumShape, type WeightLayout } from './weight_layout';
import { rowPlace, turnedWordRows, wordRows, wordVectors } from './word_gates';

/** Where sums lie in the buffer of them all; each is in slices that are to be added up. */
export interface SumPlaces {
  readonly offsets: ReadonlyMap<SumShape, number>;
  readonly slices: number;
  readonly entries: number;
}

export function allSums({ sums, programs }: WeightLayout): SumShape[] {
  const ofLayers = sums.layers.flatMap((layer) => (layer ? [layer.ih, ...layer.hh, layer.hr, layer.unit] : []));
  const ofPrograms = programs.flatMap((program) => [...(program?.sums.values() ?? [])].flatMap((ofStep) => Object.values(ofStep)));
  return [...ofLayers, ...ofPrograms, sums.head, sums.table].filter((sum) => sum !== undefined);
}

export function sumPlaces(sums: readonly SumShape[], slices: number): SumPlaces {
  const offsets = new Map<SumShape, number>();
  let entries = 0;
  for (const sum of sums) {
    offsets.set(sum, entries);
    entries += sumEntries(sum, slices);
  }
  return { offsets, slices, entries };
}

/** Where a part of a sum lies in its first slice, and the stride to the next one. */
export function sumStrides({ offsets, slices }: SumPlaces, { sum, direction, directions, row, column, turned }: SumPart): Strides & { readonly slice: number } {
  const height = sum.rows + sum.ones;
  const matrix = height * sum.columns;
  const offset = offsets.get(sum)! + direction * matrix + row * sum.columns + column;
  const [down, across] = turned ? [1, sum.columns] : [sum.columns, 1];
  return { offset, model: directions * matrix, row: down, column: across, slice: sumEntries(sum, slices) / slices };
}

/** The sums of a layer's own weights. */
export function layerJobs({ layers, shape, forward }: RunBuffers, k: number, { d_gates, d_states, layout, words }: RecurrentGradient, sums: LayerSums): SumJob[] {
  const run = recurrentRun(layers[k]);
  const { layer, source } = run;
  const { steps } = shape;
  const { gates, saved, inner, splitGates = 0 } = layer.cell;
  const { directions } = layer;
  const planes = (plane: number): Operand => ({ buffer: d_gates, place: wholeRow(planePlace(layer, layout, plane, false, 'gradients')), directionStride: layout.modelGradients });
  const exchanged: Operand = { buffer: run.gates, place: wholeRow(planePlace(layer, run.layout, saved.length, false, 'gates')), directionStride: run.layout.modelGates };
  const d_h: Operand = { buffer: d_states, place: wholeRow(statePlace(layer, layout, steps, 0, false, 'after')), directionStride: directionStride(layout, 'after') };
  const h = previousOutput(run, steps);
  const [together, apart] = sums.hh;
  const input = words ? { x: wordVectors(forward), d: wordRows(layer, layout, words, d_gates), rows: words } : { x: source, d: planes(0) };
  const jobs: SumJob[] = [
    { sum: sums.ih, ...input, directions },
    { sum: together, x: h, d: planes(0), directions },
  ];
  if (apart) jobs.push({ sum: apart, x: inner ? exchanged : h, d: planes(inner ? gates.length - inner.gates : gates.length), directions });
  if (sums.unit) jobs.push({ sum: sums.unit, x: h, d: planes(gates.length + splitGates), directions });
  if (sums.hr) jobs.push({ sum: sums.hr, x: exchanged, d: d_h, directions });
  return jobs;
}

/** The sum of the head's weights. */
export function headJob({ layers, shape }: RunBuffers, d_logits: Operand, sum: SumShape): SumJob {
  return { sum, x: outputOf(layers[layers.length - 1], shape.steps), d: d_logits, directions: 1 };
}

/** The sum of the embedding: each row's is that of the gradients at the steps that read it. */
export function tableJob({ steps, sequences }: RunShape, { buffer, offset, entries }: Arriving, sum: SumShape): SumJob {
  const row = entries / (sum.models * steps * sequences);
  const place: Place = { offset, modelStride: steps * sequences * row, stepStride: sequences * row, sequenceStride: row, groupStride: 0, groupWidth: 2 ** 30, activation: 'identity' };
  return { sum, x: 'tokens', d: { buffer, place }, directions: 1 };
}

/** The same where gradients have been added up by word: each row's is what its word sent to the gates, carried back through w_ih. */
export function wordTableJob({ layer, layout, d_gates, words }: Pick<RecurrentGradient, 'layout' | 'd_gates' | 'words'> & Pick<RecurrentRun, 'layer'>, w_ih_turned: Bound, sum: SumShape): SumJob {
  const rows = layer.directions * layer.cell.gates.length * layout.hidden;
  return { sum, x: turnedWordRows(layer, layout, words, d_gates), d: { buffer: w_ih_turned, place: rowPlace(0, layout.inputs, rows) }, directions: 1, rows };
}

/** A place read as rows as wide as they come, not as groups. */
function wholeRow(place: Place): Place {
  return { ...place, groupStride: 0, groupWidth: 2 ** 30 };
}
