/**
 * What becomes of every element of the family when its model has nothing, cannot, is not there yet, loses its GPU, gets it
 * back, or has none: drawn, told to screen readers, and within reach of a page's style and words.
 */
import { afterAll, beforeAll, expect, it } from 'vitest';
import '../../src/elements/define';
import type { RnnModel } from '../../src/elements/rnn-model';
import { mount, settled } from './mounting';

/** Each with a model that it can draw. */
const ELEMENTS = [
  ['rnn-heatmap', ''],
  ['rnn-unrolled', ''],
  ['rnn-gates', ''],
  ['rnn-influence', ''],
  ['rnn-gradient-flow', ''],
  ['rnn-compare', ''],
  ['rnn-entry', ''],
  ['rnn-trainer', ''],
  ['rnn-transport', ''],
  ['rnn-proof', ''],
  ['rnn-state', ''],
  ['rnn-memory', ''],
  ['rnn-order', ''],
  ['rnn-cell-diagram', ''],
  ['rnn-gradient-reach', ''],
  ['rnn-opener', ''],
  ['rnn-attention', 'layers="attention heads:2"'],
  ['rnn-scan', 'layers="mamba state:2"'],
] as const;

/** Names the computer in any case: what it says of a notice stands there anyhow. */
const NAMES_IT: readonly string[] = ['rnn-heatmap', 'rnn-influence', 'rnn-gradient-flow', 'rnn-proof'];

const devices: GPUDevice[] = [];
const { requestAdapter } = GPU.prototype;
const { requestDevice } = GPUAdapter.prototype;
let release: () => void = () => undefined;

/** No adapter is to be had until it is released. */
function hold(): void {
  const gate = new Promise<void>((resolve) => (release = resolve));
  GPU.prototype.requestAdapter = async function (options) {
    await gate;
    return requestAdapter.call(this, options);
  };
}

beforeAll(() => {
  GPUAdapter.prototype.requestDevice = async function (descriptor) {
    const device = await requestDevice.call(this, descriptor);
    devices.push(device);
    return device;
  };
});

afterAll(() => {
  GPU.prototype.requestAdapter = requestAdapter;
  GPUAdapter.prototype.requestDevice = requestDevice;
});

interface Placed {
  readonly element: HTMLElement;
  readonly model: RnnModel;
  readonly name: string;
}

/** All where they can be seen, one over the other, each with a model of its own. */
function place(): Placed[] {
  const markup = ELEMENTS.map(([name, more], k) => {
    const slots = ['loading', 'empty', 'error', 'device-lost', 'no-gpu', 'software-gpu', 'restored'].map((state) => `<span slot="${state}" hidden>own words: ${state}</span>`);
    return `<div style="position: absolute; inset: 0 auto auto 0; inline-size: 600px"><rnn-model id="m${k}" text="a b c d" hidden="4" embedding="4" ${more}></rnn-model><${name} for="m${k}" with="a dog c d">${slots.join('').replaceAll(' slot=', ' data-slot=')}</${name}></div>`;
  });
  const box = mount<HTMLElement>(`<div style="position: relative">${markup.join('')}</div>`);
  return Array.from(box.children, (child) => ({ element: child.lastElementChild as HTMLElement, model: child.firstElementChild as RnnModel, name: child.lastElementChild!.localName }));
}

/** Every text that a page's reader sees of an element, of what it is made of too. */
function seen({ shadowRoot }: Element): string {
  const parts = Array.from(shadowRoot!.querySelectorAll('*'), (part) => (part.shadowRoot ? seen(part) : ''));
  return [shadowRoot!.textContent, ...parts].join(' ').replace(/\s+/g, ' ');
}

/** What a screen reader hears of it, and of what it is made of. */
function heard({ shadowRoot }: Element): string {
  const parts = Array.from(shadowRoot!.querySelectorAll('*'), (part) => (part.shadowRoot ? heard(part) : part.matches('[role=status]') ? part.textContent : ''));
  return parts.join(' ');
}

