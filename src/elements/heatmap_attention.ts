/**
 * The entry that the reader attends to: under the pointer, at the keyboard's cursor, or pinned. Tells the page and, when a
 * move has ended, a screen reader.
 */
import { EntryFocusEvent } from './entry_focus_event';
import { placeWithin, samePlace, type Place } from './grid_keys';
import { EntryPinEvent } from './heatmap_events';
import type { Block } from './heatmap_geometry';
import { columnSpan, entryName, rowName } from './heatmap_labels';
import type { SayHeatmap } from './heatmap_phrases';
import type { HeatmapProperties } from './heatmap_properties';
import type { Matrix } from './matrix';
import type { EntryAt } from './paint/cell_colours';
import type { RowOrder } from './row_order';
import type { RnnModel } from './rnn-model';
import type { ShownMatrix } from './shown_matrix';

/** A screen reader hears what is said when nothing else has been for so long, in milliseconds. */
const PAUSE = 350;

/** What the attention belongs to. */
export interface Watched {
  readonly shown: ShownMatrix;
  readonly model: RnnModel | undefined;
  readonly order: RowOrder | undefined;
  readonly say: SayHeatmap;
}

export class Attention {
  /** The entries under the pointer: one, or all that share its pixel. Rows by their place. */
  hover: Block | undefined;
  focused = false;
  /** The reader sent the tooltip away. */
  quiet = false;
  /** What a screen reader is to hear. */
  spoken = '';

  #place: Place = { row: 0, column: 0 };
  #reported: Place | undefined;
  #awaited: (() => Place) | undefined;
  #speech = 0;

  /** @param watched - looked at anew whenever it is needed */
  constructor(
    private readonly host: HeatmapProperties,
    private readonly watched: () => Watched,
  ) {}

