import axe from 'axe-core';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { userEvent } from 'vitest/browser';
import { createEngine, type Engine } from '../../src/engine';
import { colourTable, NOT_A_NUMBER } from '../../src/elements/colour/scale';
import { codingFor, colourIndex } from '../../src/elements/range';
import type { EntryFocusEvent, RnnHeatmap } from '../../src/elements/rnn-heatmap';
import type { RnnModel } from '../../src/elements/rnn-model';
import { inside, messageOf, mount, pixelsOf, settled } from './mounting';

const SENTENCE = 'The cat that we saw yesterday was happy';

let said: unknown[];
beforeEach(() => {
  said = [];
  for (const level of ['error', 'warn'] as const) {
    vi.spyOn(console, level).mockImplementation((...words: unknown[]) => {
      if (!String(words[0]).includes('Lit is in dev mode')) said.push(words);
    });
  }
  return () => {
    vi.restoreAllMocks();
    expect(said).toEqual([]);
  };
});

const grid = (heatmap: RnnHeatmap) => inside(heatmap, '[role=grid]');
const cell = (heatmap: RnnHeatmap) => inside(heatmap, '[role=gridcell]');
const legend = (heatmap: RnnHeatmap) => inside(heatmap, '.ticks').textContent!.trim();
const name = (heatmap: RnnHeatmap) => cell(heatmap).getAttribute('aria-label');
const painted = (heatmap: RnnHeatmap) => settled(() => {
  heatmap.scrollIntoView({ block: 'center' }); // elsewhere it paints nothing
  const canvas = inside<HTMLCanvasElement>(heatmap, '.plot canvas');
  expect(canvas.width).toBeGreaterThan(0);
  expect(canvas.width).not.toBe(300); // a canvas that nobody has sized
  return canvas;
});

/** The colours of the next frame, copied in that very frame: a WebGPU canvas cannot be read later. */
async function nextPicture(heatmap: RnnHeatmap, rows: number, columns: number): Promise<number[][]> {
  heatmap.scrollIntoView({ block: 'center' });
  heatmap.requestUpdate();
  await heatmap.updateComplete;
  return new Promise((resolve) => {
    requestAnimationFrame(() => resolve(pixelsOf(inside<HTMLCanvasElement>(heatmap, '.plot canvas'), rows, columns).flat()));
  });
}

it('has nothing that axe finds fault with', async () => {
  const heatmap = mount(`<rnn-heatmap text="${SENTENCE}" device="cpu"></rnn-heatmap>`);
  await settled(() => grid(heatmap));
  const { violations } = await axe.run(heatmap);
  expect(violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)])).toEqual([]);
});

describe('numbers of the page', () => {
  const values = [-1, -0.5, 0, 0.25, 0.5, 1];

  it('are painted in exactly the colours of the table', async () => {
    const heatmap = mount(`<rnn-heatmap values="${values.join(' ')}" rows="2"></rnn-heatmap>`);
    const canvas = await painted(heatmap);
    const table = colourTable('diverging', false);
    const coding = codingFor({ min: -1, max: 1 });
    const expected = values.map((value) => [...table.subarray(4 * colourIndex(value, coding), 4 * colourIndex(value, coding) + 4)]);
    await settled(() => expect(pixelsOf(canvas, 2, 3).flat()).toEqual(expected));
    expect(legend(heatmap)).toBe('−101');
  });

  it('have a legend that states the range drawn', async () => {
    const heatmap = mount('<rnn-heatmap values="[0, 0.3, 3.2]"></rnn-heatmap>');
    await settled(() => expect(legend(heatmap)).toBe('02.55'));
    heatmap.min = -2;
    heatmap.max = 2;
    await settled(() => expect(legend(heatmap)).toBe('−202'));
    expect(inside(heatmap, '.words').textContent).toContain('Values beyond the range have the colour of its end.');
  });

  it('that are not finite are striped, counted and named', async () => {
    const heatmap = mount('<rnn-heatmap values="0.5 NaN -Infinity 1" rows="2"></rnn-heatmap>');
    const canvas = await painted(heatmap);
    await settled(() => expect(inside(heatmap, '.words').textContent).toContain('2 entries of 4 are not finite numbers and are striped; the first is NaN in row 1, column 2.'));
    const grey = [...colourTable('diverging', false).subarray(4 * NOT_A_NUMBER, 4 * NOT_A_NUMBER + 4)].join();
    const context = canvas.getContext('2d')!;
    const colours = new Set<string>();
    for (let x = canvas.width / 2 + 2; x < canvas.width - 4; x++) colours.add([...context.getImageData(x, 4, 1, 1).data].join());
    expect(colours).toEqual(new Set(['0,0,0,0', grey]));
  });

  it('may be a typed array, a list of lists, and ten thousand columns on a small canvas', async () => {
    const heatmap = mount('<rnn-heatmap></rnn-heatmap>');
    heatmap.values = [[1, 2, 3], new Float32Array([4, 5, 6])];
    await settled(() => expect(grid(heatmap).getAttribute('aria-label')).toBe('Heatmap, 2 rows by 3 columns'));
    heatmap.values = new Float32Array(20_000).map((_, i) => Math.sin(i));
    heatmap.rows = 2;
    await settled(() => expect(grid(heatmap).getAttribute('aria-colcount')).toBe('10000'));
    const canvas = await painted(heatmap);
    expect(canvas.width).toBeLessThanOrEqual(640 * devicePixelRatio);
    expect(heatmap.shadowRoot!.querySelectorAll('bdi').length).toBeLessThan(200);
  });
});