/** The element is in the state, says what is to be said, and has a page's words in its place if there are any. */
async function stands({ element, name }: Placed, state: string, words: RegExp): Promise<void> {
  await settled(() => expect(element.matches(`:state(${state})`), `${name} is in the state ${state}: ${seen(element)}`).toBe(true));
  await settled(() => expect(heard(element), `${name} is heard`).toMatch(words));
  await settled(() => expect(seen(element), `${name} shows`).toMatch(words));
  const own = element.querySelector<HTMLElement>(`[data-slot="${state}"]`)!;
  expect(element.shadowRoot!.querySelector(`slot[name="${state}"]`), `${name} has a slot for ${state}`).not.toBeNull();
  own.slot = state;
  own.hidden = false;
  await settled(() => expect(own.getClientRects().length, `${name} shows the page’s words`).toBeGreaterThan(0));
  own.slot = '';
}

it('of every element are drawn, told and within reach: loading, software GPU, lost, restored, none, nothing to read, and what cannot be', { timeout: 600_000 }, async () => {
  hold();
  const all = place();
  for (const placed of all) await settled(() => expect(placed.element.matches(':state(loading)'), placed.name).toBe(true));
  const drawsWhileLoading = all.filter(({ name }) => !['rnn-trainer', 'rnn-transport', 'rnn-opener'].includes(name));
  for (const placed of drawsWhileLoading) await stands(placed, 'loading', /Starting…/);

  release();
  for (const placed of all) {
    await settled(() => expect(placed.element.matches(':state(ready)'), `${placed.name}: ${seen(placed.element)}`).toBe(true));
    await stands(placed, 'software-gpu', /software/);
    await settled(() => expect(placed.element.shadowRoot!.querySelectorAll('[part=status]').length, `${placed.name} says it once`).toBe(NAMES_IT.includes(placed.name) ? 0 : 1));
  }

  hold();
  devices.at(-1)!.destroy();
  for (const placed of all) await stands(placed, 'device-lost', /The GPU device was lost/);

  release();
  for (const placed of all) {
    await settled(() => expect(placed.element.matches(':state(ready)'), `${placed.name}: ${seen(placed.element)}`).toBe(true));
    await stands(placed, 'restored', /The GPU is back/);
  }

  for (const { model } of all) model.text = ' ';
  for (const placed of all) await stands(placed, 'empty', /There are no words to read/);

  for (const { model } of all) [model.layers, model.cell, model.text] = ['', 'elman', 'a b c'];
  for (const placed of all) await stands(placed, 'error', /There is no cell "elman"/);

  GPU.prototype.requestAdapter = () => Promise.resolve(null);
  devices.at(-1)!.destroy();
  for (const [k, { model }] of all.entries()) {
    model.cell = 'lstm';
    model.layers = /layers="(.*)"/.exec(ELEMENTS[k][1])?.[1] ?? '';
  }
  for (const placed of all) await stands(placed, 'no-gpu', /float64 on the CPU\. WebGPU found no/);
});

it('that are so with all views of a model are told by one of them, and by the next when it goes', async () => {
  const box = mount<HTMLElement>('<div><rnn-model id="m" text="a b c" hidden="4" embedding="4"></rnn-model><rnn-transport for="m"></rnn-transport><rnn-state for="m"></rnn-state><rnn-heatmap for="m"></rnn-heatmap></div>');
  const [transport, state, heatmap] = [...box.children].slice(1);
  const told = () => [transport, state, heatmap].map((element) => /float64 on the CPU|software/.test(heard(element)));
  await settled(() => expect(told()).toEqual([false, false, true]));
  expect(box.querySelector('rnn-transport')!.shadowRoot!.querySelector('[part=status]')).toBeNull();
  heatmap.remove();
  await settled(() => expect(told().slice(0, 2)).toEqual([true, false]));
  transport.remove();
  await settled(() => expect(told()[1]).toBe(true));
});
