/** A run of the reference: its record, and that of the way back, read as signals, until the last holder lets go. */
import type { Engine, Model, Signal, Tape } from '../engine';
import { OptionError, ReleasedError } from '../errors';
import { activations } from '../math/activation';
import { extentOf } from '../math/extent';
import { size, type Tensor } from '../math/tensor';
import { Holders } from '../model/holders';
import type { Inputs } from '../model/inputs';
import type { CheckedLoss, Loss } from '../model/loss';
import { directionsOf, type Parameters } from '../model/parameters';
import { findSignal, gradientEntries, signalEntries, type SignalEntry, type SignalInfo, type SignalPlace } from '../model/signals';
import { isRecurrent, type ModelShape } from '../model/spec';
import type { BackwardRecord, RecurrentGradients } from './backward';
import type { blockValues } from './block_values';
import type { ProgramRecord } from './ops/program';
import { directionRecords, layerInput, lengthOf, type DirectionRecord, type RolloutRecord } from './rollout_record';

/** A run with its numbers, and with those of its way back if it went back. */
export interface ReferenceRun {
  readonly inputs: Inputs;
  readonly parameters: Parameters;
  readonly record: RolloutRecord;
  readonly gradients?: BackwardRecord;
}

/** What a tape asks of its model. */
export interface Repeats {
  backward(run: ReferenceRun, loss: CheckedLoss, abort: AbortSignal | undefined): Promise<BackwardRecord>;
  /** The same inputs again, with the weights as they are by now, and back from the loss if there is one. */
  again(inputs: Inputs, loss: CheckedLoss | undefined): Promise<ReferenceRun>;
}

export class ReferenceTape implements Tape {
  readonly engine: Engine;
  readonly plan: Tape['plan'];
  readonly #holders = new Holders('tape', () => (this.#run = undefined));
  #entries: readonly SignalEntry[];
  #run: ReferenceRun | undefined;
  #given: Pick<ReferenceRun, 'inputs' | 'parameters'>;
  /** Where the way back last started. */
  #loss: CheckedLoss | undefined;
  /** Ways back and repetitions follow one another. */
  #last: Promise<unknown> = Promise.resolve();

  constructor(
    readonly model: Model,
    run: ReferenceRun,
    /** Aborted when the engine goes, whoever still holds the run. */
    private readonly engineEnding: AbortSignal,
    private readonly repeats: Repeats,
    /** `blockValues`, for a model that has blocks. */
    private readonly ofBlock: typeof blockValues | undefined,
  ) {
    this.engine = model.engine;
    this.plan = { forms: model.shape.layers.map(() => 'reference'), dispatches: 0 };
    this.#entries = signalEntries(model.shape, run.inputs);
    this.#run = run;
    this.#given = givenTo(run);
  }

  get inputs(): Inputs {
    return this.#given.inputs;
  }

  get parameters(): Parameters {
    return this.#given.parameters;
  }

  get signals(): readonly SignalInfo[] {
    return this.#entries.map(({ info }) => info);
  }

  get released(): boolean {
    return this.#run === undefined || this.engineEnding.aborted;
  }

  signal(name: string, place?: SignalPlace): Signal {
    this.#numbers();
    const entry = findSignal(this.#entries, name, place);
    return {
      ...entry.info,
      tape: this,
      storage: undefined,
      read: async () => this.#values(entry),
      extent: async () => extentOf(this.#values(entry)),
    };
  }

  async tensor(layer: number, name: string): Promise<Float64Array> {
    return (this.#numbers().record[layer] as ProgramRecord).tensors.get(name)!.slice();
  }

  async backward(loss: Loss, { abort }: { abort?: AbortSignal } = {}): Promise<Float64Array | undefined> {
    this.#numbers();
    const { shape } = this.model;
    return this.#next(async () => {
      const { checkedLoss } = await import('../model/loss');
      const run = this.#numbers();
      const checked = checkedLoss(shape, this.inputs, loss);
      const gradients = await this.repeats.backward(run, checked, abort);
      this.#numbers();
      this.#run = { ...run, gradients };
      this.#loss = checked;
      this.#entries = [...signalEntries(shape, this.inputs), ...gradientEntries(shape, this.inputs)];
      return gradients.loss?.slice();
    });
  }

  async gradients(): Promise<ReadonlyMap<string, Tensor<Float64Array>>> {
    const { gradients } = this.#numbers();
    if (!gradients) throw new OptionError('gradients', 'gradients: there are none before a backward pass; call backward first.');
    return new Map([...gradients.parameters].map(([name, { shape, data }]) => [name, { shape, data: data.slice() }]));
  }

  async refresh(): Promise<void> {
    this.#numbers();
    await this.#next(async () => {
      this.#numbers();
      const run = await this.repeats.again(this.inputs, this.#loss);
      this.#numbers();
      this.#run = run;
      this.#given = givenTo(run);
    });
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

  /** Work that begins once all before it has ended, well or not. */
  #next<Result>(work: () => Promise<Result>): Promise<Result> {
    const result = this.#last.then(work);
    this.#last = result.catch(() => undefined);
    return result;
  }

  #values(entry: SignalEntry): Float64Array {
    const run = this.#numbers();
    const layer = this.model.shape.layers[entry.info.layer];
    if (!isRecurrent(layer)) return this.ofBlock!(layer, run, entry);
    return signalValues(this.model.shape, this.inputs, run.record, entry) ?? gradientValues(this.model.shape, run.gradients!, entry);
  }

  #numbers(): ReferenceRun {
    if (!this.#run || this.engineEnding.aborted) throw new ReleasedError('tape');
    return this.#run;
  }
}

/** What outlives the numbers. */
function givenTo({ inputs, parameters }: ReferenceRun): Pick<ReferenceRun, 'inputs' | 'parameters'> {
  return { inputs, parameters };
}

/**
 * A copy of a signal's numbers, row-major in the signal's shape, 0 at the steps a sequence does not have. Undefined for a
 * gradient.
 */
function signalValues(model: ModelShape, inputs: Inputs, record: RolloutRecord, { info, origin }: SignalEntry): Float64Array | undefined {
  const layer = model.layers[info.layer];
  const direction = directionRecords(record, info.layer)[directionsOf(layer).indexOf(info.direction)];
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
    default:
      return undefined;
  }
}

function gradientValues(model: ModelShape, { layers }: BackwardRecord, { info, origin }: SignalEntry): Float64Array {
  const { input, directions } = layers[info.layer] as RecurrentGradients;
  const { states, gates, initial } = directions[directionsOf(model.layers[info.layer]).indexOf(info.direction)];
  if (origin.of === 'd_input') return input.slice();
  if (origin.of === 'd_gate') return gates[origin.plane].slice();
  if (origin.of === 'd_state') return states[origin.index].slice();
  if (origin.of === 'd_initial') return initial[origin.index].slice();
  throw new Error(`${info.name} is no gradient`);
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
  const [models, sequences, width] = shape;
  const values = new Float64Array(size(shape));
  for (let m = 0; m < models; m++) {
    for (let b = 0; b < sequences; b++) {
      const last = direction === 'forward' ? lengthOf(inputs, b) - 1 : 0;
      const at = ((m * inputs.steps + last) * sequences + b) * width;
      values.set(states[s].subarray(at, at + width), (m * sequences + b) * width);
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