describe('the page’s colours', () => {
  const zeroAt = (canvas: HTMLCanvasElement) => pixelsOf(canvas, 1, 3)[0].map(([r, g, b]) => [r, g, b]);
  const ends = (dark: boolean) => [0, 127, 254].map((i) => [...colourTable('diverging', dark).subarray(4 * i, 4 * i + 3)]);

  it('are followed when it turns dark, whatever turns it', async () => {
    const heatmap = mount('<rnn-heatmap values="-1 0 1"></rnn-heatmap>');
    const canvas = await painted(heatmap);
    await settled(() => expect(zeroAt(canvas)).toEqual(ends(false)));
    heatmap.parentElement!.style.colorScheme = 'dark';
    await settled(() => expect(zeroAt(canvas)).toEqual(ends(true)));
  });

  it('may be chosen by custom properties, at any time', async () => {
    const heatmap = mount('<rnn-heatmap values="-1 0 1"></rnn-heatmap>');
    const canvas = await painted(heatmap);
    heatmap.style.setProperty('--rnn-positive', 'rgb(255 0 0)');
    heatmap.style.setProperty('--rnn-negative', 'oklch(nonsense)');
    await settled(() => expect(zeroAt(canvas)).toEqual([...ends(false).slice(0, 2), [255, 0, 0]]));
  });
});

describe('a network of its own', () => {
  it('shows words above, units beside, and says what computes', async () => {
    const heatmap = mount(`<rnn-heatmap cell="lstm" text="${SENTENCE}" signal="h" hidden="8" seed="1"></rnn-heatmap>`);
    await settled(() => expect(grid(heatmap).getAttribute('aria-label')).toBe('h, hidden state (LSTM of 8 units), 8 units by 8 steps'));
    const words = [...heatmap.shadowRoot!.querySelectorAll('.columns bdi')].map((label) => label.textContent);
    expect(words).toEqual(SENTENCE.split(' '));
    expect(legend(heatmap)).toBe('−101');
    expect(inside(heatmap, '.engine').textContent).toMatch(/GPU/);
  });

  it('paints the same picture from the GPU’s buffer as from the CPU’s numbers, for every kind of signal', async () => {
    for (const signal of ['h', 'c', 'i', 'g', 'a_f']) {
      const [gpu, cpu] = (['gpu', 'cpu'] as const).map((device) =>
        mount(`<rnn-heatmap text="${SENTENCE}" hidden="5" signal="${signal}" device="${device}"></rnn-heatmap>`),
      );
      await Promise.all([painted(gpu), painted(cpu)]);
      await settled(async () => {
        const [a, b] = await Promise.all([gpu, cpu].map((heatmap) => nextPicture(heatmap, 5, 8)));
        expect(b.every(([, , , alpha]) => alpha === 255)).toBe(true);
        // float32 and float64 may fall on two sides of a boundary between neighbouring colours, never further apart.
        a.forEach((colour, i) => colour.forEach((byte, k) => expect(Math.abs(byte - b[i][k])).toBeLessThanOrEqual(6)));
        expect(a.filter((colour, i) => colour.join() === b[i].join()).length).toBeGreaterThanOrEqual(38);
      });
      expect(legend(gpu)).toBe(legend(cpu));
    }
  });

  it('runs again when an attribute changes, and the latest wins', async () => {
    const heatmap = mount('<rnn-heatmap text="one two three" device="cpu"></rnn-heatmap>');
    for (const text of ['a', 'a b', 'a b c', 'a b c d']) {
      heatmap.text = text;
      await heatmap.updateComplete;
    }
    await settled(() => expect(grid(heatmap).getAttribute('aria-colcount')).toBe('4'));
    await settled(() => expect(inside(heatmap, 'figure').getAttribute('aria-busy')).toBe('false'));
    expect(grid(heatmap).getAttribute('aria-colcount')).toBe('4');
  });
});

