/**
 * Decoding on the GPU: one step at a time through buffers made once. States of fixed size are copied back before the first step,
 * keys and values are left by attention itself behind those of the steps before; there is room for twice as many whenever
 * it runs out. Only the output is read.
 */
import type { Decoding, RecurrentForm } from '../engine';
import type { Tensor } from '../math/tensor';
import type { Inputs, States } from '../model/inputs';
import { findSignal, signalEntries } from '../model/signals';
import { layerStates, type ModelShape } from '../model/spec';
import { joinedSteps, readEarlier } from './block_signals';
import { earlierStrip } from './block_states';
import { BufferSet } from './buffer_set';
import { CarriedStates } from './carried_states';
import { ready, record, type Command } from './command_list';
import type { Gpu } from './device';
import type { Readback } from './readback';
import type { LayerRun, RunBuffers } from './run_buffers';
import { placesFor, runShape, sameShape, type RunShape } from './run_shape';
import { signalStorage } from './signal_storage';

/** What the decoding asks of its model. */
export interface DecodingOwner {
  /** Buffers that leave their own rows behind those of states that grow. Rejects with LimitError, OutOfMemoryError. */
  makeRun(shape: RunShape): Promise<RunBuffers>;
  formsOf(shape: RunShape): Promise<readonly RecurrentForm[]>;
  /** Throws once the weights are others, the model is released, or the device is lost. */
  check(): void;
  ended(decoding: Decoding): void;
}

/** Buffers for steps of one shape. */
interface Room {
  readonly run: RunBuffers;
  readonly buffers: BufferSet;
  readonly carried: readonly CarriedStates[];
  readonly commands: readonly Command[];
}

export class GpuDecoding implements Decoding {
  #room: Room | undefined;
  /** How many steps were read, those before the beginning included. */
  #steps: number;
  readonly #grows: boolean;

  constructor(
    private readonly gpu: Gpu,
    private readonly readback: Readback,
    private readonly model: ModelShape,
    private readonly sequences: number,
    private readonly start: Pick<Inputs, 'first' | 'initial'>,
    private readonly owner: DecodingOwner,
  ) {
    this.#steps = start.first;
    this.#grows = model.layers.some((layer) => layerStates(layer).some(({ grows }) => grows));
  }

  async read(inputs: Inputs): Promise<Float32Array> {
    const { gpu, owner, model } = this;
    owner.check();
    const begins = this.#room === undefined;
    const room = await this.#roomFor({ ...runShape(model, { ...inputs, first: 0 }), earlier: this.#grows ? placesFor(this.#steps + 1) : 0 });
    owner.check();
    const { run, carried, commands } = room;
    if (begins) run.beginFrom({ ...this.start, sequences: this.sequences, steps: 1 });
    run.beginAfter(this.#steps);
    run.uploadSource(inputs);
    const encoder = gpu.device.createCommandEncoder({ label: 'decode' });
    if (!begins) for (const states of carried) states.begin(encoder);
    record(encoder, 'decode', commands);
    for (const states of carried) states.end(encoder);
    gpu.device.queue.submit([encoder.finish()]);
    this.#steps++;
    const last = model.layers.length - 1;
    const entry = findSignal(signalEntries(model, { steps: 1, sequences: this.sequences }), 'y');
    return this.readback.read(entry.info.shape, signalStorage(run, undefined, entry, last)!);
  }

  async states(): Promise<States> {
    this.owner.check();
    const room = this.#room;
    if (!room) return this.model.layers.map((layer, k) => Object.fromEntries(layerStates(layer).flatMap(({ name, width, grows }, s) => this.#given(name, this.start.initial[k][s], width, grows))));
    return Promise.all(room.run.layers.map((run, k) => this.#statesOf(run, room.carried[k])));
  }

  release(): void {
    this.#destroy(this.#room);
    this.#room = undefined;
    this.owner.ended(this);
  }

  /** Room for steps of this shape: what there is, or another, to which everything is moved. */
  async #roomFor(shape: RunShape): Promise<Room> {
    const old = this.#room;
    if (old && sameShape(old.run.shape, shape)) return old;
    const forms = await this.owner.formsOf(shape);
    const run = await this.owner.makeRun(shape);
    const buffers = new BufferSet(this.gpu);
    const room: Room = { run, buffers, carried: run.layers.map((layer, k) => new CarriedStates(buffers, layer, shape, `layer ${k}`)), commands: run.commands(forms) };
    await ready(room.commands).catch((error: unknown) => {
      this.#destroy(room);
      throw error;
    });
    if (old) this.#move(old, room);
    this.#destroy(old);
    this.#room = room;
    return room;
  }

  #move(from: Room, to: Room): void {
    const { device } = this.gpu;
    const encoder = device.createCommandEncoder({ label: 'more room' });
    from.carried.forEach(({ source }, k) => encoder.copyBufferToBuffer(source.buffer, 0, to.carried[k].source.buffer, 0, source.size));
    from.run.layers.forEach((run, k) => {
      const other = to.run.layers[k];
      if (run.kind !== 'block' || other.kind !== 'block') return;
      for (const { name, grows } of layerStates(run.layer)) {
        if (!grows) continue;
        const [old, fresh] = [earlierStrip(run.run.layout, name)!, earlierStrip(other.run.layout, name)!];
        const row = 4 * this.sequences * old.columns.length;
        this.model.seeds.forEach((_, m) =>
          encoder.copyBufferToBuffer(run.run.tensors, 4 * old.offset + m * from.run.shape.earlier * row, other.run.tensors, 4 * fresh.offset + m * to.run.shape.earlier * row, this.#steps * row),
        );
      }
    });
    device.queue.submit([encoder.finish()]);
  }

  async #statesOf(run: LayerRun, carried: CarriedStates): Promise<Readonly<Record<string, Tensor>>> {
    const states = layerStates(run.layer);
    const fixed = states.filter(({ grows }) => !grows);
    const { source } = carried;
    const kept = fixed.length > 0 ? carried.unpack(await this.readback.part(source.buffer, source.offset / 4, source.size / 4)) : [];
    const models = this.model.seeds.length;
    const read = states.map(async ({ name, width, grows }): Promise<readonly [string, Tensor]> => {
      const shape = [...(models > 1 ? [models] : []), run.layer.directions, this.sequences, ...(grows ? [this.#steps] : []), width];
      if (!grows) return [name, { shape, data: kept[fixed.findIndex((state) => state.name === name)] }];
      const rows = run.kind === 'block' ? await readEarlier(run.run.layout, run.run.tensors, name, this.#steps, this.readback) : new Float32Array();
      return [name, { shape, data: joinedSteps([rows], models, this.sequences, width) }];
    });
    return Object.fromEntries(await Promise.all(read));
  }

  /** A state that the decoding began with, before it has read anything. */
  #given(name: string, values: Float32Array | undefined, width: number, grows: boolean): [string, Tensor][] {
    if (!values) return [];
    const row = [1, this.sequences, ...(grows ? [this.start.first] : []), width];
    const ofModel = row.reduce((product, n) => product * n);
    return [[name, { shape: values.length > ofModel ? [this.model.seeds.length, ...row] : row, data: values }]];
  }

  #destroy(room: Room | undefined): void {
    room?.run.destroy();
    room?.buffers.destroy();
  }
}
