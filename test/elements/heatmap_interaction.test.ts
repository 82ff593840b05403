/** What a reader does to a heatmap, and what the page hears of it. */
import { describe, expect, it, vi } from 'vitest';
import { userEvent } from 'vitest/browser';
import { colourTable } from '../../src/elements/colour/scale';
import { codingFor, colourIndex } from '../../src/elements/range';
import type { EntryFocusEvent, EntryPinEvent, HeatmapCopyEvent, RnnHeatmap, SelectionChangeEvent, ViewChangeEvent } from '../../src/elements/rnn-heatmap';
import { inside, mount, settled } from './mounting';

const SIX = '<rnn-heatmap values="0.1 0.2 0.3 0.4 0.5 0.6" rows="2" column-labels="a,b,c"></rnn-heatmap>';
const cell = (heatmap: RnnHeatmap) => inside(heatmap, '[role=gridcell]');
const canvasOf = (heatmap: RnnHeatmap) => inside<HTMLCanvasElement>(heatmap, '.plot canvas');
/** A canvas that nobody has sized is 300 pixels wide. */
const painted = (heatmap: RnnHeatmap) => settled(() => expect(canvasOf(heatmap).width).not.toBe(300));
const frames = async (count: number) => {
  for (let k = 0; k < count; k++) await new Promise(requestAnimationFrame);
};

async function focused(markup: string): Promise<RnnHeatmap> {
  const heatmap = mount(markup);
  await settled(() => cell(heatmap));
  cell(heatmap).focus();
  await heatmap.updateComplete;
  return heatmap;
}

/** Everything of that name that the document hears. */
function heard<Heard extends Event>(heatmap: RnnHeatmap, ...names: string[]): Heard[] {
  const events: Heard[] = [];
  for (const name of names) document.addEventListener(name, (event) => event.target === heatmap && events.push(event as Heard));
  return events;
}

const ALL = ['entry-focus', 'selection-change', 'view-change', 'order-change', 'alike-find', 'entry-pin', 'heatmap-copy', 'heatmap-save'];

function at(heatmap: RnnHeatmap, row: number, column: number, rows: number, columns: number): { x: number; y: number } {
  const { width, height } = canvasOf(heatmap).getBoundingClientRect();
  return { x: ((column + 0.5) * width) / columns, y: ((row + 0.5) * height) / rows };
}

function pointer(heatmap: RnnHeatmap, type: string, target: Element, x: number, y: number, more: PointerEventInit = {}): void {
  const event = new PointerEvent(type, { bubbles: true, composed: true, pointerId: 1, pointerType: 'mouse', clientX: x, clientY: y, ...more });
  vi.spyOn(inside(heatmap, '.stage'), 'setPointerCapture').mockImplementation(() => undefined);
  target.dispatchEvent(event);
}

function drag(heatmap: RnnHeatmap, target: Element, from: { x: number; y: number }, to: { x: number; y: number }): void {
  pointer(heatmap, 'pointerdown', target, from.x, from.y);
  pointer(heatmap, 'pointermove', target, (from.x + to.x) / 2, (from.y + to.y) / 2);
  pointer(heatmap, 'pointermove', target, to.x, to.y);
  pointer(heatmap, 'pointerup', target, to.x, to.y);
  target.dispatchEvent(new MouseEvent('click', { bubbles: true, composed: true, clientX: to.x, clientY: to.y }));
}

