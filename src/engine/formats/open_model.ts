/**
 * Opens a model from a safetensors file: one that `saveModel` wrote, exactly as it was, or anyone's with PyTorch's names.
 * Of those, the recurrent layers (`weight_ih_l0` … under any prefix), an embedding and a linear head are found; whatever
 * else the file holds is listed. Such a file is made in two lines of Python (`PYTORCH_RECIPE`):
 *
 *     from safetensors.torch import save_model
 *     save_model(model, "model.safetensors", metadata={"alphabet": alphabet})
 */
import { EngineError, FormatError, OptionError } from '../errors';
import { size, type Tensor } from '../math/tensor';
import { checkedParameters, parameterShapes, stateDict, type StateDict } from '../model/parameters';
import { modelShape, type ModelSpec, type VectorInput, type WordInput } from '../model/spec';
import { surroundingsOf, type Choice, type Surroundings } from './embedding_and_head';
import { describedModel } from './model_description';
import { refuseOtherFormats } from './other_formats';
import { cellHint, chained, moduleName, recurrentModules, stackOf, type RecurrentStack, type ValueSource } from './recurrent_modules';
import { readSafetensors, shownName, type SafetensorsFile, type StoredTensors } from './safetensors';
import { MARK, VERSION } from './save_model';
import { savedRun, type SavedRun } from './saved_run';
import { storedName, storedValues } from './stored_model';
import { vocabularyInMetadata, vocabularyOfSize, type GivenVocabulary } from './vocabulary';

export interface OpenOptions {
  /** What the tokens stand for, where the file does not say or says it wrongly. */
  readonly vocabulary?: GivenVocabulary;
  /** A cell by our name, where shapes do not tell: `rnn_relu`, `gru_reset_before`. */
  readonly cell?: string;
  /** The prefix of the recurrent module to open, where there are several; the first unless given. It is then taken alone. */
  readonly pick?: string;
  /** The tensor that is the embedding, or false for none; found by name and shape unless given. */
  readonly embedding?: Choice;
  /** Likewise for the head. */
  readonly head?: Choice;
}

/** A tensor of the file. */
export interface FileTensor {
  readonly tensor: string;
  readonly shape: readonly number[];
}

export interface OpenedModel {
  /** With `weights`, what `engine.model` takes. */
  readonly spec: ModelSpec;
  readonly weights: StateDict;
  /** What each token stands for; undefined where nobody said, or no token is read. */
  readonly vocabulary: readonly string[] | undefined;
  /** Each tensor that is in the model, and as which parameter. */
  readonly found: readonly (FileTensor & { readonly parameter: string })[];
  readonly unused: readonly FileTensor[];
  /** Recurrent modules of the file, by the names that `pick` takes. */
  readonly modules: readonly string[];
  /** Everything that was assumed, a sentence each, for the reader. */
  readonly notes: readonly string[];
  readonly metadata: Readonly<Record<string, string>>;
  /** Where the file goes on from, if it holds a run. */
  readonly run: SavedRun | undefined;
}

/** An embedding of one-hot vectors has V² numbers. */
const MOST_ONE_HOT = 4096;

/** Longer names are not searched: no module has one, and a pattern may take the square of their length. */
const LONGEST_NAME = 256;

/**
 * Opens a file's bytes, or a file already read.
 * Throws FormatError for a file that is none, has no recurrent layers or does not fit together, naming the tensors; ShapeError,
 * NonFiniteError; OptionError for an option that does not fit the file.
 */
export function openModel(file: Uint8Array | SafetensorsFile, options: OpenOptions = {}): OpenedModel {
  if (file instanceof Uint8Array) refuseOtherFormats(file);
  const read = file instanceof Uint8Array ? readSafetensors(file) : file;
  const mark = read.metadata[MARK];
  if (mark === VERSION) return openOurs(read, options);
  const opened = openTheirs(read, options);
  if (mark === undefined) return opened;
  return { ...opened, notes: [`The file was written by another version (${shownName(mark)}) and is read as anyone's.`, ...opened.notes] };
}