  /** Where the keyboard's cursor is: the model's step and unit where there is a model. */
  current(matrix: Matrix): Place {
    const { model } = this.watched();
    if (!model) return placeWithin(this.#place, matrix);
    const { step, unit } = model.cursor;
    if (matrix.pairs) return placeWithin({ row: step, column: this.#place.column }, matrix);
    return placeWithin({ row: matrix.rowNoun === 'unit' ? unit - matrix.firstUnit : this.#place.row, column: step }, matrix);
  }

  /** What a tooltip stands beside. */
  pointed(matrix: Matrix, order: RowOrder): Block | undefined {
    if (this.quiet) return undefined;
    return this.hover ?? (this.focused ? blockOf(this.current(matrix), order) : undefined);
  }

  /** The entry that stays on display; undefined where there is none, or no such entry. */
  pinned(matrix: Matrix): Place | undefined {
    const [row, column] = Array.isArray(this.host.pinned) ? (this.host.pinned as readonly number[]) : [];
    const exists = Number.isInteger(row) && Number.isInteger(column) && samePlace(placeWithin({ row, column }, matrix), { row, column });
    return exists ? { row, column } : undefined;
  }

  /** The pointer is over these entries, or over none. */
  point(block: Block | undefined): void {
    if (sameBlock(block, this.hover)) return;
    this.hover = block;
    if (block) this.quiet = false;
    else this.#reported = undefined;
    const { order } = this.watched();
    this.#attend(block && order && (() => this.#standsFor(block, order)));
    this.host.requestUpdate();
  }

  /** Moves the cursor for the reader, and with it that of the model. */
  go(place: Place): void {
    const { shown, model } = this.watched();
    const { matrix } = shown;
    if (!matrix) return;
    this.quiet = false;
    if (!samePlace(place, this.current(matrix)) || this.#reported === undefined) {
      this.#place = place;
      model?.moveCursor(matrix.pairs ? { step: place.row } : matrix.rowNoun === 'unit' ? { step: place.column, unit: matrix.firstUnit + place.row } : { step: place.column });
      this.#attend(() => place);
      this.speakSoon(() => this.nameOf(matrix, this.current(matrix)));
    }
    this.host.requestUpdate();
  }

  /** Pins an entry for the reader, or lets it go where it was pinned. */
  togglePin(place: Place): void {
    const { matrix } = this.watched().shown;
    if (!matrix) return;
    const pins = !samePlace(place, this.pinned(matrix));
    this.host.pinned = pins ? [place.row, place.column] : [];
    if (pins) this.watched().shown.need();
    this.host.dispatchEvent(new EntryPinEvent(pins ? place : {}));
    this.speakSoon(() => (pins ? this.watched().say('pinned', { entry: this.nameOf(matrix, place) }) : this.nameOf(matrix, place)));
  }

  /** Tells the page of the entry attended to, once its value is there. */
  report(): void {
    const { shown } = this.watched();
    const { entries, matrix } = shown;
    if (!entries || !matrix || !this.#awaited) return;
    const place = this.#awaited();
    this.#awaited = undefined;
    if (samePlace(place, this.#reported)) return;
    this.#reported = place;
    const { row, column } = place;
    this.host.dispatchEvent(new EntryFocusEvent({ row, column, value: entries(row, column), label: this.nameOf(matrix, place) }));
  }

  /** Has a screen reader hear where something ended, not every stage on the way. */
  speakSoon(words: () => string): void {
    clearTimeout(this.#speech);
    this.#speech = window.setTimeout(() => {
      if (!this.watched().shown.matrix) return;
      this.spoken = words();
      this.host.requestUpdate();
    }, PAUSE);
  }

  /** Forgets what is on its way. */
  stop(): void {
    clearTimeout(this.#speech);
    this.hover = this.#reported = this.#awaited = undefined;
  }

  /** What is attended to, within another matrix. */
  stayWithin({ rows, columns }: Matrix): void {
    const { hover } = this;
    if (hover && (hover.rows[1] >= rows || hover.columns[1] >= columns)) this.hover = undefined;
  }

  /** `unit 3, step 5 'saw', 0.41`, or what the matrix itself tells of the entry. */
  nameOf(matrix: Matrix, place: Place): string {
    const { say } = this.watched();
    if (matrix.telling) return say('sentence', { text: matrix.telling(place.row, place.column) });
    return say('entry', { place: entryName(matrix, place, say), value: this.valueAt(place) ?? say('valueOnItsWay') });
  }

  rowNameOf(matrix: Matrix, { row }: Place): string {
    return rowName(matrix, row, this.watched().say);
  }

  /** As a reader may quote it; undefined while it is on its way. */
  valueAt({ row, column }: Place): string | undefined {
    const { shown, say } = this.watched();
    return shown.entries && say('number', { value: shown.entries(row, column) });
  }

  /** Which of the entries that share a pixel it shows, and what the others are. */
  readingOf(matrix: Matrix, block: Block, order: RowOrder): { readonly place: Place; readonly shared: string } {
    const place = this.#standsFor(block, order);
    const { shown, say } = this.watched();
    const [height, width] = [block.rows, block.columns].map(([first, last]) => last - first + 1);
    if (height * width === 1 || !shown.entries) return { place, shared: '' };
    const { lowest, highest } = endsOf(shown.entries, block, order);
    const number = (value: number) => say('number', { value });
    const rowNoun = say('noun', { noun: matrix.rowNoun, count: height });
    const numbers = order.isShuffled ? `${height} ${rowNoun}` : say('span', { noun: say('noun', { noun: matrix.rowNoun, count: 1 }), first: block.rows[0] + 1, last: block.rows[1] + 1 });
    return { place, shared: say('shared', { rows: numbers, columns: columnSpan(matrix, block.columns, say), count: height * width, lowest: number(lowest), highest: number(highest) }) };
  }

  #attend(place: (() => Place) | undefined): void {
    this.#awaited = place;
    this.watched().shown.need();
    this.report();
  }

  /** The entry of a block whose magnitude is largest; one that is no number comes before all. */
  #standsFor({ rows, columns }: Block, order: RowOrder): Place {
    const { entries } = this.watched().shown;
    let found = { row: order.rowAt(rows[0]), column: columns[0] };
    if (!entries) return found;
    let size = -1;
    for (let place = rows[0]; place <= rows[1]; place++) {
      for (let column = columns[0]; column <= columns[1]; column++) {
        const row = order.rowAt(place);
        const magnitude = Math.abs(entries(row, column));
        if (Number.isNaN(magnitude)) return { row, column };
        if (magnitude > size) [size, found] = [magnitude, { row, column }];
      }
    }
    return found;
  }
}

/** One entry as a block: its row by its place. */
export function blockOf({ row, column }: Place, order: RowOrder): Block {
  const place = order.placeOf(row);
  return { rows: [place, place], columns: [column, column] };
}

function endsOf(at: EntryAt, { rows, columns }: Block, order: RowOrder): { readonly lowest: number; readonly highest: number } {
  let [lowest, highest] = [Infinity, -Infinity];
  for (let place = rows[0]; place <= rows[1]; place++) {
    for (let column = columns[0]; column <= columns[1]; column++) {
      const value = at(order.rowAt(place), column);
      [lowest, highest] = [Math.min(lowest, value), Math.max(highest, value)];
    }
  }
  return { lowest, highest };
}

function sameBlock(one: Block | undefined, other: Block | undefined): boolean {
  return [0, 1].every((end) => one?.rows[end] === other?.rows[end] && one?.columns[end] === other?.columns[end]);
}
