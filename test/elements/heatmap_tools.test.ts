/** What a heatmap loads on demand: the order of rows, what is alike, the table, the panel, and what is taken away. */
import axe from 'axe-core';
import { describe, expect, it } from 'vitest';
import { userEvent } from 'vitest/browser';
import { findAlike } from '../../src/elements/alike';
import { plainNumber } from '../../src/elements/plain_number';
import type { AlikeFindEvent, HeatmapCopyEvent, HeatmapSaveEvent, OrderChangeEvent, RnnHeatmap } from '../../src/elements/rnn-heatmap';
import { sayer } from '../../src/elements/wording';
import { inside, mount, pixelsOf, settled } from './mounting';

const canvasOf = (heatmap: RnnHeatmap) => inside<HTMLCanvasElement>(heatmap, '.plot canvas');
const rowsOf = (heatmap: RnnHeatmap) => [...heatmap.shadowRoot!.querySelectorAll('.rows bdi')].map((label) => label.textContent).filter(Boolean);
const button = (heatmap: RnnHeatmap, words: string) => [...heatmap.shadowRoot!.querySelectorAll('button')].find((found) => found.textContent!.trim() === words)!;

describe('rows', () => {
  const values = '0.1 0.9 -0.5  0.3 0.1 0.8  0.2 0.8 -0.4  0.5 0.1 0.9';

  it('stand by their value in a column, and are drawn where their names stand', async () => {
    const heatmap = mount(`<rnn-heatmap values="${values}" rows="4" row-noun="unit" order="value" order-column="0" min="-1" max="1"></rnn-heatmap>`);
    await settled(() => expect(rowsOf(heatmap)).toEqual(['4', '2', '3', '1']));
    const plain = mount('<rnn-heatmap values="0.5 0.1 0.9  0.3 0.1 0.8  0.2 0.8 -0.4  0.1 0.9 -0.5" rows="4" row-noun="unit" min="-1" max="1"></rnn-heatmap>');
    await settled(() => expect(pixelsOf(canvasOf(heatmap), 4, 3)).toEqual(pixelsOf(canvasOf(plain), 4, 3)));
    await settled(() => expect(pixelsOf(canvasOf(plain), 4, 3)[0][0][3]).toBe(255));
    inside(heatmap, '[role=gridcell]').focus();
    await userEvent.keyboard('{ArrowUp}{ArrowUp}{ArrowUp}');
    await settled(() => expect(inside(heatmap, '[role=gridcell]').getAttribute('aria-label')).toBe('unit 4, column 1, 0.5'));
    expect(inside(heatmap, '[role=row]').getAttribute('aria-rowindex')).toBe('1');
  });

  it('that go together stand side by side, for a network on the GPU too', async () => {
    const heatmap = mount(`<rnn-heatmap values="${values}" rows="4" order="correlation"></rnn-heatmap>`);
    await settled(() => {
      const order = rowsOf(heatmap);
      expect([Math.abs(order.indexOf('1') - order.indexOf('3')), Math.abs(order.indexOf('2') - order.indexOf('4'))]).toEqual([1, 1]);
      expect(order).not.toEqual(['1', '2', '3', '4']);
    });
    const network = mount('<rnn-heatmap text="a b c d e" hidden="6" order="correlation"></rnn-heatmap>');
    await settled(() => {
      expect(rowsOf(network)).not.toEqual(['1', '2', '3', '4', '5', '6']);
      expect(rowsOf(network).toSorted()).toEqual(['1', '2', '3', '4', '5', '6']);
    });
    network.order = 'original';
    await settled(() => expect(rowsOf(network)).toEqual(['1', '2', '3', '4', '5', '6']));
  });

  it.each([
    ['order="size"', 'order: "size" given; it must be original, value, correlation.'],
    ['order="value" order-column="3"', 'order-column: 3 given; there are columns 0 to 2.'],
    ['order="value" order-column="x"', 'order-column: "x" given; there are columns 0 to 2.'],
  ])('stay where they are, and it is said why: %s', async (attributes, words) => {
    const heatmap = mount(`<rnn-heatmap values="${values}" rows="4" ${attributes}></rnn-heatmap>`);
    await settled(() => expect(inside(heatmap, '.words').textContent).toContain(words));
    expect(rowsOf(heatmap)).toEqual(['1', '2', '3', '4']);
  });
});