describe('selecting', () => {
  it('by keys, as ARIA’s grid pattern has it', async () => {
    const heatmap = await focused(SIX);
    const events = heard<SelectionChangeEvent>(heatmap, 'selection-change');
    await userEvent.keyboard('{Shift>}{ArrowRight}{ArrowDown}{/Shift}');
    expect(events.map(({ rows, columns }) => [rows, columns])).toEqual([
      [[0], [0, 1]],
      [[0, 1], [0, 1]],
    ]);
    expect([heatmap.selectedRows, heatmap.selectedColumns]).toEqual([[0, 1], [0, 1]]);
    expect(cell(heatmap).getAttribute('aria-selected')).toBe('true');
    await userEvent.keyboard('{Shift>} {/Shift}');
    expect([events.at(-1)!.rows, events.at(-1)!.columns]).toEqual([[1], undefined]);
    await userEvent.keyboard('{Control>} {/Control}');
    expect([events.at(-1)!.rows, events.at(-1)!.columns]).toEqual([[], [1, 1]]);
    await userEvent.keyboard('{Control>}a{/Control}');
    expect(events.at(-1)!.columns).toEqual([0, 2]);
    await settled(() => expect(inside(heatmap, '[role=status]').textContent).toBe('Selected: columns 1 to 3'));
    await userEvent.keyboard('{Escape}{Escape}');
    expect([events.at(-1)!.rows, events.at(-1)!.columns, heatmap.selectedColumns]).toEqual([[], undefined, []]);
    expect(events.every((event) => event.bubbles && event.composed)).toBe(true);
  });

  it('by dragging over entries, over the names above and over those at the side', async () => {
    const heatmap = mount(SIX);
    await painted(heatmap);
    const { left, top } = canvasOf(heatmap).getBoundingClientRect();
    const point = (row: number, column: number) => {
      const { x, y } = at(heatmap, row, column, 2, 3);
      return { x: left + x, y: top + y };
    };
    const events = heard<SelectionChangeEvent>(heatmap, 'selection-change', 'entry-focus');
    drag(heatmap, canvasOf(heatmap), point(1, 2), point(0, 1));
    expect([heatmap.selectedRows, heatmap.selectedColumns]).toEqual([[0, 1], [1, 2]]);
    drag(heatmap, inside(heatmap, '.columns'), { ...point(0, 0), y: top - 8 }, { ...point(0, 1), y: top - 8 });
    expect([heatmap.selectedRows, heatmap.selectedColumns]).toEqual([[], [0, 1]]);
    drag(heatmap, inside(heatmap, '.rows'), { ...point(0, 0), x: left - 12 }, { ...point(1, 0), x: left - 12 });
    expect([heatmap.selectedRows, heatmap.selectedColumns]).toEqual([[0, 1], []]);
    // A drag is no click: the cursor stays.
    expect(cell(heatmap).getAttribute('aria-colindex')).toBe('1');
    expect(events.length).toBeGreaterThan(2);
    await heatmap.updateComplete;
    expect(heatmap.shadowRoot!.querySelectorAll('.marks .selected:not(.inner)')).toHaveLength(1);
  });

  it('a name by a click, another with Control, and none by a second click', async () => {
    const heatmap = mount('<rnn-heatmap values="1 2 3 4 5 6" rows="3"></rnn-heatmap>');
    await painted(heatmap);
    const { left, top, height } = canvasOf(heatmap).getBoundingClientRect();
    const click = (row: number, ctrlKey = false) => inside(heatmap, '.rows').dispatchEvent(new MouseEvent('click', { bubbles: true, composed: true, ctrlKey, clientX: left - 10, clientY: top + ((row + 0.5) * height) / 3 }));
    click(2);
    expect(heatmap.selectedRows).toEqual([2]);
    click(0, true);
    expect(heatmap.selectedRows).toEqual([0, 2]);
    click(1);
    click(1);
    expect(heatmap.selectedRows).toEqual([]);
  });

  it('is told in words where the page wishes for what is not there', async () => {
    const heatmap = mount('<rnn-heatmap values="1 2 3" selected-rows="4" selected-columns="x"></rnn-heatmap>');
    await settled(() => expect(inside(heatmap, '.words').textContent).toContain('selected-rows: 4 given; there are rows 0 to 0. selected-columns: x given; there are columns 0 to 2.'));
  });
});

