/**
 * Backpropagation through time in float64: the transpose of rollout.ts. Layers from the last to the first, each direction
 * from the end of a sequence to its start: what rollout carries from step to step as a state comes back as a gradient.
 *
 * Nothing flows at the steps a sequence does not have: its gradients start at its own last step (which for the reverse
 * direction is step 0), where those at the final states join.
 */
import type { CheckedLoss } from '../model/loss';
import { directionsOf, parameterShapes, type Direction } from '../model/parameters';
import { size, type Tensor } from '../math/tensor';
import { isRecurrent, outputWidth, stateWidth, type ModelShape, type RecurrentLayer } from '../model/spec';
import { extentOf, prepareBlockBack } from './block_layer';
import { dropFrom, type Dropout } from './dropout';
import { headLoss, type HeadLoss } from './head_loss';
import { addToOutput, type Prepared, type ProgramGradient } from './ops/program';
import { directionRecords, isProgramRecord, layerInput, lengthOf, statesBefore, type DirectionRecord, type Read, type RolloutRecord, type Weights } from './rollout_record';
import { planesOf } from './record_bytes';
import { layerWeights, type Numbers } from './step';
import { layerStepBackward } from './step_backward';

/** The loss's derivatives with respect to what one direction of a layer left behind. */
export interface DirectionGradient {
  /** [S] of [M, T, B, width]: total derivatives at the states after each step. */
  readonly states: readonly Float64Array[];
  /** [M, T, B, H] each: G at a_ih, then at a_hh of the gates where it differs. */
  readonly gates: readonly Float64Array[];
  /** [S] of [M, B, width]: at the states before the first step. */
  readonly initial: readonly Float64Array[];
}

export type LayerGradients = RecurrentGradients | BlockGradients;

export interface RecurrentGradients {
  readonly directions: readonly DirectionGradient[];
  /** [M, T, B, I] at what the layer read, all directions together. */
  readonly input: Float64Array;
}

export interface BlockGradients {
  readonly program: ProgramGradient;
  /** Likewise: of the program's tensors the one called `x`. */
  readonly input: Float64Array;
}

/** What a backward pass leaves behind. */
export interface BackwardRecord {
  readonly layers: readonly LayerGradients[];
  /** In the parameters' shapes, with the axis M of a bundle. */
  readonly parameters: ReadonlyMap<string, Tensor<Float64Array>>;
  /** [M] of a loss through the head; undefined for given cotangents, which are no loss of their own. */
  readonly loss: Float64Array | undefined;
  /** [M] steps named right by the head, likewise. */
  readonly right: Float64Array | undefined;
}

/** What a loss starts from: gradients that arrive from outside, or what the head should say. */
type Start = Extract<CheckedLoss, { kind: 'cotangents' }> | HeadLoss;

type Gradients = Pick<BackwardRecord, 'parameters'> & { readonly layers: readonly (RecurrentGradients | (BlockGradients & { readonly back: Prepared<ProgramGradient> }))[] };

/**
 * Takes a loss back through a run. Pauses about every millisecond; all memory is asked for before the first pause.
 * @param record - what `rollout` returned for the same model and inputs
 */
export function backward(model: ModelShape, parameters: Weights, inputs: Read, record: RolloutRecord, loss: CheckedLoss): Generator<void, BackwardRecord> {
  const start = loss.kind === 'cross-entropy' ? { classes: loss.targets, values: undefined, asked: loss.count, labelSmoothing: 0 } : loss;
  return propagate(model, parameters, inputs, record, start);
}

/** How a loss is taken back, where it is not one loss for everything. */
interface Way {
  /** What was dropped between layers on the way there. */
  readonly dropout?: Dropout;
  /**
   * Rows of gradients for each sequence, 1 unless given: so many losses go back side by side, for what they tell of inputs alone.
   * What starts then is [T, B · each, D·P] at the output of a layer, and the gradients of blocks' parameters are left 0.
   */
  readonly each?: number;
}

