/** What a screen reader is to hear of an element's state: only what has stood for a moment, and the same once. */

/** In milliseconds. What starts quickly is not said to be starting. */
const PAUSE = 700;

export class Announcer {
  /** What stands in the live region. */
  spoken = '';

  #next = '';
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** @param changed - called when there is something else to hear */
  constructor(private readonly changed: () => void) {}

  /** Has it heard, unless something else is to be heard soon after. */
  say(words: string): void {
    if (words === this.#next) return;
    this.#next = words;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.spoken = words;
      this.changed();
    }, PAUSE);
  }

  /** Forgets what is on its way and what was said. */
  stop(): void {
    clearTimeout(this.#timer);
    this.#next = this.spoken = '';
  }
}