describe('what is alike', () => {
  // Rows 0 and 1 do the same at 2–4 and at 10–12; row 2 is elsewhere; row 3 is never beyond.
  const columns = 16;
  const on = new Set([2, 3, 4, 10, 11, 12]);
  const at = (row: number, column: number) => [on.has(column) ? 0.8 : 0, on.has(column) ? -0.7 : 0.1, column === 3 ? 0.9 : 0, 0.05][row];

  it('are spans as long in which the rows that stay beyond the threshold do so again, each on its side of 0', () => {
    const answer = findAlike({ at, rows: 4, columns, chosen: [], span: [2, 4], threshold: 0.5 });
    expect(answer).toEqual({ rows: [0, 1], spans: [{ span: [10, 12], share: 1 }] });
    expect(findAlike({ at, rows: 4, columns, chosen: [3], span: [2, 4], threshold: 0.5 })).toEqual({ rows: [], spans: [] });
    expect(findAlike({ at, rows: 4, columns, chosen: [2], span: [3, 3], threshold: 0.5 })).toEqual({ rows: [2], spans: [] });
  });

  it('is found from the tools, marked, told to the page and gone to', async () => {
    const heatmap = mount(`<rnn-heatmap rows="4" tools="open" selected-columns="2 4"></rnn-heatmap>`);
    heatmap.values = Float64Array.from({ length: 4 * columns }, (_, i) => at(Math.floor(i / columns), i % columns));
    const events: AlikeFindEvent[] = [];
    heatmap.addEventListener('alike-find', (event) => events.push(event));
    await settled(() => button(heatmap, 'Find the same elsewhere').click());
    await settled(() => expect(inside(heatmap, '.alike [role=status]').textContent!.trim()).toBe('rows 1, 2 stay beyond it throughout; so they do at 1 other place:'));
    expect(events.map(({ spans, rows }) => [spans, rows])).toEqual([[[[10, 12]], [0, 1]]]);
    expect(heatmap.shadowRoot!.querySelectorAll('.marks .alike:not(.inner)')).toHaveLength(1);
    button(heatmap, 'columns 11 to 13, 100 %').click();
    await settled(() => expect(inside(heatmap, '[role=gridcell]').getAttribute('aria-label')).toBe('row 1, column 11, 0.8'));
    expect(await heatmap.findAlike(0.9)).toEqual({ rows: [], spans: [] });
    expect(events).toHaveLength(1);
  });
});

describe('the tools', () => {
  it('open with a button, order rows, and have nothing that axe finds fault with', async () => {
    const heatmap = mount('<rnn-heatmap values="1 2 3 4 5 6" rows="3" row-noun="unit" column-noun="step" selected-columns="0 1"></rnn-heatmap>');
    const events: OrderChangeEvent[] = [];
    heatmap.addEventListener('order-change', (event) => events.push(event));
    await settled(() => button(heatmap, 'Tools').click());
    const select = await settled(() => inside<HTMLSelectElement>(heatmap, 'select[aria-label="Order of units"]'));
    const { violations } = await axe.run(heatmap);
    expect(violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)])).toEqual([]);
    await userEvent.selectOptions(select, 'value');
    await settled(() => expect(events.map(({ order, rows }) => [order, rows])).toEqual([['value', [2, 1, 0]]]));
    await userEvent.click(button(heatmap, 'Show as a table'));
    await settled(() => expect(inside(heatmap, 'table').textContent!.replace(/\s+/g, ' ').trim()).toBe('step 1step 2 unit 3 56 unit 2 34 unit 1 12'.replace('56', '56')));
    expect((await axe.run(heatmap)).violations.map(({ id }) => id)).toEqual([]);
  });

  it('of a table of many numbers show a part, and lead to the others', async () => {
    const heatmap = mount('<rnn-heatmap rows="100" table></rnn-heatmap>');
    heatmap.values = Float32Array.from({ length: 100 * 50 }, (_, i) => i);
    await settled(() => expect(inside(heatmap, 'caption').textContent).toBe('Shown: rows 1 to 64; columns 1 to 32'));
    button(heatmap, 'Later columns').click();
    await settled(() => expect(inside(heatmap, 'caption').textContent).toBe('Shown: rows 1 to 64; columns 33 to 50'));
    button(heatmap, 'Rows below').click();
    await settled(() => expect(inside(heatmap, 'tbody tr:last-child td:last-child').textContent).toBe('4999'));
  });
});

