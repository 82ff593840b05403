/** Where the keys of a grid lead, as ARIA's grid pattern has them. Time runs left to right on every page, unless asked otherwise. */
export interface Place {
  readonly row: number;
  readonly column: number;
}

export interface GridSize {
  readonly rows: number;
  readonly columns: number;
  /** How many rows PageUp and PageDown move by. */
  readonly page: number;
  /** Columns run from right to left. */
  readonly mirrored?: boolean;
}

/** The place a key leads to, within the grid; `undefined` for keys that mean nothing to a grid. Shift is left to selecting. */
export function placeAfterKey({ key, ctrlKey, metaKey, altKey }: Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'metaKey' | 'altKey'>, { row, column }: Place, { rows, columns, page, mirrored }: GridSize): Place | undefined {
  if (altKey || metaKey || (ctrlKey && key !== 'Home' && key !== 'End')) return undefined;
  const onward = mirrored ? -1 : 1;
  const leads: Record<string, Place> = {
    ArrowLeft: { row, column: column - onward },
    ArrowRight: { row, column: column + onward },
    ArrowUp: { row: row - 1, column },
    ArrowDown: { row: row + 1, column },
    PageUp: { row: row - page, column },
    PageDown: { row: row + page, column },
    Home: { row: ctrlKey ? 0 : row, column: 0 },
    End: { row: ctrlKey ? rows - 1 : row, column: columns - 1 },
  };
  return Object.hasOwn(leads, key) ? placeWithin(leads[key], { rows, columns }) : undefined;
}

/** The nearest place that exists. */
export function placeWithin({ row, column }: Place, { rows, columns }: Pick<GridSize, 'rows' | 'columns'>): Place {
  return { row: Math.max(0, Math.min(row, rows - 1)), column: Math.max(0, Math.min(column, columns - 1)) };
}

export function samePlace(a: Place | undefined, b: Place | undefined): boolean {
  return a?.row === b?.row && a?.column === b?.column;
}
