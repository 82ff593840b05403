/**
 * The weights a model starts with, float32, drawn from its seeds. Every number depends on the seed, the parameter's name
 * and its place alone, so that a bundle of models starts as its members would alone.
 */
import { orthogonalMatrix } from '../math/orthogonal';
import { normalStream, randomStream } from '../math/random';
import { size, type Tensor } from '../math/tensor';
import type { Start as BlockStart } from '../blocks/start';
import { blockParameterName, bundled, parameterShapes, stateDict, type Parameters, type StateDict } from './parameters';
import { isRecurrent, modelShape, outputWidth, type ModelShape, type ModelSpec, type RecurrentLayer } from './spec';
import { chronoSign } from './start';

/** Standard deviation of the input weights of the identity start (Le, Jaitly, Hinton 2015). */
const IRNN_INPUT_SCALE = 0.001;

/** The next number of a parameter, asked for in order: entry i of the whole, row-major. */
type Draw = (i: number) => number;

/** The weights a model of this description starts with, under PyTorch's names. Throws OptionError. */
export function initialWeights(spec: ModelSpec): StateDict {
  return stateDict(initialParameters(modelShape(spec)));
}

/** Each layer by its own start, a block as its publication has it; the head uniform in ±1/√width and the embedding normal, as PyTorch has them. */
export function initialParameters(model: ModelShape): Parameters {
  const parameters = new Map<string, Tensor<Float32Array>>();
  for (const [name, shape] of parameterShapes(model)) {
    const count = size(shape);
    const data = new Float32Array(model.seeds.length * count);
    model.seeds.forEach((seed, m) => {
      const draw = drawerFor(model, name, shape[1] ?? 1, seed);
      for (let i = 0; i < count; i++) data[m * count + i] = draw(i);
    });
    parameters.set(name, { shape: bundled(model, shape), data });
  }
  return parameters;
}

function drawerFor(model: ModelShape, name: string, columns: number, seed: number): Draw {
  const uniform = randomStream(seed, name);
  const ofBlock = blockStart(model, name);
  if (ofBlock) return ofBlock.open(uniform);
  const layer = layerOf(model, name);
  if (!layer) {
    const { input, layers } = model;
    if (name === 'embedding.weight') return normal(uniform, ('embedding' in input ? input.scale : undefined) ?? 1);
    return within(uniform, 1 / Math.sqrt(outputWidth(layers[layers.length - 1])));
  }
  if (name.startsWith('weight_ih')) return inputWeights(layer, columns, uniform);
  if (name.startsWith('weight_hh')) return recurrentWeights(layer, columns, uniform, seed, name);
  if (name.startsWith('bias_')) return biases(layer, uniform, seed, name);
  return within(uniform, 1 / Math.sqrt(layer.hidden));
}

/** How a block starts the parameter of that name; none for those of others. */
function blockStart({ layers }: ModelShape, name: string): BlockStart | undefined {
  for (const [k, layer] of layers.entries()) {
    const found = isRecurrent(layer) ? undefined : layer.program.parameters.find((parameter) => blockParameterName(parameter.name, k) === name);
    if (found) return found.start;
  }
  return undefined;
}

/** The recurrent layer that a parameter's name belongs to; none for the embedding and the head. */
function layerOf({ layers }: ModelShape, name: string): RecurrentLayer | undefined {
  const found = /_l(\d+)/.exec(name);
  const layer = found ? layers[Number(found[1])] : undefined;
  return layer && isRecurrent(layer) ? layer : undefined;
}

function inputWeights({ hidden, start }: RecurrentLayer, columns: number, uniform: () => number): Draw {
  if (start.inputScale !== undefined) return normal(uniform, start.inputScale);
  if (start.scheme === 'identity') return normal(uniform, IRNN_INPUT_SCALE);
  return within(uniform, start.scheme === 'xavier' ? glorot(hidden, columns) : 1 / Math.sqrt(hidden));
}

function recurrentWeights({ cell, hidden, start: { scheme, gain } }: RecurrentLayer, columns: number, uniform: () => number, seed: number, name: string): Draw {
  const grown = (draw: Draw): Draw => (i) => Math.fround(draw(i)) * gain; // a gain multiplies the float32 weights of gain 1
  if (scheme === 'identity') return grown((i) => (i % (columns + 1) === 0 ? 1 : 0));
  if (scheme !== 'orthogonal') return grown(within(uniform, scheme === 'xavier' ? glorot(hidden, columns) : 1 / Math.sqrt(hidden)));
  // Of a projection's H × P the first P columns, which are orthonormal too.
  const blocks = cell.gates.map((gate) => orthogonalMatrix(hidden, seed, name, gate.name));
  return grown((i) => {
    const row = Math.floor(i / columns);
    return blocks[Math.floor(row / hidden)][(row % hidden) * hidden + (i % columns)];
  });
}

function biases({ cell, hidden, start }: RecurrentLayer, uniform: () => number, seed: number, name: string): Draw {
  const { scheme, gateBias, chrono, oneBias } = start;
  const whole = name.startsWith('bias_ih');
  const zero = scheme === 'xavier' || scheme === 'identity';
  const spread = within(uniform, 1 / Math.sqrt(hidden));
  const spans = randomStream(seed, name, 'chrono');
  // One span for each unit: its input gate closes as far as its forget gate opens.
  const chronoBias = chrono === undefined ? [] : Array.from({ length: hidden }, () => Math.log(1 + (chrono - 2) * spans()));
  const firstSplit = cell.gates.length - (cell.splitGates ?? 0);
  return (i) => {
    const g = Math.floor(i / hidden);
    const gate = cell.gates[g].name;
    const plain = spread(i); // drawn in any case, so that no gate's bias moves another's
    if (gate in gateBias) return whole ? gateBias[gate] : 0;
    const sign = chrono === undefined ? 0 : chronoSign(cell, gate);
    if (sign) return whole ? sign * chronoBias[i % hidden] : 0;
    return zero || (oneBias && !whole && g < firstSplit) ? 0 : plain;
  };
}

/** Uniform in ±reach. */
function within(uniform: () => number, reach: number): Draw {
  return () => (2 * uniform() - 1) * reach;
}

function normal(uniform: () => number, scale: number): Draw {
  const draw = normalStream(uniform);
  return () => draw() * scale;
}

/** How far the uniform distribution of Glorot and Bengio (2010) reaches for a matrix of that many rows and columns. */
function glorot(rows: number, columns: number): number {
  return Math.sqrt(6 / (rows + columns));
}
