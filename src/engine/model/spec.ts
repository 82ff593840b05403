/** What a model is made of: the description a caller writes, and the checked form both engines work from. */
import { blockNamed } from '../blocks';
import type { Block, BlockOptions } from '../blocks/block';
import { stateBytes as programStateBytes, statesOf, widthOf, type Program } from '../blocks/program';
import { cellNamed } from '../cells';
import type { Cell, Range } from '../cells/cell';
import { OptionError } from '../errors';
import { isRecurrent } from './layer_kind';
import { checkedScale, checkedStart, type Start, type StartSpec } from './start';

export { isRecurrent, layerTitle } from './layer_kind';

/** Vectors given by the caller: x is [T, B, size]. */
export interface VectorInput {
  readonly size: number;
}

/**
 * Words or tokens looked up in an embedding of that width. With `vocab` (a count or the list of words) the table is
 * the parameter `embedding.weight`; without it any word has a vector, fixed by the seed and the word alone.
 */
export interface WordInput {
  readonly embedding: number;
  readonly vocab?: number | readonly string[];
  /** Standard deviation of the vectors at the start; 1 unless given. */
  readonly scale?: number;
}

/** A linear head that scores classes: logits = `head.weight` · y + `head.bias`. */
export interface ClassOutput {
  readonly classes: number;
  /** The embedding serves as `head.weight` too, which then is no parameter of its own (Press and Wolf 2017). */
  readonly tied?: boolean;
}

/** A linear head that tells numbers. */
export interface ValueOutput {
  readonly values: number;
}

/** A layer: a recurrent one by its cell, or any other by its block. */
export type LayerSpec = RecurrentSpec | BlockSpec;

/** A layer that is no recurrent cell: attention, Mamba, and whatever else the list of blocks has. */
export interface BlockSpec extends BlockOptions {
  /** A name from the list of blocks: `attention`, `mamba`, `min_gru`. Its options, which the list tells, stand beside it. */
  readonly block: string;
  readonly cell?: undefined;
}

/** A layer of units; how its weights start is in StartSpec. */
export interface RecurrentSpec extends StartSpec {
  /** A name from the list of cells: `rnn`, `rnn_relu`, `lstm`, `gru`, `gru_reset_before`. */
  readonly cell: string;
  readonly block?: undefined;
  /** Units. */
  readonly hidden: number;
  /** Also read the sequence from its end; the layer's output is then forward beside reverse, 2·hidden wide. */
  readonly bidirectional?: boolean;
  /** Width of h where it is a projection of o ⊙ tanh(c), less than `hidden`; LSTM cells only (Sak, Senior, Beaufays 2014). */
  readonly projection?: number;
  /** Whether the layer has `bias_ih` and `bias_hh`; it does unless told otherwise. */
  readonly bias?: boolean;
}

export interface ModelSpec {
  readonly input: VectorInput | WordInput;
  readonly layers: readonly LayerSpec[];
  readonly output?: ClassOutput | ValueOutput;
  /** Seed of the initial weights, 0 unless given. */
  readonly seed?: number;
  /** One model per seed, run side by side on the model axis M. */
  readonly seeds?: readonly number[];
}

/** A layer with everything known. All kinds have a width, directions and inputs; what else there is depends on the kind. */
export type Layer = RecurrentLayer | BlockLayer;

/** Its index in `ModelShape.layers` is PyTorch's `_l{k}`. */
export interface RecurrentLayer {
  readonly kind: 'recurrent';
  readonly cell: Cell;
  readonly hidden: number;
  /** Width of h: `hidden`, or of its projection. */
  readonly width: number;
  readonly directions: 1 | 2;
  readonly bias: boolean;
  readonly start: Start;
  /** Width of what the layer reads: the model's input, or directions × width of the layer below. */
  readonly inputs: number;
}

/** A layer that is a program over whole sequences. */
export interface BlockLayer {
  readonly kind: 'block';
  readonly block: Block;
  /** As they were given. */
  readonly options: BlockOptions;
  readonly program: Program;
  /** Width of the program's output. */
  readonly width: number;
  readonly directions: 1;
  readonly inputs: number;
}

