/** What a run reads: the forms a caller may give, and the one checked form both engines work from. */
import { OptionError, ShapeError } from '../errors';
import { shapeText, size, type Tensor } from '../math/tensor';
import { finiteFloat32, vocabularySize, type Parameters } from './parameters';
import { checkSteps } from '../blocks/program';
import { isRecurrent, layerStates, layerTitle, type LayerState, type ModelShape, type WordInput } from './spec';
import { wordVector } from './words';

/** What every form of input may carry besides. */
export interface InputOptions {
  /** Steps of each sequence, 1 … T, in any order; T for all unless given. Steps beyond are 0 in every signal. */
  readonly lengths?: ArrayLike<number>;
  /** Initial hidden states [layers·directions, B, H], or one tensor [directions, B, H] per layer; 0 unless given. */
  readonly h0?: Tensor | readonly (Tensor | undefined)[];
  /** Initial cell states, likewise. */
  readonly c0?: Tensor | readonly (Tensor | undefined)[];
  /** States of any kind by layer and name, in the place of h0 and c0; 0 unless given. */
  readonly states?: States;
}

/**
 * What layers carry, by layer and by the state's name: [D, B, width]; of growing states, as the keys of attention are,
 * [1, B, steps so far, width]. Where the models of a bundle differ there is a leading axis M. What `statesAfter` returns.
 */
export type States = readonly (Readonly<Record<string, Tensor>> | undefined)[];

export type RunInputs = InputOptions &
  (
    | { /** Vectors [T, B, I]. */ readonly x: Tensor }
    | { /** Rows of the embedding, [T, B]. */ readonly tokens: Tensor }
    | { /** One sequence of words, or several of any lengths. */ readonly words: readonly string[] | readonly (readonly string[])[] }
  );

/** Where the vectors that layer 0 reads come from. */
export type Source =
  | { readonly kind: 'vectors'; /** [T, B, I] */ readonly x: Float32Array }
  | {
      readonly kind: 'rows';
      /** [M, V, E] */
      readonly table: Float32Array;
      /** V */
      readonly rows: number;
      /** [T, B], each below V */
      readonly tokens: Int32Array;
    };

/** A checked input. */
export interface Inputs {
  readonly steps: number;
  readonly sequences: number;
  /** [B], or undefined when every sequence has all steps. */
  readonly lengths: Int32Array | undefined;
  readonly source: Source;
  /** How many steps came before, where growing states are given; else 0. */
  readonly first: number;
  /** Per layer and state: [directions, B, width], growing ones [1, B, first, width], or with a leading axis M; undefined for zeros. */
  readonly initial: readonly (readonly (Float32Array | undefined)[])[];
  /** The words read, per sequence, when words were given. */
  readonly words: readonly (readonly string[])[] | undefined;
}

/**
 * Checks an input against a model. Throws ShapeError, OptionError or NonFiniteError naming the tensor.
 * @param before - how many steps the model has read already, where no states tell
 */
export function checkedInputs(model: ModelShape, parameters: Parameters, inputs: RunInputs, before = 0): Inputs {
  const read = 'words' in inputs ? fromWords(model, parameters, inputs) : 'tokens' in inputs ? fromTokens(model, parameters, inputs.tokens) : fromVectors(model, inputs.x);
  const { steps, sequences } = read;
  const lengths = checkedLengths(inputs.lengths ?? read.lengths, read.lengths ?? Array.from({ length: sequences }, () => steps));
  if (inputs.states && (inputs.h0 ?? inputs.c0)) throw new OptionError('states', 'states: given together with h0 or c0; give one of the two.');
  const initial = inputs.states ? checkedStates(model, inputs.states, sequences) : { first: before, initial: initialStates(model, inputs, sequences) };
  model.layers.forEach((layer, k) => {
    if (!isRecurrent(layer)) checkSteps(layer.program, initial.first + steps, `layers[${k}]`);
  });
  return { ...read, lengths, ...initial };
}

type Read = Pick<Inputs, 'steps' | 'sequences' | 'source' | 'words'> & { lengths?: ArrayLike<number> };

function fromVectors(model: ModelShape, x: Tensor | undefined): Read {
  if (!('size' in model.input)) throw new OptionError('x', 'x: this model reads words; give { words } or { tokens }.');
  if (!x) throw new OptionError('x', 'x: nothing given; this model reads vectors { x } of shape [T, B, I].');
  const width = model.input.size;
  const [steps, sequences] = x.shape;
  if (x.shape.length !== 3 || x.shape[2] !== width || !(steps >= 1) || !(sequences >= 1) || x.data.length !== size(x.shape)) {
    throw new ShapeError('x', `[T, B, ${width}] with T, B ≥ 1`, `${shapeText(x.shape)} with ${x.data.length} values`);
  }
  return { steps, sequences, source: { kind: 'vectors', x: finiteFloat32('x', x.data) }, words: undefined };
}

