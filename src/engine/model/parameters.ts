/**
 * A model's parameters under PyTorch's names and in PyTorch's layout: `weight_ih_l{k}` [G·H, I], `weight_hh_l{k}`
 * [G·H, P], `bias_ih_l{k}` and `bias_hh_l{k}` [G·H], `weight_hr_l{k}` [P, H] of a projection, a cell's per-unit parameters
 * [H] (`weight_peep_i_l{k}`), each also with `_reverse`; of a block the published names below `layers.{k}.`; `embedding.weight` [V, E], `head.weight` [C, P] and `head.bias` [C].
 * P is the width of h: H, unless it is projected. A bundle of M > 1 models has a leading axis M. Values are float32 on both engines, so that the two differ in arithmetic only.
 */
import { checkValues } from '../blocks/program';
import { NonFiniteError, OptionError, ShapeError } from '../errors';
import { shapeText, size, type Tensor } from '../math/tensor';
import { isRecurrent, outputWidth, type Layer, type ModelShape } from './spec';

export type Direction = 'forward' | 'reverse';
export type Parameters = ReadonlyMap<string, Tensor<Float32Array>>;
export type StateDict = Readonly<Record<string, Tensor>>;

/** A layer's directions in PyTorch's order. */
export function directionsOf(layer: Layer): readonly Direction[] {
  return layer.directions === 2 ? ['forward', 'reverse'] : ['forward'];
}

/** What a layer's parameter is; a cell's per-unit parameter is `weight_` and its name. */
export type ParameterKind = 'weight_ih' | 'weight_hh' | 'bias_ih' | 'bias_hh' | 'weight_hr' | `weight_${string}`;

/** The name of a layer's parameter: `weight_ih_l0`, `bias_hh_l1_reverse`. */
export function parameterName(kind: ParameterKind, layer: number, direction: Direction): string {
  return `${kind}_l${layer}${direction === 'reverse' ? '_reverse' : ''}`;
}

/** The name of a block's parameter in a model: `layers.0.in_proj_weight`. */
export function blockParameterName(name: string, layer: number): string {
  return `layers.${layer}.${name}`;
}

/** Every parameter of a model with its shape, without the model axis, in PyTorch's order. */
export function parameterShapes({ input, layers, classes, tied }: ModelShape): Map<string, readonly number[]> {
  const shapes = new Map<string, readonly number[]>();
  const words = 'embedding' in input ? vocabularySize(input.vocab) : undefined;
  if (words !== undefined && 'embedding' in input) shapes.set('embedding.weight', [words, input.embedding]);
  layers.forEach((layer, k) => {
    if (!isRecurrent(layer)) {
      for (const { name, shape } of layer.program.parameters) shapes.set(blockParameterName(name, k), shape);
      return;
    }
    const rows = layer.cell.gates.length * layer.hidden;
    for (const direction of directionsOf(layer)) {
      shapes.set(parameterName('weight_ih', k, direction), [rows, layer.inputs]);
      shapes.set(parameterName('weight_hh', k, direction), [rows, layer.width]);
      if (layer.bias) {
        shapes.set(parameterName('bias_ih', k, direction), [rows]);
        shapes.set(parameterName('bias_hh', k, direction), [rows]);
      }
      if (layer.width !== layer.hidden) shapes.set(parameterName('weight_hr', k, direction), [layer.width, layer.hidden]);
      for (const unit of layer.cell.unitParameters ?? []) shapes.set(parameterName(`weight_${unit}`, k, direction), [layer.hidden]);
    }
  });
  if (classes !== undefined) {
    if (!tied) shapes.set('head.weight', [classes, outputWidth(layers[layers.length - 1])]);
    shapes.set('head.bias', [classes]);
  }
  return shapes;
}

/** The head's weights [C, P]: its own, or the embedding's where it is tied. */
export function headWeightName({ tied }: ModelShape): 'head.weight' | 'embedding.weight' {
  return tied ? 'embedding.weight' : 'head.weight';
}

/** How many words a closed vocabulary has, or undefined for an open one. */
export function vocabularySize(vocab: number | readonly string[] | undefined): number | undefined {
  return typeof vocab === 'object' ? vocab.length : vocab;
}

/** Values as a caller may give them back. */
export function stateDict(parameters: Parameters): StateDict {
  return Object.fromEntries(parameters);
}

/** The error of a backward pass through a run whose weights are no longer the model's. */
export function staleParameters(): OptionError {
  return new OptionError('backward', "backward: the model's parameters were changed after this run; run it again.");
}

/** The error of decoding on with weights that are no longer the model's. */
export function otherParameters(): OptionError {
  return new OptionError('parameters', 'parameters: the model has other weights than when this decoder began; make another one.');
}

/** Takes given values as a model's parameters. Throws if one is missing, unknown, misshapen, not finite, or what it may not be. */
export function checkedParameters(model: ModelShape, values: StateDict): Parameters {
  const parameters = checkedTensors(model, values);
  model.layers.forEach((layer, k) => {
    if (isRecurrent(layer)) return;
    for (const declared of layer.program.parameters) {
      const name = blockParameterName(declared.name, k);
      checkValues(declared, parameters.get(name)!.data, name);
    }
  });
  return parameters;
}

/** Takes given values in the parameters' names and shapes, whatever they are: an optimiser's slots too. Throws likewise. */
export function checkedTensors(model: ModelShape, values: StateDict): Parameters {
  const shapes = parameterShapes(model);
  const unknown = Object.keys(values).filter((name) => !shapes.has(name));
  if (unknown.length) {
    throw new OptionError('weights', `weights: ${unknown.join(', ')} has no place in this model; it has ${[...shapes.keys()].join(', ')}.`);
  }
  const parameters = new Map<string, Tensor<Float32Array>>();
  for (const [name, shape] of shapes) {
    const given = values[name];
    if (!given) throw new OptionError('weights', `weights: ${name} is missing.`);
    const expected = bundled(model, shape);
    if (shapeText(given.shape) !== shapeText(expected) || given.data.length !== size(expected)) {
      throw new ShapeError(name, shapeText(expected), `${shapeText(given.shape)} with ${given.data.length} values`);
    }
    parameters.set(name, { shape: expected, data: finiteFloat32(name, given.data) });
  }
  return parameters;
}

/** Copies values to float32. Throws NonFiniteError at the first NaN, infinity, or number beyond float32. */
export function finiteFloat32(name: string, values: ArrayLike<number>): Float32Array {
  const copy = Float32Array.from(values);
  const bad = copy.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0) throw new NonFiniteError(name, bad, values[bad]);
  return copy;
}

/** A parameter's shape with the model axis, where there is one. */
export function bundled(model: ModelShape, shape: readonly number[]): readonly number[] {
  return model.seeds.length > 1 ? [model.seeds.length, ...shape] : shape;
}
