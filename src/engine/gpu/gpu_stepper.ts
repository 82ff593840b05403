/** What the GPU offers a trainer: whole updates, queued without reading anything back. */
import type { RecurrentForm } from '../engine';
import { ReleasedError } from '../errors';
import type { Tensor } from '../math/tensor';
import type { Parameters } from '../model/parameters';
import type { ModelShape } from '../model/spec';
import type { CheckedBatch } from '../training/batch';
import type { Pass, Stepper } from '../training/stepper';
import type { Snapshot, Tally } from '../training/trainer';
import type { Training } from '../training/training';
import { BufferSet } from './buffer_set';
import { CarriedStates } from './carried_states';
import { ready, record, type Command } from './command_list';
import type { Gpu } from './device';
import { checkGradients, GradientBuffers, training as trainingPurpose, type GradientPurpose } from './gradient_buffers';
import type { BackwardModel } from './gpu_weights';
import { firstNonFinite } from './non_finite';
import { checkStep, OptimizerStep, RING, TALLY_WORDS, tallyPlace, type StepKernels } from './optimizer_step';
import { packWeights, unpackWeights } from './pack';
import type { Readback } from './readback';
import { checkRun, recurrentRun, stateSlots, type RunBuffers } from './run_buffers';
import type { RunShape } from './run_shape';
import { Staging, type ReadPart } from './staging';
import type { WeightLayout } from './weight_layout';

/** What a stepper tells its model. */
export interface WeightsOwner {
  /** The weights on the GPU are about to be others: their version from now on. */
  moved(): number;
  /** What they were at that version. */
  known(parameters: Parameters, version: number): void;
}

/** What a stepper works with; the run's buffers are its own, and go with it. */
export interface StepperParts {
  readonly run: RunBuffers;
  readonly backward: BackwardModel;
  readonly kernels: StepKernels;
  readonly readback: Readback;
}

/** What the host knows of an update under way: answers asked for and steps read, over all batches. */
interface KnownUpdate extends Pick<Tally, 'update' | 'rate' | 'tokens'> {
  readonly asked: number;
}

/** Throws LimitError, before anything is allocated, for a training that cannot fit. */
export function checkStepper(gpu: Gpu, model: ModelShape, layout: WeightLayout, shape: RunShape, training: Training): void {
  checkRun(gpu, model, shape);
  checkGradients(gpu, model, layout, shape, purposeOf(model, training));
  checkStep(gpu, training.optimizer, layout);
}

function purposeOf(model: ModelShape, { first }: Training): GradientPurpose {
  return trainingPurpose(model, first.values ? 'squared error' : 'cross-entropy');
}

export class GpuStepper implements Stepper {
  readonly #buffers: BufferSet;
  readonly #gradients: GradientBuffers;
  readonly #step: OptimizerStep;
  /** Of a batch that is not an update's last, and of one that is. */
  #gather: readonly Command[] = [];
  #whole: readonly Command[] = [];
  readonly #carried: readonly CarriedStates[];
  /** Slots that a pass back begins with, which the one before has written. */
  readonly #beginnings: readonly { readonly buffer: GPUBuffer; readonly offsets: readonly number[]; readonly bytes: number }[];
  readonly #tallyStaging: Staging;
  readonly #snapshotStaging: Staging;
  #underWay: KnownUpdate[] = [];
  #update = 0;
  #version = 0;
  #restored = 0;
  #firstBad: number | undefined;
  #released = false;

