/**
 * The influence matrix of the latest run, measured when it is asked for: with its progress, to be cancelled and taken up
 * again. A newer question aborts an older one, and so does a model that has begun to run again.
 */
import { influence, ReleasedError, type Influence, type Tape } from '../engine';

export interface InfluenceQuestion {
  readonly tape: Tape;
  /** How often its numbers have become others. */
  readonly revision: number;
  readonly words: readonly string[];
  readonly layer: number | undefined;
  readonly unit: number | undefined;
}

/** A matrix and what it is drawn with. */
export interface MeasuredInfluence {
  readonly influence: Influence;
  readonly words: readonly string[];
  readonly layers: number;
}

/** What is over sooner than this, in milliseconds, needs no progress bar. */
const PATIENCE = 200;

export class InfluenceRun {
  /** The latest matrix; it stands while the next one is measured. */
  value: MeasuredInfluence | undefined;
  /** Why there is none, in words. */
  failure = '';
  /** Whether the reader stopped it. */
  cancelled = false;
  /** The fraction done, once there is something to wait for; undefined before and after. */
  progress: number | undefined;

  #question: InfluenceQuestion | undefined;
  #abort: AbortController | undefined;

  /** @param changed - called when there is something new to show */
  constructor(private readonly changed: () => void) {}

  get busy(): boolean {
    return this.#abort !== undefined;
  }

  /** Puts a question, unless it is the one last put. */
  ask(question: InfluenceQuestion): void {
    const last = this.#question;
    if (last?.tape === question.tape && last.revision === question.revision && Object.is(last.layer, question.layer) && Object.is(last.unit, question.unit)) return;
    this.#question = question;
    void this.#measure(question);
  }

  /** Stops measuring what is about to be outdated; the matrix that stands stays. */
  pause(): void {
    if (!this.busy) return;
    this.#stop();
    this.#question = undefined;
  }

  /** Stops measuring for the reader, who may take it up again. */
  readonly cancel = (): void => {
    if (!this.busy) return;
    this.#stop();
    this.cancelled = true;
    this.changed();
  };

  /** Measures what was cancelled. */
  readonly resume = (): void => {
    const question = this.#question;
    if (!question || this.busy) return;
    void this.#measure(question);
    this.changed();
  };

  /** Forgets everything. */
  clear(): void {
    this.#stop();
    this.#question = this.value = undefined;
    this.failure = '';
    this.cancelled = false;
  }

  async #measure({ tape, words, layer, unit }: InfluenceQuestion): Promise<void> {
    this.#stop();
    const abort = new AbortController();
    this.#abort = abort;
    this.failure = '';
    this.cancelled = false;
    const began = performance.now();
    const progress = (fraction: number) => {
      const percent = Math.floor(100 * fraction) / 100;
      if (this.#abort !== abort || performance.now() - began < PATIENCE || percent === this.progress) return;
      this.progress = percent;
      this.changed();
    };
    try {
      const measured = await influence(tape, { layer, unit, abort: abort.signal, progress });
      if (this.#abort !== abort) return;
      this.value = { influence: measured, words, layers: tape.model.shape.layers.length };
    } catch (error) {
      if (this.#abort !== abort) return;
      if (!(error instanceof ReleasedError)) {
        this.value = undefined;
        this.failure = error instanceof Error ? error.message : String(error);
      }
    }
    this.#abort = this.progress = undefined;
    this.changed();
  }

  #stop(): void {
    this.#abort?.abort();
    this.#abort = this.progress = undefined;
  }
}
