/** Where the keys of a grid lead, as ARIA's grid pattern has them. Time runs left to right on every page. */
export interface Place {
  readonly row: number;
  readonly column: number;
}

export interface GridSize {
  readonly rows: number;
  readonly columns: number;
  /** How many rows PageUp and PageDown move by. */
  readonly page: number;
}

/** The place a key leads to, within the grid; `undefined` for keys that mean nothing to a grid. */
export function placeAfterKey({ key, ctrlKey, metaKey, altKey, shiftKey }: KeyboardEvent, { row, column }: Place, { rows, columns, page }: GridSize): Place | undefined {
  if (altKey || shiftKey || metaKey || (ctrlKey && key !== 'Home' && key !== 'End')) return undefined;
  const leads: Record<string, Place> = {
    ArrowLeft: { row, column: column - 1 },
    ArrowRight: { row, column: column + 1 },
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
