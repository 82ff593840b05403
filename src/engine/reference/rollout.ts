/**
 * Forward over all steps in float64: plain loops over layers, directions, steps, models and sequences; a block layer runs
 * its program over all of them at once.
 *
 * A sequence shorter than T ends at its own length. The forward direction stops there, the reverse direction starts
 * there; the steps beyond stay 0 in everything that is kept.
 */
import { directionsOf, type Direction } from '../model/parameters';
import { isRecurrent, stateWidth, type ModelShape, type RecurrentLayer } from '../model/spec';
import { fillInput, prepareBlock } from './block_layer';
import type { Dropout } from './dropout';
import { layerInput, lengthOf, statesBefore, type DirectionRecord, type LayerInput, type Read, type RolloutRecord, type Weights } from './rollout_record';
import { layerStep, layerWeights } from './step';

/**
 * Runs a model over checked inputs. Pauses about every millisecond; all memory is asked for before the first pause,
 * so a RangeError comes at once or never.
 */
export function* rollout(model: ModelShape, parameters: Weights, inputs: Read, dropout?: Dropout): Generator<void, RolloutRecord> {
  const prepared = model.layers.map((layer, k) => (isRecurrent(layer) ? emptyDirections(model, layer, inputs) : prepareBlock(model, layer, k, parameters, inputs)));
  const record = prepared.map((each) => ('carryOut' in each ? each.result : each));
  for (const [k, layer] of prepared.entries()) {
    const input = layerInput(model, inputs, record, k, dropout);
    if ('carryOut' in layer) {
      yield* fillInput(layer.result, input);
      yield* layer.carryOut();
    } else {
      for (const [d, direction] of directionsOf(model.layers[k]).entries()) yield* directionRollout(model, parameters, inputs, k, direction, input, layer[d]);
    }
  }
  return record;
}

function* directionRollout(
  model: ModelShape,
  parameters: Weights,
  inputs: Read,
  k: number,
  direction: Direction,
  input: LayerInput,
  record: DirectionRecord,
): Generator<void, void> {
  const { hidden, inputs: width } = model.layers[k] as RecurrentLayer;
  const weights = model.seeds.map((_, m) => layerWeights(model, parameters, k, direction, m));
  const x = new Float64Array(width);
  for (let step = 0; step < inputs.steps; step++) {
    for (let m = 0; m < model.seeds.length; m++) {
      for (let b = 0; b < inputs.sequences; b++) {
        const length = lengthOf(inputs, b);
        if (step >= length) continue;
        const t = direction === 'forward' ? step : length - 1 - step;
        input(m, t, b, x);
        const { next, saved, unprojected } = yield* layerStep(weights[m], x, statesBefore(model, inputs, k, direction, record.states, m, t, b));
        const row = (m * inputs.steps + t) * inputs.sequences + b;
        next.forEach((values, s) => record.states[s].set(values, row * values.length));
        saved.forEach((values, i) => record.saved[i].set(values, row * hidden));
        if (unprojected) record.unprojected!.set(unprojected, row * hidden);
        yield;
      }
    }
  }
}

function emptyDirections({ seeds }: ModelShape, layer: RecurrentLayer, { steps, sequences }: Read): DirectionRecord[] {
  const zeros = (width: number) => new Float64Array(seeds.length * steps * sequences * width);
  return directionsOf(layer).map(() => ({
    states: layer.cell.states.map((_, s) => zeros(stateWidth(layer, s))),
    saved: layer.cell.saved.map(() => zeros(layer.hidden)),
    unprojected: layer.width === layer.hidden ? undefined : zeros(layer.hidden),
  }));
}
