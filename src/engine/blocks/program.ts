/**
 * What a layer that is no recurrent cell computes, as data: named tensors, parameters, and a straight line of steps from
 * the tensor `x` to the output. Both engines work from the same program; neither knows which block it came from.
 *
 * All tensors are [M, T, B, width], M models of a bundle, T steps, B sequences. A tensor is a row of parts side by side,
 * and a part can be read like a tensor of its own: one product makes `qkv`, attention reads `q`, `k` and `v`. So nothing
 * is ever split or joined by copying.
 */
import type { Range } from '../cells/cell';
import { EngineError, OptionError } from '../errors';
import { size } from '../math/tensor';
import { opOf, type Step } from '../ops';
import type { OpState, ShownTensor } from '../ops/op';
import type { Start } from './start';

/** A name and a width; of a tensor, or of a part of one. */
export interface Part {
  readonly name: string;
  readonly width: number;
}

export interface TensorDeclaration {
  readonly name: string;
  /** At least one; a tensor that is not divided has one part of its own name. */
  readonly parts: readonly Part[];
}

export interface ParameterDeclaration {
  /** The published implementation's name within the layer: `in_proj_weight`, `dt_proj.bias`. In a model `layers.{k}.` stands before it. */
  readonly name: string;
  /** Without the model axis. */
  readonly shape: readonly number[];
  readonly start: Start;
  /** Whether every entry must be less than 0. */
  readonly negative?: boolean;
}

/** A tensor that a reader can look at. */
export interface BlockSignal {
  readonly name: string;
  readonly kind: 'state' | 'gate' | 'pre-activation' | 'value' | 'output' | 'input';
  readonly range: Range;
  readonly role: string;
  /** Where its numbers are: a tensor or a part of one, or what an op shows beside what it writes to that tensor. */
  readonly of: { readonly tensor: string } | { readonly shown: string; readonly by: string };
  /** What its width is divided into, and how many of them: heads of attention, channels of a scan. */
  readonly groups?: { readonly of: 'head' | 'channel' | 'group'; readonly count: number };
}

export interface Program {
  /** The first is `x`, what the layer reads. */
  readonly tensors: readonly TensorDeclaration[];
  /** The name of the tensor that is the layer's output. */
  readonly output: string;
  readonly parameters: readonly ParameterDeclaration[];
  /** In order: each tensor is written before it is read. */
  readonly steps: readonly Step[];
  readonly signals: readonly BlockSignal[];
  /** The equations, one a line, in the notation of the paper. */
  readonly equations: readonly string[];
  /** How many steps a sequence may have; undefined for any number. */
  readonly mostSteps?: number;
}

/** A tensor that is not divided. */
export function tensor(name: string, width: number): TensorDeclaration {
  return { name, parts: [{ name, width }] };
}

/** A tensor of parts with names of their own. */
export function divided(name: string, ...parts: readonly (readonly [name: string, width: number])[]): TensorDeclaration {
  return { name, parts: parts.map(([part, width]) => ({ name: part, width })) };
}

/** Where a tensor or a part of one is: the tensor, its whole width, and the entries of each row that are meant. */
export interface TensorPlace {
  readonly tensor: string;
  readonly row: number;
  readonly from: number;
  readonly width: number;
}

/** Finds a tensor, or a part, by name. Throws EngineError, for a program that names what it does not declare. */
export function placeOf({ tensors }: Pick<Program, 'tensors'>, name: string): TensorPlace {
  for (const declared of tensors) {
    const row = declared.parts.reduce((sum, { width }) => sum + width, 0);
    if (declared.name === name) return { tensor: name, row, from: 0, width: row };
    let from = 0;
    for (const part of declared.parts) {
      if (part.name === name) return { tensor: declared.name, row, from, width: part.width };
      from += part.width;
    }
  }
  throw new EngineError('program', `A program names the tensor ${name}, which it does not declare.`);
}

export function widthOf(program: Pick<Program, 'tensors'>, name: string): number {
  return placeOf(program, name).width;
}

export function shapeOf({ parameters }: Pick<Program, 'parameters'>, name: string): readonly number[] {
  const found = parameters.find((parameter) => parameter.name === name);
  if (found) return found.shape;
  throw new EngineError('program', `A program names the parameter ${name}, which it does not declare.`);
}

/** What a run of the program must carry on to continue later. */
export function statesOf(program: Program): readonly OpState[] {
  return program.steps.flatMap((step) => opOf(step).states(step, (name) => widthOf(program, name)));
}

