/**
 * What training moves, in float64: the weights, the optimiser's slots and the states that are carried; and one update of
 * it all. Snapshots are rounded to float32: going on from one differs in the eighth digit from not having stopped.
 */
import { optimizerNamed } from '../optimizers/index';
import { isRecurrent, layerStates, type ModelShape } from '../model/spec';
import type { Tensor } from '../math/tensor';
import type { CheckedBatch } from '../training/batch';
import type { Pass } from '../training/stepper';
import type { Snapshot, Tally } from '../training/trainer';
import type { Training } from '../training/training';
import { propagate, type BackwardRecord } from './backward';
import type { Dropout } from './dropout';
import { firstNonFinite, type NonFinite } from './non_finite';
import { clipScale, followGradient, squares } from './optimizer_step';
import type { ProgramRecord } from './ops/program';
import { rollout } from './rollout';
import { directionRecords, type Read, type RolloutRecord } from './rollout_record';

/** How updates are made, as a message may carry it. */
export interface UpdateRules extends Pick<Training, 'settings' | 'clip' | 'labelSmoothing' | 'carryState' | 'dropout' | 'frozen'> {
  /** Its name. */
  readonly optimizer: string;
}

export function rulesOf({ optimizer, settings, clip, labelSmoothing, carryState, dropout, frozen }: Training): UpdateRules {
  return { optimizer: optimizer.name, settings, clip, labelSmoothing, carryState, dropout, frozen };
}

type Trained = ReadonlyMap<string, Tensor<Float64Array>>;

export class TrainingState {
  #update = 0;
  #weights: Trained;
  /** By the optimiser's order of slots. */
  #slots: readonly Trained[];
  /** Per layer and state [M, D, B, width]. */
  #carried: Read['initial'] | undefined;
  #nonFinite: NonFinite | undefined;