/** How wide what a layer hands on is, directions side by side. */
export function outputWidth({ directions, width }: Layer): number {
  return directions * width;
}

/** What a layer carries from step to step in each direction, and what a run must be given to go on where another ended. */
export interface LayerState {
  readonly name: string;
  /** Numbers per sequence, [D, B, width]; of a growing state per sequence and step so far, [1, B, steps, width]. */
  readonly width: number;
  /** Whether it has a row for every step so far, as the keys of attention have. */
  readonly grows: boolean;
  readonly range: Range;
  readonly role: string;
}

export function layerStates(layer: Layer): readonly LayerState[] {
  if (isRecurrent(layer)) return layer.cell.states.map((state, s) => ({ ...state, width: stateWidth(layer, s), grows: false }));
  return statesOf(layer.program).map((state) => ({ ...state, range: 'unbounded' }));
}

/** Bytes of float32 that the states of one sequence take after so many steps: what it costs to decode on from there. */
export function stateBytes({ layers }: Pick<ModelShape, 'layers'>, steps: number): number {
  const bytesOf = (layer: Layer) =>
    isRecurrent(layer) ? Float32Array.BYTES_PER_ELEMENT * layer.directions * layerStates(layer).reduce((sum, { width }) => sum + width, 0) : programStateBytes(layer.program, steps);
  return layers.reduce((sum, layer) => sum + bytesOf(layer), 0);
}

/** How wide a recurrent layer's state is: H, but for the h of a projected layer. */
export function stateWidth(layer: RecurrentLayer, state: number): number {
  return state === 0 ? layer.width : layer.hidden;
}

/**
 * A layer that has a cell. Throws OptionError for one that has none.
 * @param wanted - what needs the cell, and what to use instead, as the rest of a sentence
 */
export function recurrentLayer({ layers }: Pick<ModelShape, 'layers'>, index: number, wanted: string): RecurrentLayer {
  const layer = layers[index];
  if (isRecurrent(layer)) return layer;
  throw new OptionError('layer', `layer: layer ${index} is ${layer.block.title}, which has no recurrent cell; ${wanted}.`);
}

/** A checked model: what every buffer size follows from. */
export interface ModelShape {
  readonly input: VectorInput | WordInput;
  readonly layers: readonly Layer[];
  /** Rows of the head: classes it scores, or numbers it tells; undefined for a model without a head. */
  readonly classes: number | undefined;
  /** Whether the embedding serves as the head's weights. */
  readonly tied: boolean;
  readonly seeds: readonly number[];
}

/** A model all of whose layers are recurrent. */
export interface RecurrentModel extends ModelShape {
  readonly layers: readonly RecurrentLayer[];
}

/** More units than any device here can hold; asked for by a slip of the hand rather than by a plan. */
const HIDDEN_LIMIT = 65_535;

/** Checks a description. Throws OptionError naming the option, what was given and what is allowed. */
export function modelShape(spec: ModelSpec): ModelShape {
  if (!spec.layers?.length) throw new OptionError('layers', 'layers: a model needs at least one layer.');
  const seeds = checkedSeeds(spec.seeds ?? [spec.seed ?? 0]);
  let inputs = inputWidth(spec.input);
  const layers = spec.layers.map((layer, index) => {
    const resolved = isBlock(layer) ? blockLayer(layer, inputs, `layers[${index}]`) : checkedRecurrent(layer, inputs, `layers[${index}]`);
    inputs = outputWidth(resolved);
    return resolved;
  });
  const classes = spec.output && ('values' in spec.output ? wholeNumber('output.values', spec.output.values) : wholeNumber('output.classes', spec.output.classes));
  const tied = (spec.output && 'tied' in spec.output && spec.output.tied) ?? false;
  if (tied) checkTied(spec.input, classes!, inputs);
  return { input: spec.input, layers, classes, tied, seeds };
}

