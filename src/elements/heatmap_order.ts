/**
 * In which order the rows of a heatmap stand: as numbered, by their values in a column, or clustered by how they go
 * together. Worked out once for a matrix, not again while its numbers move: rows that jump can not be watched.
 */
import { clusteredRows } from '../engine';
import { OrderChangeEvent } from './heatmap_events';
import type { HeatmapProperties, OrderName } from './heatmap_properties';
import type { Matrix } from './matrix';
import type { EntryAt } from './paint/cell_colours';
import { RowOrder } from './row_order';
import type { ShownMatrix } from './shown_matrix';

const ORDERS: readonly string[] = ['original', 'value', 'correlation'] satisfies OrderName[];

/** Distances of all pairs of more rows would take more than a hundred megabytes. */
const MOST_CLUSTERED = 4096;

export class HeatmapOrder {
  /** Of clustering: the fraction done; undefined when none is under way. */
  progress: number | undefined;
  /** Why rows are not in the order that was asked for, in words. */
  complaint = '';

  #key: readonly unknown[] = [];
  #order: RowOrder | undefined;
  #isDue = false;
  #isForReader = false;
  #abort: AbortController | undefined;

  /** @param changed - called when rows stand in another order, or more is known of when they will */
  constructor(
    private readonly host: HeatmapProperties,
    private readonly shown: ShownMatrix,
    private readonly changed: () => void,
  ) {}

  /** The order that there is; what was asked for and is not there yet is begun. */
  of(matrix: Matrix): RowOrder {
    const { order: name, orderColumn: column } = this.host;
    const key = [matrix, name, name === 'value' ? column : 0];
    if (!key.every((part, k) => Object.is(part, this.#key[k]))) {
      this.#key = key;
      this.#stopWork();
      this.complaint = complaintOf(matrix, name, column);
      this.#isDue = !this.complaint && name !== 'original';
      if (!this.#isDue || this.#order?.count !== matrix.rows) this.#order = new RowOrder(matrix.rows);
      if (name === 'original') this.#tell();
    }
    if (this.#isDue) this.#work(matrix, name, column);
    return this.#order!;
  }

  /** Orders rows for the reader. */
  choose(name: OrderName, column = this.host.orderColumn): void {
    if (name === this.host.order && (name !== 'value' || column === this.host.orderColumn)) return;
    this.host.order = name;
    this.host.orderColumn = column;
    this.#isForReader = true;
  }

  /** Ends clustering, for the reader. */
  readonly cancel = (): void => this.choose('original');

  /** Forgets everything. */
  stop(): void {
    this.#stopWork();
    this.#key = [];
    this.#isDue = this.#isForReader = false;
  }

  #work(matrix: Matrix, name: OrderName, column: number): void {
    const { entries } = this.shown;
    if (!entries || this.shown.matrix !== matrix) return this.shown.need();
    this.#isDue = false;
    if (name === 'value') this.#install(new RowOrder(matrix.rows, orderByValue(entries, matrix.rows, column)));
    else void this.#cluster(matrix, entries);
  }

  async #cluster(matrix: Matrix, at: EntryAt): Promise<void> {
    const abort = (this.#abort = new AbortController());
    this.progress = 0;
    const { rows, columns } = matrix;
    const values = new Float64Array(rows * columns);
    for (let row = 0; row < rows; row++) for (let column = 0; column < columns; column++) values[row * columns + column] = at(row, column);
    const progress = (fraction: number) => {
      if (this.#abort !== abort || Math.floor(100 * fraction) === Math.floor(100 * (this.progress ?? 0))) return;
      this.progress = fraction;
      this.changed();
    };
    try {
      const order = await clusteredRows({ values, rows, columns }, { abort: abort.signal, progress });
      if (this.#abort === abort) this.#install(new RowOrder(rows, order));
    } catch (error) {
      if (this.#abort === abort) this.complaint = error instanceof Error ? error.message : String(error);
    }
    if (this.#abort !== abort) return;
    this.#abort = this.progress = undefined;
    this.changed();
  }

  #install(order: RowOrder): void {
    this.#order = order;
    this.#tell();
  }

  #tell(): void {
    if (!this.#isForReader || !this.#order) return;
    this.#isForReader = false;
    const { count } = this.#order;
    const rows = Array.from({ length: count }, (_, place) => this.#order!.rowAt(place));
    this.host.dispatchEvent(new OrderChangeEvent({ order: this.host.order, rows }));
  }

  #stopWork(): void {
    this.#abort?.abort();
    this.#abort = this.progress = undefined;
  }
}

function complaintOf({ rows, columns, pairs }: Matrix, name: OrderName, column: number): string {
  if (!ORDERS.includes(name)) return `order: "${String(name)}" given; it must be ${ORDERS.join(', ')}.`;
  if (name === 'original') return '';
  if (pairs) return 'order: the rows of this matrix are steps of time, and stay in their order.';
  if (name === 'value' && !(Number.isInteger(column) && column >= 0 && column < columns)) return `order-column: ${String(column)} given; there are columns 0 to ${columns - 1}.`;
  if (name === 'correlation' && rows > MOST_CLUSTERED) return `order: ${rows.toLocaleString('en')} rows are too many to be clustered; ${MOST_CLUSTERED.toLocaleString('en')} are not.`;
  return '';
}

/** Rows by their value in a column, the largest first; what is no number comes last. */
export function orderByValue(at: EntryAt, rows: number, column: number): Uint32Array {
  const value = Array.from({ length: rows }, (_, row) => at(row, column)).map((number) => (Number.isNaN(number) ? -Infinity : number));
  return Uint32Array.from({ length: rows }, (_, row) => row).toSorted((one, other) => (value[one] === value[other] ? one - other : value[other] - value[one]));
}