describe('the reader', () => {
  it('hears of the entry an arrow key moves to, and only when it moves', async () => {
    const heatmap = mount('<rnn-heatmap values="0.1 0.2 0.3 0.4 0.5 0.6" rows="2" column-labels="a,b,c"></rnn-heatmap>');
    await settled(() => cell(heatmap));
    const entries: [number, number, number][] = [];
    heatmap.addEventListener('entry-focus', ({ row, column, value }: EntryFocusEvent) => entries.push([row, column, value]));
    cell(heatmap).focus();
    await userEvent.keyboard('{ArrowRight}{ArrowDown}{ArrowDown}{End}{ArrowRight}{Home}{ArrowUp}{ArrowUp}{Control>}{End}{/Control}{PageUp}');
    expect(entries).toEqual([[0, 1, 0.2], [1, 1, 0.5], [1, 2, 0.6], [1, 0, 0.4], [0, 0, 0.1], [1, 2, 0.6], [0, 2, 0.3]]);
    await settled(() => expect(name(heatmap)).toBe("row 1, column 3 'c', 0.3"));
    await settled(() => expect(inside(heatmap, '[role=status]').textContent).toBe("row 1, column 3 'c', 0.3"));
  });

  it('reads an entry’s value under the pointer', async () => {
    const heatmap = mount('<rnn-heatmap values="0.125 -0.5" rows="1"></rnn-heatmap>');
    const canvas = await painted(heatmap);
    await userEvent.hover(canvas, { position: { x: 4, y: 4 } });
    await settled(() => expect(inside(heatmap, '.tip b').textContent).toBe('0.125'));
    await userEvent.unhover(canvas);
    await settled(() => expect(heatmap.shadowRoot!.querySelector('.tip')).toBeNull());
  });

  it('moves the model’s cursor, and with it every view', async () => {
    const box = mount<HTMLElement>(`<div><rnn-heatmap for="m"></rnn-heatmap><rnn-heatmap for="m" signal="f"></rnn-heatmap><rnn-model id="m" device="cpu" text="${SENTENCE}"></rnn-model></div>`);
    const [h, f] = box.querySelectorAll('rnn-heatmap');
    await settled(() => [grid(h), grid(f)]);
    const moves: number[][] = [];
    box.addEventListener('cursor-change', ({ step, unit }) => moves.push([step, unit]));
    cell(h).focus();
    await userEvent.keyboard('{ArrowRight}{ArrowDown}');
    expect(moves).toEqual([[1, 0], [1, 1]]);
    await settled(() => expect(name(f)).toMatch(/^unit 2, step 2 'cat'/));
    box.querySelector('rnn-model')!.cursor = { step: 7 };
    await settled(() => expect(name(f)).toMatch(/^unit 2, step 8 'happy'/));
    expect(moves).toHaveLength(2);
  });
});

