/**
 * What each word of a vocabulary sends to the gates of the first layer, multiplied once for all steps that read it, and what
 * comes back there, added up by word: a batch says the same words over and over, and products over V rows take the place of
 * products over T·B.
 */
import { vocabularySize } from '../model/parameters';
import { isRecurrent, type ModelShape, type RecurrentLayer } from '../model/spec';
import type { BufferSet } from './buffer_set';
import { foldedGroups, type Command } from './command_list';
import { bound, type ForwardModel } from './gpu_weights';
import type { KernelCache } from './kernel';
import { padded, planePlace, type LayerLayout } from './layer_layout';
import type { Operand } from './linear';

/** Rows of a batch. */
interface Extent {
  readonly steps: number;
  readonly sequences: number;
}

/** Rows (t, b) for each word from which on it saves something: on the way back the sums of each word are written twice. */
const WORTH_ROWS = 2;

/** Bindings start at multiples of 256 bytes. */
const ALIGNMENT = 64;

/** V, or 0 where every step has products of its own. */
export function wordsAtOnce({ input, layers }: Pick<ModelShape, 'input' | 'layers'>, { steps, sequences }: Extent): number {
  const size = 'embedding' in input ? vocabularySize(input.vocab) : undefined;
  if (size === undefined || !isRecurrent(layers[0])) return 0;
  const words = padded(size);
  return steps * sequences >= WORTH_ROWS * words ? words : 0;
}

/** G·H */
function widthOf({ cell }: RecurrentLayer, { hidden }: LayerLayout): number {
  return cell.gates.length * hidden;
}

/** Where a_ih of each word [N, V, G, H] lies, behind the gates of the steps, and where the buffer of both ends. In entries. */
export function wordGates(layer: RecurrentLayer, layout: LayerLayout, words: number): { readonly offset: number; readonly entries: number; readonly end: number } {
  if (words === 0) return { offset: 0, entries: 0, end: layout.gates };
  const offset = Math.ceil(layout.gates / ALIGNMENT) * ALIGNMENT;
  const entries = layout.models * words * widthOf(layer, layout);
  return { offset, entries, end: offset + entries };
}

/** Where the gradients there lie, [N, V, G, H] and turned [N, G, H, V], behind those of the steps, and where the buffer of all ends. In entries. */
export function wordGradients(layer: RecurrentLayer, layout: LayerLayout, words: number): { readonly sums: number; readonly turned: number; readonly end: number } {
  const sums = layout.dGates;
  const entries = layout.models * words * widthOf(layer, layout);
  return { sums, turned: sums + entries, end: sums + 2 * entries };
}

/** The vectors of a closed vocabulary [M, V, E], a row for each word. */
export function wordVectors({ weights, layout: { table } }: ForwardModel): Operand {
  return { buffer: bound(weights, table!), place: rowPlace(0, table!.columns, table!.rows) };
}

/** The gradients of each word: [N, V, G·H], a row for each. */
export function wordRows(layer: RecurrentLayer, layout: LayerLayout, words: number, d_gates: GPUBuffer): Operand {
  const width = widthOf(layer, layout);
  const { sums: offset } = wordGradients(layer, layout, words);
  return { buffer: d_gates, place: { ...rowPlace(offset, width, words), modelStride: layer.directions * words * width }, directionStride: words * width };
}

/** The same turned: [M, D·G·H, V], a row for each unit of each gate. */
export function turnedWordRows(layer: RecurrentLayer, layout: LayerLayout, words: number, d_gates: GPUBuffer): Operand {
  const rows = layer.directions * widthOf(layer, layout);
  const { turned: offset } = wordGradients(layer, layout, words);
  return { buffer: d_gates, place: rowPlace(offset, words, rows) };
}

/** Rows that follow each other, as many for each model. */
export function rowPlace(offset: number, width: number, rows: number): Operand['place'] {
  return { offset, modelStride: rows * width, stepStride: 0, sequenceStride: width, groupStride: 0, groupWidth: width, activation: 'identity' };
}

const WORKGROUP = 64;

/** Adds up what came back to the gates by the word that each step read. */
export function wordSumsCommand(
  buffers: BufferSet,
  kernels: KernelCache,
  { layer, layout, words, steps, sequences }: Extent & { readonly layer: RecurrentLayer; readonly layout: LayerLayout; readonly words: number },
  { tokens, d_gates }: { readonly tokens: GPUBuffer; readonly d_gates: GPUBuffer },
): Command {
  const columns = widthOf(layer, layout) / 4;
  const { sums, turned } = wordGradients(layer, layout, words);
  const row = planePlace(layer, layout, 0, false, 'gradients').sequenceStride;
  const word_sums = buffers.uniform('sums by word', [layout.models, steps * sequences, words / 4, columns, row / 4, sums / 4, turned / 4]);
  const kernel = kernels.asked('kernels/word_sums');
  const [x, y] = foldedGroups(layout.models * (words / 4) * columns, WORKGROUP, buffers.gpu.limits.maxComputeWorkgroupsPerDimension);
  return { kernel, bindGroup: kernel.bind({ word_sums, tokens, d_gates }), groups: [x, y, 1] };
}