function isBlock(layer: LayerSpec): layer is BlockSpec {
  const { cell, block }: { cell?: string; block?: string } = layer;
  if (cell !== undefined && block !== undefined) throw new OptionError('layers', `layers: one has both a cell (${cell}) and a block (${block}); give one of them.`);
  return block !== undefined;
}

function blockLayer({ block: name, cell: _none, ...options }: BlockSpec, inputs: number, at: string): BlockLayer {
  const block = blockNamed(name);
  const program = block.program(options, inputs, at);
  return { kind: 'block', block, options, program, width: widthOf(program, program.output), directions: 1, inputs };
}

function checkedRecurrent(layer: RecurrentSpec, inputs: number, at: string): RecurrentLayer {
  const cell = cellNamed(layer.cell);
  const hidden = wholeNumber(`${at}.hidden`, layer.hidden, HIDDEN_LIMIT);
  const directions = layer.bidirectional ? 2 : 1;
  const width = layer.projection === undefined ? hidden : projectedWidth(`${at}.projection`, cell, layer.projection, hidden);
  const bias = layer.bias ?? true;
  return { kind: 'recurrent', cell, hidden, width, directions, bias, start: checkedStart(at, cell, bias, layer), inputs };
}

/** The same model with other seeds, as many. Throws OptionError. */
export function reseeded<Shape extends ModelShape>(model: Shape, seeds: readonly number[] = model.seeds): Shape {
  if (seeds.length !== model.seeds.length) throw new OptionError('seeds', `seeds: ${seeds.length} given; this bundle has ${model.seeds.length} models.`);
  return { ...model, seeds: checkedSeeds(seeds) };
}

/** @param width - of the last layer's output */
function checkTied(input: VectorInput | WordInput, classes: number, width: number): void {
  const words = 'embedding' in input ? (typeof input.vocab === 'object' ? input.vocab.length : input.vocab) : undefined;
  if ('embedding' in input && words === classes && input.embedding === width) return;
  throw new OptionError('tied', 'output.tied: the embedding can serve as the head only where the vocabulary has as many words as there are classes, and its vectors are as wide as the output of the last layer.');
}

function checkedSeeds(seeds: readonly number[]): readonly number[] {
  if (seeds.length === 0) throw new OptionError('seeds', 'seeds: give at least one seed.');
  for (const seed of seeds) {
    if (!Number.isSafeInteger(seed)) throw new OptionError('seed', `seed: ${seed} is not a whole number.`);
  }
  return seeds;
}

function inputWidth(input: VectorInput | WordInput): number {
  if (!input) throw new OptionError('input', 'input: give { size } for vectors or { embedding } for words.');
  if ('size' in input) return wholeNumber('input.size', input.size);
  if (typeof input.vocab === 'number') wholeNumber('input.vocab', input.vocab);
  else if (input.vocab && new Set(input.vocab).size !== input.vocab.length) {
    throw new OptionError('vocab', 'input.vocab: a word is listed twice.');
  }
  checkedScale('input.scale', input.scale ?? 1);
  return wholeNumber('input.embedding', input.embedding);
}

function projectedWidth(option: string, cell: Cell, projection: number, hidden: number): number {
  if (!cell.states.some(({ name }) => name === 'c')) throw new OptionError(option, `${option}: a ${cell.title} has no projection; LSTM cells have.`);
  if (projection >= hidden) throw new OptionError(option, `${option}: ${projection} given; it must be less than the ${hidden} units it projects.`);
  return wholeNumber(option, projection);
}

function wholeNumber(option: string, value: number, most = Number.MAX_SAFE_INTEGER): number {
  if (Number.isSafeInteger(value) && value >= 1 && value <= most) return value;
  const range = most === Number.MAX_SAFE_INTEGER ? 'of at least 1' : `from 1 to ${most.toLocaleString('en')}`;
  throw new OptionError(option, `${option}: ${value} given; it must be a whole number ${range}.`);
}
