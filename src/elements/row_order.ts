/**
 * In which order the rows of a matrix stand on display. Everywhere else a row is its number in the matrix; only what draws,
 * and keys that go up and down, ask where it stands.
 */
export class RowOrder {
  readonly #places: Uint32Array | undefined;

  /**
   * @param count - of rows
   * @param rows - which row stands at each place; as numbered unless given
   */
  constructor(
    readonly count: number,
    readonly rows?: Uint32Array,
  ) {
    if (!rows) return;
    this.#places = new Uint32Array(count);
    rows.forEach((row, place) => (this.#places![row] = place));
  }

  /** Whether rows stand elsewhere than their numbers say. */
  get isShuffled(): boolean {
    return this.rows !== undefined;
  }

  /** The row that stands at a place. */
  rowAt(place: number): number {
    return this.rows ? this.rows[place] : place;
  }

  /** The place where a row stands. */
  placeOf(row: number): number {
    return this.#places ? this.#places[row] : row;
  }
}
