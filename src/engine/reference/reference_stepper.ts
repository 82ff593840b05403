/** What the reference offers a trainer: updates by a host of the training, wherever that is. */
import { OutOfMemoryError } from '../errors';
import type { CheckedBatch } from '../training/batch';
import type { Pass, Stepper } from '../training/stepper';
import type { Snapshot, Tally } from '../training/trainer';
import type { NonFinite } from './non_finite';
import type { TrainingHost } from './training_queue';

export class ReferenceStepper implements Stepper {
  readonly dispatches = 0;
  #tallies: Tally[] = [];
  #underWay: Promise<void> = Promise.resolve();
  #failure: unknown;
  #restored = 0;
  /** Updates asked for, and those that the last reading of the weights had seen. */
  #asked = 0;
  #read = 0;
  #released = false;

  /**
   * @param bytes - what an update keeps, for the error where there is no room for it
   * @param onSnapshot - hears of the parameters whenever they have been read
   */
  constructor(
    private readonly host: TrainingHost,
    private readonly bytes: number,
    private readonly onSnapshot: (snapshot: Snapshot) => void,
  ) {}

  /** Whether the weights have moved since they were last read. */
  get ahead(): boolean {
    return this.#read < this.#asked;
  }

  update(batches: readonly CheckedBatch[], pass: Pass): void {
    const restored = this.#restored;
    this.#asked++;
    const done = this.host.update(batches, pass).then(
      (tally) => {
        if (tally && restored === this.#restored) this.#tallies.push(tally);
      },
      (error: unknown) => (this.#failure ??= error instanceof RangeError ? new OutOfMemoryError(this.bytes) : error),
    );
    this.#underWay = Promise.all([this.#underWay, done]).then(() => undefined);
  }

  async idle(): Promise<void> {
    await this.#underWay;
    if (this.#failure !== undefined) throw this.#failure;
  }

  async tallies(): Promise<readonly Tally[]> {
    return this.#tallies.splice(0);
  }

  async snapshot(): Promise<Snapshot> {
    const [asked, restored] = [this.#asked, this.#restored];
    const snapshot = await this.host.snapshot();
    if (restored === this.#restored && !this.#released) {
      this.#read = asked;
      this.onSnapshot(snapshot);
    }
    return snapshot;
  }

  restore(snapshot: Snapshot): void {
    this.#restored++;
    this.#tallies = [];
    this.#failure = undefined;
    this.#read = this.#asked;
    this.host.restore(snapshot);
    this.onSnapshot(snapshot);
  }

  diagnose(): Promise<NonFinite | undefined> {
    return this.host.nonFinite();
  }

  release(): void {
    this.#released = true;
    this.host.release();
  }
}