  constructor(
    private readonly training: Training,
    private readonly parts: StepperParts,
    private readonly owner: WeightsOwner,
  ) {
    const { run, backward, kernels } = parts;
    const { model, gpu, shape, forward } = run;
    const models = model.seeds.length;
    this.#gradients = new GradientBuffers(run, backward, purposeOf(model, training));
    this.#buffers = new BufferSet(gpu);
    const { gradients, places, head, layers } = this.#gradients;
    this.#step = new OptimizerStep(this.#buffers, kernels, training.optimizer, {
      models,
      blocks: forward.layout.blocks.filter(({ parameter }) => !training.frozen.has(parameter)),
      weights: forward.weights,
      turned: backward.turned,
      gradients: gradients!,
      places,
      said: head!.said,
      standing: head!.standing,
      rows: shape.steps * shape.sequences,
      clip: training.clip,
    });
    // What these need compiles meanwhile, all of it side by side, whichever forms will be chosen.
    this.#choose(run.layers.map(() => 'persistent'));
    this.#carried = training.carryState ? run.layers.map((layer, k) => new CarriedStates(this.#buffers, layer, shape, `layer ${k}`)) : [];
    this.#beginnings = layers.flatMap((layer, k) => (layer.kind === 'block' ? [] : [{ buffer: layer.d_states, offsets: stateSlots({ ...recurrentRun(run.layers[k]), layout: layer.layout }, shape.steps, 'last'), bytes: 4 * layer.layout.slot }]));
    this.#tallyStaging = new Staging(gpu, this.#buffers, 'tallies', 4 * TALLY_WORDS * RING * models);
    this.#snapshotStaging = new Staging(gpu, this.#buffers, 'snapshot', this.#snapshotSources().reduce((sum, { size }) => sum + size, 0));
  }

  /** Settles once updates can be queued, in these forms. Rejects with EngineError if a shader does not compile. */
  async ready(forms: readonly RecurrentForm[]): Promise<void> {
    this.#choose(forms);
    await ready(this.#whole);
  }

  get dispatches(): number {
    return (this.training.accumulate - 1) * this.#gather.length + this.#whole.length;
  }

  /** Bytes of GPU memory held. */
  get bytes(): number {
    return this.#buffers.bytes + this.#gradients.bytes + this.parts.run.bytes;
  }

  update(batches: readonly CheckedBatch[], { update, rate, noise }: Pass): void {
    this.#check();
    const { settings, labelSmoothing: smoothing, dropout } = this.training;
    const { run } = this.parts;
    const { device } = run.gpu;
    this.#step.prepare(settings, rate, update);
    batches.forEach((batch, i) => {
      run.uploadRead(batch);
      this.#gradients.head!.upload(batch.classes, batch.values);
      run.batch.write({ weight: 1 / (batch.asked * batches.length), accumulate: i > 0, smoothing, dropout, noise: noise[i] });
      const encoder = device.createCommandEncoder({ label: 'update' });
      this.#begin(encoder);
      record(encoder, 'update', i < batches.length - 1 ? this.#gather : this.#whole);
      for (const carried of this.#carried) carried.end(encoder);
      device.queue.submit([encoder.finish()]);
    });
    this.#update = update;
    this.#version = this.owner.moved();
    this.#underWay.push({ update, rate, asked: sumOf(batches, ({ asked }) => asked), tokens: sumOf(batches, stepsRead) });
    if (this.#underWay.length > RING) this.#underWay.shift();
  }

  async idle(): Promise<void> {
    const { gpu } = this.parts.run;
    gpu.check();
    // A device that is lost settles this too, or never does.
    await Promise.race([gpu.done(gpu.device.queue.onSubmittedWorkDone()), gpu.lost]);
    gpu.check();
  }

  async tallies(): Promise<readonly Tally[]> {
    const asked = this.#underWay;
    if (asked.length === 0) return [];
    this.#underWay = [];
    const restored = this.#restored;
    const models = this.parts.run.model.seeds.length;
    const bytes = 4 * TALLY_WORDS * models;
    const sources = asked.map(({ update }) => ({ buffer: this.#step.tallies, offset: bytes * tallyPlace(update), size: bytes }));
    const values = await this.#tallyStaging.read(() => joined(sources));
    if (restored !== this.#restored) return [];
    const found = asked.map((known, i) => this.#tally(known, values.subarray(i * models * TALLY_WORDS, (i + 1) * models * TALLY_WORDS)));
    this.#firstBad ??= found.find(({ finite }) => finite.includes(false))?.update;
    return found;
  }

  async snapshot(): Promise<Snapshot> {
    this.#check();
    const { model, forward } = this.parts.run;
    const { layout } = forward;
    let [restored, version, update] = [0, 0, 0];
    const values = await this.#snapshotStaging.read(() => {
      [restored, version, update] = [this.#restored, this.#version, this.#update];
      return this.#snapshotSources();
    });
    let start = 0;
    const next = (entries: number) => values.subarray(start, (start += entries));
    const arena = forward.weights.size / 4;
    const parameters = unpackWeights(next(arena), model, layout);
    const slots = new Map(this.training.optimizer.slots.map((name): [string, Map<string, Tensor<Float32Array>>] => [name, unpackWeights(next(arena), model, layout)]));
    const carried = this.training.carryState ? this.#carried.map((states) => states.unpack(next(states.source.size / 4))) : undefined;
    if (restored === this.#restored && !this.#released) this.owner.known(parameters, version);
    return { update, parameters, slots, carried };
  }

  restore({ update, parameters, slots, carried }: Snapshot): void {
    this.#check();
    const { run, backward } = this.parts;
    const { model, forward } = run;
    const { queue } = run.gpu.device;
    const write = (buffer: GPUBuffer, offset: number, values: Float32Array) => queue.writeBuffer(buffer, 4 * offset, values as Float32Array<ArrayBuffer>);
    write(forward.weights, 0, packWeights(parameters, model, forward.layout, 'weights'));
    write(backward.turned, 0, packWeights(parameters, model, forward.layout, 'turned'));
    this.training.optimizer.slots.forEach((name, s) => write(this.#step.slots, (s * forward.weights.size) / 4, packWeights(slots.get(name)!, model, forward.layout, 'weights')));
    write(this.#gradients.head!.standing, 0, new Float32Array(model.seeds.length));
    this.#carried.forEach((states, k) => states.write(queue, carried![k]));
    this.#restored++;
    this.#underWay = [];
    this.#firstBad = undefined;
    this.#update = update;
    this.#version = this.owner.moved();
    this.owner.known(parameters, this.#version);
  }

  async diagnose(): Promise<{ readonly tensor: string; readonly step?: number } | undefined> {
    this.#check();
    return firstNonFinite(this.#gradients, this.parts.readback, this.#firstBad === this.#update);
  }

  release(): void {
    if (this.#released) return;
    this.#released = true;
    this.#buffers.destroy();
    this.#gradients.destroy();
    this.parts.run.destroy();
  }

  #check(): void {
    if (this.#released) throw new ReleasedError('trainer');
    this.parts.run.gpu.check();
  }

  /** Puts the carried states where the run starts, and nothing where the way back does. */
  #begin(encoder: GPUCommandEncoder): void {
    for (const carried of this.#carried) carried.begin(encoder);
    for (const { buffer, offsets, bytes } of this.#beginnings) for (const offset of offsets) encoder.clearBuffer(buffer, 4 * offset, bytes);
  }

  #snapshotSources(): ReadPart[] {
    const { weights } = this.parts.run.forward;
    const slots = { buffer: this.#step.slots, offset: 0, size: this.training.optimizer.slots.length * weights.size };
    return [{ buffer: weights, offset: 0, size: weights.size }, slots, ...this.#carried.map(({ source }) => source)];
  }

  #choose(forms: readonly RecurrentForm[]): void {
    this.#gather = [...this.parts.run.commands(forms), ...this.#gradients.commands('head', forms)];
    this.#whole = [...this.#gather, ...this.#step.commands];
  }

  #tally({ update, rate, asked, tokens }: KnownUpdate, values: Float32Array): Tally {
    const models = values.length / TALLY_WORDS;
    const word = (which: number) => Float64Array.from({ length: models }, (_, m) => values[m * TALLY_WORDS + which]);
    return {
      update,
      loss: word(0),
      accuracy: this.training.first.values ? undefined : word(1).map((right) => right / asked),
      gradientNorm: word(2),
      finite: Array.from(word(3), (finite) => finite === 1),
      rate,
      tokens,
    };
  }
}

function sumOf(batches: readonly CheckedBatch[], count: (batch: CheckedBatch) => number): number {
  return batches.reduce((sum, batch) => sum + count(batch), 0);
}

/** Steps there are, over all sequences. */
function stepsRead({ steps, sequences, lengths }: CheckedBatch): number {
  return lengths ? lengths.reduce((sum, length) => sum + length, 0) : steps * sequences;
}

/** Neighbours as one. */
function joined(parts: readonly ReadPart[]): ReadPart[] {
  const result: ReadPart[] = [];
  for (const part of parts) {
    const last = result[result.length - 1];
    if (last && last.offset + last.size === part.offset) result[result.length - 1] = { ...last, size: last.size + part.size };
    else result.push(part);
  }
  return result;
}
