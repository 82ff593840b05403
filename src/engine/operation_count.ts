/**
 * How many multiply-adds a model needs, counted from what it is made of: of every word by itself, and of every pair of words
 * that attention compares. Products with matrices and between vectors are counted, and what a scan does to each number of its
 * state; norms, gates, softmax and other functions of single numbers are not.
 */
import { shapeOf, widthOf } from './blocks/program';
import type { OpName, StepOf } from './ops';
import type { ShapeOf, WidthOf } from './ops/op';
import { isRecurrent, type Layer, type ModelShape } from './model/spec';

export interface OperationCount {
  /** Multiply-adds for each step, whatever came before. */
  readonly perStep: number;
  /** Multiply-adds for each pair of a step and one at or before it. */
  readonly perPair: number;
}

/** Of one sequence, without the head. */
export function operationCount({ layers }: Pick<ModelShape, 'layers'>): OperationCount {
  return layers.map(ofLayer).reduce(sum, { perStep: 0, perPair: 0 });
}

/** For a sequence of so many steps: n·perStep + n(n + 1)/2·perPair. */
export function multiplyAdds({ perStep, perPair }: OperationCount, steps: number): number {
  return steps * perStep + ((steps * (steps + 1)) / 2) * perPair;
}

function ofLayer(layer: Layer): OperationCount {
  if (isRecurrent(layer)) {
    const { cell, directions, hidden, inputs, width } = layer;
    const projection = width < hidden ? width * hidden : 0;
    return { perStep: directions * (cell.gates.length * hidden * (inputs + width) + projection), perPair: 0 };
  }
  const { program } = layer;
  return program.steps
    .map((step) => (counts[step.op] as Count<OpName>)(step, (name) => widthOf(program, name), (name) => shapeOf(program, name)))
    .reduce(sum, { perStep: 0, perPair: 0 });
}

type Count<Name extends OpName> = (step: StepOf<Name>, widthOf: WidthOf, shapeOf: ShapeOf) => OperationCount;

const NONE: OperationCount = { perStep: 0, perPair: 0 };
const each = (perStep: number): OperationCount => ({ perStep, perPair: 0 });
const entries = (shape: readonly number[]) => shape.reduce((product, length) => product * length, 1);

/** What every op needs; a new one is asked for here. */
const counts: { readonly [Name in OpName]: Count<Name> } = {
  linear: ({ weight }, _, shape) => each(entries(shape(weight))),
  convolution: ({ x, taps }, width) => each(width(x) * taps),
  // Scores with the key, and the value mixed in.
  attend: ({ q, v }, width) => ({ perStep: 0, perPair: width(q) + width(v) }),
  // exp(Δ·A)·h + w, w = (Δ·u)·B, and C·h: three for each number of the state; and Δ from its few numbers.
  selective_scan: ({ u, states, deltaWeight }, width, shape) => each(3 * width(u) * states + (deltaWeight ? entries(shape(deltaWeight)) : 0)),
  linear_scan: ({ h }, width) => each(width(h)),
  gates: () => NONE,
  norm: () => NONE,
  positions: () => NONE,
  rotary: () => NONE,
};

function sum(one: OperationCount, other: OperationCount): OperationCount {
  return { perStep: one.perStep + other.perStep, perPair: one.perPair + other.perPair };
}
