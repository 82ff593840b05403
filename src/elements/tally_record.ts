/**
 * What is known of the updates of one training, over all the trainers that it goes through: another learning rate is another
 * trainer, and so is another device after one was lost. Curves go on where they were.
 */
import type { Tally } from '../engine';

/** The tallies that an accuracy is taken over. */
const WINDOW = 10;

export class TallyRecord {
  #earlier: readonly Tally[] = [];
  #latest: readonly Tally[] = [];
  #all: readonly Tally[] = [];
  #looked = 0;
  #measuredAt: { readonly time: number; readonly update: number } | undefined;

  /** Oldest first; the same list while nothing new was told. */
  get all(): readonly Tally[] {
    return this.#all;
  }

  /** Another trainer goes on from that update: what came after it is undone. */
  goOnFrom(update: number): void {
    this.#earlier = this.#all = this.#all.filter((tally) => tally.update <= update);
    this.#latest = [];
    this.rest();
  }

  /** Takes what the trainer of now knows: all that, each time. */
  take(tallies: readonly Tally[]): readonly Tally[] {
    if (tallies === this.#latest) return this.#all;
    this.#latest = tallies;
    this.#all = this.#earlier.length > 0 ? [...this.#earlier, ...tallies] : tallies;
    return this.#all;
  }

  /** Nothing moves for now: neither a speed nor a goal is taken over the pause. */
  rest(): void {
    this.#looked = this.#all.length;
    this.#measuredAt = undefined;
  }

  clear(): void {
    this.#earlier = this.#latest = this.#all = [];
    this.rest();
  }

  /** The first update since it was last asked at which every model was right so often. */
  reached(accuracy: number): number | undefined {
    const found = reachedAt(this.#all, accuracy, this.#looked);
    this.#looked = this.#all.length;
    return found;
  }

  /**
   * Steps of sequences read in a second, of all models together, since it was last asked; undefined the first time.
   *
   * @param time - in milliseconds
   */
  speed(time: number): number | undefined {
    const latest = this.#all[this.#all.length - 1];
    if (!latest) return undefined;
    const before = this.#measuredAt;
    if (before && time <= before.time) return undefined;
    this.#measuredAt = { time, update: latest.update };
    return before && ((latest.update - before.update) * latest.tokens * latest.loss.length * 1000) / (time - before.time);
  }
}

/**
 * The first update at which the mean accuracy of the last ten was as high as that in every model.
 *
 * @param known - how many of the tallies were looked at before
 */
export function reachedAt(tallies: readonly Tally[], accuracy: number, known = 0): number | undefined {
  for (let end = Math.max(WINDOW, known + 1); end <= tallies.length; end++) {
    const last = tallies.slice(end - WINDOW, end);
    const isReached = last[0].accuracy?.every((_, m) => last.reduce((sum, tally) => sum + (tally.accuracy?.[m] ?? 0), 0) >= accuracy * WINDOW);
    if (isReached) return tallies[end - 1].update;
  }
  return undefined;
}
