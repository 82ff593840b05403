/**
 * What stands before and after the recurrent layers of a file: the embedding, whose vectors are as wide as what the first
 * layer reads, and the linear head, which reads what the last one says. Both are told by shape and by the names people give them.
 */
import { FormatError, OptionError } from '../errors';
import { shapeText } from '../math/tensor';
import { moduleName, type RecurrentStack, type ValueSource } from './recurrent_modules';
import { shownName, type StoredTensors } from './safetensors';

/** A module's own name, the last part before `.weight`: PyTorch's examples call the two encoder and decoder. */
const EMBEDDING_NAMES = /(^|_)(embed\w*|emb|wte|encoder|encode|lookup|lut|drop_em)\d*$/i;
const HEAD_NAMES = /(^|_)(head|fc|decoder|decode|linear|lin|out|output|classifier|logits|scores?|dense|proj|projection|i2o|h2o)(_?\d+|_layer|_out)?$/i;

/** `name` opens that tensor as what it is for; false takes none. */
export type Choice = string | false;

export interface Surroundings {
  /** `embedding.weight`, `head.weight`, `head.bias`; head.weight is left out where it is tied. */
  readonly sources: ReadonlyMap<string, ValueSource>;
  /** V: rows of the embedding, and how wide its vectors are. */
  readonly embedding: { readonly tensor: string; readonly rows: number } | undefined;
  /** C; `tensor` is undefined where the file has the embedding only. */
  readonly head: { readonly tensor: string | undefined; readonly rows: number; readonly tied: boolean } | undefined;
  readonly notes: readonly string[];
}

/** A matrix that may be either. */
interface Matrix {
  readonly name: string;
  readonly rows: number;
  readonly columns: number;
  /** The name without `.weight`, and its last part. */
  readonly module: string;
  readonly called: string;
  readonly bias: string | undefined;
}

/**
 * Finds both. Throws FormatError where a tensor beside the recurrent layers has the name of one and does not fit them,
 * OptionError for a choice that is not in the file or does not fit.
 * @param free - the tensors that are not recurrent
 * @param words - how many tokens the vocabulary has, if one was given
 */
export function surroundingsOf(free: StoredTensors, stack: RecurrentStack, words: number | undefined, choices: { readonly embedding?: Choice; readonly head?: Choice }): Surroundings {
  const matrices = matricesOf(free);
  const notes: string[] = [];
  const head = choices.head === undefined ? likelyHead(matrices, stack, words, notes) : chosen('head', choices.head, matrices, stack.outputs, stack.lastTensor);
  const embedding = choices.embedding === undefined ? likelyEmbedding(matrices, stack, words, head, notes) : chosen('embedding', choices.embedding, matrices, stack.inputs, stack.firstTensor);
  const tiedBias = head || choices.head === false ? undefined : biasOfMissingHead(free, stack, embedding);
  const tied = tiedBias !== undefined || (head !== undefined && embedding !== undefined && sameValues(free, head, embedding));

  const sources = new Map<string, ValueSource>();
  if (embedding) sources.set('embedding.weight', { tensor: embedding.name });
  if (head && !tied) sources.set('head.weight', { tensor: head.name });
  const bias = tiedBias ?? head?.bias;
  const rows = head?.rows ?? (tied ? embedding!.rows : undefined);
  if (rows !== undefined) sources.set('head.bias', bias === undefined ? { zeros: [rows] } : { tensor: bias });

  if (tied) notes.push(`The embedding ${shownName(embedding!.name)} serves as the head's weights too${tiedBias === undefined ? ': the two are equal' : `: the file has ${shownName(tiedBias)} and no weights beside it`}.`);
  if (rows !== undefined && bias === undefined) notes.push(`The head has no bias in the file; it is taken as zeros.`);
  if (rows === undefined) notes.push('No head was found: the model has states and gates, and says nothing.');
  return { sources, embedding: embedding && { tensor: embedding.name, rows: embedding.rows }, head: rows === undefined ? undefined : { tensor: head?.name, rows, tied }, notes };
}

function matricesOf(free: StoredTensors): readonly Matrix[] {
  return [...free].flatMap(([name, { shape }]) => {
    if (shape.length !== 2 || !shape.every((extent) => extent > 0)) return [];
    const [rows, columns] = shape;
    const module = name.replace(/\.?weight$/, '');
    const biasName = name.replace(/weight$/, 'bias');
    const bias = biasName !== name && shapeText(free.get(biasName)?.shape ?? []) === shapeText([rows]) ? biasName : undefined;
    return [{ name, rows, columns, module, called: module.slice(module.lastIndexOf('.') + 1), bias }];
  });
}

function likelyHead(matrices: readonly Matrix[], stack: RecurrentStack, words: number | undefined, notes: string[]): Matrix | undefined {
  const named = matrices.filter(({ called }) => HEAD_NAMES.test(called));
  const fitting = matrices.filter((matrix) => matrix.columns === stack.outputs && (named.includes(matrix) || matrix.bias !== undefined));
  const below = belowOthers(fitting, matrices);
  const found = nearest(
    fitting.filter((matrix) => !below.includes(matrix)),
    stack,
    (matrix) => Number(named.includes(matrix)) + 2 * Number(matrix.rows === words),
  );
  if (found && !named.includes(found)) notes.push(`${shownName(found.name)} is taken as the head: it is as wide as what the last layer says, and has a bias.`);
  else if (!found && below.length > 0) notes.push(`${shownName(below[0].name)} is the first of several layers above the recurrent ones; such a head is not drawn.`);
  else if (!found) refuseBeside('head', named, stack, stack.outputs, stack.lastTensor);
  return found;
}