/** What an op makes again for looking at, and its step: the one that writes `by`. Throws EngineError. */
export function shownTensor(program: Program, name: string, by: string): { step: Step; shown: ShownTensor } {
  const step = program.steps.find((candidate) => opOf(candidate).writes(candidate).includes(by));
  const shown = step && opOf(step).shows(step, (read) => widthOf(program, read)).find((each) => each.name === name);
  if (step && shown) return { step, shown };
  throw new EngineError('program', `A program has no step that writes ${by} and shows ${name}.`);
}

/** Numbers in one row of a signal, for a run of T steps. */
export function signalWidth(program: Program, { of }: Pick<BlockSignal, 'of'>, steps: number): number {
  if ('tensor' in of) return widthOf(program, of.tensor);
  const { width, perStep } = shownTensor(program, of.shown, of.by).shown;
  return perStep ? width * steps : width;
}

/** Whether a backward pass tells ∂loss/∂ a signal: of every kept tensor, and of some that are made again. */
export function hasGradient(program: Program, { of }: Pick<BlockSignal, 'of'>): boolean {
  return 'tensor' in of || shownTensor(program, of.shown, of.by).shown.felt;
}

/** Bytes of float32 that one sequence's states take after so many steps: what decoding has to keep. */
export function stateBytes(program: Program, steps: number): number {
  return statesOf(program).reduce((sum, { width, grows }) => sum + Float32Array.BYTES_PER_ELEMENT * width * (grows ? steps : 1), 0);
}

/** How many numbers the parameters are. */
export function parameterCount({ parameters }: Program): number {
  return parameters.reduce((sum, { shape }) => sum + size(shape), 0);
}

/** Refuses more steps than there are positions. Throws OptionError. @param layer - how messages name the layer: `layers[0]` */
export function checkSteps({ mostSteps }: Program, steps: number, layer: string): void {
  if (mostSteps === undefined || steps <= mostSteps) return;
  throw new OptionError('steps', `${layer}: ${steps.toLocaleString('en')} steps given, and it has ${mostSteps.toLocaleString('en')} positions. Use shorter sequences, maxSteps of at least ${steps}, or rotary positions, which have no end.`);
}

/** Refuses values that a parameter may not have. Throws OptionError. @param name - how messages name the parameter */
export function checkValues({ negative }: ParameterDeclaration, values: ArrayLike<number>, name: string): void {
  if (!negative) return;
  for (let i = 0; i < values.length; i++) {
    if (!(values[i] < 0)) throw new OptionError('weights', `weights: entry ${i} of ${name} is ${values[i]}; every entry must be less than 0, or the state would grow without end.`);
  }
}

/**
 * What is wrong with a program, in words; empty when nothing is. For the tests that walk the list of blocks.
 * Throws EngineError where it names something that it does not declare.
 */
export function faultsOf(program: Program): string[] {
  const faults: string[] = [];
  const names = program.tensors.flatMap(({ name, parts }) => [name, ...parts.map((part) => part.name).filter((part) => part !== name)]);
  const twice = (list: readonly string[]) => list.filter((name, i) => list.indexOf(name) !== i);
  for (const name of twice(names)) faults.push(`${name} is declared twice`);
  for (const name of twice(program.parameters.map((parameter) => parameter.name))) faults.push(`parameter ${name} is declared twice`);
  for (const name of twice(statesOf(program).map((state) => state.name))) faults.push(`state ${name} is declared twice`);
  for (const name of twice(program.signals.map((signal) => signal.name))) faults.push(`signal ${name} is declared twice`);

  const written = new Set(['x']);
  for (const step of program.steps) {
    const op = opOf(step);
    for (const name of op.reads(step)) if (!written.has(placeOf(program, name).tensor)) faults.push(`${step.op} reads ${name} before it is written`);
    for (const name of op.writes(step)) {
      if (written.has(name)) faults.push(`${step.op} writes ${name} again`);
      if (placeOf(program, name).tensor !== name) faults.push(`${step.op} writes ${name}, which is a part only`);
      written.add(name);
    }
    const misfit = op.misfit(step, (name) => widthOf(program, name), (name) => shapeOf(program, name));
    if (misfit) faults.push(`${step.op}: ${misfit}`);
  }
  for (const { name } of program.tensors) if (!written.has(name)) faults.push(`${name} is never written`);
  const used = new Set(program.steps.flatMap((step) => opOf(step).parameters(step)));
  for (const { name } of program.parameters) if (!used.has(name)) faults.push(`parameter ${name} is never used`);
  for (const { of } of program.signals) {
    if ('tensor' in of) placeOf(program, of.tensor);
    else shownTensor(program, of.shown, of.by);
  }
  return faults;
}