describe('words', () => {
  it('of the page’s stand in the place of the heatmap’s, as texts or functions, and nonsense is passed over', async () => {
    const heatmap = mount(`<rnn-heatmap values="0.5 0.25" labels='{"tools":"Werkzeuge","column":"Schritt {number}","entry":"{place}: {value}","nonsense":1}'></rnn-heatmap>`);
    await settled(() => expect(button(heatmap, 'Werkzeuge')).toBeTruthy());
    expect(inside(heatmap, '[role=gridcell]').getAttribute('aria-label')).toBe('row 1, Schritt 1: 0.5');
    heatmap.labels = {
      noun: ({ noun }) => ({ row: 'Zeile', column: 'Spalte' })[noun] ?? noun,
      number: ({ value }) => value.toLocaleString('de'),
      tools: () => {
        throw new Error('the page’s own');
      },
    };
    await settled(() => expect(inside(heatmap, '[role=gridcell]').getAttribute('aria-label')).toBe('Zeile 1, Spalte 1, 0,5'));
    expect(button(heatmap, 'Tools')).toBeTruthy();
    for (const labels of [7, null, 'x', undefined, { tools: 7 }]) {
      heatmap.labels = labels as unknown as RnnHeatmap['labels'];
      await heatmap.updateComplete;
      expect(button(heatmap, 'Tools')).toBeTruthy();
    }
  });

  it('that name what is not told stay as they are', () => {
    const say = sayer({ sum: ({ a, b }: { a: number; b: number }) => `${a + b}` }, { sum: '{a} und {b}, {c}' });
    expect(say('sum', { a: 1, b: 2 })).toBe('1 und 2, {c}');
  });
});

