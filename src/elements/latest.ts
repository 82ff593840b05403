/**
 * The answer to the latest question. An element asks at every update; the question is put only when what it depends
 * on has changed, an earlier answer that comes late never replaces a later one, and while an answer is on its way the
 * last one stands, so nothing flickers. An answer should carry all it is drawn with, words included: then it is a
 * true picture of some run at any moment, if not always of the newest. Far from the screen nothing is asked.
 */
import type { ReactiveController, ReactiveControllerHost } from 'lit';
import { ReleasedError, type Tape } from '../engine';
import { isFar } from './on_screen';

export class Latest<Answer> implements ReactiveController {
  /** The answer that stands. */
  value: Answer | undefined;
  /** Why there is no answer to the latest question, in words. */
  failure: string | undefined;

  private key: readonly unknown[] = [];
  private abort: AbortController | undefined;

  constructor(private readonly host: ReactiveControllerHost) {
    host.addController(this);
  }

  /** True while the answer to the latest question is on its way. */
  get pending(): boolean {
    return this.abort !== undefined;
  }

  /** Puts the question unless its key is the one last asked with, or nobody can see the answer. */
  ask(key: readonly unknown[], question: (abort: AbortSignal) => Promise<Answer>): void {
    if (isFar(this.host)) return;
    if (key.length === this.key.length && key.every((part, index) => Object.is(part, this.key[index]))) return;
    this.key = key;
    this.abort?.abort();
    const abort = new AbortController();
    this.abort = abort;
    this.failure = undefined;
    question(abort.signal).then(
      (answer) => this.settle(abort, () => (this.value = answer)),
      (error: unknown) => this.settle(abort, () => this.fail(error)),
    );
  }

  /** Puts no question for now, and forgets one that is on its way; what has been answered stands. */
  suspend(): void {
    if (this.abort) this.key = [];
    this.abort?.abort();
    this.abort = undefined;
  }

  /** Forgets question and answer. */
  clear(): void {
    this.abort?.abort();
    this.abort = undefined;
    this.key = [];
    this.value = undefined;
    this.failure = undefined;
  }

  hostDisconnected(): void {
    this.clear();
  }

  private settle(abort: AbortController, accept: () => void): void {
    if (this.abort !== abort) return;
    this.abort = undefined;
    accept();
    this.host.requestUpdate();
  }

  private fail(error: unknown): void {
    if (error instanceof ReleasedError) return; // its model has run again, and the next question is on its way
    this.value = undefined;
    this.failure = error instanceof Error ? error.message : String(error);
  }
}

/** Keeps a tape's numbers in place until the work is done. */
export async function held<Result>(tape: Tape, work: () => Promise<Result>): Promise<Result> {
  const letGo = tape.hold();
  try {
    return await work();
  } finally {
    letGo();
  }
}