describe('ten thousand steps of 512 units', () => {
  const values = Float32Array.from({ length: 512 * 10_000 }, (_, i) => Math.sin(i / 777) * 0.5);
  values[100 * 10_000 + 5000] = -1;

  function long(): RnnHeatmap {
    const heatmap = mount('<rnn-heatmap rows="512" zoom="0" row-noun="unit" column-noun="step"></rnn-heatmap>');
    heatmap.values = values;
    return heatmap;
  }

  it('are seen whole, the largest of a pixel’s entries in its colour, and told when pointed at', async () => {
    const heatmap = long();
    await painted(heatmap);
    const canvas = canvasOf(heatmap);
    const { clientWidth, scrollWidth } = inside(heatmap, '.viewport');
    expect(scrollWidth).toBe(clientWidth);
    const [width, height] = [canvas.width, canvas.height];
    const pixelOf = (entry: number, pixels: number, entries: number) => Math.ceil(((entry + 1) * pixels) / entries) - 1;
    const [x, y] = [pixelOf(5000, width, 10_000), pixelOf(100, height, 512)];
    const index = colourIndex(-1, codingFor({ min: -1, max: 1 }));
    const table = colourTable('diverging', false);
    await settled(() => expect([...canvas.getContext('2d')!.getImageData(x, y, 1, 1).data]).toEqual([...table.subarray(4 * index, 4 * index + 4)]));
    expect(inside(heatmap, '.words').textContent).toMatch(/A pixel stands for up to \d+ entries: the largest of them by size\./);

    const focus = heard<EntryFocusEvent>(heatmap, 'entry-focus');
    const box = canvas.getBoundingClientRect();
    pointer(heatmap, 'pointermove', canvas, box.left + (x + 0.5) / devicePixelRatio, box.top + (y + 0.5) / devicePixelRatio);
    await settled(() => expect(inside(heatmap, '.tip').textContent).toContain('−1unit 101, step 5001'));
    expect(inside(heatmap, '.shared').textContent).toMatch(/^\d+ entries share this pixel: units 10\d to 10\d, steps \d+ to \d+; from −1 to −?0\.\d+\. The largest by size is shown\.$/);
    expect(focus.map(({ row, column, value }) => [row, column, value])).toEqual([[100, 5000, -1]]);
  });

  it('zoom in about the pointer, which stays over the same entry, and tell the page', async () => {
    const heatmap = long();
    await painted(heatmap);
    const events = heard<ViewChangeEvent>(heatmap, 'view-change');
    const box = canvasOf(heatmap).getBoundingClientRect();
    const [x, y] = [box.left + box.width / 2 + 0.5, box.top + box.height / 4 + 0.5];
    for (let k = 0; k < 12; k++) {
      inside(heatmap, '.stage').dispatchEvent(new WheelEvent('wheel', { bubbles: true, composed: true, cancelable: true, ctrlKey: true, deltaY: -200, clientX: x, clientY: y }));
      await frames(2);
    }
    await settled(() => expect(heatmap.firstColumn).toBeGreaterThan(4900));
    expect(heatmap.zoom).toBeGreaterThan(4);
    pointer(heatmap, 'pointermove', canvasOf(heatmap), x, y);
    await settled(() => expect(inside(heatmap, '.tip').textContent).toMatch(/step (49[89]\d|50[012]\d)\s*$/));
    await settled(() => expect(events.at(-1)).toMatchObject({ zoom: heatmap.zoom, firstColumn: heatmap.firstColumn, firstRow: heatmap.firstRow }));
  });

  it('by keys too: +, −, and 0 for all of it or its own size', async () => {
    const heatmap = long();
    await settled(() => cell(heatmap).focus());
    await heatmap.updateComplete;
    await userEvent.keyboard('0');
    await settled(() => expect(heatmap.zoom).toBe(1));
    await userEvent.keyboard('+');
    await settled(() => expect(heatmap.zoom).toBe(2));
    await userEvent.keyboard('--');
    await settled(() => expect(heatmap.zoom).toBe(0.5));
    await userEvent.keyboard('0');
    await settled(() => expect(inside(heatmap, '.viewport').scrollWidth).toBe(inside(heatmap, '.viewport').clientWidth));
  });

  it('show where the page says, and where the reader scrolls', async () => {
    const heatmap = mount('<rnn-heatmap rows="512" first-column="5000" first-row="200"></rnn-heatmap>');
    const events = heard<ViewChangeEvent>(heatmap, ...ALL);
    heatmap.values = values;
    const labels = () => [...heatmap.shadowRoot!.querySelectorAll('.columns bdi')].map((label) => Number(label.textContent)).filter(Boolean);
    await settled(() => expect(labels().find((label) => label > 5000)).toBeLessThan(5100));
    await frames(5);
    heatmap.firstColumn = 100;
    await settled(() => expect(labels().find((label) => label > 100)).toBeLessThan(200));
    await frames(5);
    expect(events).toEqual([]);
    inside(heatmap, '.viewport').scrollLeft += 400;
    await settled(() => expect(events).toHaveLength(1));
    expect(heatmap.firstColumn).toBe(200);
    expect(events[0]).toMatchObject({ zoom: 1, firstColumn: 200, firstRow: 200 });
  });
});

