/** What pages do to a heatmap that nobody means: it explains or keeps its picture, throws nothing, and leaves nothing behind. */
import { beforeEach, expect, it, vi } from 'vitest';
import type { RnnHeatmap } from '../../src/elements/rnn-heatmap';
import { inside, messageOf, mount, settled } from './mounting';

const canvasOf = (heatmap: RnnHeatmap) => inside<HTMLCanvasElement>(heatmap, '.plot canvas');
const drawn = (heatmap: RnnHeatmap) => settled(() => expect(canvasOf(heatmap).width).not.toBe(300));

let thrown: unknown[];
beforeEach(() => {
  thrown = [];
  const note = (event: ErrorEvent | PromiseRejectionEvent) => {
    event.preventDefault();
    thrown.push('reason' in event ? event.reason : event.error);
  };
  addEventListener('error', note);
  addEventListener('unhandledrejection', note);
  return () => {
    removeEventListener('error', note);
    removeEventListener('unhandledrejection', note);
    expect(thrown).toEqual([]);
  };
});

const original = GPUDevice.prototype.createBuffer;
const originalDestroy = GPUBuffer.prototype.destroy;

const GARBAGE = ['', ' ', 'x', '-1', '1e400', 'NaN', '{}', '[[1],[2,3]]', '<b>', '0.5', 'null', '𝕏', '9'.repeat(400)];
const ATTRIBUTES = ['cell', 'hidden', 'seed', 'embedding', 'gain', 'gate-bias', 'loss-unit', 'loss-step', 'device', 'for', 'signal', 'layer', 'direction', 'unit', 'group', 'reduce', 'scale', 'values', 'rows', 'row-noun', 'column-noun', 'row-labels', 'column-labels', 'min', 'max', 'label', 'lane', 'zoom', 'first-column', 'first-row', 'order', 'order-column', 'selected-rows', 'selected-columns', 'pinned', 'table', 'tools', 'permalink', 'time-direction', 'labels'];

it.each(ATTRIBUTES)('%s may be anything: a picture or an explanation', async (name) => {
  const box = mount<HTMLElement>('<div></div>');
  // Without a value `hidden` is HTML's own, and hides.
  const heatmaps = GARBAGE.filter((value) => name !== 'hidden' || value !== '').flatMap((value) =>
    ['text="a b" device="cpu"', 'values="1 2 3 4" rows="2"'].map((start) => {
      const heatmap = Object.assign(document.createElement('div'), { innerHTML: `<rnn-heatmap ${start}></rnn-heatmap>` }).firstElementChild as RnnHeatmap;
      heatmap.setAttribute(name, value);
      box.append(heatmap);
      return heatmap;
    }),
  );
  for (const heatmap of heatmaps) {
    heatmap.scrollIntoView(); // off the screen it reads nothing
    await settled(() => {
      const picture = heatmap.shadowRoot!.querySelector('.plot canvas, table');
      expect(picture ?? (messageOf(heatmap).length > 10 && !heatmap.matches(':state(loading)'))).toBeTruthy();
    });
  }
});

it('a thousand changes in a frame are one picture, of the last', async () => {
  const heatmap = mount('<rnn-heatmap values="1 2" rows="1"></rnn-heatmap>');
  await drawn(heatmap);
  const updates = vi.spyOn(heatmap as unknown as { performUpdate(): void }, 'performUpdate');
  for (let k = 1; k <= 1000; k++) heatmap.values = Array.from({ length: k % 7 === 0 ? 3 : k % 5 === 0 ? 4 : 2 }, () => k);
  await heatmap.updateComplete;
  expect(updates.mock.calls.length).toBeLessThanOrEqual(2);
  await settled(() => expect(inside(heatmap, '[role=gridcell]').getAttribute('aria-label')).toBe('row 1, column 1, 1000'));
});

it('moves within the page and out of it in the middle of a run, and draws where it comes to rest', async () => {
  const [here, there] = [mount<HTMLElement>('<div></div>'), mount<HTMLElement>('<div></div>')];
  const heatmap = Object.assign(document.createElement('rnn-heatmap'), { text: 'a b c', device: 'cpu' as const });
  for (let k = 0; k < 20; k++) {
    (k % 2 ? here : there).append(heatmap);
    if (k % 3 === 0) await heatmap.updateComplete;
    if (k % 5 === 0) heatmap.remove();
  }
  here.append(heatmap);
  await drawn(heatmap);
  expect(inside(heatmap, '[role=grid]').getAttribute('aria-colcount')).toBe('3');
});

it('takes the first of two models under one id, and the other when that goes', async () => {
  const box = mount<HTMLElement>('<div><rnn-heatmap for="twin"></rnn-heatmap><rnn-model id="twin" text="a b" device="cpu"></rnn-model><rnn-model id="twin" text="a b c" device="cpu"></rnn-model></div>');
  const heatmap = box.querySelector('rnn-heatmap')!;
  await settled(() => expect(inside(heatmap, '[role=grid]').getAttribute('aria-colcount')).toBe('2'));
  box.querySelector('rnn-model')!.remove();
  await settled(() => expect(inside(heatmap, '[role=grid]').getAttribute('aria-colcount')).toBe('3'));
});

it('colours, lengths and fonts that make no sense leave the picture as it would be without them', async () => {
  const heatmap = mount('<rnn-heatmap values="-1 0 1"></rnn-heatmap>');
  for (const name of ['--rnn-positive', '--rnn-negative', '--rnn-zero', '--rnn-max-height', '--rnn-focus', '--rnn-selection', '--rnn-accent']) heatmap.style.setProperty(name, '}{ nonsense(');
  await drawn(heatmap);
  await settled(() => expect([...canvasOf(heatmap).getContext('2d')!.getImageData(3, 3, 1, 1).data][3]).toBe(255));
});

it('leaves no buffer on the GPU after 500 times in and out of the page', async () => {
  const alive = new Set<GPUBuffer>();
  const create = vi.spyOn(GPUDevice.prototype, 'createBuffer').mockImplementation(function (this: GPUDevice, ...given) {
    const buffer = original.apply(this, given);
    alive.add(buffer);
    return buffer;
  });
  const destroy = vi.spyOn(GPUBuffer.prototype, 'destroy').mockImplementation(function (this: GPUBuffer) {
    alive.delete(this);
    return originalDestroy.call(this);
  });
  try {
    const box = mount<HTMLElement>('<div></div>');
    const heatmap = Object.assign(document.createElement('rnn-heatmap'), { text: 'a b', units: 2 });
    // What reads a range is kept with the run's own buffer, and swept up with it.
    const labels = () => [...alive].map(({ label }) => label).filter((label) => !/^(extent|gather|extent view|gather view|staging)$/.test(label)).toSorted();
    const round = async (rest: boolean) => {
      box.append(heatmap);
      if (rest) await drawn(heatmap);
      heatmap.remove();
      await heatmap.updateComplete;
    };
    for (let k = 0; k < 3; k++) await round(true);
    const steady = labels().length;
    for (let k = 0; k < 500; k++) await round(k % 50 === 49);
    await settled(() => expect(labels().length, labels().join(', ')).toBeLessThanOrEqual(steady));
  } finally {
    create.mockRestore();
    destroy.mockRestore();
  }
});
