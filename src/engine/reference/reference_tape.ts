/** A run of the reference: its record, read as signals, until the last holder lets go. */
import type { Engine, Model, Signal, Tape } from '../engine';
import { ReleasedError } from '../errors';
import { activations } from '../math/activation';
import { extentOf } from '../math/extent';
import { size } from '../math/tensor';
import { Holders } from '../model/holders';
import type { Inputs } from '../model/inputs';
import { directionsOf } from '../model/parameters';
import { findSignal, signalEntries, type SignalEntry, type SignalInfo, type SignalPlace } from '../model/signals';
import type { ModelShape } from '../model/spec';
import { layerInput, lengthOf, type DirectionRecord, type RolloutRecord } from './rollout';

export class ReferenceTape implements Tape {
  readonly engine: Engine;
  readonly plan: Tape['plan'];
  readonly signals: readonly SignalInfo[];
  readonly #entries: readonly SignalEntry[];
  readonly #holders = new Holders('tape', () => (this.#record = undefined));
  #record: RolloutRecord | undefined;

  constructor(
    readonly model: Model,
    readonly inputs: Inputs,
    record: RolloutRecord,
    /** Aborted when the engine goes, whoever still holds the run. */
    private readonly engineEnding: AbortSignal,
  ) {
    this.engine = model.engine;
    this.plan = { forms: model.shape.layers.map(() => 'reference'), dispatches: 0 };
    this.#entries = signalEntries(model.shape, inputs);
    this.signals = this.#entries.map(({ info }) => info);
    this.#record = record;
  }

  get released(): boolean {
    return this.#record === undefined || this.engineEnding.aborted;
  }

  signal(name: string, place?: SignalPlace): Signal {
    this.#numbers();
    const entry = findSignal(this.#entries, name, place);
    return {
      ...entry.info,
      tape: this,
      storage: undefined,
      read: async () => signalValues(this.model.shape, this.inputs, this.#numbers(), entry),
      extent: async () => extentOf(signalValues(this.model.shape, this.inputs, this.#numbers(), entry)),
    };
  }

  hold(): () => void {
    this.#numbers();
    return this.#holders.hold();
  }

  release(): void {
    this.#holders.release();
  }

  [Symbol.dispose](): void {
    this.release();
  }

  #numbers(): RolloutRecord {
    if (!this.#record || this.engineEnding.aborted) throw new ReleasedError('tape');
    return this.#record;
  }
}

/** A copy of a signal's numbers, row-major in the signal's shape, 0 at the steps a sequence does not have. */
function signalValues(model: ModelShape, inputs: Inputs, record: RolloutRecord, { info, origin }: SignalEntry): Float64Array {
  const layer = model.layers[info.layer];
  const direction = record[info.layer][directionsOf(layer).indexOf(info.direction)];
  switch (origin.of) {
    case 'state':
      return direction.states[origin.index].slice();
    case 'saved':
      return withActivation(inputs, direction.saved[origin.index], info.shape, activations[origin.activation]);
    case 'final':
      return finalStates(inputs, direction, origin.index, info);
    case 'output':
      return rows(inputs, info.shape, layerInput(model, inputs, record, info.layer + 1));
    case 'input':
      return rows(inputs, info.shape, layerInput(model, inputs, record, info.layer));
  }
}

function withActivation(inputs: Inputs, saved: Float64Array, [models, steps, sequences, hidden]: readonly number[], activation: (a: number) => number): Float64Array {
  const values = new Float64Array(saved.length);
  eachStep(inputs, models, steps, sequences, (_m, _t, _b, row) => {
    for (let at = row * hidden; at < (row + 1) * hidden; at++) values[at] = activation(saved[at]);
  });
  return values;
}

function rows(inputs: Inputs, shape: readonly number[], copy: (m: number, t: number, b: number, row: Float64Array) => void): Float64Array {
  const [models, steps, sequences, width] = shape;
  const values = new Float64Array(size(shape));
  eachStep(inputs, models, steps, sequences, (m, t, b, row) => copy(m, t, b, values.subarray(row * width, (row + 1) * width)));
  return values;
}

function finalStates(inputs: Inputs, { states }: DirectionRecord, s: number, { shape, direction }: SignalInfo): Float64Array {
  const [models, sequences, hidden] = shape;
  const values = new Float64Array(size(shape));
  for (let m = 0; m < models; m++) {
    for (let b = 0; b < sequences; b++) {
      const last = direction === 'forward' ? lengthOf(inputs, b) - 1 : 0;
      const at = ((m * inputs.steps + last) * sequences + b) * hidden;
      values.set(states[s].subarray(at, at + hidden), (m * sequences + b) * hidden);
    }
  }
  return values;
}

function eachStep(inputs: Inputs, models: number, steps: number, sequences: number, visit: (m: number, t: number, b: number, row: number) => void): void {
  for (let m = 0; m < models; m++) {
    for (let t = 0; t < steps; t++) {
      for (let b = 0; b < sequences; b++) {
        if (t < lengthOf(inputs, b)) visit(m, t, b, (m * steps + t) * sequences + b);
      }
    }
  }
}