/** The same for a loss of any start. */
export function* propagate(model: ModelShape, parameters: Weights, inputs: Read, record: RolloutRecord, start: Start, { dropout, each = 1 }: Way = {}): Generator<void, BackwardRecord> {
  const { layers } = model;
  const last = layers.length - 1;
  const gradients = emptyGradients(model, parameters, inputs, record, 'kind' in start ? start.d_final : undefined, each);
  const head = 'kind' in start ? undefined : { ...start, d_y: zeros(model, inputs, outputWidth(layers[last])) };
  const found = head && (yield* headLoss(model, parameters, inputs, head, layerInput(model, inputs, record, layers.length), gradients.parameters, head.d_y));

  for (let k = last; k >= 0; k--) {
    const d_y: Numbers[] = k < last ? [gradients.layers[k + 1].input] : head ? [head.d_y] : [];
    if (dropout && k < last) dropGradients(gradients.layers[k + 1].input, model, inputs, dropout, k);
    if ('kind' in start && start.layer === k && start.d_y) d_y.push(start.d_y);
    const layer = layers[k];
    const own = gradients.layers[k];
    if (!isRecurrent(layer)) {
      const { back } = own as Extract<typeof own, BlockGradients>;
      for (const part of d_y) addToOutput(layer.program, extentOf(model, inputs), back.result, part);
      yield* back.carryOut();
      continue;
    }
    const d_final = 'kind' in start ? start.d_final[k] : [];
    for (const [d, direction] of directionsOf(layer).entries()) {
      yield* directionBackward(model, parameters, inputs, record, k, direction, d, d_y, d_final, gradients, dropout, each);
    }
  }
  if (each === 1) yield* embeddingGradient(model, inputs, gradients);
  const left = gradients.layers.map((layer): LayerGradients => ('back' in layer ? { program: layer.program, input: layer.input } : layer));
  return { layers: left, parameters: gradients.parameters, loss: found?.loss, right: found?.right };
}

/**
 * @param d_y - all that reaches the layer's output, to be added up: [M, T, B, D·P], or [T, B, D·P] the same for every model
 * @param d_final - [S] of [D, B, width] at the states after the last step; undefined is 0
 */
function* directionBackward(
  model: ModelShape,
  parameters: Weights,
  inputs: Read,
  record: RolloutRecord,
  k: number,
  direction: Direction,
  d: number,
  d_y: readonly Numbers[],
  d_final: readonly (Float32Array | undefined)[],
  gradients: Gradients,
  dropout: Dropout | undefined,
  each: number,
): Generator<void, void> {
  const layer = model.layers[k] as RecurrentLayer;
  const { cell, hidden, width, directions, inputs: read } = layer;
  const { steps, sequences } = inputs;
  const { directions: ofDirections, input: d_input } = gradients.layers[k] as RecurrentGradients;
  const own = ofDirections[d];
  const taken = directionRecords(record, k)[d];
  const input = layerInput(model, inputs, record, k, dropout);
  const x = new Float64Array(read);
  for (let m = 0; m < model.seeds.length; m++) {
    const weights = layerWeights(model, parameters, k, direction, m);
    const d_weights = layerWeights(model, gradients.parameters, k, direction, m);
    for (let r = 0; r < sequences * each; r++) {
      const b = Math.floor(r / each);
      const length = lengthOf(inputs, b);
      let d_states: readonly Float64Array[] = cell.states.map((_, s) => finalGradient(d_final[s], stateWidth(layer, s), d * sequences + b));
      for (let step = length - 1; step >= 0; step--) {
        const t = direction === 'forward' ? step : length - 1 - step;
        const row = (m * steps + t) * sequences + b;
        const d_row = (m * steps + t) * sequences * each + r;
        const y = (d_row * directions + d) * width;
        for (const part of d_y) for (let j = 0; j < width; j++) d_states[0][j] += part[(y + j) % part.length];

        input(m, t, b, x);
        const previous = statesBefore(model, inputs, k, direction, taken.states, m, t, b);
        const { d_next, d_gates, d_x, d_previous } = yield* layerStepBackward(weights, d_weights, x, previous, stepTaken(taken, row, hidden), d_states);
        d_next.forEach((values, s) => own.states[s].set(values, d_row * values.length));
        d_gates.forEach((values, plane) => own.gates[plane].set(values, d_row * hidden));
        d_x.forEach((value, i) => (d_input[d_row * read + i] += value));
        d_states = d_previous;
        yield;
      }
      d_states.forEach((values, s) => own.initial[s].set(values, (m * sequences * each + r) * values.length));
    }
  }
}

