/** A model on the GPU: its weights, its kernels, and a pool of buffers for runs of shapes seen before. */
import type { Decoding, Engine, Model, Plan, RecurrentForm, RunOptions, Tape } from '../engine';
import { ReleasedError } from '../errors';
import { checkedInputs, type Inputs, type RunInputs } from '../model/inputs';
import type { CheckedLoss } from '../model/loss';
import { checkedParameters, otherParameters, staleParameters, type Parameters, type StateDict } from '../model/parameters';
import { isRecurrent, reseeded, type ModelShape } from '../model/spec';
import type { Trainer, TrainerOptions } from '../training/trainer';
import { measuredSteps, type FormChoices } from './choose_form';
import { ready, record, type Command } from './command_list';
import type { Gpu } from './device';
import { fetchBlocks } from './fetched_blocks';
import type { WeightsOwner } from './gpu_stepper';
import { GpuTape, type NormsAsked, type TapeOwner } from './gpu_tape';
import { backwardModel, checkWeights, forwardModel, writeBackward, writeForward, type BackwardModel, type ForwardModel } from './gpu_weights';
import type { GradientBuffers, GradientPurpose } from './gradient_buffers';
import { guarded } from './guarded';
import type { KernelCache } from './kernel';
import { unpackWeights } from './pack';
import type { Readback } from './readback';
import { checkRun, RunBuffers } from './run_buffers';
import { runShape, sameShape, type RunShape } from './run_shape';
import { addShaders } from './shader_files';
import { weightLayout } from './weight_layout';

/** What the models of one engine share. */
export interface GpuContext {
  readonly engine: Engine;
  readonly gpu: Gpu;
  readonly kernels: KernelCache;
  readonly readback: Readback;
  readonly choices: FormChoices;
}

/** Sets of buffers kept for shapes that may come again; the oldest goes first. */
const POOL_SIZE = 4;

export class GpuModel implements Model, TapeOwner, WeightsOwner {
  readonly #pool: RunBuffers[] = [];
  /** Everything not yet destroyed, lent out or in the pool. */
  readonly #made = new Set<RunBuffers>();
  /** What the first backward pass through a run made, for as long as the run's buffers live. */
  readonly #gradients = new Map<RunBuffers, Promise<GradientBuffers>>();
  #backward: Promise<BackwardModel> | undefined;
  /** The same once it is there. */
  #madeBackward: BackwardModel | undefined;
  /** Counts what the weights on the GPU have been, and which of it the host's parameters are. */
  #version = 0;
  #known = 0;
  #trainer: Trainer | undefined;
  readonly #decodings = new Set<Decoding>();
  #released = false;

  private constructor(
    private readonly context: GpuContext,
    private described: ModelShape,
    private current: Parameters,
    private readonly forward: ForwardModel,
    private readonly onRelease: (model: GpuModel) => void,
  ) {}

  /** Rejects with LimitError before allocation if the weights cannot fit. */
  static async create(context: GpuContext, shape: ModelShape, parameters: () => Parameters, onRelease: (model: GpuModel) => void): Promise<GpuModel> {
    const { gpu, kernels } = context;
    await fetchBlocks(shape);
    const layout = weightLayout(shape);
    checkWeights(gpu, layout);
    const values = parameters();
    const forward = await guarded(gpu, () => forwardModel(gpu, kernels, shape, layout, values), ({ weights }) => weights.size, ({ weights }) => weights.destroy());
    return new GpuModel(context, shape, values, forward, onRelease);
  }

  get engine(): Engine {
    return this.context.engine;
  }

  get shape(): ModelShape {
    return this.described;
  }

  get parameters(): Parameters {
    return this.current;
  }

  setParameters(weights: StateDict, { seeds }: { seeds?: readonly number[] } = {}): void {
    this.#check(undefined);
    const shape = reseeded(this.shape, seeds);
    const parameters = checkedParameters(shape, weights);
    this.#trainer?.release();
    this.described = shape;
    this.#write(parameters);
  }

