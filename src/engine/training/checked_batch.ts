/** Checks what a source of batches hands out, every value of it, against the model that is to learn from it. */
import { OptionError, ShapeError } from '../errors';
import { shapeText, size, type Tensor } from '../math/tensor';
import { checkedInputs, type Inputs } from '../model/inputs';
import { finiteFloat32, vocabularySize, type Parameters } from '../model/parameters';
import type { ModelShape } from '../model/spec';
import type { Batch, BatchSource, CheckedBatch, Targets } from './batch';

/**
 * Checks a batch: tokens in the vocabulary, classes the head has, numbers that are finite, shapes that fit each other.
 * Throws OptionError, ShapeError or NonFiniteError naming the tensor.
 */
export function checkedBatch(model: ModelShape, parameters: Parameters, { inputs, targets }: Batch): CheckedBatch {
  if (!inputs || !targets) throw new OptionError('task', 'task: a batch is { inputs, targets }.');
  const { steps, sequences, lengths, source } = checkedInputs(model, parameters, inputs);
  const asked = checkedTargets(model, { steps, sequences, lengths }, targets);
  const read = source.kind === 'rows' ? { tokens: source.tokens, x: undefined } : { tokens: undefined, x: source.x };
  return { steps, sequences, lengths, ...read, ...asked };
}

/** Throws OptionError if batch k is not of the shape and kind of the source's first. */
export function checkSameShape(first: CheckedBatch, { steps, sequences, values }: CheckedBatch, k: number): void {
  if (steps !== first.steps || sequences !== first.sequences) {
    throw new OptionError('task', `task: batch ${k} has ${steps} steps of ${sequences} sequences, and the first one had ${first.steps} of ${first.sequences}; all batches of a task need one shape. Use lengths for sequences that end early.`);
  }
  if (!values !== !first.values) throw new OptionError('task', `task: batch ${k} asks for ${values ? 'numbers' : 'classes'}, and the first one for ${values ? 'classes' : 'numbers'}.`);
}

/** Throws OptionError, with the remedy, where a source says that it needs another model than this one. */
export function checkFits({ input, classes }: ModelShape, source: BatchSource): void {
  if (classes === undefined) throw new OptionError('task', 'task: this model has no head, so it cannot answer; make it with output: { classes } or { values }.');
  if (source.input) checkReads(input, source.input);
  const { output } = source;
  if (output && 'classes' in output && output.classes > classes) {
    throw new OptionError('task', `task: it names ${output.classes} classes, and the head scores ${classes}; make the model with output: { classes: ${output.classes} }.`);
  }
  if (output && 'values' in output && output.values !== classes) {
    throw new OptionError('task', `task: it asks for ${output.values} numbers a step, and the head tells ${classes}; make the model with output: { values: ${output.values} }.`);
  }
}

function checkReads(input: ModelShape['input'], needed: NonNullable<BatchSource['input']>): void {
  if ('size' in needed) {
    if (!('size' in input)) throw new OptionError('task', `task: it shows vectors of ${needed.size} numbers, and this model reads words; make it with input: { size: ${needed.size} }.`);
    if (input.size !== needed.size) throw new OptionError('task', `task: it shows vectors of ${needed.size} numbers, and this model reads ${input.size}; make it with input: { size: ${needed.size} }.`);
    return;
  }
  const { length } = needed.vocab;
  if ('size' in input) throw new OptionError('task', `task: it shows words, and this model reads vectors; make it with input: { embedding, vocab } and the task's ${length} words.`);
  const rows = vocabularySize(input.vocab);
  if (rows === undefined) throw new OptionError('task', `task: this model has no closed vocabulary to learn vectors for; make it with input: { embedding, vocab } and the task's ${length} words.`);
  if (rows < length) throw new OptionError('task', `task: it uses ${length} words, and the model's vocabulary has ${rows}; make the model with the task's vocabulary.`);
  if (typeof input.vocab === 'number') return;
  const other = needed.vocab.findIndex((word, row) => word !== (input.vocab as readonly string[])[row]);
  if (other >= 0) throw new OptionError('task', `task: its word ${other} is "${needed.vocab[other]}", and the model's is "${(input.vocab as readonly string[])[other]}"; make the model with the task's vocabulary.`);
}

type Shape = Pick<Inputs, 'steps' | 'sequences' | 'lengths'>;
type Asked = Pick<CheckedBatch, 'classes' | 'values' | 'asked'>;

function checkedTargets(model: ModelShape, shape: Shape, targets: Targets): Asked {
  const rows = model.classes!;
  const classes = 'values' in targets ? whereAsked(shape, targets.asked) : checkedClasses(shape, rows, targets.classes);
  const values = 'values' in targets ? checkedValues(shape, rows, targets.values) : undefined;
  let asked = 0;
  for (let row = 0; row < classes.length; row++) {
    if (classes[row] < 0) continue;
    asked++;
    const [t, b] = [Math.floor(row / shape.sequences), row % shape.sequences];
    if (t >= lengthOf(shape, b)) throw new OptionError('targets', `targets: something is asked for at step ${t} of sequence ${b}, which has ${lengthOf(shape, b)} steps.`);
  }
  if (asked === 0) throw new OptionError('targets', 'targets: nothing is asked for in this batch.');
  return { classes, values, asked };
}

function checkedClasses({ steps, sequences }: Shape, classes: number, tensor: Tensor): Int32Array {
  checkShape('targets.classes', tensor, [steps, sequences]);
  const copy = new Int32Array(tensor.data.length);
  for (let i = 0; i < copy.length; i++) {
    const value = tensor.data[i];
    if (!Number.isInteger(value) || value < -1 || value >= classes) throw new OptionError('targets', `targets.classes: entry ${i} is ${value}; the head scores classes 0 to ${classes - 1}, and -1 is where nothing is asked for.`);
    copy[i] = value;
  }
  return copy;
}

function checkedValues({ steps, sequences }: Shape, values: number, tensor: Tensor): Float32Array {
  checkShape('targets.values', tensor, [steps, sequences, values]);
  return finiteFloat32('targets.values', tensor.data);
}

/** [T, B] of 0 where numbers are asked for and −1 elsewhere. */
function whereAsked(shape: Shape, asked: Tensor | undefined): Int32Array {
  const { steps, sequences } = shape;
  const rows = new Int32Array(steps * sequences);
  if (!asked) return rows.map((_, row) => (Math.floor(row / sequences) < lengthOf(shape, row % sequences) ? 0 : -1));
  checkShape('targets.asked', asked, [steps, sequences]);
  return rows.map((_, row) => {
    const value = asked.data[row];
    if (value !== 0 && value !== 1) throw new OptionError('targets', `targets.asked: entry ${row} is ${value}; it must be 0 or 1.`);
    return value - 1;
  });
}

function lengthOf({ lengths, steps }: Shape, b: number): number {
  return lengths ? lengths[b] : steps;
}

function checkShape(name: string, tensor: Tensor | undefined, expected: readonly number[]): void {
  if (tensor && shapeText(tensor.shape) === shapeText(expected) && tensor.data.length === size(expected)) return;
  throw new ShapeError(name, shapeText(expected), tensor ? `${shapeText(tensor.shape)} with ${tensor.data.length} values` : 'nothing');
}
