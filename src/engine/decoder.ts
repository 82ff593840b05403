/**
 * Decoding: a model reads one step after the other and keeps, of all it has read, what the next step needs and nothing else: a
 * state of fixed size, or the keys and values of every step. On the GPU these never leave it.
 */
import type { Decoding, Model } from './engine';
import { OptionError, ReleasedError } from './errors';
import { scoresOf } from './head_scores';
import type { Tensor } from './math/tensor';
import { checkedInputs, checkedStates, type RunInputs, type States } from './model/inputs';
import { otherParameters } from './model/parameters';
import { outputWidth, stateBytes } from './model/spec';
import { statesAfter } from './states_after';

export interface DecoderOptions {
  /** B; 1 unless given. */
  readonly sequences?: number;
  /** Where to go on from: what `statesAfter` returned, of as many sequences. */
  readonly states?: States;
}

/** What a step left behind. */
export interface DecodedStep {
  /** [M, B, W] the last layer's output. */
  readonly y: Tensor<Float32Array | Float64Array>;
  /** [M, B, C] what the head says; undefined without one. */
  readonly scores: Tensor<Float64Array> | undefined;
}

/**
 * Makes a decoder of a model of either engine. It reads with the weights that the model has by now: training ends it.
 * Rejects with OptionError for a layer that reads from the end or states that do not fit, ShapeError, LimitError.
 */
export async function createDecoder(model: Model, { sequences = 1, states }: DecoderOptions = {}): Promise<Decoder> {
  const { layers } = model.shape;
  const reversed = layers.findIndex(({ directions }) => directions === 2);
  if (reversed >= 0) throw new OptionError('direction', `direction: layer ${reversed} reads from the end, and what comes next would change all it has read; use forward layers.`);
  if (!(Number.isInteger(sequences) && sequences >= 1)) throw new OptionError('sequences', `sequences: ${sequences} given; it must be a whole number of at least 1.`);
  const start = checkedStates(model.shape, states, sequences);
  const decoding = model.decoding ? await model.decoding(sequences, start) : new RunByRun(model, states);
  return new Decoder(model, sequences, start.first, decoding);
}

export class Decoder {
  #steps: number;
  #last: Promise<unknown> = Promise.resolve();
  #released = false;
  readonly #parameters: Model['parameters'];

  /** Use `createDecoder`. */
  constructor(
    readonly model: Model,
    readonly sequences: number,
    steps: number,
    private readonly decoding: Decoding,
  ) {
    this.#steps = steps;
    this.#parameters = model.parameters;
  }

  /** How many steps it has read, those before the states it began with included where a layer counts them. */
  get steps(): number {
    return this.#steps;
  }

  /** Bytes of float32 that what it keeps takes by now, of all models and sequences. */
  get stateBytes(): number {
    return this.model.shape.seeds.length * this.sequences * stateBytes(this.model.shape, this.#steps);
  }

  /**
   * Reads one step of every sequence: { tokens } or { x } of T = 1, or { words }, one for each. Steps follow one another in the
   * order in which they were asked for.
   * Rejects with OptionError, ShapeError or NonFiniteError for what cannot be read, OptionError once the model has other
   * weights, LimitError where what is kept no longer fits, ReleasedError, DeviceLostError.
   */
  read(inputs: RunInputs): Promise<DecodedStep> {
    return this.#next(() => this.#read(inputs));
  }

  /** What a run or another decoder goes on from. Rejects with ReleasedError, DeviceLostError. */
  states(): Promise<States> {
    return this.#next(() => this.decoding.states());
  }

  release(): void {
    if (this.#released) return;
    this.#released = true;
    this.decoding.release();
  }

  [Symbol.dispose](): void {
    this.release();
  }

  async #read(given: RunInputs): Promise<DecodedStep> {
    const { model, sequences } = this;
    if (given.h0 ?? given.c0 ?? given.states ?? given.lengths) throw new OptionError('states', 'states: a decoder keeps its own, and reads one step of every sequence; begin another with createDecoder(model, { states }).');
    if (model.parameters !== this.#parameters) throw otherParameters();
    const inputs = checkedInputs(model.shape, model.parameters, given, this.#steps);
    if (inputs.steps !== 1 || inputs.sequences !== sequences) throw new OptionError('steps', `steps: ${inputs.steps} of ${inputs.sequences} sequences given; a decoder reads one step of each of its ${sequences}.`);
    const data = await this.decoding.read(inputs, given);
    this.#steps++;
    const { shape } = model;
    const y = { shape: [shape.seeds.length, sequences, outputWidth(shape.layers[shape.layers.length - 1])], data };
    return { y, scores: shape.classes === undefined ? undefined : { shape: [shape.seeds.length, sequences, shape.classes], data: scoresOf(shape, this.#parameters, data) } };
  }

  /** Work that begins once all before it has ended, well or not. */
  #next<Result>(work: () => Promise<Result>): Promise<Result> {
    const result = this.#last.then(() => {
      if (this.#released) throw new ReleasedError('decoder');
      return work();
    });
    this.#last = result.catch(() => undefined);
    return result;
  }
}

/** Decoding by runs of one step, each from the states of the one before. */
class RunByRun implements Decoding {
  constructor(
    private readonly model: Model,
    private kept: States | undefined,
  ) {}

  async read(_: unknown, given: RunInputs): Promise<Float32Array | Float64Array> {
    const tape = await this.model.run({ ...given, ...(this.kept && { states: this.kept }) });
    try {
      this.kept = await statesAfter(tape);
      return await tape.signal('y').read();
    } finally {
      tape.release();
    }
  }

  async states(): Promise<States> {
    return this.kept ?? this.model.shape.layers.map(() => undefined);
  }

  release(): void {
    this.kept = undefined;
  }
}
