/** What a run on the GPU leaves behind. Its buffers go back to the model's pool when the last holder lets go. */
import type { Engine, InfluencePlace, Model, OutputEntry, Plan, Signal, SignalExtent, SignalStorage, Tape } from '../engine';
import { OptionError, ReleasedError } from '../errors';
import { extentOf } from '../math/extent';
import { size, type Tensor } from '../math/tensor';
import { Holders } from '../model/holders';
import { inputVectors } from '../model/input_vectors';
import type { Inputs } from '../model/inputs';
import type { CheckedLoss, Loss } from '../model/loss';
import type { Parameters } from '../model/parameters';
import { findSignal, gradientEntries, signalEntries, type SignalEntry, type SignalInfo, type SignalPlace } from '../model/signals';
import type { GradientBuffers } from './gradient_buffers';
import { parameterGradients } from './parameter_gradients';
import type { Readback } from './readback';
import type { RunBuffers } from './run_buffers';
import { isClosed } from './run_shape';
import { signalStorage } from './signal_storage';

/** Which losses' gradients are to be measured, and how to follow it and call it off. */
export interface NormsAsked {
  readonly losses: readonly OutputEntry[];
  readonly place: InfluencePlace;
  readonly abort: AbortSignal | undefined;
  readonly progress: ((fraction: number) => void) | undefined;
}

/** What a tape asks of its model. */
export interface TapeOwner {
  /** Carries a loss back through the run; the gradients stay with its buffers. */
  propagate(buffers: RunBuffers, version: number, plan: Plan, loss: CheckedLoss, abort: AbortSignal | undefined): Promise<GradientBuffers>;
  /** Queues the run once more, and the way back; says the version of the weights that it reads. */
  repeat(buffers: RunBuffers, plan: Plan, back: { readonly gradients: GradientBuffers; readonly loss: CheckedLoss } | undefined): number;
  /** The parameters of that version, while the host has them. */
  parametersAt(version: number): Parameters | undefined;
  /** [losses, T] ‖∂loss/∂x_s‖ for many entries of a layer's output as losses. */
  inputNorms(buffers: RunBuffers, version: number, plan: Plan, asked: NormsAsked): Promise<Float32Array>;
  recycle(buffers: RunBuffers): void;
}

export class GpuTape implements Tape {
  readonly #holders: Holders;
  #entries: readonly SignalEntry[];
  #back: { readonly gradients: GradientBuffers; readonly loss: CheckedLoss } | undefined;
  #inputs: Inputs;
  /** Undefined while the host does not know what the run read. */
  #parameters: Parameters | undefined;
  #version: number;

  constructor(
    readonly model: Model,
    inputs: Inputs,
    parameters: Parameters,
    version: number,
    readonly plan: Plan,
    private readonly buffers: RunBuffers,
    private readonly readback: Readback,
    private readonly owner: TapeOwner,
  ) {
    this.#inputs = inputs;
    this.#parameters = parameters;
    this.#version = version;
    this.#entries = signalEntries(model.shape, inputs);
    this.#holders = new Holders('tape', () => owner.recycle(buffers));
  }

  get engine(): Engine {
    return this.model.engine;
  }

  get inputs(): Inputs {
    this.#learn();
    return this.#inputs;
  }