  /** @param form - of the recurrence; the faster of both unless given */
  async trainer(options: TrainerOptions, form: RecurrentForm | 'auto' = 'auto'): Promise<Trainer> {
    const { gpu, kernels, readback } = this.context;
    this.#check(undefined);
    const { checkedTraining, checkStepper, GpuStepper, modelTrainer, stepKernels } = await import('./training_parts');
    await this.#upToDate();
    this.#check(undefined);
    const training = checkedTraining(this.shape, this.parameters, options);
    const shape: RunShape = { steps: training.first.steps, sequences: training.first.sequences, tableRows: 0, earlier: 0 };
    checkStepper(gpu, this.shape, this.forward.layout, shape, training);
    this.#trainer?.release();
    const backward = await this.#backwardOf(this.#version, undefined);
    const make = () => {
      const run = new RunBuffers(gpu, this.shape, this.forward, shape, { drops: training.dropout > 0 });
      return new GpuStepper(training, { run, backward, kernels: stepKernels(kernels, training.optimizer), readback }, this);
    };
    const stepper = await guarded(gpu, make, bytesOf, (made) => made.release());
    try {
      await stepper.ready(await this.#forms(form, shape));
      this.#check(undefined);
    } catch (error) {
      stepper.release();
      throw error;
    }
    this.#trainer?.release();
    const trainer = modelTrainer(this, training, stepper, () => this.#ended(trainer));
    this.#trainer = trainer;
    return trainer;
  }

  moved(): number {
    return ++this.#version;
  }

  known(parameters: Parameters, version: number): void {
    if (version < this.#known) return;
    this.current = parameters;
    this.#known = version;
  }

  parametersAt(version: number): Parameters | undefined {
    return version === this.#known ? this.current : undefined;
  }

  async run(given: RunInputs, { form = 'auto', abort }: RunOptions = {}): Promise<Tape> {
    const { gpu, readback } = this.context;
    this.#check(abort);
    const asked = { parameters: this.parameters, inputs: checkedInputs(this.shape, this.parameters, given) };
    const shape = runShape(this.shape, asked.inputs);
    checkRun(gpu, this.shape, shape);
    const forms = await this.#forms(form, shape);
    this.#check(abort);
    const buffers = this.#reuse(shape) ?? (await this.#make(shape));
    try {
      this.#check(abort);
      const commands = buffers.commands(forms);
      await Promise.all([ready(commands), buffers.readyToShow()]);
      this.#check(abort);
      buffers.forgetShown();
      const { parameters } = this;
      // An embedding that was changed meanwhile gives other vectors for the same words.
      const inputs = parameters === asked.parameters ? asked.inputs : checkedInputs(this.shape, parameters, given);
      buffers.upload(inputs);
      const encoder = gpu.device.createCommandEncoder({ label: 'run' });
      record(encoder, 'run', commands);
      gpu.device.queue.submit([encoder.finish()]);
      const version = this.#version;
      const used = this.parametersAt(version) ?? (await this.#read()); // read behind the run, before any later update
      const known = used === parameters ? inputs : checkedInputs(this.shape, used, given);
      const plan: Plan = { forms: forms.map((chosen, k) => (isRecurrent(this.shape.layers[k]) ? chosen : 'program')), dispatches: commands.length };
      return new GpuTape(this, known, used, version, plan, buffers, readback, this);
    } catch (error) {
      this.recycle(buffers);
      throw error;
    }
  }

  async propagate(buffers: RunBuffers, version: number, { forms }: Plan, loss: CheckedLoss, abort: AbortSignal | undefined): Promise<GradientBuffers> {
    const { GradientBuffers, oneLoss } = await import('./gradient_buffers');
    const backward = await this.#backwardOf(version, abort);
    const gradients = await this.#gradientsOf(buffers, () => new GradientBuffers(buffers, backward, oneLoss(this.shape)));
    const commands = gradients.commands(atHead(loss), forms as readonly RecurrentForm[]);
    await ready(commands);
    this.#checkRun(version, abort);
    this.#submitBackward([...commands, ...buffers.shownCommands(true)], gradients, loss);
    return gradients;
  }

  repeat(buffers: RunBuffers, plan: Plan, back: { readonly gradients: GradientBuffers; readonly loss: CheckedLoss } | undefined): number {
    this.#check(undefined);
    const { device } = this.context.gpu;
    const forms = plan.forms as readonly RecurrentForm[];
    const commands = [...buffers.commands(forms), ...buffers.shownCommands(false)];
    if (back) {
      this.#submitBackward([...commands, ...back.gradients.commands(atHead(back.loss), forms), ...buffers.shownCommands(true)], back.gradients, back.loss);
    } else {
      const encoder = device.createCommandEncoder({ label: 'run' });
      record(encoder, 'run', commands);
      device.queue.submit([encoder.finish()]);
    }
    return this.#version;
  }

  async inputNorms(buffers: RunBuffers, version: number, { forms }: Plan, { losses, place, abort, progress }: NormsAsked): Promise<Float32Array> {
    const { gpu, kernels, readback } = this.context;
    const [{ GradientBuffers }, { InfluenceNorms, rowsAtOnce }] = await Promise.all([import('./gradient_buffers'), import('./influence_norms')]);
    const backward = await this.#backwardOf(version, abort);
    const rows = rowsAtOnce(gpu, this.shape, buffers.shape, place.layer, losses.length);
    const purpose: GradientPurpose = { layers: place.layer + 1, rows, picked: true, parameters: false, beginnings: true, loss: 'cross-entropy' };
    const kernel = await kernels.kernel('kernels/row_norms');
    const gradients = await guarded(gpu, () => new GradientBuffers(buffers, backward, purpose), bytesOf, destroy);
    const norms = new InfluenceNorms(gpu, kernel, buffers, gradients, place);
    try {
      return await norms.measure(losses, forms as readonly RecurrentForm[], readback, () => this.#checkRun(version, abort), progress);
    } finally {
      norms.destroy();
      gradients.destroy();
    }
  }

  async decoding(sequences: number, start: Pick<Inputs, 'first' | 'initial'>): Promise<Decoding> {
    const { gpu, readback } = this.context;
    this.#check(undefined);
    const { GpuDecoding } = await import('./gpu_decoding');
    this.#check(undefined);
    const version = this.#version;
    const decoding = new GpuDecoding(gpu, readback, this.shape, sequences, start, {
      makeRun: async (shape) => {
        checkRun(gpu, this.shape, shape);
        return guarded(gpu, () => new RunBuffers(gpu, this.shape, this.forward, shape, { remembers: true }), bytesOf, destroy);
      },
      formsOf: (shape) => this.#forms('auto', shape),
      check: () => {
        this.#check(undefined);
        if (version !== this.#version) throw otherParameters();
      },
      ended: (ended) => this.#decodings.delete(ended),
    });
    this.#decodings.add(decoding);
    return decoding;
  }

  recycle(buffers: RunBuffers): void {
    if (this.#released) return this.#destroy(buffers);
    this.#pool.push(buffers);
    if (this.#pool.length > POOL_SIZE) this.#destroy(this.#pool.shift()!);
  }

  release(): void {
    if (this.#released) return;
    this.#released = true;
    this.#trainer?.release();
    for (const decoding of this.#decodings) decoding.release();
    for (const buffers of this.#pool) this.#destroy(buffers);
    this.#pool.length = 0;
    this.forward.weights.destroy();
    void this.#backward?.then(({ turned }) => turned.destroy(), () => undefined);
    if (this.#made.size === 0) this.onRelease(this);
  }

  [Symbol.dispose](): void {
    this.release();
  }

  /** Destroys what is still lent out too: the engine itself is going. */
  destroy(): void {
    this.release();
    for (const buffers of this.#made) this.#destroy(buffers);
  }

  #check(abort: AbortSignal | undefined): void {
    abort?.throwIfAborted();
    if (this.#released) throw new ReleasedError('model');
    this.context.gpu.check();
  }

  /** A run can be propagated back while its weights are the model's. */
  #checkRun(version: number, abort: AbortSignal | undefined): void {
    this.#check(abort);
    if (version !== this.#version) throw staleParameters();
  }

  /** Queues these dispatches, at the end of which a loss is taken back. */
  #submitBackward(commands: readonly Command[], gradients: GradientBuffers, loss: CheckedLoss): void {
    const { device } = this.context.gpu;
    const encoder = device.createCommandEncoder({ label: 'backward' });
    gradients.upload(encoder, loss);
    record(encoder, 'backward', commands);
    gradients.finish(encoder, loss);
    device.queue.submit([encoder.finish()]);
  }

  /** Puts these in the place of the weights. */
  #write(parameters: Parameters): void {
    const { gpu } = this.context;
    this.known(parameters, this.moved());
    writeForward(gpu, this.forward, this.shape, parameters);
    const write = (backward: BackwardModel) => this.#released || writeBackward(gpu, backward, this.shape, this.forward.layout, this.current);
    // A run may be repeated right away; a backward model still being made has read the old ones.
    if (this.#madeBackward) write(this.#madeBackward);
    else void this.#backward?.then(write, () => undefined);
  }

  /** Reads the weights as they are now. */
  async #read(): Promise<Parameters> {
    const version = this.#version;
    const parameters = unpackWeights(await this.context.readback.buffer(this.forward.weights), this.shape, this.forward.layout);
    this.known(parameters, version);
    return parameters;
  }

  /** Reads the weights if a trainer has moved them. */
  async #upToDate(): Promise<void> {
    if (this.#known !== this.#version) await this.#read();
  }

  /** A trainer that ends leaves the model as it was last read. */
  #ended(trainer: Trainer): void {
    if (this.#trainer !== trainer) return;
    this.#trainer = undefined;
    if (!this.#released && this.#known !== this.#version) this.#write(this.current);
  }

  /** The weights of the backward pass, made when first needed. */
  async #backwardOf(version: number, abort: AbortSignal | undefined): Promise<BackwardModel> {
    const { gpu } = this.context;
    this.#checkRun(version, abort);
    addShaders((await import('./way_back_shaders')).wayBackShaders);
    this.#checkRun(version, abort);
    this.#backward ??= guarded(gpu, () => backwardModel(gpu, this.shape, this.forward.layout, this.parameters), ({ turned }) => turned.size, ({ turned }) => turned.destroy());
    const backward = (this.#madeBackward = await this.#backward);
    this.#checkRun(version, abort);
    return backward;
  }

  #gradientsOf(buffers: RunBuffers, make: () => GradientBuffers): Promise<GradientBuffers> {
    const known = this.#gradients.get(buffers);
    if (known) return known;
    const making = guarded(this.context.gpu, make, bytesOf, destroy);
    this.#gradients.set(buffers, making);
    making.catch(() => this.#gradients.delete(buffers));
    return making;
  }

  /** The form of each layer: the one asked for, or the faster of both. */
  async #forms(form: RecurrentForm | 'auto', shape: RunShape): Promise<RecurrentForm[]> {
    const { layers, seeds } = this.shape;
    if (form !== 'auto') return layers.map(() => form);
    const { choices, kernels } = this.context;
    const recurrent = layers.flatMap((layer, k) => (isRecurrent(layer) ? [{ layer, k }] : []));
    // A block has one form, whatever it is called.
    const known = () => layers.map((layer) => (isRecurrent(layer) ? choices.known(layer, seeds.length, shape.sequences) : 'step'));
    if (known().includes(undefined)) {
      const reduced = { ...shape, steps: measuredSteps(recurrent.map(({ layer }) => layer), seeds.length, shape) };
      const buffers = await this.#make(reduced);
      try {
        const both = recurrent.map(({ k }) => ({ step: buffers.recurrence(k, 'step'), persistent: buffers.recurrence(k, 'persistent') }));
        await Promise.all(both.flatMap(({ step, persistent }) => [ready(step), ready(persistent)]));
        await kernels.settled();
        for (const [i, { layer }] of recurrent.entries()) {
          if (choices.known(layer, seeds.length, shape.sequences)) continue;
          const commands = both[i];
          await choices.measure(layer, seeds.length, shape.sequences, commands, () => this.#check(undefined));
        }
      } finally {
        this.#destroy(buffers);
      }
    }
    return known() as RecurrentForm[];
  }

  #reuse(shape: RunShape): RunBuffers | undefined {
    const index = this.#pool.findIndex((buffers) => sameShape(buffers.shape, shape));
    return index < 0 ? undefined : this.#pool.splice(index, 1)[0];
  }

  async #make(shape: RunShape): Promise<RunBuffers> {
    const buffers = await guarded(this.context.gpu, () => new RunBuffers(this.context.gpu, this.shape, this.forward, shape), bytesOf, destroy);
    this.#made.add(buffers);
    return buffers;
  }

  #destroy(buffers: RunBuffers): void {
    buffers.destroy();
    void this.#gradients.get(buffers)?.then(destroy, () => undefined);
    this.#gradients.delete(buffers);
    this.#made.delete(buffers);
    if (this.#released && this.#made.size === 0) this.onRelease(this);
  }
}

/** Where a loss comes to the output from. */
function atHead(loss: CheckedLoss): 'head' | { readonly layer: number } {
  return loss.kind === 'cross-entropy' ? 'head' : loss;
}

function bytesOf({ bytes }: { readonly bytes: number }): number {
  return bytes;
}

function destroy(made: { destroy(): void }): void {
  made.destroy();
}
