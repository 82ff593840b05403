/**
 * An answer that comes in stages, to the latest question. A question whose first stage is on its way is let come so far,
 * or a slider in motion would be answered only when it rests; the one after it that has waited longest is never put if a
 * newer one is there. From its first stage on, an answer gives way to the next question at once. Far from the screen nothing is
 * asked.
 */
import type { ReactiveController, ReactiveControllerHost } from 'lit';
import { ReleasedError } from '../engine';
import { isFar } from './on_screen';

export type Stages<Answer> = (abort: AbortSignal, progress: (fraction: number) => void) => AsyncGenerator<Answer, void>;

/** A first stage that takes longer gives way too. */
const PATIENCE = 1000;

export class StagedAnswer<Answer> implements ReactiveController {
  /** The latest stage of the latest question that has one. */
  value: Answer | undefined;
  /** Why there is no answer to the latest question, in words. */
  failure: string | undefined;
  /** Share of the work done, 0 to 1; undefined when none is under way. */
  progress: number | undefined;
  /** True if the reader stopped the last one before its end. */
  stopped = false;

  private key: readonly unknown[] = [];
  private current: { readonly abort: AbortController; readonly since: number; answered: boolean } | undefined;
  private waiting: Stages<Answer> | undefined;

  constructor(private readonly host: ReactiveControllerHost) {
    host.addController(this);
  }

  /** True while an answer, or what is left of it, is on its way. */
  get pending(): boolean {
    return this.current !== undefined;
  }

  /** Puts the question unless its key is the one last asked with, or nobody can see the answer. */
  ask(key: readonly unknown[], question: Stages<Answer>): void {
    if (isFar(this.host)) return;
    if (key.length === this.key.length && key.every((part, index) => Object.is(part, this.key[index]))) return;
    this.key = key;
    const { current } = this;
    if (current && !current.answered && performance.now() - current.since < PATIENCE) {
      this.waiting = question;
      return;
    }
    void this.put(question);
  }

  /** Ends the work; what has been answered stands. */
  stop(): void {
    if (!this.current) return;
    this.end();
    this.stopped = true;
    this.host.requestUpdate();
  }

  /** Puts no question for now, and forgets one that is on its way; what has been answered stands. */
  suspend(): void {
    if (this.current) this.key = [];
    this.end();
  }

  /** Forgets question and answer. */
  clear(): void {
    this.end();
    this.key = [];
    this.value = undefined;
    this.failure = undefined;
    this.stopped = false;
  }

  hostDisconnected(): void {
    this.clear();
  }

  private end(): void {
    this.current?.abort.abort();
    this.current = undefined;
    this.waiting = undefined;
    this.progress = undefined;
  }

  private async put(question: Stages<Answer>): Promise<void> {
    this.end();
    const abort = new AbortController();
    const run = { abort, since: performance.now(), answered: false };
    this.current = run;
    this.stopped = false;
    this.progress = 0;
    const isCurrent = () => this.current === run;
    const told = (fraction: number) => {
      if (!isCurrent()) return;
      this.progress = fraction;
      this.host.requestUpdate();
    };
    try {
      for await (const answer of question(abort.signal, told)) {
        if (!isCurrent()) return;
        this.value = answer;
        this.failure = undefined;
        run.answered = true;
        this.host.requestUpdate();
        if (this.waiting) return void this.put(this.waiting);
      }
    } catch (error) {
      if (!isCurrent()) return;
      if (this.waiting) return void this.put(this.waiting);
      if (!(error instanceof ReleasedError)) {
        this.value = undefined;
        this.failure = error instanceof Error ? error.message : String(error);
      }
    }
    if (!isCurrent()) return;
    this.end();
    this.host.requestUpdate();
  }
}
