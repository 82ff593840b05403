/**
 * The updates that the playground's network has behind it, as the link holds them. A link that was made after some is opened
 * by carrying them out: from one seed they are the same updates.
 */
import type { RnnModel } from '../elements/rnn-model';

/** More are not begun unasked: they would keep a phone busy for whom only passes by. */
export const MOST_UNASKED = 200;

export class PlayedUpdates {
  #known = 0;
  #reaching = false;

  /** @param tell - the network has come to rest after so many */
  constructor(
    private readonly model: RnnModel,
    private readonly tell: (done: number) => void,
  ) {
    model.addEventListener('training-change', ({ status }) => {
      if (status === 'paused' || status === 'idle') this.#rest();
    });
  }

  /** Those that a link asks for and that are not begun unasked; 0 where there are none. */
  get waiting(): number {
    const missing = this.#known - this.model.training.updates;
    return missing > MOST_UNASKED && !this.#reaching ? missing : 0;
  }

  /** Another network has none behind it; what the one before had is not to be carried out again. */
  forget(): void {
    this.#known = 0;
  }

  /** Brings the network to where a link says it was, or leaves that waiting. Does nothing where the state says what it said before. */
  async reach(done: number): Promise<void> {
    if (done === this.#known) return;
    this.#known = done;
    await this.model.updateComplete;
    if (this.model.training.updates > done) await this.#with(() => this.model.reset());
    if (done - this.model.training.updates <= MOST_UNASKED) await this.carryOut();
  }

  /** Carries out what is missing; the reader may pause on the way. */
  async carryOut(): Promise<void> {
    const missing = this.#known - this.model.training.updates;
    if (missing > 0) await this.#with(() => this.model.step(missing));
    this.#rest();
  }

  async #with(work: () => Promise<void>): Promise<void> {
    this.#reaching = true;
    try {
      await work();
    } finally {
      this.#reaching = false;
    }
  }

  #rest(): void {
    const { status, updates } = this.model.training;
    const rests = status === 'paused' || status === 'idle';
    if (!rests || updates === this.#known || this.#reaching || this.waiting > 0) return;
    this.#known = updates;
    this.tell(updates);
  }
}
