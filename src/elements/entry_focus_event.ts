/** The entry of the matrix that the pointer or the keyboard moved to, counted from 0. */
export class EntryFocusEvent extends Event {
  readonly row: number;
  readonly column: number;
  readonly value: number;
  /** The entry in words: its row, its column and its value. */
  readonly label: string;

  constructor({ row, column, value, label }: { row: number; column: number; value: number; label: string }) {
    super('entry-focus', { bubbles: true, composed: true });
    this.row = row;
    this.column = column;
    this.value = value;
    this.label = label;
  }
}

declare global {
  interface GlobalEventHandlersEventMap {
    'entry-focus': EntryFocusEvent;
  }
}