/** Those of them that another matrix reads from, in a numbered row of layers: `fc1`, `fc2`; `head.0`, `head.2`. */
function belowOthers(fitting: readonly Matrix[], matrices: readonly Matrix[]): readonly Matrix[] {
  const key = (module: string, width: number) => `${width} ${module.replace(/\d+$/, '')}`;
  const readers = new Map<string, Matrix[]>();
  for (const matrix of matrices) {
    const reads = key(matrix.module, matrix.columns);
    readers.set(reads, [...(readers.get(reads) ?? []).slice(0, 1), matrix]);
  }
  return fitting.filter((matrix) => readers.get(key(matrix.module, matrix.rows))?.some((next) => next !== matrix));
}

function likelyEmbedding(matrices: readonly Matrix[], stack: RecurrentStack, words: number | undefined, head: Matrix | undefined, notes: string[]): Matrix | undefined {
  const others = matrices.filter((matrix) => matrix !== head && matrix.bias === undefined);
  const named = others.filter(({ called }) => EMBEDDING_NAMES.test(called));
  const found = nearest(named.filter(({ columns }) => columns === stack.inputs), stack, ({ rows }) => 2 * Number(rows === words));
  if (found) return found;
  // One of another name counts only where its rows say so too.
  const size = words ?? head?.rows;
  const unnamed = others.find(({ columns, rows, called }) => columns === stack.inputs && rows === size && !HEAD_NAMES.test(called));
  if (unnamed) {
    notes.push(`${shownName(unnamed.name)} is taken as the embedding: it has a row for each of ${size} tokens, as wide as what the first layer reads.`);
    return unnamed;
  }
  // Tied weights are kept once, and not always under the embedding's name.
  if (head && head.rows === words && head.columns === stack.inputs && head.rows !== stack.inputs) return head;
  refuseBeside('embedding', named, stack, stack.inputs, stack.firstTensor);
  return undefined;
}

/** The head's bias where its weights are not in the file because they are the embedding's. */
function biasOfMissingHead(free: StoredTensors, stack: RecurrentStack, embedding: Matrix | undefined): string | undefined {
  if (!embedding || embedding.columns !== stack.outputs) return undefined;
  return [...free].find(([name, { shape }]) => {
    const module = name.replace(/\.bias$/, '');
    return module !== name && !free.has(`${module}.weight`) && HEAD_NAMES.test(module.slice(module.lastIndexOf('.') + 1)) && shapeText(shape) === shapeText([embedding.rows]);
  })?.[0];
}

function sameValues(free: StoredTensors, { name }: Matrix, other: Matrix): boolean {
  const [one, two] = [free.get(name)!, free.get(other.name)!];
  if (shapeText(one.shape) !== shapeText(two.shape)) return false;
  const { data } = two;
  return one.data.every((value, i) => value === data[i]);
}

/** The one that scores best, and of those the one whose name begins most like the recurrent module's. */
function nearest(matrices: readonly Matrix[], { prefixes: [prefix] }: RecurrentStack, score: (matrix: Matrix) => number): Matrix | undefined {
  const worth = (matrix: Matrix) => score(matrix) * 1000 + Math.min(999, sharedParts(matrix.name, prefix));
  return matrices.toSorted((one, other) => worth(other) - worth(one))[0];
}

/** How many leading parts of two names are equal. */
function sharedParts(one: string, other: string): number {
  const [parts, others] = [one.split('.'), other.split('.')];
  const differ = parts.findIndex((part, i) => part !== others[i]);
  return differ < 0 ? parts.length : differ;
}

/** A tensor beside the recurrent module, named for its purpose, that does not fit is rather a broken file than another part of a model. */
function refuseBeside(what: 'embedding' | 'head', named: readonly Matrix[], { prefixes: [prefix] }: RecurrentStack, width: number, tensor: string): void {
  const parent = prefix.replace(/[^.]*\.$/, '');
  const wrong = named.find(({ module, called }) => module === parent + called);
  if (!wrong) return;
  throw new FormatError(
    shownName(wrong.name),
    `its shape is [${wrong.rows}, ${wrong.columns}], and the ${what} of ${moduleName(prefix)} must have ${width} columns to fit ${shownName(tensor)}. Name another tensor as \`${what}\`, or give \`${what}: false\` to open the recurrent layers without.`,
  );
}

function chosen(what: 'embedding' | 'head', choice: Choice, matrices: readonly Matrix[], width: number, tensor: string): Matrix | undefined {
  if (choice === false) return undefined;
  const found = matrices.find(({ name, module }) => name === choice || module === choice);
  if (!found) throw new OptionError(what, `${what}: ${shownName(choice)} is no matrix of this file.`);
  if (found.columns === width) return found;
  throw new OptionError(what, `${what}: ${shownName(found.name)} is [${found.rows}, ${found.columns}]; it must have ${width} columns to fit ${shownName(tensor)}.`);
}
