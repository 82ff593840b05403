/**
 * Training between two frames of a page. Everything on the page that trains shares one loop: in a frame all get the same
 * number of updates, so networks that race are in step, and together they get so many as leave the page its frames. A
 * hidden page has no frames, so training rests there, and goes on when it is seen again.
 */
import type { Trainer } from '../engine';
import { pageClock, type PageClock } from './page_clock';

export interface Trainee {
  readonly trainer: Pick<Trainer, 'queue' | 'idle'>;
  /** How many more updates are wanted. */
  readonly wanted: number;
  /** Called once in every frame in which updates were queued. */
  moved(count: number): void;
  /** Called once, when it can train no further; it has left the loop by then. */
  failed(error: unknown): void;
}

/** Milliseconds of arithmetic between two frames: half a frame at 60 Hz. */
export const BUDGET = 8;

/** A frame's work that takes longer than this is not doubled up: the next begins when it is done. */
const FRAME = 16;

/** Updates of one trainee in one frame. */
export const MOST_A_FRAME = 16;

export class TrainingLoop {
  readonly #trainees = new Map<Trainee, Promise<unknown>>();
  #callOff: (() => void) | undefined;
  #underWay = 0;
  #lastDone = 0;
  #took = 0;
  #count = 1;

  constructor(private readonly clock: PageClock = pageClock) {}

  /** Updates that everyone gets in the next frame. */
  get perFrame(): number {
    return this.#count;
  }

  /** Trains from the next frame on. */
  enter(trainee: Trainee): void {
    if (this.#trainees.has(trainee)) return;
    if (this.#trainees.size === 0) this.#count = 1;
    this.#trainees.set(trainee, Promise.resolve());
    this.#schedule();
  }

  /** Trains no more. Settles when what was queued for it is done. */
  async leave(trainee: Trainee): Promise<void> {
    const underWay = this.#trainees.get(trainee);
    this.#trainees.delete(trainee);
    await underWay;
  }

  #schedule(): void {
    if (this.#trainees.size === 0 || this.#callOff) return;
    this.#callOff = this.clock.frame(() => {
      this.#callOff = undefined;
      this.#frame();
      this.#schedule();
    });
  }

  #frame(): void {
    // Two frames' worth at most, or pausing would come late; one only where the device cannot keep up.
    if (this.#underWay >= (this.#took > FRAME ? 1 : 2)) return;
    const begun = this.clock.now();
    const idle = [...this.#trainees.keys()].flatMap((trainee) => this.#train(trainee) ?? []);
    if (idle.length === 0) return;
    this.#underWay++;
    void Promise.all(idle).then(() => {
      this.#underWay--;
      const done = this.clock.now();
      this.#measured(done - Math.max(begun, this.#lastDone));
      this.#lastDone = done;
    });
  }

  /** Queues one trainee's updates; what it returns settles when they are done, and never rejects. */
  #train(trainee: Trainee): Promise<void> | undefined {
    const count = Math.min(this.#count, trainee.wanted);
    if (count < 1) return undefined;
    const { trainer } = trainee;
    const fail = (error: unknown) => {
      if (trainee.trainer === trainer && this.#trainees.delete(trainee)) trainee.failed(error);
    };
    try {
      trainer.queue(count);
    } catch (error) {
      fail(error);
      return undefined;
    }
    trainee.moved(count);
    // Asked after what moves along with it, so that its views' share of the work is measured too.
    const idle = trainer.idle().catch(fail);
    this.#trainees.set(trainee, idle);
    return idle;
  }

  /** More updates a frame while they are done early, fewer as soon as they are late. */
  #measured(took: number): void {
    this.#took = took;
    if (took > 1.25 * BUDGET) this.#count = Math.max(1, Math.floor((this.#count * BUDGET) / took));
    else if (took < 0.7 * BUDGET) this.#count = Math.min(MOST_A_FRAME, this.#count + 1);
  }
}

/** The page's. */
export const trainingLoop = new TrainingLoop();
