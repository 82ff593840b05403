/** What many entries to a pixel, zoom and selections come to in numbers. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { layoutFor, type LabelledGrid, type Room } from '../../src/elements/heatmap_layout';
import { CellColours, spanOf } from '../../src/elements/paint/cell_colours';
import { codingFor, colourIndex } from '../../src/elements/range';
import { RowOrder } from '../../src/elements/row_order';
import { blocksOf, isSelected, selectionIn } from '../../src/elements/selection';

const coding = codingFor({ min: -1, max: 1 });

describe('cells', () => {
  it('hold every entry once, whatever their number', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 500 }), fc.integer({ min: 1, max: 500 }), (entries, wished) => {
        const cells = Math.min(wished, entries);
        const held = Array.from({ length: cells }, (_, cell) => spanOf(cell, cells, entries)).flatMap(([first, last]) => Array.from({ length: last - first + 1 }, (_, k) => first + k));
        expect(held).toEqual(Array.from({ length: entries }, (_, k) => k));
      }),
    );
  });

  it('have the colour of the largest magnitude they hold, sign included', () => {
    const values = [0.1, -0.9, 0.2, 0.3, 0.4, -0.1, 0.8, -0.2, 0, 0, 0, 0.05];
    const at = (row: number, column: number) => values[row * 6 + column];
    const cells = new CellColours({ rows: 2, columns: 6, at, logarithms: false }, { rows: 1, columns: 3 }, coding);
    expect([0, 1, 2].map((column) => cells.valueOf(0, column))).toEqual([-0.9, 0.3, 0.4]);
    expect([...cells.indices([0, 0], [0, 2])]).toEqual([-0.9, 0.3, 0.4].map((value) => colourIndex(value, coding)));
  });

  it('let nothing that is no number hide among numbers', () => {
    const at = (_row: number, column: number) => [1, NaN, 0.5, Infinity][column];
    const cells = new CellColours({ rows: 1, columns: 4, at, logarithms: false }, { rows: 1, columns: 2 }, coding);
    expect([cells.valueOf(0, 0), cells.valueOf(0, 1)]).toEqual([NaN, Infinity]);
  });

  it('are looked up once, and only those in sight', () => {
    let looked = 0;
    const at = () => (looked++, 0.5);
    const cells = new CellColours({ rows: 512, columns: 10_000, at, logarithms: false }, { rows: 512, columns: 10_000 }, coding);
    cells.indices([0, 99], [0, 199]);
    const first = looked;
    expect(first).toBe(128 * 256); // whole tiles of 64
    cells.indices([0, 99], [0, 199]);
    expect(looked).toBe(first);
    cells.indices([0, 99], [10, 260]);
    expect(looked).toBe(first + 128 * 64);
  });
});

describe('the layout', () => {
  const long: LabelledGrid = { rows: 512, columns: 10_000, rowLabels: undefined, columnLabels: undefined, rowNoun: 'unit' };
  const room: Room = { width: 900, ratio: 1, fontSize: 13, widthOf: (text) => 7 * text.length };

  it('fits ten thousand steps of 512 units into the room when asked to, several to a pixel', () => {
    const { entryWidth, entryHeight, gutter, overhang } = layoutFor(long, { ...room, zoom: 0 });
    const [width, height] = [10_000 * entryWidth, 512 * entryHeight];
    expect(width).toBeLessThanOrEqual(900 - gutter - overhang);
    expect(width).toBeGreaterThan(900 - gutter - overhang - 1.01);
    expect(overhang).toBeLessThanOrEqual(Math.ceil(room.widthOf('10000') / 2));
    expect([width, height].map((side) => Math.abs(side - Math.round(side)) < 1e-6)).toEqual([true, true]);
    expect(height).toBeLessThanOrEqual(416);
  });

  it('has entries of whole pixels, or pixels of several entries, at every zoom between its ends', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 20_000 }), fc.integer({ min: 1, max: 2000 }), fc.double({ min: 0, max: 100, noNaN: true }), fc.constantFrom(1, 1.25, 2, 3), (columns, rows, zoom, ratio) => {
        const layout = layoutFor({ ...long, columns, rows }, { ...room, zoom, ratio });
        for (const [entry, count] of [[layout.entryWidth, columns], [layout.entryHeight, rows]]) {
          const all = entry * count;
          expect(entry >= 1 ? Number.isInteger(entry) : Math.abs(all - Math.round(all)) < 1e-6 && all <= count).toBe(true);
        }
        expect(layout.zoom).toBeGreaterThanOrEqual(layout.zooms.least);
        expect(layout.zoom).toBeLessThanOrEqual(layout.zooms.most);
      }),
    );
  });

  it('leaves labels out where they would run into each other, words too', () => {
    const words = Array.from({ length: 400 }, (_, t) => `word${t}`);
    for (const zoom of [0, 0.1, 0.5, 1, 3]) {
      const { columnStep, rowStep, entryWidth, entryHeight } = layoutFor({ ...long, columns: 400, columnLabels: words }, { ...room, zoom });
      expect(columnStep * entryWidth).toBeGreaterThanOrEqual(14);
      expect(rowStep * entryHeight).toBeGreaterThanOrEqual(14);
    }
    expect(layoutFor({ ...long, columns: 400, columnLabels: words }, room).columnStep).toBe(1);
  });

  it('leaves room for the last number that is written, however many share a pixel', () => {
    for (const columns of [3, 100, 101, 950, 1000, 10_000]) {
      const { columnStep, entryWidth, gutter, overhang } = layoutFor({ ...long, columns }, { ...room, zoom: 0, ratio: 1 });
      const last = Math.floor(columns / columnStep) * columnStep;
      const end = gutter + (last - 0.5) * entryWidth + room.widthOf(String(last)) / 2;
      expect(end, `${columns} columns, up to ${last}`).toBeLessThanOrEqual(gutter + columns * entryWidth + overhang + 1e-9);
      expect(gutter + columns * entryWidth + overhang).toBeLessThanOrEqual(room.width);
    }
  });

  it('grows with the letters', () => {
    const [small, large] = [13, 26].map((fontSize) => layoutFor({ ...long, columns: 40 }, { ...room, fontSize, widthOf: (text) => (7 * text.length * fontSize) / 13 }));
    expect(large.header).toBe(2 * small.header);
    expect(large.rowStep * large.entryHeight).toBeGreaterThanOrEqual(28);
    expect(large.gutter).toBeGreaterThan(small.gutter);
  });
});

describe('a selection', () => {
  const matrix = { rows: 6, columns: 10 };

  it('takes what exists of what the page wishes, and says what does not', () => {
    expect(selectionIn(matrix, { rows: [3, 1, 3], columns: [5, 2] })).toEqual({ selection: { rows: [1, 3], columns: [2, 5] }, complaint: '' });
    expect(selectionIn(matrix, { rows: [1, 6], columns: [4] })).toEqual({ selection: { rows: [1], columns: [4, 4] }, complaint: 'selected-rows: 6 given; there are rows 0 to 5.' });
    expect(selectionIn(matrix, { rows: ['x'], columns: [0, 10] }).complaint).toBe('selected-rows: x given; there are rows 0 to 5. selected-columns: 10 given; there are columns 0 to 9.');
    expect(selectionIn(matrix, { rows: undefined, columns: [1, 2, 3] }).complaint).toBe('selected-columns: it must be one number, or the first and the last.');
    expect(selectionIn(matrix, { rows: 'nonsense', columns: 7 })).toEqual({ selection: { rows: [], columns: [7, 7] }, complaint: 'selected-rows: nonsense given; there are rows 0 to 5.' });
  });

  it('is drawn as one block of rows that stand side by side, however they are numbered', () => {
    const order = new RowOrder(6, Uint32Array.from([5, 3, 1, 0, 2, 4]));
    expect(blocksOf({ rows: [1, 3, 4], columns: [2, 2] }, matrix, order)).toEqual([
      { rows: [1, 2], columns: [2, 2] },
      { rows: [5, 5], columns: [2, 2] },
    ]);
    expect(blocksOf({ rows: [], columns: [1, 2] }, matrix, order)).toEqual([{ rows: [0, 5], columns: [1, 2] }]);
    expect(blocksOf({ rows: [], columns: undefined }, matrix, order)).toEqual([]);
  });

  it('holds the entries where its rows and its columns meet', () => {
    expect(isSelected({ rows: [2], columns: [3, 5] }, { row: 2, column: 4 })).toBe(true);
    expect(isSelected({ rows: [2], columns: [3, 5] }, { row: 2, column: 6 })).toBe(false);
    expect(isSelected({ rows: [2], columns: undefined }, { row: 2, column: 9 })).toBe(true);
    expect(isSelected({ rows: [], columns: undefined }, { row: 2, column: 9 })).toBe(false);
  });
});