describe('taken away', () => {
  const markup = `<rnn-heatmap values="0.5 -1 0.25 1e-8" rows="2" row-noun="unit" column-noun="step" column-labels='["a,b","&lt;i&gt;"]' label="Two &lt;b&gt; &amp; two"></rnn-heatmap>`;
  const text = async (blob: Blob) => blob.text();

  it('as CSV and JSON, with every digit, in the order of the rows on display', async () => {
    const heatmap = mount(markup);
    await settled(() => canvasOf(heatmap));
    expect(await text(await heatmap.takeAway('csv'))).toBe('unit,"a,b",<i>\r\n1,0.5,-1\r\n2,0.25,1e-8\r\n');
    heatmap.order = 'value';
    heatmap.orderColumn = 1;
    await settled(() => expect(rowsOf(heatmap)).toEqual(['2', '1']));
    const json = JSON.parse(await text(await heatmap.takeAway('json'))) as Record<string, unknown>;
    expect(json).toMatchObject({ format: 'rnn-heatmap', version: 1, title: 'Two <b> & two', rows: [2, 1], columnLabels: ['a,b', '<i>'], values: [[0.25, 1e-8], [0.5, -1]], colours: { scaling: 'linear', min: -1, max: 1 } });
  });

  it('as SVG: words are texts, markup is none, entries have their colours', async () => {
    const heatmap = mount(markup);
    await settled(() => canvasOf(heatmap));
    const svg = new DOMParser().parseFromString(await text(await heatmap.takeAway('svg')), 'image/svg+xml');
    expect(svg.querySelector('parsererror')).toBeNull();
    const words = [...svg.querySelectorAll('text')].map((found) => found.textContent);
    for (const word of ['a,b', '<i>', 'unit', '1', '2', 'Two <b> & two', '−1', '0']) expect(words).toContain(word);
    expect(svg.querySelector('title')!.textContent).toBe('Two <b> & two');
    await settled(() => expect(pixelsOf(canvasOf(heatmap), 2, 2)[0][0][3]).toBe(255));
    const hex = (colour: number[]) => `#${colour.slice(0, 3).map((byte) => byte.toString(16).padStart(2, '0')).join('')}`;
    const fills = new Set([...svg.querySelectorAll('rect')].map((rect) => rect.getAttribute('fill')));
    for (const colour of pixelsOf(canvasOf(heatmap), 2, 2).flat()) expect(fills).toContain(hex(colour));
  });

  it('as PNG with as many pixels as are asked for, the same from the GPU’s numbers as from the CPU’s', async () => {
    const [gpu, cpu] = (['gpu', 'cpu'] as const).map((device) => mount(`<rnn-heatmap text="one two three" hidden="4" label="h" device="${device}"></rnn-heatmap>`));
    await settled(() => [canvasOf(gpu), canvasOf(cpu)]);
    const picture = async (heatmap: RnnHeatmap, scale: number) => {
      const image = await createImageBitmap(await heatmap.takeAway('png', { scale }));
      const context = new OffscreenCanvas(image.width, image.height).getContext('2d')!;
      context.drawImage(image, 0, 0);
      return { width: image.width, data: context.getImageData(0, 0, image.width, 140 * scale).data };
    };
    const [one, three, other] = await Promise.all([picture(gpu, 1), picture(gpu, 3), picture(cpu, 1)]);
    expect(Math.abs(three.width - 3 * one.width)).toBeLessThan(12);
    expect(other.width).toBe(one.width);
    // float32 and float64 may fall on two sides of a boundary between neighbouring colours.
    expect(one.data.every((byte, i) => Math.abs(byte - other.data[i]) <= 6)).toBe(true);
    await expect(gpu.takeAway('png', { scale: 99 })).rejects.toThrow('scale: 99 given; it must be above 0 and at most 16.');
    await expect(gpu.takeAway('gif' as 'png')).rejects.toThrow('"gif" is no format');
  });

  it('as code that shows the same: numbers as they are, networks by their attributes', async () => {
    const shownBy = async (code: string) => {
      const again = mount(code.replace(/<script.*<\/script>\n/, ''));
      await settled(() => expect(canvasOf(again).width).not.toBe(300));
      return again;
    };
    const heatmap = mount(`<rnn-heatmap values="0.5 -1 0.25 1e-8 NaN 3" rows="2" row-labels='["&lt;x&gt;","\\&quot;y"]' order="value" order-column="0" selected-columns="1 2" pinned="1 0" zoom="1.5"></rnn-heatmap>`);
    await settled(() => expect(pixelsOf(canvasOf(heatmap), 2, 3)[0][0][3]).toBe(255));
    const again = await shownBy(await heatmap.embedCode());
    await settled(() => expect(pixelsOf(canvasOf(again), 2, 3)).toEqual(pixelsOf(canvasOf(heatmap), 2, 3)));
    expect([again.order, again.selectedColumns, again.pinned, again.zoom, again.rowLabels]).toEqual(['value', [1, 2], [1, 0], 1.5, ['<x>', '"y']]);
    expect(inside(again, '.ticks').textContent).toBe(inside(heatmap, '.ticks').textContent);

    const network = mount('<rnn-heatmap text="a &quot;b&quot; c" cell="gru" hidden="3" seed="7" signal="z" gate-bias="z:2" row-labels="one two three" device="cpu"></rnn-heatmap>');
    await settled(() => expect(pixelsOf(canvasOf(network), 3, 3)[0][0][3]).toBe(255));
    const code = await network.embedCode();
    expect(code).not.toContain('values=');
    const copy = await shownBy(code);
    await settled(() => expect(pixelsOf(canvasOf(copy), 3, 3)).toEqual(pixelsOf(canvasOf(network), 3, 3)));
    expect(copy.rowLabels).toEqual(['one', 'two', 'three']);
  });

  it('as a link that another visit of the page follows', async () => {
    const heatmap = mount('<rnn-heatmap id="it" permalink values="1 2 3 4" rows="2" order="value" selected-rows="1"></rnn-heatmap>');
    await settled(() => canvasOf(heatmap));
    const { hash } = new URL(await heatmap.viewLink());
    expect(hash).toMatch(/heatmap\.it=/);
    heatmap.remove();
    history.replaceState(null, '', `#other=1&${hash.slice(1)}`);
    const again = mount('<rnn-heatmap id="it" permalink values="1 2 3 4" rows="2" zoom="3"></rnn-heatmap>');
    await settled(() => expect([again.order, again.selectedRows, again.zoom]).toEqual(['value', [1], 1]));
    history.replaceState(null, '', `#heatmap.it=%E0%A4%A`);
    dispatchEvent(new HashChangeEvent('hashchange'));
    await settled(() => expect(again.order).toBe('original'));
    history.replaceState(null, '', '#');
  });

  it('by the reader’s buttons, which tell the page', async () => {
    const heatmap = mount('<rnn-heatmap values="1 2 3 4" rows="2" tools="open"></rnn-heatmap>');
    const events: (HeatmapSaveEvent | HeatmapCopyEvent)[] = [];
    heatmap.addEventListener('heatmap-save', (event) => events.push(event));
    await settled(() => button(heatmap, 'CSV').click());
    await settled(() => expect(inside(heatmap, '.note').textContent).toBe('Saved: rnn-heatmap.csv'));
    expect(events).toMatchObject([{ format: 'csv', name: 'rnn-heatmap.csv' }]);
  });
});

it('numbers of float32 are written with the digits they have', () => {
  expect([plainNumber(Math.fround(0.1), true), plainNumber(Math.fround(0.1), false), plainNumber(Math.fround(1 / 3), true), plainNumber(NaN, true)]).toEqual(['0.1', '0.10000000149011612', '0.33333334', 'NaN']);
});