function fromTokens(model: ModelShape, parameters: Parameters, tokens: Tensor): Read {
  const table = parameters.get('embedding.weight');
  if (!table || !('embedding' in model.input)) throw new OptionError('tokens', 'tokens: this model has no vocabulary; give { words } or { x }.');
  const rows = vocabularySize(model.input.vocab)!;
  const [steps, sequences] = tokens.shape;
  if (tokens.shape.length !== 2 || !(steps >= 1) || !(sequences >= 1) || tokens.data.length !== size(tokens.shape)) {
    throw new ShapeError('tokens', '[T, B] with T, B ≥ 1', `${shapeText(tokens.shape)} with ${tokens.data.length} values`);
  }
  for (let i = 0; i < tokens.data.length; i++) {
    const token = tokens.data[i];
    if (!Number.isInteger(token) || token < 0 || token >= rows) {
      throw new OptionError('tokens', `tokens: entry ${i} is ${token}; the vocabulary has rows 0 to ${rows - 1}.`);
    }
  }
  return { steps, sequences, source: { kind: 'rows', table: table.data, rows, tokens: Int32Array.from(tokens.data) }, words: undefined };
}

function fromWords(model: ModelShape, parameters: Parameters, { words: given }: { words: readonly string[] | readonly (readonly string[])[] }): Read {
  if (!('embedding' in model.input)) throw new OptionError('words', 'words: this model reads vectors; give { x }.');
  const sentences = (typeof given[0] === 'string' || given.length === 0 ? [given] : given) as readonly (readonly string[])[];
  const empty = sentences.findIndex((sentence) => sentence.length === 0);
  if (empty >= 0) throw new OptionError('words', sentences.length > 1 ? `words: sentence ${empty} is empty; give at least one word.` : 'words: nothing to read; give at least one word.');

  const steps = Math.max(...sentences.map((sentence) => sentence.length));
  const known = vocabularyOf(model.input) ?? distinct(sentences);
  const row = new Map(known.map((word, index) => [word, index]));
  const tokens = new Int32Array(steps * sentences.length);
  sentences.forEach((sentence, b) => {
    sentence.forEach((word, t) => {
      const index = row.get(word);
      if (index === undefined) throw new OptionError('words', `words: "${word}" is not in this model's vocabulary of ${known.length} words.`);
      tokens[t * sentences.length + b] = index;
    });
  });
  const table = parameters.get('embedding.weight')?.data ?? wordTable(model, model.input, known);
  return {
    steps,
    sequences: sentences.length,
    source: { kind: 'rows', table, rows: known.length, tokens },
    words: sentences,
    lengths: sentences.map((sentence) => sentence.length),
  };
}

function vocabularyOf(input: WordInput): readonly string[] | undefined {
  if (typeof input.vocab !== 'number') return input.vocab;
  throw new OptionError('words', 'words: this model knows its vocabulary by number only; give { tokens }, or make it with the list of words.');
}

function distinct(sentences: readonly (readonly string[])[]): string[] {
  return [...new Set(sentences.flat())];
}

function wordTable({ seeds }: ModelShape, { embedding, scale = 1 }: WordInput, words: readonly string[]): Float32Array {
  const table = new Float32Array(seeds.length * words.length * embedding);
  seeds.forEach((seed, m) => {
    words.forEach((word, v) => table.set(wordVector(seed, word, embedding, scale), (m * words.length + v) * embedding));
  });
  return table;
}

function checkedLengths(lengths: ArrayLike<number> | undefined, longest: ArrayLike<number>): Int32Array | undefined {
  if (!lengths) return undefined;
  if (lengths.length !== longest.length) throw new ShapeError('lengths', `[${longest.length}]`, `[${lengths.length}]`);
  for (let b = 0; b < lengths.length; b++) {
    if (!Number.isInteger(lengths[b]) || lengths[b] < 1 || lengths[b] > longest[b]) {
      throw new OptionError('lengths', `lengths: entry ${b} is ${lengths[b]}; it must be a whole number from 1 to ${longest[b]}.`);
    }
  }
  const steps = Array.from(longest).reduce((most, length) => Math.max(most, length), 0);
  return Array.from(lengths).every((length) => length === steps) ? undefined : Int32Array.from(lengths);
}

