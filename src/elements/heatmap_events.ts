/** What an `<rnn-heatmap>` tells the page of what its reader did. None of it follows on what the page itself sets. */
import type { Span } from './paint/cell_colours';

/** The reader selected rows, columns, both or nothing. */
export class SelectionChangeEvent extends Event {
  /** Numbers of the rows, from 0 and ascending; none stands for all. */
  readonly rows: readonly number[];
  /** The first and the last column, from 0; undefined for all. */
  readonly columns: Span | undefined;

  constructor({ rows, columns }: { rows: readonly number[]; columns: Span | undefined }) {
    super('selection-change', { bubbles: true, composed: true });
    this.rows = rows;
    this.columns = columns;
  }
}

/** The reader zoomed or scrolled. */
export class ViewChangeEvent extends Event {
  readonly zoom: number;
  /** What is at the corner: how many rows are above it and columns before it, in parts of entries. */
  readonly firstRow: number;
  readonly firstColumn: number;

  constructor({ zoom, firstRow, firstColumn }: { zoom: number; firstRow: number; firstColumn: number }) {
    super('view-change', { bubbles: true, composed: true });
    this.zoom = zoom;
    this.firstRow = firstRow;
    this.firstColumn = firstColumn;
  }
}

/** The reader had the rows put in another order, and they stand in it. */
export class OrderChangeEvent extends Event {
  readonly order: string;
  /** Numbers of the rows, from 0, from the top. */
  readonly rows: readonly number[];

  constructor({ order, rows }: { order: string; rows: readonly number[] }) {
    super('order-change', { bubbles: true, composed: true });
    this.order = order;
    this.rows = rows;
  }
}

/** The reader asked where else the selected rows do the same. */
export class AlikeFindEvent extends Event {
  /** Spans of columns, from 0, the most alike first. */
  readonly spans: readonly Span[];
  /** The rows that were looked at, from 0. */
  readonly rows: readonly number[];

  constructor({ spans, rows }: { spans: readonly Span[]; rows: readonly number[] }) {
    super('alike-find', { bubbles: true, composed: true });
    this.spans = spans;
    this.rows = rows;
  }
}

/** The reader pinned an entry, or let it go: then there is none. */
export class EntryPinEvent extends Event {
  readonly row: number | undefined;
  readonly column: number | undefined;

  constructor({ row, column }: { row?: number; column?: number }) {
    super('entry-pin', { bubbles: true, composed: true });
    this.row = row;
    this.column = column;
  }
}

/** The reader copied a value, a selection, code or a link: what is in the clipboard now. */
export class HeatmapCopyEvent extends Event {
  readonly text: string;

  constructor({ text }: { text: string }) {
    super('heatmap-copy', { bubbles: true, composed: true });
    this.text = text;
  }
}

/** The reader saved the picture or its numbers as a file. */
export class HeatmapSaveEvent extends Event {
  readonly format: 'png' | 'svg' | 'csv' | 'json';
  readonly name: string;

  constructor({ format, name }: { format: 'png' | 'svg' | 'csv' | 'json'; name: string }) {
    super('heatmap-save', { bubbles: true, composed: true });
    this.format = format;
    this.name = name;
  }
}

declare global {
  interface GlobalEventHandlersEventMap {
    'selection-change': SelectionChangeEvent;
    'view-change': ViewChangeEvent;
    'order-change': OrderChangeEvent;
    'alike-find': AlikeFindEvent;
    'entry-pin': EntryPinEvent;
    'heatmap-copy': HeatmapCopyEvent;
    'heatmap-save': HeatmapSaveEvent;
  }
}
