import type { Influence } from '../engine';

/** Another influence matrix was measured, and is on display. */
export class InfluenceMeasuredEvent extends Event {
  readonly influence: Influence;
  /** The words of both sides. */
  readonly words: readonly string[];

  constructor({ influence, words }: { influence: Influence; words: readonly string[] }) {
    super('influence-measured', { bubbles: true, composed: true });
    this.influence = influence;
    this.words = words;
  }
}

declare global {
  interface GlobalEventHandlersEventMap {
    'influence-measured': InfluenceMeasuredEvent;
  }
}