it('rows of a signal are called as the page calls them', async () => {
  const heatmap = mount('<rnn-heatmap text="a b" hidden="2" row-labels="first second" device="cpu"></rnn-heatmap>');
  const names = () => [...inside(heatmap, '.rows').querySelectorAll('span')].map((label) => label.textContent!.trim());
  await settled(() => expect(names()).toEqual(['first', 'second']));
  heatmap.rowLabels = ['one', 'two'];
  await settled(() => expect(names()).toEqual(['one', 'two']));
  heatmap.rowLabels = undefined;
  await settled(() => expect(names()).toEqual(['1', '2']));
});

describe('what cannot be drawn is explained', () => {
  it.each([
    ['values="1 2 3 4 5" rows="2"', 'values: 5 numbers given for 2 rows; the rows must be equally long, so it must be a multiple of 2.'],
    ['values="1 two 3"', 'values: entry 2 is "two", which is not a number.'],
    ['values=""', 'values: there are no numbers; give at least one.'],
    ['values="1 2" rows="0"', 'rows: 0 given; it must be a whole number of at least 1.'],
    ['values="1 2" rows="2" row-labels="a,b,c"', 'row-labels: 3 given for 2 rows.'],
    ['text="a" hidden="4" row-labels="a,b,c" device="cpu"', 'row-labels: 3 given for 4 rows.'],
    ['values="1 2" min="3" max="2"', 'min and max: 3 and 2 given; min must be below max.'],
    ['text=""', 'There are no words to read; give a text.'],
    ['text="   "', 'There are no words to read; give a text.'],
    ['', 'There is nothing to draw yet: give a text, the id of an <rnn-model> in for, or values.'],
    ['text="a" cell="elman"', 'There is no cell "elman"; available are rnn, rnn_relu, rnn_linear, lstm, lstm_peephole, lstm_nofg, lstm_1997, gru, gru_reset_before.'],
    ['text="a" signal="q" device="cpu"', 'There is no signal "q" here; available are h, c, i, f, g, o, a_i, a_f, a_g, a_o, y, x, h_n, c_n.'],
    ['text="a" hidden="0"', 'hidden: 0 given; it must be a whole number from 1 to 65,535.'],
    ['text="a" hidden="100000"', 'hidden: 100000 given; it must be a whole number from 1 to 65,535.'],
    ['text="a" hidden="many"', 'hidden: "many" given; it must be a whole number from 1 to 65,535.'],
    ['text="a" device="tpu"', 'device: "tpu" given; it must be auto, gpu, cpu.'],
    ['for="nobody"', 'for: there is no element with the id "nobody" here; it must be that of an <rnn-model>.'],
  ])('<rnn-heatmap %s>', async (attributes, message) => {
    const heatmap = mount(`<rnn-heatmap ${attributes}></rnn-heatmap>`);
    await settled(() => expect(messageOf(heatmap)).toBe(message));
  });

  it('shows text as text, in any script', async () => {
    const heatmap = mount('<rnn-heatmap device="cpu"></rnn-heatmap>');
    heatmap.text = '<img src=x onerror=alert(1)> שלום 😀';
    await settled(() => expect([...heatmap.shadowRoot!.querySelectorAll('.columns bdi')].map((label) => label.textContent)).toEqual(expect.arrayContaining(['<', 'img', 'שלום', '😀'])));
    expect(heatmap.shadowRoot!.querySelector('img')).toBeNull();
  });

  it('takes its number of units from hidden and stays visible', async () => {
    const heatmap = mount('<rnn-heatmap text="a b" hidden="3" device="cpu"></rnn-heatmap>');
    await settled(() => expect(grid(heatmap).getAttribute('aria-rowcount')).toBe('3'));
    expect(getComputedStyle(heatmap).display).toBe('block');
    expect(heatmap.hidden).toBe(false);
    heatmap.hidden = true;
    expect([getComputedStyle(heatmap).display, heatmap.units]).toEqual(['none', 3]);
    heatmap.hidden = false;
    expect([getComputedStyle(heatmap).display, heatmap.units]).toEqual(['block', 3]);
  });
});

