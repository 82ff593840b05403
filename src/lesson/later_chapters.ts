/** All chapters after the first: when their script is asked for, and what the page does without it. */
import type { Page } from './chapters';
import type { LessonState } from './link';

interface Waiting extends Page {
  /** Tells the reader. */
  readonly say: (message: string) => void;
  /** Whether there is nothing more important to load. */
  readonly isTime: () => boolean;
}

export class LaterChapters {
  #adding: Promise<void> | undefined;
  #state: LessonState | undefined;
  #show: ((state: LessonState) => void) | undefined;
  /** What a reader would do to them now would be lost. */
  readonly #controls: readonly (HTMLElement & { disabled: boolean })[];

  /** @param wired - controls in the page's main part that work without them */
  constructor(
    private readonly page: Waiting,
    wired: readonly Element[],
  ) {
    const controls = document.querySelectorAll<HTMLInputElement>('main :is(button, input, select, textarea)');
    this.#controls = [...controls].filter((control) => !control.disabled && !wired.includes(control));
    for (const control of this.#controls) control.disabled = true;
    addEventListener('scroll', this.#add, { passive: true });
    requestAnimationFrame(this.#look);
  }

  /** Shows a state in them, now or when they are there. */
  show(state: LessonState): void {
    this.#state = state;
    this.#show?.(state);
  }

  /** Asks for them once it is time and the frame is on the screen; or at once, where the browser has scrolled before anybody listened. */
  readonly #look = (): void => {
    if (this.#adding) return;
    if (scrollY > 0 || this.page.isTime()) requestAnimationFrame(() => setTimeout(this.#add));
    else requestAnimationFrame(this.#look);
  };

  readonly #add = (): void => {
    this.#adding ??= import('./chapters').then(
      ({ wireChapters }) => {
        removeEventListener('scroll', this.#add);
        for (const control of this.#controls) control.disabled = false;
        this.#show = wireChapters(this.page);
        if (this.#state) this.#show(this.#state);
      },
      () => {
        this.#adding = undefined;
        this.page.say('The figures of the later chapters could not be fetched. They are asked for again when the page is scrolled; those that are here work.');
      },
    );
  };
}
