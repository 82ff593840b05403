/**
 * Training rests while its figure is out of sight and goes on when that is back: nobody would see it, and what is seen has
 * the machine to itself. What is worked on and not shown, the measurement of an experiment, goes on; so do single updates, which
 * end by themselves.
 */
import type { RnnModel } from '../elements/rnn-model';

/** What is said of it meanwhile. */
export const OUT_OF_SIGHT = 'It rests while it is out of sight.';

/** What a reader started, and may have changed since. */
export interface Training {
  isRunning(): boolean;
  /** Stops where it is. */
  rest(): void;
  /** Goes on from there; called only after `rest`. */
  goOn(): void;
}

/** One network that trains in its figure. */
export function modelRestsOutOfSight(figure: Element, model: RnnModel): void {
  let rested: RnnModel['state']['model'];
  restOutOfSight(figure, {
    isRunning: () => model.training.goesOn,
    rest: () => {
      rested = model.state.model;
      void model.pause(OUT_OF_SIGHT);
    },
    // One that has become another meanwhile waits for the reader.
    goOn: () => {
      if (model.training.updates > 0 || model.state.model === rested) void model.train();
    },
  });
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
