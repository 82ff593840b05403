/** What a backward pass may start from: the forms a caller may give, and the one checked form both engines work from. */
import { OptionError, ShapeError } from '../errors';
import { shapeText, size, type Tensor } from '../math/tensor';
import type { Inputs } from './inputs';
import { finiteFloat32, type Direction } from './parameters';
import { layerStates, layerTitle, outputWidth, type ModelShape } from './spec';

/** One unit of one sequence at one step: the loss is that entry of h. */
export interface UnitLoss {
  readonly unit: number;
  readonly step: number;
  /** The last layer unless given. */
  readonly layer?: number;
  /** Forward unless given. */
  readonly direction?: Direction;
  /** 0 unless given. */
  readonly sequence?: number;
}

/** Gradients that arrive from outside: at the last layer's output, and at the final states of every layer. */
export interface Cotangents {
  /** [T, B, W] at the output `y` of the last layer; the same for every model of a bundle. */
  readonly d_y?: Tensor;
  /** [layers·directions, B, P]. */
  readonly d_h_n?: Tensor;
  /** [layers·directions, B, H]. */
  readonly d_c_n?: Tensor;
  /** At the final states of any kind by layer and name, in the place of d_h_n and d_c_n: [D, B, width], growing ones [1, B, steps, width]. */
  readonly d_states?: readonly (Readonly<Record<string, Tensor>> | undefined)[];
}

/** Mean cross-entropy of the token that follows, over all steps but the last or at the given ones. */
export interface NextTokenLoss {
  readonly nextToken: 'all' | readonly number[];
}

export type Loss = UnitLoss | Cotangents | NextTokenLoss;

/** A checked loss. */
export type CheckedLoss =
  | {
      readonly kind: 'cotangents';
      /** The layer that `d_y` belongs to; layers above it have no gradient. */
      readonly layer: number;
      /** [T, B, D·P] at that layer's output, or undefined for zeros. */
      readonly d_y: Float32Array | undefined;
      /** Per layer and state: [D, B, width] at the states after the last step, or undefined for zeros. */
      readonly d_final: readonly (readonly (Float32Array | undefined)[])[];
    }
  | {
      readonly kind: 'cross-entropy';
      /** [T, B]: the class to predict, −1 where none is asked for. */
      readonly targets: Int32Array;
      /** How many are asked for: what the mean divides by. */
      readonly count: number;
    };

/** Checks a loss against a run. Throws OptionError, ShapeError or NonFiniteError with what is allowed. */
export function checkedLoss(model: ModelShape, inputs: Inputs, loss: Loss): CheckedLoss {
  if (typeof loss !== 'object' || loss === null) throw nothingGiven();
  if ('nextToken' in loss) return nextToken(model, inputs, loss);
  if ('unit' in loss) return oneUnit(model, inputs, loss);
  return givenCotangents(model, inputs, loss);
}

function oneUnit({ layers }: ModelShape, { steps, sequences, lengths }: Inputs, { unit, step, layer = layers.length - 1, direction = 'forward', sequence = 0 }: UnitLoss): CheckedLoss {
  within('layer', layer, layers.length);
  const { directions, width } = layers[layer];
  if (direction !== 'forward' && direction !== 'reverse') throw new OptionError('direction', `direction: "${String(direction)}" given; it must be forward or reverse.`);
  if (direction === 'reverse' && directions === 1) throw new OptionError('direction', `direction: layer ${layer} reads forward only.`);
  within('sequence', sequence, sequences);
  within('step', step, lengths?.[sequence] ?? steps);
  within('unit', unit, width);
  const d_y = new Float32Array(steps * sequences * directions * width);
  d_y[((step * sequences + sequence) * directions + (direction === 'reverse' ? 1 : 0)) * width + unit] = 1;
  return { kind: 'cotangents', layer, d_y, d_final: noneFinal(layers) };
}

function noneFinal(layers: ModelShape['layers']): (Float32Array | undefined)[][] {
  return layers.map((layer) => layerStates(layer).map(() => undefined));
}

function nothingGiven(): OptionError {
  return new OptionError('loss', 'loss: give { unit, step }, { nextToken }, or cotangents { d_y, d_h_n, d_c_n, d_states }.');
}

