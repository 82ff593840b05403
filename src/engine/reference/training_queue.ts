/** One model's training, update after update, where the numbers are: in Node, in the page's worker, or between its frames. */
import type { ModelShape } from '../model/spec';
import type { CheckedBatch } from '../training/batch';
import type { Pass } from '../training/stepper';
import type { Snapshot, Tally } from '../training/trainer';
import type { NonFinite } from './non_finite';
import { TrainingState, type UpdateRules } from './training_state';

/** What can be asked of it; answers come in the order of the questions. */
export interface TrainingHost {
  /** Resolves to undefined where the update was dropped: numbers had ceased to be finite, or a snapshot was restored. */
  update(batches: readonly CheckedBatch[], pass: Pass): Promise<Tally | undefined>;
  snapshot(): Promise<Snapshot>;
  nonFinite(): Promise<NonFinite | undefined>;
  /** Drops the updates asked for and not done. */
  restore(snapshot: Snapshot): void;
  release(): void;
}

/** A way to carry out work that pauses, which can be called off between two pauses. */
export type Drive = <Result>(work: Generator<void, Result>, abort: AbortSignal) => Promise<Result>;

export class TrainingQueue implements TrainingHost {
  readonly #state: TrainingState;
  #last: Promise<unknown> = Promise.resolve();
  /** Aborted when what was asked for so far is not wanted any more. */
  #wanted = new AbortController();

  constructor(
    model: ModelShape,
    rules: UpdateRules,
    start: Snapshot,
    private readonly drive: Drive,
  ) {
    this.#state = new TrainingState(model, rules, start);
  }

  update(batches: readonly CheckedBatch[], pass: Pass): Promise<Tally | undefined> {
    const { signal } = this.#wanted;
    return this.#next(async () => {
      if (signal.aborted || this.#state.nonFinite) return undefined;
      return this.drive(this.#state.update(batches, pass), signal).catch((error: unknown) => {
        if (!signal.aborted) throw error;
        return undefined;
      });
    });
  }

  snapshot(): Promise<Snapshot> {
    return this.#next(async () => this.#state.snapshot());
  }

  nonFinite(): Promise<NonFinite | undefined> {
    return this.#next(async () => this.#state.nonFinite);
  }

  restore(snapshot: Snapshot): void {
    this.#wanted.abort();
    this.#wanted = new AbortController();
    void this.#next(async () => this.#state.restore(snapshot));
  }

  release(): void {
    this.#wanted.abort();
  }

  /** Work that begins once all before it has ended, well or not. */
  #next<Result>(work: () => Promise<Result>): Promise<Result> {
    const result = this.#last.then(work);
    this.#last = result.catch(() => undefined);
    return result;
  }
}