/** A row of the gradients given at the final states. */
function finalGradient(d_final: Float32Array | undefined, width: number, row: number): Float64Array {
  return d_final ? Float64Array.from(d_final.subarray(row * width, (row + 1) * width)) : new Float64Array(width);
}

/** What a step left in the record. */
function stepTaken({ saved, unprojected }: DirectionRecord, row: number, hidden: number): { saved: Float64Array[]; unprojected: Float64Array | undefined } {
  const at = (values: Float64Array) => values.subarray(row * hidden, (row + 1) * hidden);
  return { saved: saved.map(at), unprojected: unprojected && at(unprojected) };
}

/** What reaches a layer's output of what the next one feels of it: nothing at what was dropped. @param d_input - [M, T, B, D·P], changed in place */
function dropGradients(d_input: Float64Array, { layers, seeds }: ModelShape, { steps, sequences }: Read, dropout: Dropout, layer: number): void {
  const width = layers[layer + 1].inputs;
  for (let m = 0; m < seeds.length; m++) {
    for (let row = 0; row < steps * sequences; row++) {
      const at = (m * steps * sequences + row) * width;
      dropFrom(d_input.subarray(at, at + width), dropout, layer, m, row);
    }
  }
}

/** Adds up, for every row of the embedding, the gradients of the steps that read it. */
function* embeddingGradient({ seeds, layers }: ModelShape, inputs: Read, { layers: [{ input }], parameters }: Gradients): Generator<void, void> {
  const { source, steps, sequences } = inputs;
  const d_table = parameters.get('embedding.weight')?.data;
  if (!d_table || source.kind !== 'rows') return;
  const width = layers[0].inputs;
  for (let m = 0; m < seeds.length; m++) {
    for (let row = 0; row < steps * sequences; row++) {
      if (Math.floor(row / sequences) >= lengthOf(inputs, row % sequences)) continue;
      const from = (m * steps * sequences + row) * width;
      const to = (m * source.rows + source.tokens[row]) * width;
      for (let i = 0; i < width; i++) d_table[to + i] += input[from + i];
      yield;
    }
  }
}

function zeros({ seeds }: ModelShape, { steps, sequences }: Read, width: number, each = 1): Float64Array {
  return new Float64Array(seeds.length * steps * sequences * each * width);
}

/** @param d_final - per layer and state, what arrives after the last step */
function emptyGradients(model: ModelShape, weights: Weights, inputs: Read, record: RolloutRecord, d_final: Extract<CheckedLoss, { kind: 'cotangents' }>['d_final'] | undefined, each: number): Gradients {
  const models = model.seeds.length;
  const parameters = new Map(
    [...parameterShapes(model)].map(([name, shape]) => [name, { shape: models > 1 ? [models, ...shape] : shape, data: new Float64Array(models * size(shape)) }] as const),
  );
  const layers = model.layers.map((layer, k) => {
    const left = record[k];
    if (!isRecurrent(layer) && isProgramRecord(left)) {
      const back = prepareBlockBack(layer, k, weights, left, d_final?.[k] ?? [], each === 1 ? parameters : undefined, each);
      return { back, program: back.result, input: back.result.tensors.get('x')! };
    }
    return emptyDirections(model, layer as RecurrentLayer, inputs, each);
  });
  return { layers, parameters };
}

function emptyDirections(model: ModelShape, layer: RecurrentLayer, inputs: Read, each: number): RecurrentGradients {
  return {
    input: zeros(model, inputs, layer.inputs, each),
    directions: directionsOf(layer).map(() => ({
      states: layer.cell.states.map((_, s) => zeros(model, inputs, stateWidth(layer, s), each)),
      gates: Array.from({ length: planesOf(layer) }, () => zeros(model, inputs, layer.hidden, each)),
      initial: layer.cell.states.map((_, s) => new Float64Array(model.seeds.length * inputs.sequences * each * stateWidth(layer, s))),
    })),
  };
}