function givenCotangents({ layers }: ModelShape, { first, steps, sequences }: Inputs, { d_y, d_h_n, d_c_n, d_states }: Cotangents): CheckedLoss {
  if (!d_y && !d_h_n && !d_c_n && !d_states) throw nothingGiven();
  if (d_states && (d_h_n ?? d_c_n)) throw new OptionError('d_states', 'd_states: given together with d_h_n or d_c_n; give one of the two.');
  if (d_y) checkShape('d_y', d_y, [steps, sequences, outputWidth(layers[layers.length - 1])]);
  const given = { h: d_h_n, c: d_c_n };
  const d_final = d_states ? namedCotangents(layers, first + steps, sequences, d_states) : noneFinal(layers);
  for (const state of ['h', 'c'] as const) {
    const tensor = given[state];
    if (!tensor) continue;
    const name = `d_${state}_n`;
    const widths = layers.map((layer) => {
      const found = layerStates(layer).find((candidate) => candidate.name === state && !candidate.grows);
      if (!found) throw new OptionError(name, `${name}: a ${layerTitle(layer)} has no state ${state}.`);
      return found.width;
    });
    if (widths.some((width) => width !== widths[0])) throw new OptionError(name, `${name}: layers differ in width here, so one tensor cannot hold them.`);
    checkShape(name, tensor, [layers.reduce((sum, { directions }) => sum + directions, 0), sequences, widths[0]]);
    const values = finiteFloat32(name, tensor.data);
    let start = 0;
    layers.forEach((layer, k) => {
      const end = start + layer.directions * sequences * widths[k];
      d_final[k][layerStates(layer).findIndex((candidate) => candidate.name === state)] = values.slice(start, end);
      start = end;
    });
  }
  return { kind: 'cotangents', layer: layers.length - 1, d_y: d_y && finiteFloat32('d_y', d_y.data), d_final };
}

/** @param keys - how many steps growing states have rows for */
function namedCotangents(layers: ModelShape['layers'], keys: number, sequences: number, given: NonNullable<Cotangents['d_states']>): (Float32Array | undefined)[][] {
  if (given.length !== layers.length) throw new ShapeError('d_states', `states for each of ${layers.length} layers`, `${given.length}`);
  return layers.map((layer, k) => {
    const states = layerStates(layer);
    const unknown = Object.keys(given[k] ?? {}).find((name) => !states.some((state) => state.name === name));
    if (unknown !== undefined) throw new OptionError('d_states', `d_states: layer ${k}, ${layerTitle(layer)}, has no state ${unknown}; it has ${states.map(({ name }) => name).join(', ') || 'none'}.`);
    return states.map(({ name, width, grows }) => {
      const tensor = given[k]?.[name];
      if (tensor) checkShape(`d_${name}_n of layer ${k}`, tensor, [layer.directions, sequences, ...(grows ? [keys] : []), width]);
      return tensor && finiteFloat32(`d_${name}_n of layer ${k}`, tensor.data);
    });
  });
}

function nextToken({ layers, classes }: ModelShape, { steps, sequences, lengths, source }: Inputs, { nextToken: asked }: NextTokenLoss): CheckedLoss {
  if (layers.some(({ directions }) => directions === 2)) {
    throw new OptionError('nextToken', 'nextToken: a bidirectional layer has already read the token it would have to predict; use forward layers.');
  }
  if (classes === undefined) throw new OptionError('nextToken', 'nextToken: this model has no head; make it with output: { classes }.');
  if (source.kind !== 'rows') throw new OptionError('nextToken', 'nextToken: this run read vectors, which have no next token; give { words } or { tokens }.');
  if (source.rows > classes) throw new OptionError('nextToken', `nextToken: the run reads ${source.rows} different tokens and the head scores ${classes} classes.`);
  if (steps < 2) throw new OptionError('nextToken', 'nextToken: a sequence of one token has no next one.');
  const wanted = asked === 'all' ? Array.from({ length: steps - 1 }, (_, t) => t) : new Set(asked);
  for (const step of wanted) within('nextToken', step, steps - 1);
  const targets = new Int32Array(steps * sequences).fill(-1);
  let count = 0;
  for (const t of wanted) {
    for (let b = 0; b < sequences; b++) {
      if (t + 1 >= (lengths?.[b] ?? steps)) continue;
      targets[t * sequences + b] = source.tokens[(t + 1) * sequences + b];
      count++;
    }
  }
  if (count === 0) throw new OptionError('nextToken', 'nextToken: no sequence has a token after any of the steps asked for.');
  return { kind: 'cross-entropy', targets, count };
}

function checkShape(name: string, tensor: Tensor, expected: readonly number[]): void {
  if (shapeText(tensor.shape) === shapeText(expected) && tensor.data.length === size(expected)) return;
  throw new ShapeError(name, shapeText(expected), `${shapeText(tensor.shape)} with ${tensor.data.length} values`);
}

function within(option: string, value: number, count: number): void {
  if (Number.isInteger(value) && value >= 0 && value < count) return;
  throw new OptionError(option, `${option}: ${value} given; it must be a whole number from 0 to ${count - 1}.`);
}
