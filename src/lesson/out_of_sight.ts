/**
 * Training rests while its figure is out of sight and goes on when that is back: nobody would see it, and what is seen has
 * the machine to itself. What is worked on and not shown, the measurement of an experiment, goes on.
 */

/** What a reader started, and may have changed since. */
export interface Training {
  isRunning(): boolean;
  /** Stops where it is. */
  rest(): void;
  /** Goes on from there; called only after `rest`. */
  goOn(): void;
}

export function restOutOfSight(figure: Element, training: Training): void {
  let isResting = false;
  const observer = new IntersectionObserver((entries) => {
    const isInSight = entries[entries.length - 1].isIntersecting;
    if (isInSight && isResting) {
      isResting = false;
      training.goOn();
    } else if (!isInSight && training.isRunning()) {
      isResting = true;
      training.rest();
    }
  });
  observer.observe(figure);
}