describe('an entry', () => {
  it('is pinned with Enter, stays, and is let go', async () => {
    const heatmap = await focused(SIX);
    const events = heard<EntryPinEvent>(heatmap, 'entry-pin');
    await userEvent.keyboard('{ArrowRight}{Enter}{ArrowDown}{ArrowDown}');
    await settled(() => expect(inside(heatmap, '.tip.kept').textContent).toContain("0.2row 1, column 2 'b'"));
    await settled(() => expect(inside(heatmap, '.tip:not(.kept)').textContent).toContain("0.5row 2, column 2 'b'"));
    expect(heatmap.pinned).toEqual([0, 1]);
    const unpin = [...heatmap.shadowRoot!.querySelectorAll('button')].find((button) => button.textContent === 'Unpin')!;
    unpin.click();
    await heatmap.updateComplete;
    expect(heatmap.shadowRoot!.querySelector('.tip.kept')).toBeNull();
    expect(events.map(({ row, column }) => [row, column])).toEqual([
      [0, 1],
      [undefined, undefined],
    ]);
  });

  it('is copied with every digit, and a selection as a spreadsheet takes it', async () => {
    const heatmap = await focused('<rnn-heatmap values="0.123456789 -2 3 4" rows="2"></rnn-heatmap>');
    const events = heard<HeatmapCopyEvent>(heatmap, 'heatmap-copy');
    const copy = () => {
      const data = new DataTransfer();
      cell(heatmap).dispatchEvent(new ClipboardEvent('copy', { bubbles: true, composed: true, cancelable: true, clipboardData: data }));
      return data.getData('text/plain');
    };
    expect(copy()).toBe('0.123456789');
    heatmap.selectedColumns = [0, 1];
    await heatmap.updateComplete;
    expect(copy()).toBe('0.123456789\t-2\n3\t4');
    expect(events.map(({ text }) => text)).toEqual(['0.123456789', '0.123456789\t-2\n3\t4']);
  });
});

it('nothing fires on what the page sets', async () => {
  const heatmap = await focused(SIX);
  await frames(3);
  const events = heard(heatmap, ...ALL);
  Object.assign(heatmap, { zoom: 3, firstColumn: 1, firstRow: 1, selectedRows: [1], selectedColumns: [0, 1], pinned: [0, 2], order: 'value', orderColumn: 1, timeDirection: 'rtl', table: true });
  await frames(8);
  Object.assign(heatmap, { zoom: 0, selectedRows: [], pinned: [], values: [1, 2, 3, 4], rows: 2, columnLabels: undefined, order: 'original', table: false });
  await frames(8);
  expect(events.map(({ type }) => type)).toEqual([]);
});

it('is zoomed by two fingers by as much as they move apart, though they move several times in a frame', async () => {
  const heatmap = await focused(SIX);
  await settled(() => canvasOf(heatmap));
  const { left, top } = canvasOf(heatmap).getBoundingClientRect();
  const finger = (type: string, pointerId: number, x: number) => pointer(heatmap, type, canvasOf(heatmap), left + x, top + 10, { pointerId, pointerType: 'touch' });
  finger('pointerdown', 1, 90);
  finger('pointerdown', 2, 110);
  for (const half of [12, 14, 20]) {
    finger('pointermove', 1, 100 - half);
    finger('pointermove', 2, 100 + half);
  }
  expect(heatmap.zoom).toBeCloseTo(2, 5);
});
