/**
 * The one trainer, over whatever carries the updates out: it asks the task for batches and checks them, follows the
 * schedule, keeps what is known of the updates, and stops at numbers that are not finite.
 */
import type { Model } from '../engine';
import { DivergedError, OptionError, ReleasedError } from '../errors';
import { keyed, scramble } from '../math/noise';
import type { CheckedBatch } from './batch';
import { checkedBatch, checkSameShape } from './checked_batch';
import { checkedSnapshot, isFiniteSnapshot, startOf } from './snapshot';
import type { Stepper } from './stepper';
import type { Snapshot, StepsOptions, Tally, Trainer } from './trainer';
import type { Training } from './training';

/** Tallies kept in full. */
const RECENT_TALLIES = 5_000;
const MOST_TALLIES = 10_000;

/** `steps` waits for the engine about this often: time for a picture or two of the progress. */
const CHUNK_MILLISECONDS = 100;
/** The updates whose mean accuracy `untilAccuracy` asks for; `steps` then looks after as many, whatever the speed. */
const ACCURACY_UPDATES = 10;
/** How much work a lost device may cost. */
const SNAPSHOT_MILLISECONDS = 5_000;

/**
 * A trainer of a model as it is now.
 * @param stepper - at the start, as `startOf` has it
 * @param onEnd - called once, when the trainer is released
 */
export function modelTrainer(model: Model, training: Training, stepper: Stepper, onEnd: () => void = () => undefined): Trainer {
  return new ModelTrainer(model, training, stepper, onEnd);
}

class ModelTrainer implements Trainer {
  readonly #start: Snapshot;
  #lastGood: Snapshot;
  #queued = 0;
  #tallies: readonly Tally[] = [];
  /** Collections follow one another, so that tallies stay in order. */
  #collecting: Promise<unknown> = Promise.resolve();
  /** Counts restorations: what was asked before one is not mixed up with what comes after. */
  #restored = 0;
  #diverged: DivergedError | undefined;
  #released = false;

  constructor(
    readonly model: Model,
    private readonly training: Training,
    private readonly stepper: Stepper,
    private readonly onEnd: () => void,
  ) {
    this.#lastGood = this.#start = startOf(model, training);
  }

  get updates(): number {
    return this.#queued;
  }

  get tallies(): readonly Tally[] {
    return this.#tallies;
  }

  get lastGood(): Snapshot {
    return this.#lastGood;
  }

  get dispatches(): number {
    return this.stepper.dispatches;
  }

