/**
 * What became of the engines that a view's runs came from: whether the last one was lost, and whether the run that is there
 * now is the first since. And what is to be known of an engine: that it is the CPU, for want of a GPU, or one in name only.
 */
import type { Engine, Tape } from '../engine';
import type { DeviceChoice } from './shared_engine';
import type { Absence } from './shown_matrix';
import type { RunState } from './text_run';

export type EngineNotice = 'no-gpu' | 'software-gpu';

export class EngineHistory {
  /** The GPU was lost and is back, and the run last followed is the first since. */
  isRestored = false;

  #last: Engine | undefined;
  #restoredBy: Tape | undefined;
  readonly #losses = new WeakMap<Engine, string>();

  /** @param changed - called when an engine that was asked about is lost */
  constructor(private readonly changed: () => void) {}

  /** Why an engine was lost, in the browser's words; empty while it is there. */
  lossOf(engine: Engine): string {
    const known = this.#losses.get(engine);
    if (known === undefined) this.#watch(engine);
    return known ?? '';
  }

  /** Takes note of the run that there is now. */
  follow({ engine, tape }: Pick<RunState, 'engine' | 'tape'>): void {
    this.isRestored = false;
    if (!engine || !tape) return;
    if (this.#last && this.#last !== engine && this.lossOf(this.#last)) this.#restoredBy = tape;
    this.lossOf(engine);
    this.#last = engine;
    this.isRestored = tape === this.#restoredBy;
  }

  /** Why there is no tape, in one word. */
  absenceOf({ status }: Pick<RunState, 'status'>): Absence {
    if (status === 'loading' && this.#last && this.lossOf(this.#last)) return 'device-lost';
    return status === 'ready' ? 'empty' : status;
  }

  forget(): void {
    this.#last = this.#restoredBy = undefined;
    this.isRestored = false;
  }

  #watch(engine: Engine): void {
    this.#losses.set(engine, '');
    // The engine outlives most of those who ask about it, and must not keep them.
    const self = new WeakRef(this);
    void engine.lost.then((reason) => {
      const history = self.deref();
      if (history) history.#lose(engine, reason);
    });
  }

  #lose(engine: Engine, reason: string): void {
    this.#losses.set(engine, reason);
    this.changed();
  }
}

/** @param wanted - what was asked for: who asked for the CPU wants for nothing */
export function noticeOf(engine: Engine | undefined, wanted: DeviceChoice): EngineNotice | undefined {
  if (engine?.adapter?.software) return 'software-gpu';
  return engine?.kind === 'cpu' && wanted !== 'cpu' ? 'no-gpu' : undefined;
}
