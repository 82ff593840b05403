/** Programs of one op, and runs of any program with drawn numbers, for claims about derivatives and decoding. */
import { placeOf, statesOf, tensor, type Program, type TensorDeclaration } from '../../../src/engine/blocks/program';
import { constant } from '../../../src/engine/blocks/start';
import { normalStream, randomStream } from '../../../src/engine/math/random';
import { size } from '../../../src/engine/math/tensor';
import type { Step } from '../../../src/engine/ops';
import { toEnd } from '../../../src/engine/reference/driver';
import { backProgram, emptyParameters, runProgram, type ProgramGradient, type ProgramRecord } from '../../../src/engine/reference/ops/program';
import { rowsOf, type Extent } from '../../../src/engine/reference/ops/run';

/** Sizes that no loop gets right by accident: 2 models, 3 sequences of 4, 5 and 1 steps. */
export const awkward: Extent = { models: 2, steps: 5, sequences: 3, lengths: [4, 5, 1], first: 0 };

export function drawn(length: number, ...keys: (string | number)[]): Float64Array {
  return Float64Array.from({ length }, normalStream(randomStream(1, ...keys)));
}

/** A program whose input `x` has the parts given, and whose last tensor is its output. */
export function programOf(x: TensorDeclaration, steps: readonly Step[], tensors: readonly TensorDeclaration[], parameters: Readonly<Record<string, readonly number[]>> = {}): Program {
  return {
    tensors: [x, ...tensors],
    output: tensors[tensors.length - 1].name,
    steps,
    parameters: Object.entries(parameters).map(([name, shape]) => ({ name, shape, start: constant(0) })),
    signals: [],
    equations: [],
  };
}

export { tensor };

/** Everything a run is a function of. */
export interface Point {
  readonly x: Float64Array;
  readonly parameters: Map<string, Float64Array>;
  readonly initial: Map<string, Float64Array>;
}

export function drawnPoint(program: Program, extent: Extent): Point {
  const rows = extent.models * extent.steps * extent.sequences;
  return {
    x: drawn(rows * placeOf(program, 'x').row, 'x'),
    parameters: new Map(program.parameters.map(({ name, shape, negative }) => [name, drawn(extent.models * size(shape), name).map((value) => (negative ? -Math.exp(value) : value))])),
    initial: new Map(statesOf(program).map(({ name, width, grows }) => [name, drawn(extent.models * extent.sequences * width * (grows ? extent.first : 1), 'state', name)])),
  };
}

export function run(program: Program, extent: Extent, { x, parameters, initial }: Point): ProgramRecord {
  return toEnd(runProgram(program, parameters, x, extent, initial));
}

/** A loss that weighs every entry of the output and of the final states. */
export interface Weighing {
  readonly d_y: Float64Array;
  readonly d_final: Map<string, Float64Array>;
}

export function drawnWeighing(program: Program, { tensors, final }: ProgramRecord): Weighing {
  return {
    d_y: drawn(tensors.get(program.output)!.length, 'R'),
    d_final: new Map([...final].map(([name, { length }]) => [name, drawn(length, 'S', name)])),
  };
}

export function lossOf(program: Program, { extent, tensors, final }: ProgramRecord, { d_y, d_final }: Weighing): number {
  const y = tensors.get(program.output)!;
  const width = placeOf(program, program.output).row;
  let sum = 0;
  for (const { row } of rowsOf(extent)) for (let i = row * width; i < (row + 1) * width; i++) sum += y[i] * d_y[i];
  for (const [name, values] of final) values.forEach((value, i) => (sum += value * (d_final.get(name)?.[i] ?? 0)));
  return sum;
}

export function back(program: Program, record: ProgramRecord, { parameters }: Point, { d_y, d_final }: Weighing): { gradient: ProgramGradient; parameters: Map<string, Float64Array> } {
  const d_parameters = emptyParameters(program, record.extent.models);
  return { gradient: toEnd(backProgram(program, parameters, record, d_y, d_final, d_parameters)), parameters: d_parameters };
}

/** The gradients of a run by name, each beside the central differences of the loss. */
export function gradientsAndDifferences(program: Program, extent: Extent, point = drawnPoint(program, extent)): { name: string; found: Float64Array; expected: Float64Array }[] {
  const record = run(program, extent, point);
  const weighing = drawnWeighing(program, record);
  const { gradient, parameters } = back(program, record, point, weighing);
  const loss = () => lossOf(program, run(program, extent, point), weighing);
  return [
    { name: 'x', found: gradient.tensors.get('x')!, expected: differences(point.x, loss) },
    ...[...point.parameters].map(([name, values]) => ({ name, found: parameters.get(name)!, expected: differences(values, loss) })),
    ...[...point.initial].map(([name, values]) => ({ name: `${name} before`, found: gradient.initial.get(name)!, expected: differences(values, loss) })),
  ];
}

/** ∂loss/∂values by central differences of five points: off by h⁴ f⁗′/30 and by the loss's rounding over h, both below 1e-11 here. */
function differences(values: Float64Array, loss: () => number): Float64Array {
  const h = 1e-3;
  return values.map((value, i) => {
    const at = (steps: number) => {
      values[i] = value + steps * h;
      return loss();
    };
    const slope = (8 * (at(1) - at(-1)) - (at(2) - at(-2))) / (12 * h);
    values[i] = value;
    return slope;
  });
}

/** The largest difference, as a part of the largest number expected. */
export function relativeDifference(found: ArrayLike<number>, expected: ArrayLike<number>): number {
  let [most, scale] = [0, 1e-3];
  for (let i = 0; i < expected.length; i++) {
    const difference = Math.abs(found[i] - expected[i]);
    most = difference >= 0 ? Math.max(most, difference) : Infinity;
    scale = Math.max(scale, Math.abs(expected[i]));
  }
  return found.length === expected.length ? most / scale : Infinity;
}