  get parameters(): Parameters {
    this.#learn();
    if (this.#parameters) return this.#parameters;
    throw new OptionError('parameters', 'parameters: training has moved the weights since they were last read. Take a snapshot of the trainer right after refreshing, or run the model again.');
  }

  get signals(): readonly SignalInfo[] {
    return this.#entries.map(({ info }) => info);
  }

  get released(): boolean {
    return this.#holders.none || this.buffers.destroyed;
  }

  signal(name: string, place?: SignalPlace): Signal {
    if (this.released) throw new ReleasedError('tape');
    return new GpuSignal(this, findSignal(this.#entries, name, place), this.readback);
  }

  async backward(loss: Loss, { abort }: { abort?: AbortSignal } = {}): Promise<Float64Array | undefined> {
    const letGo = this.hold();
    try {
      const { checkedLoss } = await import('../model/loss');
      const checked = checkedLoss(this.model.shape, this.inputs, loss);
      const gradients = await this.owner.propagate(this.buffers, this.#version, this.plan, checked, abort);
      this.#back = { gradients, loss: checked };
      this.#entries = [...signalEntries(this.model.shape, this.inputs), ...gradientEntries(this.model.shape, this.inputs)];
      return checked.kind === 'cross-entropy' ? await this.#meanLoss(gradients) : undefined;
    } finally {
      letGo();
    }
  }

  async gradients(): Promise<ReadonlyMap<string, Tensor<Float32Array>>> {
    const letGo = this.hold();
    try {
      if (!this.#back) throw new OptionError('gradients', 'gradients: there are none before a backward pass; call backward first.');
      return await parameterGradients(this.model.shape, this.#back.gradients, this.readback);
    } finally {
      letGo();
    }
  }

  async tensor(layer: number, name: string): Promise<Float32Array> {
    const letGo = this.hold();
    try {
      const run = this.buffers.layers[layer];
      if (run.kind !== 'block') throw new OptionError('layer', `layer: layer ${layer} has signals, and no tensors of a program.`);
      return await run.tensor(name, this.readback);
    } finally {
      letGo();
    }
  }

  async inputNorms(losses: readonly OutputEntry[], place: InfluencePlace, abort?: AbortSignal, progress?: (fraction: number) => void): Promise<Float32Array> {
    const letGo = this.hold();
    try {
      return await this.owner.inputNorms(this.buffers, this.#version, this.plan, { losses, place, abort, progress });
    } finally {
      letGo();
    }
  }

  async refresh(): Promise<void> {
    if (this.released) throw new ReleasedError('tape');
    this.#version = this.owner.repeat(this.buffers, this.plan, this.#back);
    this.#parameters = undefined;
  }

  hold(): () => void {
    if (this.released) throw new ReleasedError('tape');
    return this.#holders.hold();
  }

  release(): void {
    this.#holders.release();
  }

  [Symbol.dispose](): void {
    this.release();
  }

  /** Where a signal lies; undefined for what layer 0 reads, which is known on the host. */
  storageOf(entry: SignalEntry): SignalStorage | undefined {
    if (this.released || this.readsInput(entry) || this.#isUnfelt(entry)) return undefined;
    if (entry.origin.of !== 'input') return this.#storageIn(entry, entry.info.layer);
    return this.#storageIn({ info: { ...entry.info, direction: 'forward' }, origin: { of: 'output' } }, entry.info.layer - 1);
  }

  /** Whether a signal is what layer 0 reads. */
  readsInput({ info, origin }: SignalEntry): boolean {
    return info.layer === 0 && info.kind === 'input' && (origin.of === 'input' || origin.of === 'tensor');
  }

  /** Whether a signal is made again for whoever looks at it: reading one leaves nothing behind. */
  isMadeAgain({ origin }: SignalEntry): boolean {
    return origin.of === 'shown' || origin.of === 'd_shown';
  }

  /** Reads a block's signal that has no one place. */
  readApart(entry: SignalEntry): Promise<Float32Array> {
    const { layer, shape } = entry.info;
    if (this.#isUnfelt(entry)) return Promise.resolve(new Float32Array(size(shape)));
    const run = this.buffers.layers[layer];
    const gradient = this.#back?.gradients.layers[layer];
    if (run.kind !== 'block') throw new ReleasedError('tape');
    return run.read(gradient?.kind === 'block' ? gradient.back : undefined, entry, this.readback);
  }

  #isUnfelt({ info }: SignalEntry): boolean {
    return info.name === 'd_x' && this.#back !== undefined && this.#back.gradients.isUnfelt(this.#back.loss, info.layer);
  }

  #storageIn(entry: SignalEntry, k: number): SignalStorage | undefined {
    return signalStorage(this.buffers, this.#back?.gradients.layers, entry, k);
  }

  /** After a refresh: what the run read, once the host has read it too. */
  #learn(): void {
    if (this.#parameters) return;
    this.#parameters = this.owner.parametersAt(this.#version);
    const table = this.#parameters?.get('embedding.weight')?.data;
    const { source } = this.#inputs;
    if (table && source.kind === 'rows') this.#inputs = { ...this.#inputs, source: { ...source, table } };
  }

  /** [M] the sum of what cross_entropy.wgsl found each row to add to the mean. */
  async #meanLoss({ head }: GradientBuffers): Promise<Float64Array> {
    const said = await this.readback.buffer(head!.said);
    const rows = this.inputs.steps * this.inputs.sequences;
    return Float64Array.from(this.model.shape.seeds, (_, m) => {
      let sum = 0;
      for (let row = m * rows; row < (m + 1) * rows; row++) sum += said[2 * row];
      return sum;
    });
  }
}

class GpuSignal implements Signal {
  readonly name: SignalInfo['name'];
  readonly kind: SignalInfo['kind'];
  readonly layer: number;
  readonly direction: SignalInfo['direction'];
  readonly shape: readonly number[];
  readonly range: SignalInfo['range'];
  readonly role: string;
  readonly groups: SignalInfo['groups'];

  constructor(
    readonly tape: GpuTape,
    private readonly entry: SignalEntry,
    private readonly readback: Readback,
  ) {
    ({ name: this.name, kind: this.kind, layer: this.layer, direction: this.direction, shape: this.shape, range: this.range, role: this.role, groups: this.groups } = entry.info);
  }

  get storage(): SignalStorage | undefined {
    return this.tape.storageOf(this.entry);
  }

  async read(): Promise<Float32Array> {
    return this.#held(() => {
      const storage = this.tape.isMadeAgain(this.entry) ? undefined : this.storage;
      return storage ? this.readback.read(this.shape, storage) : this.#apart();
    });
  }

  async extent(): Promise<SignalExtent> {
    return this.#held(async () => {
      const { storage } = this;
      return storage ? this.readback.extent(this.shape, storage) : extentOf(await this.#apart());
    });
  }

  #apart(): Float32Array | Promise<Float32Array> {
    return this.tape.readsInput(this.entry) ? this.#given() : this.tape.readApart(this.entry);
  }

  /** What layer 0 reads is known on the host. Throws OptionError while it is a parameter that training has moved. */
  #given(): Float32Array {
    const { model, inputs } = this.tape;
    const { source } = inputs;
    if (source.kind === 'vectors' || !isClosed(model.shape)) return inputVectors(model.shape, inputs);
    return inputVectors(model.shape, { ...inputs, source: { ...source, table: this.tape.parameters.get('embedding.weight')!.data } });
  }

  /** Keeps the run alive until its numbers have arrived. */
  async #held<Result>(use: () => Result | Promise<Result>): Promise<Result> {
    const letGo = this.tape.hold();
    try {
      return await use();
    } finally {
      letGo();
    }
  }
}