  queue(count: number): void {
    checkCount(count);
    for (let i = 0; i < count; i++) {
      this.#check();
      const { accumulate, rate, schedule, seed } = this.training;
      const update = this.#queued + 1;
      const parts = Array.from({ length: accumulate }, (_, part) => part);
      const batches = parts.map((part) => this.#batch((update - 1) * accumulate + part));
      this.stepper.update(batches, { update, rate: rate * schedule(update), noise: parts.map((part) => noiseKey(seed, update, part)) });
      this.#queued = update;
    }
  }

  async idle(): Promise<void> {
    this.#checkReleased();
    await this.stepper.idle();
    this.#checkReleased();
  }

  async collect(): Promise<readonly Tally[]> {
    this.#check();
    const collected = this.#collecting.then(() => this.#collect());
    this.#collecting = collected.catch(() => undefined);
    await collected;
    return this.#tallies;
  }

  async steps(count: number, { abort, progress, untilAccuracy }: StepsOptions = {}): Promise<Tally> {
    checkCount(count);
    this.#checkAccuracy(untilAccuracy);
    let chunk = untilAccuracy === undefined ? 1 : ACCURACY_UPDATES;
    let kept = performance.now();
    const restored = this.#restored;
    for (let done = 0; ; ) {
      abort?.throwIfAborted();
      const begun = performance.now();
      const now = Math.min(chunk, count - done);
      this.queue(now);
      await this.idle();
      await this.collect();
      if (restored !== this.#restored) throw abort?.reason ?? new DOMException('The training was set back to another update meanwhile.', 'AbortError');
      done += now;
      const latest = this.#tallies[this.#tallies.length - 1];
      progress?.(latest, done);
      if (done === count || (untilAccuracy !== undefined && this.#accurate(untilAccuracy))) return latest;

      const ended = performance.now();
      if (untilAccuracy === undefined) chunk = nextChunk(now, ended - begun);
      if (ended - kept > SNAPSHOT_MILLISECONDS) {
        kept = ended;
        await this.snapshot();
      }
    }
  }

  async snapshot(): Promise<Snapshot> {
    this.#checkReleased();
    const restored = this.#restored;
    const snapshot = await this.stepper.snapshot();
    this.#checkReleased();
    if (restored === this.#restored && isFiniteSnapshot(snapshot)) this.#lastGood = snapshot;
    return snapshot;
  }

  restore(snapshot: Snapshot): void {
    this.#checkReleased();
    this.#goOnFrom(checkedSnapshot(this.model.shape, this.training, snapshot));
  }

  reset(): void {
    this.#checkReleased();
    this.#goOnFrom(this.#start);
  }

  release(): void {
    if (this.#released) return;
    this.#released = true;
    this.stepper.release();
    this.onEnd();
  }

  [Symbol.dispose](): void {
    this.release();
  }

  #batch(k: number): CheckedBatch {
    const { source, first, carryState } = this.training;
    const batch = checkedBatch(this.model.shape, this.model.parameters, source.batch(k));
    checkSameShape(first, batch, k);
    if (carryState && batch.lengths) throw new OptionError('carryState', `carryState: sequences of batch ${k} end early, so the next one cannot go on where they do.`);
    return batch;
  }

  async #collect(): Promise<void> {
    const restored = this.#restored;
    const found = await this.stepper.tallies();
    this.#check();
    if (restored !== this.#restored) return;
    const bad = found.findIndex(({ finite }) => finite.includes(false));
    if (found.length) this.#tallies = thinned([...this.#tallies, ...(bad < 0 ? found : found.slice(0, bad + 1))]);
    if (bad < 0) return;

    const { update, finite } = found[bad];
    const { tensor, step } = (await this.stepper.diagnose()) ?? { tensor: 'loss' };
    this.#checkReleased();
    if (restored !== this.#restored) return;
    this.#diverged = new DivergedError(tensor, update, finite.indexOf(false), step);
    throw this.#diverged;
  }

  #goOnFrom(snapshot: Snapshot): void {
    this.stepper.restore(snapshot);
    this.#restored++;
    this.#queued = snapshot.update;
    this.#tallies = this.#tallies.filter(({ update }) => update <= snapshot.update);
    this.#diverged = undefined;
    this.#lastGood = snapshot;
  }

  #checkAccuracy(wanted: number | undefined): void {
    if (wanted === undefined) return;
    if (!(wanted > 0 && wanted <= 1)) throw new OptionError('untilAccuracy', `untilAccuracy: ${wanted} given; it is a part of what is asked for, above 0 and up to 1.`);
    if (this.training.first.values) throw new OptionError('untilAccuracy', 'untilAccuracy: this task asks for numbers, which are never exactly right; look at the loss instead.');
  }

  /** Whether the mean accuracy of the last updates reaches the one wanted in every model. */
  #accurate(wanted: number): boolean {
    const last = this.#tallies.slice(-ACCURACY_UPDATES);
    if (last.length < ACCURACY_UPDATES) return false;
    return this.model.shape.seeds.every((_, m) => last.reduce((sum, { accuracy }) => sum + accuracy![m], 0) / last.length >= wanted);
  }

  #check(): void {
    this.#checkReleased();
    if (this.#diverged) throw this.#diverged;
  }

  #checkReleased(): void {
    if (this.#released) throw new ReleasedError('trainer');
  }
}

/** Unsigned 32-bit key of what a batch drops: of the training's seed, the update, and the batch's place in it. */
function noiseKey(seed: number, update: number, part: number): number {
  const [low, high] = [seed >>> 0, Math.floor(seed / 2 ** 32) >>> 0];
  return keyed(keyed(keyed(scramble(low), high), update), part);
}

/** As many updates as fill a chunk's time, at most twice as many as before. */
function nextChunk(updates: number, milliseconds: number): number {
  return Math.max(1, Math.min(2 * updates, Math.floor((updates * CHUNK_MILLISECONDS) / Math.max(milliseconds, 1))));
}

/** At most MOST_TALLIES: of the older ones only every n-th update's is kept, n the least power of two that halves what they may be. */
function thinned(tallies: readonly Tally[]): readonly Tally[] {
  if (tallies.length <= MOST_TALLIES) return tallies;
  const recent = tallies[tallies.length - RECENT_TALLIES].update;
  const apart = 2 ** Math.ceil(Math.log2((2 * recent) / (MOST_TALLIES - RECENT_TALLIES)));
  return tallies.filter(({ update }) => update >= recent || (update - 1) % apart === 0);
}

function checkCount(count: number): void {
  if (!(Number.isSafeInteger(count) && count >= 1)) throw new OptionError('count', `count: ${count} updates asked for; it must be a whole number of at least 1.`);
}
