/** Who still needs a thing whose memory is to be used again: its owner, mounted views, pending reads. */
import { ReleasedError } from '../errors';

export class Holders {
  #count = 1;
  #ownerLetGo = false;

  /** @param onNone - called once, when the last holder lets go */
  constructor(
    private readonly thing: string,
    private readonly onNone: () => void,
  ) {}

  /** True once nobody holds it. */
  get none(): boolean {
    return this.#count === 0;
  }

  /** Adds a holder, who lets go by calling what comes back. Throws ReleasedError if it is too late. */
  hold(): () => void {
    if (this.none) throw new ReleasedError(this.thing);
    this.#count++;
    let held = true;
    return () => {
      if (!held) return;
      held = false;
      this.#drop();
    };
  }

  /** The owner lets go; a second time does nothing. */
  release(): void {
    if (this.#ownerLetGo) return;
    this.#ownerLetGo = true;
    this.#drop();
  }

  #drop(): void {
    if (--this.#count === 0) this.onNone();
  }
}
