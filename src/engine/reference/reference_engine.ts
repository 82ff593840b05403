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
import { isRecurrent, modelShape, reseeded, type ModelShape, type ModelSpec } from '../model/spec';
import type { Snapshot, Trainer, TrainerOptions } from '../training/trainer';
import type { Training } from '../training/training';
import type { BackwardRecord } from './backward';
import type * as blockValues from './block_values';
import type { blockBytes } from './block_values';
import { inSlices, toEnd } from './driver';
import { leavePageWorker, pageWorker, type ReferenceWorker } from './page_worker';
import { backwardBytes, recordBytes } from './record_bytes';
import { ReferenceTape, type ReferenceRun } from './reference_tape';
import type { ReferenceStepper } from './reference_stepper';
import type { RolloutRecord } from './rollout_record';
import type { TrainingHost } from './training_queue';
import type { UpdateRules } from './training_state';

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
  #worker: Promise<ReferenceWorker | undefined> | undefined;

  constructor(reason: string | undefined) {
    this.description = reason ? `float64 on the CPU. ${reason}` : 'float64 on the CPU';
  }

  async model(spec: ModelSpec, { weights }: { weights?: StateDict } = {}): Promise<Model> {
    this.#ending.signal.throwIfAborted();
    const shape = modelShape(spec);
    const numbers = [...parameterShapes(shape).values()].reduce((sum, parameter) => sum + size(parameter), 0);
    const bytes = Float32Array.BYTES_PER_ELEMENT * shape.seeds.length * numbers;
    if (bytes > MOST_BYTES) throw new LimitError('parameters of this many bytes:', bytes, MOST_BYTES, 'Use fewer units, layers or models.');
    const blocks = shape.layers.every(isRecurrent) ? undefined : await import('./block_values');
    this.#ending.signal.throwIfAborted();
    const start = allocating(bytes, () => (weights ? checkedParameters(shape, weights) : initialParameters(shape)));
    return new ReferenceModel(this, shape, start, this.#ending.signal, {
      forward: (parameters, inputs, abort) => this.#carryOut(abort, async () => (await import('./in_place')).rollout(shape, parameters, inputs), (worker) => worker.run(shape, parameters, inputs, abort)),
      backward: (parameters, inputs, record, loss, abort) =>
        this.#carryOut(abort, async () => (await import('./in_place')).backward(shape, parameters, inputs, record, loss), (worker) => worker.backward(shape, parameters, inputs, record, loss, abort)),
      training: (rules, from) => this.#training(shape, rules, from),
    }, blocks);
  }

  release(): void {
    if (this.#ending.signal.aborted) return;
    this.#ending.abort(new ReleasedError('engine'));
    if (this.#worker) leavePageWorker();
  }

  [Symbol.dispose](): void {
    this.release();
  }

  async #training(shape: ModelShape, rules: UpdateRules, start: Snapshot): Promise<TrainingHost> {
    const worker = await this.#inWorker();
    if (worker) return worker.training(shape, rules, start);
    const { TrainingQueue } = await import('./in_place');
    return new TrainingQueue(shape, rules, start, isPage() ? inSlices : async (work) => toEnd(work));
  }

  /** The page's worker; undefined elsewhere, and where the page allows none. */
  async #inWorker(): Promise<ReferenceWorker | undefined> {
    if (!isPage()) return undefined;
    this.#worker ??= pageWorker();
    return this.#worker;
  }

  /** In place, in the page's worker, or in slices. */
  async #carryOut<Result>(abort: AbortSignal, work: () => Promise<Generator<void, Result>>, message: (worker: ReferenceWorker) => Promise<Result>): Promise<Result> {
    if (!isPage()) return toEnd(await work());
    const worker = await this.#inWorker();
    abort.throwIfAborted();
    return worker ? message(worker) : inSlices(await work(), abort);
  }
}

/** A model's two passes and its training, wherever they are carried out. */
interface Passes {
  forward(parameters: Parameters, inputs: Inputs, abort: AbortSignal): Promise<RolloutRecord>;
  backward(parameters: Parameters, inputs: Inputs, record: RolloutRecord, loss: CheckedLoss, abort: AbortSignal): Promise<BackwardRecord>;
  training(rules: UpdateRules, start: Snapshot): Promise<TrainingHost>;
}

class ReferenceModel implements Model {
  readonly #ending = new AbortController();
  #training: { readonly trainer: Trainer; readonly stepper: ReferenceStepper } | undefined;

