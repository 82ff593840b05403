/**
 * The engine in float64 on the CPU: the same face as the GPU's, over the plain loops of rollout.ts and backward.ts. In a page the loops
 * run in a worker, or in short slices where the page allows none; elsewhere they run in place.
 */
import type { Engine, Model, RunOptions, Tape } from '../engine';
import { LimitError, OutOfMemoryError, ReleasedError } from '../errors';
import { size } from '../math/tensor';
import { checkedInputs, type Inputs, type RunInputs } from '../model/inputs';
import type { CheckedLoss } from '../model/loss';
import { initialParameters } from '../model/initialisation';
import { checkedParameters, parameterShapes, staleParameters, type Parameters, type StateDict } from '../model/parameters';
import { modelShape, reseeded, type ModelShape, type ModelSpec } from '../model/spec';
import { backward, backwardBytes, type BackwardRecord } from './backward';
import { inSlices, toEnd } from './driver';
import { leavePageWorker, pageWorker, type RolloutWorker } from './page_worker';
import { ReferenceTape } from './reference_tape';
import { recordBytes, rollout, type RolloutRecord } from './rollout';

/** The most that one model's parameters or one run may take: what a browser tab can spare. */
const MOST_BYTES = 2 ** 30;

/** @param reason - why the CPU computes, as a sentence, when it is not by choice */
export function createReferenceEngine(reason?: string): Engine {
  return new ReferenceEngine(reason);
}

class ReferenceEngine implements Engine {
  readonly kind = 'cpu';
  readonly description: string;
  readonly adapter = undefined;
  readonly lost = new Promise<string>(() => {});
  readonly #ending = new AbortController();
  #worker: Promise<RolloutWorker | undefined> | undefined;

  constructor(reason: string | undefined) {
    this.description = reason ? `float64 on the CPU. ${reason}` : 'float64 on the CPU';
  }

  async model(spec: ModelSpec, { weights }: { weights?: StateDict } = {}): Promise<Model> {
    this.#ending.signal.throwIfAborted();
    const shape = modelShape(spec);
    const numbers = [...parameterShapes(shape).values()].reduce((sum, parameter) => sum + size(parameter), 0);
    const bytes = Float32Array.BYTES_PER_ELEMENT * shape.seeds.length * numbers;
    if (bytes > MOST_BYTES) throw new LimitError('parameters of this many bytes:', bytes, MOST_BYTES, 'Use fewer units, layers or models.');
    const start = allocating(bytes, () => (weights ? checkedParameters(shape, weights) : initialParameters(shape)));
    return new ReferenceModel(this, shape, start, this.#ending.signal, {
      forward: (parameters, inputs, abort) => this.#carryOut(abort, () => rollout(shape, parameters, inputs), (worker) => worker.run(shape, parameters, inputs, abort)),
      backward: (parameters, inputs, record, loss, abort) =>
        this.#carryOut(abort, () => backward(shape, parameters, inputs, record, loss), (worker) => worker.backward(shape, parameters, inputs, record, loss, abort)),
    });
  }

  release(): void {
    if (this.#ending.signal.aborted) return;
    this.#ending.abort(new ReleasedError('engine'));
    if (this.#worker) leavePageWorker();
  }

  [Symbol.dispose](): void {
    this.release();
  }

  /** In place, in the page's worker, or in slices. */
  async #carryOut<Result>(abort: AbortSignal, work: () => Generator<void, Result>, message: (worker: RolloutWorker) => Promise<Result>): Promise<Result> {
    if (!isPage()) return toEnd(work());
    this.#worker ??= pageWorker();
    const worker = await this.#worker;
    abort.throwIfAborted();
    return worker ? message(worker) : inSlices(work(), abort);
  }
}

/** A model's two passes, wherever they are carried out. */
interface Passes {
  forward(parameters: Parameters, inputs: Inputs, abort: AbortSignal): Promise<RolloutRecord>;
  backward(parameters: Parameters, inputs: Inputs, record: RolloutRecord, loss: CheckedLoss, abort: AbortSignal): Promise<BackwardRecord>;
}

class ReferenceModel implements Model {
  readonly #ending = new AbortController();

  constructor(
    readonly engine: Engine,
    private described: ModelShape,
    private current: Parameters,
    private readonly engineEnding: AbortSignal,
    private readonly passes: Passes,
  ) {}

  get shape(): ModelShape {
    return this.described;
  }

  get parameters(): Parameters {
    return this.current;
  }

  setParameters(weights: StateDict, { seeds }: { seeds?: readonly number[] } = {}): void {
    this.#endingWith(undefined).throwIfAborted();
    const shape = reseeded(this.shape, seeds);
    this.current = checkedParameters(shape, weights);
    this.described = shape;
  }

  async trainer(): Promise<never> {
    throw new Error('not yet');
  }

  async run(given: RunInputs, { abort }: RunOptions = {}): Promise<Tape> {
    const ending = this.#endingWith(abort);
    ending.throwIfAborted();
    const { parameters } = this;
    const inputs = allocating(0, () => checkedInputs(this.shape, parameters, given));
    const record = await within(recordBytes(this.shape, inputs), () => this.passes.forward(parameters, inputs, ending));
    ending.throwIfAborted();
    return new ReferenceTape(this, inputs, parameters, record, this.engineEnding, (forward, loss, abortBackward) => this.#backward(parameters, inputs, forward, loss, abortBackward));
  }

  async #backward(parameters: Parameters, inputs: Inputs, record: RolloutRecord, loss: CheckedLoss, abort: AbortSignal | undefined): Promise<BackwardRecord> {
    const ending = this.#endingWith(abort);
    ending.throwIfAborted();
    if (parameters !== this.parameters) throw staleParameters();
    const gradients = await within(backwardBytes(this.shape, inputs), () => this.passes.backward(parameters, inputs, record, loss, ending));
    ending.throwIfAborted();
    return gradients;
  }

  #endingWith(abort: AbortSignal | undefined): AbortSignal {
    return AbortSignal.any([this.engineEnding, this.#ending.signal, ...(abort ? [abort] : [])]);
  }

  release(): void {
    this.#ending.abort(new ReleasedError('model'));
  }

  [Symbol.dispose](): void {
    this.release();
  }
}

/** Whether there are frames and clicks to keep out of the way of. */
function isPage(): boolean {
  return typeof document !== 'undefined';
}

/** Carries out a pass that keeps so many bytes, if they can be had. */
async function within<Result>(bytes: number, pass: () => Promise<Result>): Promise<Result> {
  if (bytes > MOST_BYTES) throw new LimitError('a record of this many bytes:', bytes, MOST_BYTES, 'Use fewer steps, sequences, units or models.');
  return pass().catch((error: unknown) => {
    throw error instanceof RangeError ? new OutOfMemoryError(bytes) : error;
  });
}

/** An array that cannot be had is a RangeError in JavaScript. */
function allocating<Result>(bytes: number, make: () => Result): Result {
  try {
    return make();
  } catch (error) {
    throw error instanceof RangeError ? new OutOfMemoryError(bytes) : error;
  }
}
