/**
 * The engine in float64 on the CPU: the same face as the GPU's, over the plain loops of rollout.ts. In a page the loops
 * run in a worker, or in short slices where the page allows none; elsewhere they run in place.
 */
import type { Engine, Model, RunOptions, Tape } from '../engine';
import { LimitError, OutOfMemoryError, ReleasedError } from '../errors';
import { size } from '../math/tensor';
import { checkedInputs, type Inputs, type RunInputs } from '../model/inputs';
import { checkedParameters, initialParameters, parameterShapes, type Parameters, type StateDict } from '../model/parameters';
import { modelShape, type ModelShape, type ModelSpec } from '../model/spec';
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
    const parameters = allocating(bytes, () => (weights ? checkedParameters(shape, weights) : initialParameters(shape)));
    return new ReferenceModel(this, shape, parameters, this.#ending.signal, (inputs, abort) => this.#run(shape, parameters, inputs, abort));
  }

  release(): void {
    if (this.#ending.signal.aborted) return;
    this.#ending.abort(new ReleasedError('engine'));
    if (this.#worker) leavePageWorker();
  }

  [Symbol.dispose](): void {
    this.release();
  }

  async #run(shape: ModelShape, parameters: Parameters, inputs: Inputs, abort: AbortSignal): Promise<RolloutRecord> {
    if (!isPage()) return toEnd(rollout(shape, parameters, inputs));
    this.#worker ??= pageWorker();
    const worker = await this.#worker;
    abort.throwIfAborted();
    return worker ? worker.run(shape, parameters, inputs, abort) : inSlices(rollout(shape, parameters, inputs), abort);
  }
}

class ReferenceModel implements Model {
  readonly #ending = new AbortController();

  constructor(
    readonly engine: Engine,
    readonly shape: ModelShape,
    readonly parameters: Parameters,
    private readonly engineEnding: AbortSignal,
    private readonly rollOut: (inputs: Inputs, abort: AbortSignal) => Promise<RolloutRecord>,
  ) {}

  async run(given: RunInputs, { abort }: RunOptions = {}): Promise<Tape> {
    const ending = AbortSignal.any([this.engineEnding, this.#ending.signal, ...(abort ? [abort] : [])]);
    ending.throwIfAborted();
    const inputs = allocating(0, () => checkedInputs(this.shape, this.parameters, given));
    const bytes = recordBytes(this.shape, inputs);
    if (bytes > MOST_BYTES) throw new LimitError('a record of this many bytes:', bytes, MOST_BYTES, 'Use fewer steps, sequences, units or models.');
    const record = await this.rollOut(inputs, ending).catch((error: unknown) => {
      throw error instanceof RangeError ? new OutOfMemoryError(bytes) : error;
    });
    ending.throwIfAborted();
    return new ReferenceTape(this, inputs, record, this.engineEnding);
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

/** An array that cannot be had is a RangeError in JavaScript. */
function allocating<Result>(bytes: number, make: () => Result): Result {
  try {
    return make();
  } catch (error) {
    throw error instanceof RangeError ? new OutOfMemoryError(bytes) : error;
  }
}