  constructor(
    readonly engine: Engine,
    private described: ModelShape,
    private current: Parameters,
    private readonly engineEnding: AbortSignal,
    private readonly passes: Passes,
    /** What a model of blocks needs beside what every model does. */
    private readonly blocks: typeof blockValues | undefined,
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
    const parameters = checkedParameters(shape, weights);
    this.#training?.trainer.release();
    this.current = parameters;
    this.described = shape;
  }

  async trainer(options: TrainerOptions): Promise<Trainer> {
    const ending = this.#endingWith(undefined);
    ending.throwIfAborted();
    const { checkedTraining, modelTrainer, ReferenceStepper, rulesOf, startOf } = await import('./training_parts');
    await this.upToDate();
    const training = checkedTraining(this.shape, this.parameters, options);
    const bytes = trainingBytes(this.shape, training, this.blocks?.blockBytes);
    const host = await within(bytes, () => this.passes.training(rulesOf(training), startOf(this, training)));
    ending.throwIfAborted();
    this.#training?.trainer.release();
    const stepper = new ReferenceStepper(host, bytes, ({ parameters }) => (this.current = parameters));
    const end = () => trainer.release();
    const trainer = modelTrainer(this, training, stepper, () => {
      this.engineEnding.removeEventListener('abort', end);
      if (this.#training?.trainer === trainer) this.#training = undefined;
    });
    this.engineEnding.addEventListener('abort', end);
    this.#training = { trainer, stepper };
    return trainer;
  }

  /** Reads the weights back if a trainer has moved them. */
  async upToDate(): Promise<void> {
    if (!this.#training?.stepper.ahead) return;
    await this.#training.trainer.snapshot().catch((error: unknown) => {
      if (!(error instanceof ReleasedError)) throw error; // what ended it has set the weights
    });
  }

  async run(given: RunInputs, { abort }: RunOptions = {}): Promise<Tape> {
    const ending = this.#endingWith(abort);
    ending.throwIfAborted();
    await this.upToDate();
    ending.throwIfAborted();
    const { parameters } = this;
    const inputs = allocating(0, () => checkedInputs(this.shape, parameters, given));
    const record = await this.#forward(parameters, inputs, ending);
    return new ReferenceTape(this, { inputs, parameters, record }, this.engineEnding, {
      backward: async (run, loss, stop) => {
        if (run.parameters !== this.parameters) throw staleParameters();
        return this.#backward(run, loss, this.#endingWith(stop));
      },
      again: (read, loss) => this.#again(read, loss),
    }, this.blocks?.blockValues);
  }

  async #forward(parameters: Parameters, inputs: Inputs, ending: AbortSignal): Promise<RolloutRecord> {
    const record = await within(recordBytes(this.shape, inputs, this.blocks?.blockBytes), () => this.passes.forward(parameters, inputs, ending));
    ending.throwIfAborted();
    return record;
  }

  async #backward({ parameters, inputs, record }: ReferenceRun, loss: CheckedLoss, ending: AbortSignal): Promise<BackwardRecord> {
    ending.throwIfAborted();
    const gradients = await within(backwardBytes(this.shape, inputs, this.blocks?.blockBytes), () => this.passes.backward(parameters, inputs, record, loss, ending));
    ending.throwIfAborted();
    return gradients;
  }

  async #again(read: Inputs, loss: CheckedLoss | undefined): Promise<ReferenceRun> {
    const ending = this.#endingWith(undefined);
    ending.throwIfAborted();
    await this.upToDate();
    ending.throwIfAborted();
    const { parameters } = this;
    const { source } = read;
    const table = parameters.get('embedding.weight');
    const inputs = table && source.kind === 'rows' ? { ...read, source: { ...source, table: table.data } } : read;
    const run = { inputs, parameters, record: await this.#forward(parameters, inputs, ending) };
    return loss ? { ...run, gradients: await this.#backward(run, loss, ending) } : run;
  }

  #endingWith(abort: AbortSignal | undefined): AbortSignal {
    return AbortSignal.any([this.engineEnding, this.#ending.signal, ...(abort ? [abort] : [])]);
  }

  release(): void {
    this.#training?.trainer.release();
    this.#ending.abort(new ReleasedError('model'));
  }

  [Symbol.dispose](): void {
    this.release();
  }
}

/** What one update keeps, and what goes on from one to the next, in bytes. */
function trainingBytes(model: ModelShape, { first, optimizer }: Training, ofBlock: typeof blockBytes | undefined): number {
  const numbers = [...parameterShapes(model).values()].reduce((sum, parameter) => sum + size(parameter), 0);
  const batch = { ...first, first: 0 };
  return recordBytes(model, batch, ofBlock) + backwardBytes(model, batch, ofBlock) + Float64Array.BYTES_PER_ELEMENT * model.seeds.length * numbers * (1 + optimizer.slots.length);
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
