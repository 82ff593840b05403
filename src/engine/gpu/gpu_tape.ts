/** What a run on the GPU leaves behind. Its buffers go back to the model's pool when the last holder lets go. */
import type { Engine, Model, Plan, Signal, SignalExtent, SignalStorage, Tape } from '../engine';
import { ReleasedError } from '../errors';
import { extentOf } from '../math/extent';
import { Holders } from '../model/holders';
import { inputVectors } from '../model/input_vectors';
import type { Inputs } from '../model/inputs';
import { findSignal, signalEntries, type SignalEntry, type SignalInfo, type SignalPlace } from '../model/signals';
import type { Readback } from './readback';
import type { RunBuffers } from './run_buffers';

export class GpuTape implements Tape {
  readonly #entries: readonly SignalEntry[];
  readonly #holders: Holders;

  constructor(
    readonly model: Model,
    readonly inputs: Inputs,
    readonly plan: Plan,
    private readonly buffers: RunBuffers,
    private readonly readback: Readback,
    recycle: () => void,
  ) {
    this.#entries = signalEntries(model.shape, inputs);
    this.#holders = new Holders('tape', recycle);
  }

  get engine(): Engine {
    return this.model.engine;
  }

  get signals(): readonly SignalInfo[] {
    return this.#entries.map(({ info }) => info);
  }

  get released(): boolean {
    return this.#holders.none || this.buffers.destroyed;
  }

  signal(name: string, place?: SignalPlace): Signal {
    if (this.released) throw new ReleasedError('tape');
    return new GpuSignal(this, findSignal(this.#entries, name, place), this.buffers, this.readback);
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
}

class GpuSignal implements Signal {
  readonly name: SignalInfo['name'];
  readonly kind: SignalInfo['kind'];
  readonly layer: number;
  readonly direction: SignalInfo['direction'];
  readonly shape: readonly number[];
  readonly range: SignalInfo['range'];
  readonly role: string;

  constructor(
    readonly tape: GpuTape,
    private readonly entry: SignalEntry,
    private readonly buffers: RunBuffers,
    private readonly readback: Readback,
  ) {
    ({ name: this.name, kind: this.kind, layer: this.layer, direction: this.direction, shape: this.shape, range: this.range, role: this.role } = entry.info);
  }

  get storage(): SignalStorage | undefined {
    return this.tape.released ? undefined : this.buffers.storage(this.entry);
  }

  async read(): Promise<Float32Array> {
    return this.#held((storage) => (storage ? this.readback.read(this.shape, storage) : this.#given()));
  }

  async extent(): Promise<SignalExtent> {
    return this.#held((storage) => (storage ? this.readback.extent(this.shape, storage) : extentOf(this.#given())));
  }

  /** What layer 0 reads is known on the host. */
  #given(): Float32Array {
    return inputVectors(this.tape.model.shape, this.tape.inputs);
  }

  /** Keeps the run alive until its numbers have arrived. */
  async #held<Result>(use: (storage: SignalStorage | undefined) => Result | Promise<Result>): Promise<Result> {
    const letGo = this.tape.hold();
    try {
      return await use(this.storage);
    } finally {
      letGo();
    }
  }
}