function openOurs({ tensors, metadata }: SafetensorsFile, { vocabulary: given }: OpenOptions): OpenedModel {
  if (metadata['model'] === undefined) throw new FormatError('model', 'the file says it is one of ours, and has no description of its model.');
  const described = describedModel(metadata['model']);
  const words = 'embedding' in described.input ? described.input.vocab : undefined;
  const vocabulary = typeof words === 'number' ? vocabularyFor(words, given, metadata) : undefined;
  const spec: ModelSpec = vocabulary ? { ...described, input: { ...(described.input as WordInput), vocab: vocabulary } } : described;
  const shape = modelShape(spec);
  const models = shape.seeds.length > 1 ? [shape.seeds.length] : [];
  const values = [...parameterShapes(shape)].map(([parameter, expected]) => [parameter, storedValues(tensors, storedName(parameter), [...models, ...expected])] as const);
  const parameters = new Map(values);
  const saved = metadata['run'] === undefined ? undefined : savedRun(shape, parameters, tensors, metadata['run']);
  const found = values.map(([parameter, tensor]) => ({ tensor: storedName(parameter), parameter, shape: tensor.shape }));
  const unused = unusedOf(tensors, new Set([...found.map(({ tensor }) => tensor), ...(saved?.taken ?? [])]));
  return { spec, weights: stateDict(parameters), vocabulary, found, unused, modules: ['rnn'], notes: [], metadata, run: saved?.run };
}

function openTheirs({ tensors: stored, metadata }: SafetensorsFile, options: OpenOptions): OpenedModel {
  const tensors = withShared(stored, metadata);
  const modules = recurrentModules(tensors);
  const stack = pickedStack(tensors, modules, metadata, options);
  const inModules = new Set(modules.flatMap(({ layers }) => [...layers.values()].flatMap((directions) => [...directions.values()].flatMap((kinds) => [...kinds.values()]))));
  const free = new Map([...tensors].filter(([name]) => !inModules.has(name)));
  const surroundings = surroundingsOf(free, stack, givenCount(options.vocabulary), options);

  const notes = [...stack.notes, ...surroundings.notes];
  const { input, vocabulary, oneHot } = inputOf(stack, surroundings, options.vocabulary, metadata, notes);
  const spec = { input, layers: stack.layers, ...outputOf(surroundings, notes) };
  const sources = new Map([...stack.sources, ...surroundings.sources]);
  const weights = checkedParameters(modelShape(spec), {
    ...Object.fromEntries([...sources].map(([parameter, source]) => [parameter, valuesOf(tensors, source)])),
    ...(oneHot && { 'embedding.weight': oneHot }),
  });
  const tiedHead = surroundings.head?.tied && surroundings.head.tensor;
  const taken = [...sources, ...(tiedHead ? [['embedding.weight', { tensor: tiedHead }] as const] : [])];
  const found = taken.flatMap(([parameter, source]) => ('tensor' in source ? [{ tensor: source.tensor, parameter, shape: tensors.get(source.tensor)!.shape }] : []));
  const names = modules.map(({ prefix }) => prefix.replace(/\.$/, ''));
  const others = modules.filter(({ prefix }) => !stack.prefixes.includes(prefix));
  if (others.length > 0) notes.push(`The file has other recurrent modules too: ${others.slice(0, 12).map(({ prefix }) => moduleName(prefix)).join(', ')}. Any of them can be picked instead.`);
  return { spec, weights: stateDict(weights), vocabulary, found, unused: unusedOf(stored, new Set(found.map(({ tensor }) => tensor))), modules: names, notes, metadata, run: undefined };
}

/** The tensors worth a look, with those that safetensors' `save_model` left out because another has the same memory; its metadata says which. */
function withShared(tensors: StoredTensors, metadata: Readonly<Record<string, string>>): StoredTensors {
  const shared = Object.entries(metadata).flatMap(([name, kept]) => (!tensors.has(name) && tensors.has(kept) ? [[name, tensors.get(kept)!] as const] : []));
  return new Map([...tensors, ...shared].filter(([name]) => name.length <= LONGEST_NAME));
}