/** States as a run before left them; zeros unless given. All growing ones have rows for the same steps, or none is given. Throws OptionError or ShapeError. */
export function checkedStates({ layers, seeds }: ModelShape, given: States | undefined, sequences: number): Pick<Inputs, 'first' | 'initial'> {
  if (!given) return { first: 0, initial: layers.map((layer) => layerStates(layer).map(() => undefined)) };
  if (given.length !== layers.length) throw new ShapeError('states', `states for each of ${layers.length} layers`, `${given.length}`);
  const growing = layers.flatMap((layer, k) => layerStates(layer).flatMap(({ name, grows }) => (grows ? [{ name, k, shape: given[k]?.[name]?.shape }] : [])));
  const known = growing.find(({ shape }) => shape);
  const first = known?.shape?.at(-2) ?? 0;
  for (const { name, k, shape } of growing) {
    if (known && !shape) throw new OptionError('states', `states: layer ${k} has no ${name}, and layer ${known.k} has ${known.name}; a run goes on from the states of all layers that look back.`);
  }
  const initial = layers.map((layer, k) => {
    const states = layerStates(layer);
    const unknown = Object.keys(given[k] ?? {}).find((name) => !states.some((state) => state.name === name));
    if (unknown !== undefined) throw new OptionError('states', `states: layer ${k}, ${layerTitle(layer)}, has no state ${unknown}; it has ${states.map(({ name }) => name).join(', ') || 'none'}.`);
    return states.map(({ name, width, grows }) => {
      const tensor = given[k]?.[name];
      if (!tensor) return undefined;
      const same = [layer.directions, sequences, ...(grows ? [first] : []), width];
      const expected = tensor.shape.length > same.length ? [seeds.length, ...same] : same;
      checkShape(`${name} of layer ${k}`, tensor, expected);
      return finiteFloat32(`${name} of layer ${k}`, tensor.data);
    });
  });
  return { first, initial };
}

function initialStates(model: ModelShape, given: InputOptions, sequences: number): (Float32Array | undefined)[][] {
  const states = model.layers.map(layerStates);
  const initial = states.map((ofLayer) => ofLayer.map((): Float32Array | undefined => undefined));
  for (const state of ['h', 'c'] as const) {
    const name = `${state}0` as const;
    const tensors = perLayer(model, states, given[name], state, sequences);
    tensors?.forEach((tensor, k) => {
      if (!tensor) return;
      const index = states[k].findIndex((candidate) => candidate.name === state);
      if (index < 0) throw new OptionError(name, `${name}: layer ${k} is a ${layerTitle(model.layers[k])}, which has no state ${state}.`);
      checkShape(`${name} of layer ${k}`, tensor, [model.layers[k].directions, sequences, states[k][index].width]);
      initial[k][index] = finiteFloat32(name, tensor.data);
    });
  }
  return initial;
}

/** Cuts PyTorch's [layers·directions, B, H] into one tensor per layer. */
function perLayer(
  model: ModelShape,
  states: readonly (readonly LayerState[])[],
  given: Tensor | readonly (Tensor | undefined)[] | undefined,
  state: 'h' | 'c',
  sequences: number,
): readonly (Tensor | undefined)[] | undefined {
  if (!given) return undefined;
  const name = `${state}0`;
  if (Array.isArray(given)) {
    if (given.length !== model.layers.length) throw new ShapeError(name, `one tensor for each of ${model.layers.length} layers`, `${given.length}`);
    return given;
  }
  const tensor = given as Tensor;
  const widths = states.map((ofLayer, k) => ofLayer.find((candidate) => candidate.name === state)?.width ?? model.layers[k].width);
  const [width] = widths;
  if (widths.some((other) => other !== width)) {
    throw new OptionError(name, `${name}: layers differ in width here; give one tensor per layer.`);
  }
  checkShape(name, tensor, [model.layers.reduce((sum, layer) => sum + layer.directions, 0), sequences, width]);
  let row = 0;
  return model.layers.map(({ directions }) => {
    const data = Array.prototype.slice.call(tensor.data, row * sequences * width, (row + directions) * sequences * width) as number[];
    row += directions;
    return { shape: [directions, sequences, width], data };
  });
}

function checkShape(name: string, tensor: Tensor, expected: readonly number[]): void {
  if (shapeText(tensor.shape) === shapeText(expected) && tensor.data.length === size(expected)) return;
  throw new ShapeError(name, shapeText(expected), `${shapeText(tensor.shape)} with ${tensor.data.length} values`);
}
