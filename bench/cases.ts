/**
 * What is measured, and the numbers every contender is given: the same weights, inputs and targets, from seeds alone.
 * Weights are under PyTorch's names and in its layout; each peer's adapter brings them into its own.
 */
import { cellNamed, initialWeights, type ModelSpec, type StateDict, type Tensor } from '../src/engine';
import { randomStream } from '../src/engine/math/random';

/** B, T, I and H, under the letter that tables use. */
export interface Shape {
  readonly name: 'S' | 'M' | 'L' | 'XL' | 'H512';
  readonly sequences: number;
  readonly steps: number;
  readonly inputs: number;
  readonly hidden: number;
}

/** One layer reads x [T, B, I]; the result is its last hidden state h_n [B, H]. */
export interface ForwardCase {
  readonly kind: 'forward';
  readonly name: string;
  readonly cell: string;
  readonly shape: Shape;
}

/** One update of a language model (embedding, layer, head) by Adam; the result is the loss before it. */
export interface TrainingCase {
  readonly kind: 'training';
  readonly name: string;
  readonly cell: string;
  readonly shape: Shape;
  readonly vocabulary: number;
}

/** A [n, n] given from the host times B [n, n] already on the device; the result is the product. */
export interface ProductCase {
  readonly kind: 'product';
  readonly name: string;
  readonly size: number;
}

export type Case = ForwardCase | TrainingCase | ProductCase;

const S: Shape = { name: 'S', sequences: 1, steps: 32, inputs: 64, hidden: 64 };
const M: Shape = { name: 'M', sequences: 32, steps: 64, inputs: 128, hidden: 128 };
const L: Shape = { name: 'L', sequences: 64, steps: 128, inputs: 256, hidden: 256 };
const XL: Shape = { name: 'XL', sequences: 32, steps: 100, inputs: 512, hidden: 512 };
/** For adapters that are not software. */
const H512: Shape = { name: 'H512', sequences: 64, steps: 128, inputs: 512, hidden: 512 };

/** The language model that training is measured on: V = E = 64, H = 128, B = 32, T = 64. */
const LANGUAGE_MODEL: Shape = { ...M, inputs: 64 };
const VOCABULARY = 64;

/** Every case, what matters most and takes least first. @param full - with the shapes L and XL */
export function cases(full: boolean): Case[] {
  const forward = (shape: Shape) => ['lstm', 'rnn', 'gru', 'gru_reset_before'].map((cell): Case => ({ kind: 'forward', name: `forward ${cell} ${shape.name}`, cell, shape }));
  const products = [512, 1024].map((size): Case => ({ kind: 'product', name: `product ${size}`, size }));
  return [...forward(S), ...forward(M), ...trainingCases(), ...products, ...(full ? [...forward(L), ...forward(XL)] : [])];
}

/** Training at M, of the cells that a peer has. */
export function trainingCases(): TrainingCase[] {
  return ['lstm', 'gru', 'gru_reset_before'].map((cell) => ({ kind: 'training', name: `training ${cell} M`, cell, shape: LANGUAGE_MODEL, vocabulary: VOCABULARY }));
}

/** Those for a real adapter, by us and TF.js: forward and training. @param large - with those that take a software adapter minutes */
export function gpuCases(large: boolean): Case[] {
  const forward = cases(true).filter(({ kind }) => kind === 'forward');
  const small = [...forward.filter(({ name }) => / [SM]$/.test(name)), ...trainingCases()];
  if (!large) return small;
  return [
    ...small,
    ...forward.filter(({ name }) => / X?L$/.test(name)),
    { kind: 'forward', name: 'forward lstm H512', cell: 'lstm', shape: H512 },
    { kind: 'training', name: 'training lstm H512', cell: 'lstm', shape: H512, vocabulary: VOCABULARY },
  ];
}

/** Throws for a name that no case has. */
export function caseNamed(name: string): Case {
  const found = cases(true).find((each) => each.name === name);
  if (!found) throw new Error(`no case "${name}"; there are ${cases(true).map((each) => each.name).join(', ')}`);
  return found;
}

/** Multiply-adds of the matrix products in a case; gates and activations come on top. */
export function multiplyAdds(what: Case): number {
  if (what.kind === 'product') return what.size ** 3;
  const { sequences, steps, inputs, hidden } = what.shape;
  const rows = steps * sequences;
  const layer = rows * cellNamed(what.cell).gates.length * hidden * (inputs + hidden);
  if (what.kind === 'forward') return layer;
  // The way back takes two products for each one of the way there: for the weights and for what was read.
  return 3 * (layer + rows * hidden * what.vocabulary);
}

/** The model of a forward case. */
export function forwardSpec({ cell, shape }: ForwardCase): ModelSpec {
  return { input: { size: shape.inputs }, layers: [{ cell, hidden: shape.hidden }], seed: 1 };
}

/** x [T, B, I], uniform in ±1. */
export function forwardInput({ shape: { steps, sequences, inputs } }: ForwardCase): Tensor<Float32Array> {
  return { shape: [steps, sequences, inputs], data: uniform(steps * sequences * inputs, 'x') };
}

/** The language model of a training case. */
export function trainingSpec({ cell, shape, vocabulary }: TrainingCase): ModelSpec {
  return { input: { embedding: shape.inputs, vocab: vocabulary }, layers: [{ cell, hidden: shape.hidden }], output: { classes: vocabulary }, seed: 1 };
}

/**
 * Where training starts. PyTorch's second bias is 0, and stays so (`FROZEN`): the peers have one bias, and Adam would move
 * the sum of two by twice as much.
 */
export function trainingWeights(what: TrainingCase): StateDict {
  const weights = initialWeights(trainingSpec(what));
  return Object.fromEntries(
    Object.entries(weights).map(([name, tensor]) => [name, name.startsWith(FROZEN) ? { ...tensor, data: new Float32Array(tensor.data.length) } : tensor]),
  );
}

export const FROZEN = 'bias_hh';

/** Adam's learning rate: large, so that a wrong gradient shows in the loss within a few updates. */
export const LEARNING_RATE = 0.01;

/** Tokens of the k-th batch [T + 1, B]: all but the last are read, all but the first are to be named. */
export function trainingTokens({ shape: { steps, sequences }, vocabulary }: TrainingCase, k: number): Int32Array {
  const draw = randomStream(k, 'tokens');
  const tokens = new Int32Array((steps + 1) * sequences);
  for (let i = 0; i < tokens.length; i++) {
    // A step of 1, 2 or 3 from the token before: there is something to learn, and it is not certain.
    tokens[i] = i < sequences ? Math.floor(draw() * vocabulary) : (tokens[i - sequences] + 1 + Math.floor(draw() * 3)) % vocabulary;
  }
  return tokens;
}

/** A and B of a product, row-major, uniform in ±1. */
export function productFactors({ size }: ProductCase): { a: Float32Array<ArrayBuffer>; b: Float32Array<ArrayBuffer> } {
  return { a: uniform(size * size, 'a'), b: uniform(size * size, 'b') };
}

function uniform(count: number, key: string): Float32Array<ArrayBuffer> {
  const draw = randomStream(0, key);
  return Float32Array.from({ length: count }, () => 2 * draw() - 1);
}
