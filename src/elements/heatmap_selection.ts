/** What the reader selects, by pointer and by keys, and what the page says is selected. */
import { placeAfterKey, type GridSize, type Place } from './grid_keys';
import { SelectionChangeEvent } from './heatmap_events';
import type { Block, HeatmapGeometry } from './heatmap_geometry';
import { columnSpan } from './heatmap_labels';
import type { SayHeatmap } from './heatmap_phrases';
import type { HeatmapProperties } from './heatmap_properties';
import type { Matrix } from './matrix';
import { isNothing, NOTHING, ordered, rowsBetween, sameSelection, selectionIn, withRowToggled, type Selection } from './selection';

/** Where a drag began, or a click was: on the entries, on the names above or on those at the side. */
export type Zone = 'entries' | 'columns' | 'rows';

/** Of more rows than these a list is no help. */
const MOST_LISTED = 12;

export class HeatmapSelection {
  /** What of the page's wishes cannot be, in words. */
  complaint = '';

  #value: Selection = NOTHING;
  #key: readonly unknown[] = [];
  /** Where selecting by keys, or a drag, began: a place on display. */
  #start: Place | undefined;

  /** @param speak - has a screen reader hear what became of the selection */
  constructor(
    private readonly host: HeatmapProperties,
    private readonly speak: (words: () => string) => void,
    private readonly say: () => SayHeatmap,
  ) {}

  get value(): Selection {
    return this.#value;
  }

  /** Looks at what the page has selected. */
  follow(matrix: Matrix): void {
    const { selectedRows: rows, selectedColumns: columns } = this.host;
    const key = [rows, columns, matrix.rows, matrix.columns];
    if (key.every((part, k) => part === this.#key[k])) return;
    this.#key = key;
    const { selection, complaint } = selectionIn(matrix, { rows, columns });
    this.#value = selection;
    this.complaint = complaint;
  }

  /** Selects for the reader. */
  select(selection: Selection, matrix: Matrix): void {
    if (sameSelection(selection, this.#value)) return;
    const { rows, columns } = selection;
    this.host.selectedRows = rows;
    this.host.selectedColumns = columns ?? [];
    this.#value = selection;
    this.host.dispatchEvent(new SelectionChangeEvent({ rows, columns }));
    this.speak(() => this.inWords(matrix));
  }

  readonly clear = (matrix: Matrix): void => {
    this.#start = undefined;
    this.select(NOTHING, matrix);
  };

  /** `Selected: units 3, 5; steps 2 to 5`. */
  inWords(matrix: Matrix): string {
    const say = this.say();
    const { rows, columns } = this.#value;
    if (isNothing(this.#value)) return say('nothingSelected');
    return say('selected', { rows: rows.length > 0 ? this.listed(matrix, rows) : '', columns: columns ? columnSpan(matrix, columns, say) : '' });
  }

  /** `units 3, 5`, or of many how many. */
  listed(matrix: Matrix, rows: readonly number[]): string {
    const say = this.say();
    const noun = say('noun', { noun: matrix.rowNoun, count: rows.length });
    const numbers = rows.map((row) => matrix.rowLabels?.[row] ?? row + 1);
    return rows.length > MOST_LISTED ? `${rows.length} ${noun}` : say('listed', { noun, numbers: numbers.join(', ') });
  }

  /** What a click on a name, or with a key held on an entry, selects. */
  click(zone: Zone, block: Block, geometry: HeatmapGeometry, { shiftKey, ctrlKey, metaKey }: Pick<MouseEvent, 'shiftKey' | 'ctrlKey' | 'metaKey'>): void {
    const at: Place = { row: block.rows[0], column: block.columns[0] };
    if (shiftKey) return this.#extend(this.#start ?? at, { row: block.rows[1], column: block.columns[1] }, zone, geometry);
    this.#start = at;
    if (zone === 'entries') return;
    const { matrix, order } = geometry;
    const { rows, columns } = this.#value;
    const picked: Selection = zone === 'rows' ? { rows: rowsBetween(order, block.rows), columns: undefined } : { rows: [], columns: block.columns };
    if (zone === 'rows' && (ctrlKey || metaKey)) this.select(withRowToggled({ rows, columns }, order.rowAt(at.row)), matrix);
    else this.select(sameSelection(picked, this.#value) ? NOTHING : picked, matrix);
  }

  /** Begins a drag. */
  beginDrag({ rows, columns }: Block): void {
    this.#start = { row: rows[0], column: columns[0] };
  }

  /** Selects from where the drag began to these entries. */
  drag(zone: Zone, { rows, columns }: Block, geometry: HeatmapGeometry): void {
    const start = this.#start ?? { row: rows[0], column: columns[0] };
    this.#extend(start, { row: rows[start.row <= rows[0] ? 1 : 0], column: columns[start.column <= columns[0] ? 1 : 0] }, zone, geometry);
  }

  /**
   * What keys select, as ARIA's grid pattern has it: Shift and an arrow from where the cursor was, Shift and Space its row,
   * Control and Space its column, Control and A all.
   *
   * @param current - on display
   * @returns where the cursor is then, on display; undefined for keys that select nothing
   */
  keyed(event: KeyboardEvent, current: Place, size: GridSize, geometry: HeatmapGeometry): Place | undefined {
    const { matrix, order } = geometry;
    const { key, ctrlKey, metaKey, shiftKey } = event;
    const column: Selection['columns'] = [current.column, current.column];
    if (key === ' ' && shiftKey) this.#toggle({ rows: [order.rowAt(current.row)], columns: undefined }, matrix);
    else if (key === ' ' && ctrlKey) this.#toggle({ rows: [], columns: column }, matrix);
    else if (key.toLowerCase() === 'a' && (ctrlKey || metaKey)) this.select({ rows: [], columns: [0, matrix.columns - 1] }, matrix);
    else if (shiftKey) return this.#extendByKey(event, current, size, geometry);
    else return undefined;
    this.#start = current;
    return current;
  }

  /** The cursor moved without selecting: the next selection by keys begins where it is. */
  forgetStart(): void {
    this.#start = undefined;
  }

  #toggle(picked: Selection, matrix: Matrix): void {
    this.select(sameSelection(picked, this.#value) ? NOTHING : picked, matrix);
  }

  #extendByKey(event: KeyboardEvent, current: Place, size: GridSize, geometry: HeatmapGeometry): Place | undefined {
    const place = placeAfterKey(event, current, size);
    if (!place) return undefined;
    this.#start ??= current;
    this.#extend(this.#start, place, 'entries', geometry);
    return place;
  }

  #extend(from: Place, to: Place, zone: Zone, { matrix, order }: HeatmapGeometry): void {
    const rows = zone === 'columns' ? [] : rowsBetween(order, ordered(from.row, to.row));
    const columns = zone === 'rows' ? undefined : ordered(from.column, to.column);
    this.select({ rows, columns }, matrix);
  }
}