  constructor(
    private readonly model: ModelShape,
    private readonly rules: UpdateRules,
    start: Snapshot,
  ) {
    [this.#weights, this.#slots, this.#carried] = widened(start);
  }

  /** What was found not to be finite; from there on nothing is changed until a snapshot is restored. */
  get nonFinite(): NonFinite | undefined {
    return this.#nonFinite;
  }

  /** One update. Pauses about every millisecond. */
  *update(batches: readonly CheckedBatch[], { update, rate, noise }: Pass): Generator<void, Tally> {
    const { seeds } = this.model;
    const found: Found[] = [];
    let carried = this.#carried;
    for (const [part, batch] of batches.entries()) {
      const each = yield* this.#learn(batch, carried, noise[part]);
      if (this.#carried) carried = finalStates(this.model, batch, each.record);
      found.push(each);
    }
    const gradients = this.#gradients(found.map(({ gradients: { parameters } }) => parameters));
    const norms = Float64Array.from(seeds, (_, m) => Math.sqrt([...gradients.values()].reduce((sum, { data }) => sum + squares(ofModel(data, seeds.length, m)), 0)));
    const loss = Float64Array.from(seeds, (_, m) => found.reduce((sum, { gradients: { loss: each } }) => sum + each![m] / found.length, 0));
    const asked = batches.reduce((sum, batch) => sum + batch.asked, 0);
    const tally: Tally = {
      update,
      loss,
      accuracy: batches[0].values ? undefined : Float64Array.from(seeds, (_, m) => found.reduce((sum, { gradients: { right } }) => sum + right![m], 0) / asked),
      gradientNorm: norms,
      finite: seeds.map((_, m) => Number.isFinite(loss[m]) && Number.isFinite(norms[m])),
      rate,
      tokens: batches.reduce((sum, batch) => sum + stepsRead(batch), 0),
    };
    const bad = found.findIndex(({ gradients: { loss: each } }) => !each!.every(Number.isFinite));
    if (tally.finite.includes(false)) {
      const { record, gradients: backward } = found[Math.max(bad, 0)];
      this.#nonFinite ??= firstNonFinite(this.model, this.#weights, batches[Math.max(bad, 0)], record, backward);
    }
    if (this.#nonFinite) return tally;

    yield* this.#step(gradients, norms, rate, update);
    this.#carried = carried;
    this.#update = update;
    return tally;
  }

  snapshot(): Snapshot {
    const { slots } = optimizerNamed(this.rules.optimizer);
    return {
      update: this.#update,
      parameters: narrowed(this.#weights),
      slots: new Map(slots.map((name, s) => [name, narrowed(this.#slots[s])])),
      carried: this.#carried?.map((states) => states.map((values) => Float32Array.from(values!))),
    };
  }

  restore(snapshot: Snapshot): void {
    this.#update = snapshot.update;
    [this.#weights, this.#slots, this.#carried] = widened(snapshot);
    this.#nonFinite = undefined;
  }

  *#learn(batch: CheckedBatch, carried: Read['initial'] | undefined, key: number): Generator<void, Found> {
    const { labelSmoothing, dropout: part } = this.rules;
    const dropout: Dropout | undefined = part > 0 ? { key, part } : undefined;
    const read = this.#read(batch, carried);
    const record = yield* rollout(this.model, this.#weights, read, dropout);
    const gradients = yield* propagate(this.model, this.#weights, read, record, { ...batch, labelSmoothing }, { dropout });
    return { record, gradients };
  }

  #read({ steps, sequences, lengths, tokens, x }: CheckedBatch, carried: Read['initial'] | undefined): Read {
    const table = this.#weights.get('embedding.weight');
    const source: Read['source'] = tokens ? { kind: 'rows', table: table!.data, rows: table!.shape[table!.shape.length - 2], tokens } : { kind: 'vectors', x: x! };
    const stateless = this.model.layers.map((layer) => layerStates(layer).map(() => undefined));
    return { first: 0, steps, sequences, lengths, source, initial: carried ?? stateless };
  }

  /** The mean over the batches, of the parameters that learn. */
  #gradients(ofBatches: readonly Trained[]): Trained {
    return new Map(
      [...ofBatches[0]]
        .filter(([name]) => !this.rules.frozen.has(name))
        .map(([name, { shape, data }]) => {
          for (const other of ofBatches.slice(1)) other.get(name)!.data.forEach((value, i) => (data[i] += value));
          return [name, { shape, data: ofBatches.length > 1 ? data.map((value) => value / ofBatches.length) : data }];
        }),
    );
  }

  /** Clips the gradients and lets every entry follow its own. */
  *#step(gradients: Trained, norms: Float64Array, rate: number, update: number): Generator<void, void> {
    const { optimizer: name, settings, clip } = this.rules;
    const optimizer = optimizerNamed(name);
    const numbers = optimizer.numbers(settings, rate, update);
    const most = clip?.by === 'value' ? clip.most : Infinity;
    for (const [parameter, { data }] of gradients) {
      for (const [m, norm] of norms.entries()) {
        const own = (values: Float64Array) => ofModel(values, norms.length, m);
        const slots = this.#slots.map((slot) => own(slot.get(parameter)!.data));
        followGradient(own(this.#weights.get(parameter)!.data), own(data), slots, optimizer, numbers, clipScale(clip, norm), most);
        yield;
      }
    }
  }
}

/** What one batch left behind. */
interface Found {
  readonly record: RolloutRecord;
  readonly gradients: BackwardRecord;
}

/** Steps there are, over all sequences. */
function stepsRead({ steps, sequences, lengths }: CheckedBatch): number {
  return lengths ? lengths.reduce((sum, length) => sum + length, 0) : steps * sequences;
}

/** Where the next batch goes on: the states after the last step of forward layers whose sequences have all steps; none of them grows. */
function finalStates({ layers, seeds }: ModelShape, { steps, sequences }: CheckedBatch, record: RolloutRecord): Float64Array[][] {
  return layers.map((layer, k) =>
    layerStates(layer).map(({ name, width }, s) => {
      if (!isRecurrent(layer)) return (record[k] as ProgramRecord).final.get(name)!;
      const rows = sequences * width;
      const final = new Float64Array(seeds.length * rows);
      for (let m = 0; m < seeds.length; m++) {
        const at = ((m + 1) * steps - 1) * rows;
        final.set(directionRecords(record, k)[0].states[s].subarray(at, at + rows), m * rows);
      }
      return final;
    }),
  );
}

/** One model's part of a bundle's numbers. */
function ofModel(values: Float64Array, models: number, m: number): Float64Array {
  const count = values.length / models;
  return values.subarray(m * count, (m + 1) * count);
}

function widened({ parameters, slots, carried }: Snapshot): [Trained, readonly Trained[], Read['initial'] | undefined] {
  const wide = (values: Snapshot['parameters']): Trained => new Map([...values].map(([name, { shape, data }]) => [name, { shape, data: Float64Array.from(data) }]));
  return [wide(parameters), [...slots.values()].map(wide), carried?.map((states) => states.map((values) => Float64Array.from(values)))];
}

function narrowed(values: Trained): Snapshot['parameters'] {
  return new Map([...values].map(([name, { shape, data }]) => [name, { shape, data: Float32Array.from(data) }]));
}
