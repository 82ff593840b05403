/** What an `<rnn-model>` tells the page. */
import type { TrainingState } from './training_run';
import type { WeightEdit } from './weight_edits';

/** A place in a run, counted from 0. */
export interface Cursor {
  readonly step: number;
  readonly unit: number;
}

/** The step and unit that the reader moved to. */
export class CursorChangeEvent extends Event {
  readonly step: number;
  readonly unit: number;

  constructor({ step, unit }: Cursor) {
    super('cursor-change', { bubbles: true, composed: true });
    this.step = step;
    this.unit = unit;
  }
}

/** The weights that are changed by hand became others: the reader changed one, or some had no place in the network. */
export class WeightChangeEvent extends Event {
  /** All that are changed now. */
  readonly edits: readonly WeightEdit[];
  /** What had to be dropped, in words; empty for what the reader did. */
  readonly note: string;

  constructor({ edits, note }: { edits: readonly WeightEdit[]; note: string }) {
    super('weight-change', { bubbles: true, composed: true });
    this.edits = edits;
    this.note = note;
  }
}

/** Training began, paused or ended. */
export class TrainingChangeEvent extends Event {
  readonly status: TrainingState['status'];

  constructor({ status }: { status: TrainingState['status'] }) {
    super('training-change', { bubbles: true, composed: true });
    this.status = status;
  }
}

declare global {
  interface GlobalEventHandlersEventMap {
    'cursor-change': CursorChangeEvent;
    'weight-change': WeightChangeEvent;
    'training-change': TrainingChangeEvent;
  }
}