function pickedStack(tensors: StoredTensors, modules: ReturnType<typeof recurrentModules>, metadata: Readonly<Record<string, string>>, { pick, cell }: OpenOptions): RecurrentStack {
  const hint = cellHint(cell, metadata);
  if (modules.length === 0) throw new FormatError('file', `no recurrent layers: names that end in weight_ih_l0 and weight_hh_l0 (nn.RNN, nn.LSTM, nn.GRU) were looked for, and there are ${someOf([...tensors.keys()])}.`);
  if (pick !== undefined) {
    const picked = modules.find(({ prefix }) => prefix === pick || prefix === `${pick}.`);
    if (!picked) throw new OptionError('pick', `pick: "${shownName(pick)}" given; the file has ${someOf(modules.map(({ prefix }) => moduleName(prefix)))}.`);
    return stackOf(tensors, picked, hint);
  }
  const errors: EngineError[] = [];
  const stacks = modules.flatMap((module) => {
    try {
      return [stackOf(tensors, module, hint)];
    } catch (error) {
      if (!(error instanceof EngineError)) throw error;
      errors.push(error);
      return [];
    }
  });
  if (stacks.length === 0) throw errors[0];
  const [stack] = chained(stacks);
  return { ...stack, notes: [...stack.notes, ...errors.slice(0, 3).map(({ message }) => `Passed over: ${message}`)] };
}

/** At most a dozen names, and how many more there are. */
function someOf(names: readonly string[]): string {
  if (names.length === 0) return 'no tensors at all';
  return names.slice(0, 12).map(shownName).join(', ') + (names.length > 12 ? ` and ${names.length - 12} more` : '');
}

/** How many tokens a vocabulary has whose form leaves no doubt. */
function givenCount(given: GivenVocabulary | undefined): number | undefined {
  return typeof given === 'object' && given !== null ? Object.keys(given).length : undefined;
}

function vocabularyFor(count: number, given: GivenVocabulary | undefined, metadata: Readonly<Record<string, string>>): readonly string[] | undefined {
  return given === undefined ? vocabularyInMetadata(metadata, count) : vocabularyOfSize(count, given);
}

/** What the model reads: tokens where there is an embedding or one-hot vectors are known to stand for them, else vectors. */
function inputOf(
  { inputs }: RecurrentStack,
  { embedding, head }: Surroundings,
  given: GivenVocabulary | undefined,
  metadata: Readonly<Record<string, string>>,
  notes: string[],
): { readonly input: VectorInput | WordInput; readonly vocabulary: readonly string[] | undefined; readonly oneHot?: Tensor } {
  const count = embedding?.rows ?? inputs;
  const vocabulary = vocabularyFor(count, given, metadata);
  if (embedding) {
    if (!vocabulary) notes.push(`What the ${count} tokens stand for is not in the file; give an alphabet or a list of words.`);
    return { input: { embedding: inputs, vocab: vocabulary ?? count }, vocabulary };
  }
  if (!vocabulary) {
    notes.push(head?.rows === inputs ? `The model reads vectors of width ${inputs}. If they stand one-hot for its ${inputs} classes, give these as an alphabet or a list of words.` : `No embedding was found: the model reads vectors of width ${inputs}.`);
    return { input: { size: inputs }, vocabulary };
  }
  if (count > MOST_ONE_HOT) throw new OptionError('vocabulary', `vocabulary: one-hot vectors of ${count.toLocaleString('en')} tokens are too wide; the most is ${MOST_ONE_HOT.toLocaleString('en')}.`);
  notes.push(`There is no embedding, and the first layer reads as many numbers as there are tokens: it reads them one-hot. They come from an embedding that is the identity; leave \`embedding.weight\` frozen to train as the original would.`);
  return { input: { embedding: count, vocab: vocabulary }, vocabulary, oneHot: identity(count) };
}

function outputOf({ embedding, head }: Surroundings, notes: string[]): Pick<ModelSpec, 'output'> {
  if (!head) return {};
  if (head.rows === 1) {
    notes.push('The head has one row: it is taken to tell a number.');
    return { output: { values: 1 } };
  }
  if (embedding && embedding.rows !== head.rows) notes.push(`The head has ${head.rows} rows and the embedding ${embedding.rows}: its classes are not the tokens.`);
  return { output: { classes: head.rows, ...(head.tied && { tied: true }) } };
}

function valuesOf(tensors: StoredTensors, source: ValueSource): Tensor {
  if ('zeros' in source) return { shape: source.zeros, data: new Float32Array(size(source.zeros)) };
  return storedValues(tensors, source.tensor, tensors.get(source.tensor)!.shape);
}

function identity(count: number): Tensor {
  const data = new Float32Array(count * count);
  for (let i = 0; i < count; i++) data[i * (count + 1)] = 1;
  return { shape: [count, count], data };
}

function unusedOf(tensors: StoredTensors, used: ReadonlySet<string>): FileTensor[] {
  return [...tensors].filter(([name]) => !used.has(name)).map(([tensor, { shape }]) => ({ tensor, shape }));
}
