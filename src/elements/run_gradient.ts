/**
 * The gradient of a run's loss, carried back when the first view asks for it and not again for the others. One pass is
 * under way at a time; the latest question wins. A tape has room for one gradient, so its views all show the same loss.
 */
import { ReleasedError, type Tape } from '../engine';
import { submittedWorkOf } from './submitted_work';

/** One entry of the last layer's output, counted from 0. */
export interface EntryLoss {
  readonly unit: number;
  readonly step: number;
}

export interface GradientState {
  readonly status: 'loading' | 'ready' | 'error';
  /** What is wrong, in words. */
  readonly message: string;
  readonly loss: EntryLoss;
}

interface Question {
  readonly tape: Tape;
  readonly loss: EntryLoss;
}

export class RunGradient {
  #wanted: Question | undefined;
  #running: Question | undefined;
  #state: GradientState | undefined;
  #tape: Tape | undefined;
  #underWay: Promise<void> | undefined;

  /**
   * @param changed - called when a gradient has arrived or failed
   * @param atRest - carries out work while no weights move
   */
  constructor(
    private readonly changed: () => void,
    private readonly atRest: <Result>(work: () => Promise<Result>) => Promise<Result>,
  ) {}

  /** Settles when nothing of this is left on its way. */
  get settled(): Promise<void> {
    return this.#underWay ?? Promise.resolve();
  }

  /** The gradient of that loss along that tape: there already, or on its way from now on. The same object while it is the same gradient. */
  of(tape: Tape, loss: EntryLoss): GradientState {
    const known = this.#tape === tape && same(this.#state?.loss, loss) ? this.#state : undefined;
    if (known) return known;
    const running = this.#running?.tape === tape && same(this.#running.loss, loss);
    this.#wanted = running ? undefined : { tape, loss };
    this.#underWay ??= this.#serve();
    return { status: 'loading', message: '', loss };
  }

  /** Forgets what it knows of a tape that is gone. */
  forget(): void {
    this.#wanted = this.#state = this.#tape = undefined;
  }

  async #serve(): Promise<void> {
    while (this.#wanted) {
      const { tape, loss } = (this.#running = this.#wanted);
      this.#wanted = undefined;
      const state = await this.atRest(() => passed(tape, loss));
      this.#running = undefined;
      if (!state || tape.released) continue;
      [this.#tape, this.#state] = [tape, state];
      this.changed();
      await submittedWorkOf(tape);
    }
    this.#underWay = undefined;
  }
}

/** Undefined for a tape that went meanwhile, or whose model's weights did: another run is on its way. */
async function passed(tape: Tape, loss: EntryLoss): Promise<GradientState | undefined> {
  if (isOutdated(tape)) return undefined;
  try {
    await tape.backward(loss);
    return { status: 'ready', message: '', loss };
  } catch (error) {
    if (error instanceof ReleasedError || isOutdated(tape)) return undefined;
    const message = error instanceof Error ? error.message : String(error);
    return { status: 'error', message: message.replace(/^(unit|step):/, 'loss-$1:'), loss };
  }
}

function isOutdated(tape: Tape): boolean {
  if (tape.released) return true;
  try {
    return tape.parameters !== tape.model.parameters;
  } catch {
    return false; // training has moved the weights, and the tape has followed
  }
}

function same(one: EntryLoss | undefined, other: EntryLoss): boolean {
  return one !== undefined && Object.is(one.unit, other.unit) && Object.is(one.step, other.step);
}