describe('for', () => {
  it('finds its model in either order, and follows ids', async () => {
    const box = mount<HTMLElement>('<div><rnn-heatmap for="late"></rnn-heatmap></div>');
    const heatmap = box.querySelector('rnn-heatmap')!;
    await settled(() => expect(messageOf(heatmap)).toContain('no element with the id "late"'));
    const model = Object.assign(document.createElement('rnn-model'), { text: 'a b c', device: 'cpu', id: 'other' });
    box.append(model);
    model.id = 'late';
    await settled(() => expect(grid(heatmap).getAttribute('aria-colcount')).toBe('3'));
    model.id = 'gone';
    await settled(() => expect(messageOf(heatmap)).toContain('no element with the id "late"'));
    heatmap.for = 'gone';
    await settled(() => expect(grid(heatmap).getAttribute('aria-colcount')).toBe('3'));
    model.remove();
    await settled(() => expect(messageOf(heatmap)).toContain('no element with the id "gone"'));
  });

  it('names an element that is no model', async () => {
    const box = mount<HTMLElement>('<div><p id="p"></p><rnn-heatmap for="p"></rnn-heatmap></div>');
    await settled(() => expect(messageOf(box.querySelector('rnn-heatmap')!)).toBe('for: "p" is the id of a <p>; it must be that of an <rnn-model>.'));
  });
});

describe('lifetimes', () => {
  async function run(engine: Engine, words: string[]) {
    const model = await engine.model({ input: { embedding: 4 }, layers: [{ cell: 'gru', hidden: 3 }], seed: 2 });
    return model.run({ words });
  }

  it.each(['gpu', 'cpu'] as const)('keeps the picture of a tape that was released under it, and never shows another run’s: %s', async (device) => {
    const engine = await createEngine({ device });
    const first = await run(engine, ['a', 'b', 'c']);
    const signal = first.signal('h');
    const expected = await signal.read();
    const heatmap = mount('<rnn-heatmap></rnn-heatmap>');
    heatmap.source = signal;
    await painted(heatmap);
    first.release();
    expect(first.released).toBe(false); // held
    const second = await run(engine, ['x', 'y', 'z']); // would take the buffers of the first
    cell(heatmap).focus();
    await settled(() => expect(name(heatmap)).toContain(String(Number(expected[0].toPrecision(6))).replace('-', '−')));
    heatmap.remove();
    expect(first.released).toBe(true);
    document.body.append(heatmap);
    await settled(() => expect(messageOf(heatmap)).toMatch(/released; its numbers are gone/));
    heatmap.remove();
    second.release();
    engine.release();
  });

  it('draws a shorter sequence of a batch with 0 after its end: gpu and cpu', async () => {
    for (const device of ['gpu', 'cpu'] as const) {
      const engine = await createEngine({ device });
      const model = await engine.model({ input: { embedding: 4 }, layers: [{ cell: 'gru', hidden: 2 }] });
      const tape = await model.run({ words: [['a'], ['a', 'b', 'c']] });
      const heatmap = mount('<rnn-heatmap></rnn-heatmap>');
      heatmap.source = tape.signal('z'); // whose 0 is not the sigmoid of 0
      await painted(heatmap);
      const closed = [...colourTable('sequential', false).subarray(0, 4)];
      await settled(async () => {
        const colours = await nextPicture(heatmap, 2, 3);
        expect([1, 2, 4, 5].map((i) => colours[i])).toEqual([closed, closed, closed, closed]);
        expect(colours[0]).not.toEqual(closed);
      });
      heatmap.remove();
      tape.release();
      engine.release();
    }
  });

  it('ten heatmaps share one device, and give it back nothing when removed', async () => {
    const requested = vi.spyOn(GPUAdapter.prototype, 'requestDevice');
    const box = mount<HTMLElement>(`<div>${'<rnn-heatmap text="a b" hidden="2"></rnn-heatmap>'.repeat(10)}</div>`);
    for (const heatmap of box.querySelectorAll('rnn-heatmap')) await painted(heatmap);
    expect(requested.mock.calls.length).toBeLessThanOrEqual(1);
  });

  it('runs again when it comes back to the page', async () => {
    const model = mount<RnnModel>('<rnn-model text="a b" device="cpu"></rnn-model>');
    await settled(() => expect(model.state.status).toBe('ready'));
    const { tape } = model.state;
    const box = model.parentElement!;
    model.remove();
    expect([model.state.status, tape!.released]).toEqual(['empty', true]);
    box.append(model);
    await settled(() => expect(model.state.status).toBe('ready'));
  });
});
