/** Every view on networks that others made: each shows its picture, or says what it cannot show and what there is instead. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import '../../src/elements/define';
import type { RnnModel } from '../../src/elements/rnn-model';
import { blocks, initialWeights, saveModel, writeSafetensors, type LayerSpec, type ModelSpec, type StateDict } from '../../src/engine';
import { normal } from '../engine/drawn_case';
import charlm from '../fixtures/golden/charlm_lstm.safetensors?url';
import { mount, settled } from './mounting';

const WORDS = ['the', 'cat', 'cats', 'that', 'we', 'saw', 'yesterday', 'was', 'were', 'happy'];

/** A network of these layers with a head, as this page saves it. */
function ours(layers: readonly LayerSpec[], spec: Partial<ModelSpec> = {}): Uint8Array<ArrayBuffer> {
  const whole: ModelSpec = { input: { embedding: 8, vocab: WORDS }, layers, output: { classes: WORDS.length }, seed: 3, ...spec };
  return saveModel({ spec: whole, weights: initialWeights(whole) });
}

/** An nn.LSTM(5, 6, num_layers=2, bidirectional=True, proj_size=4) by itself: no embedding, no head. */
function theirs(): Uint8Array<ArrayBuffer> {
  const tensors = [0, 1].flatMap((k) =>
    ['', '_reverse'].flatMap((end) => {
      const shapes = { weight_ih: [24, k === 0 ? 5 : 8], weight_hh: [24, 4], weight_hr: [4, 6], bias_ih: [24], bias_hh: [24] };
      return Object.entries(shapes).map(([name, shape]) => [`${name}_l${k}${end}`, normal(shape, 1, `${name}${k}${end}`)] as const);
    }),
  );
  return writeSafetensors(tensors, {});
}

const files: Readonly<Record<string, () => Promise<Uint8Array<ArrayBuffer>>>> = {
  'an LSTM of characters': async () => new Uint8Array(await (await fetch(charlm)).arrayBuffer()),
  attention: async () => ours([{ block: 'attention', heads: 2, positions: 'rotary' }, { block: 'norm' }, { block: 'attention', heads: 2 }]),
  Mamba: async () => ours([{ block: 'mamba', state: 4 }]),
  minGRU: async () => ours([{ block: 'min_gru', hidden: 6 }]),
  'an LSTM with attention above': async () => ours([{ cell: 'lstm', hidden: 8 }, { block: 'attention', heads: 2 }]),
  'attention with a GRU above': async () => ours([{ block: 'attention', heads: 2 }, { cell: 'gru', hidden: 6 }]),
  'a projected LSTM in both directions that reads vectors': async () => theirs(),
};
type Kind = keyof typeof files;

const VIEWS = `
  <rnn-heatmap for="m" signal="y"></rnn-heatmap>
  <rnn-unrolled for="m"></rnn-unrolled>
  <rnn-state for="m"></rnn-state>
  <rnn-gates for="m"></rnn-gates>
  <rnn-entry for="m"></rnn-entry>
  <rnn-compare for="m" with="the cats that we saw yesterday was happy"></rnn-compare>
  <rnn-memory for="m" with="the cats that we saw yesterday was happy"></rnn-memory>
  <rnn-order for="m"></rnn-order>
  <rnn-influence for="m"></rnn-influence>
  <rnn-gradient-flow for="m"></rnn-gradient-flow>
  <rnn-gradient-reach for="m"></rnn-gradient-reach>
  <rnn-proof for="m"></rnn-proof>
  <rnn-predictions for="m"></rnn-predictions>
  <rnn-continuation for="m" count="3"></rnn-continuation>
  <rnn-trainer for="m"></rnn-trainer>
  <rnn-transport for="m"></rnn-transport>
  <rnn-opener for="m"></rnn-opener>`;

/** What went wrong where nobody looks. */
let faults: string[];
const note = (event: Event) => {
  faults.push(String((event as PromiseRejectionEvent).reason ?? (event as ErrorEvent).message));
};

beforeEach(() => {
  faults = [];
  addEventListener('error', note);
  addEventListener('unhandledrejection', note);
  vi.spyOn(console, 'error').mockImplementation((...words: unknown[]) => void faults.push(words.join(' ')));
});
afterEach(() => {
  removeEventListener('error', note);
  removeEventListener('unhandledrejection', note);
  vi.restoreAllMocks();
  expect(faults).toEqual([]);
});

type View = Exclude<keyof HTMLElementTagNameMap & `rnn-${string}`, 'rnn-model'>;

interface Opened {
  readonly model: RnnModel;
  view<Tag extends View>(tag: Tag): HTMLElementTagNameMap[Tag];
}

/** All views of a network that was something else before the file was opened. */
async function opened(kind: Kind, device: 'cpu' | 'gpu' = 'cpu'): Promise<Opened> {
  const box = mount<HTMLElement>(`<div><rnn-model id="m" text="the cat that we saw yesterday was happy" cell="rnn" hidden="3" device="${device}"></rnn-model>${VIEWS}</div>`);
  const model = box.querySelector('rnn-model')!;
  await settled(() => expect(model.state.status).toBe('ready'));
  const { tape } = model.state;
  await model.openFile(new File([await files[kind]()], `${kind}.safetensors`));
  expect(model.opening).toMatchObject({ status: 'open', message: '' });
  await settled(() => {
    expect(model.state.status).toBe('ready');
    expect(model.state.tape).not.toBe(tape);
  });
  return { model, view: (tag) => box.querySelector(tag)! };
}

/** What a reader sees and hears of a view, heatmaps inside it included. */
function seen(element: Element): string {
  const root = element.shadowRoot!;
  const inner = [...root.querySelectorAll('*')].filter(({ shadowRoot }) => shadowRoot).map(seen);
  const labels = [...root.querySelectorAll('[aria-label]')].map((part) => part.getAttribute('aria-label'));
  return [root.textContent, ...labels, ...inner].join(' ').replace(/\s+/g, ' ').trim();
}

/** What is far from the screen is not measured. */
async function says(element: Element, words: RegExp): Promise<void> {
  await settled(() => {
    element.scrollIntoView(); // again, since what is above it grows
    expect(seen(element)).toMatch(words);
  });
}

/** What each view must come to say, per kind of network. */
const expected: Readonly<Record<Kind, Partial<Record<View, RegExp>>>> = {
  'an LSTM of characters': {
    'rnn-heatmap': /y, the layer's output, directions side by side \(LSTM of 48 units\), 48 units by 39 steps/,
    'rnn-unrolled': /U 0 h₁.*␣, step 4 of 39/,
    'rnn-state': /h₁, the hidden state after t/,
    'rnn-gates': /∏ f: what is left of unit 1/,
    'rnn-entry': /After t, step 1 of 39.*terms of the sum/,
    'rnn-compare': /The sentences have 39 and 40 characters; compared are the 39 steps/,
    'rnn-memory': /After the last word, as far as both go \(39 steps\), the states still differ by \d/,
    'rnn-order': /The two sums are exactly the same.*The two states are [\d.]+ apart/,
    'rnn-influence': /Influence ‖∂h_t\/∂x_s‖.*39 states by 39 words/,
    'rnn-gradient-flow': /‖∂\(h, c\)T \/ ∂\(h, c\)T−k‖.*singular value/,
    'rnn-gradient-reach': /at the end and, 38 steps before/,
    'rnn-proof': /every step taken twice gives the same numbers/,
    'rnn-predictions': /After t, the network expects.*%/,
    'rnn-continuation': /Go on writing/,
    'rnn-trainer': /this network has nothing to learn/,
    'rnn-transport': /step 1 of 39/,
    'rnn-opener': /is open: LSTM of \d+ units, which reads 29 words or characters/,
  },
  attention: {
    'rnn-heatmap': /y, the layer's output \(layer 3, Attention of 8 units\)/,
    'rnn-unrolled': /Attention is no chain: .* a heatmap of attn shows/,
    'rnn-state': /y₁, the layer's output after the/,
    'rnn-gates': /Attention has no gates of single units\. A heatmap shows what it has instead: attn/,
    'rnn-entry': /Attention has no cell whose sums .* A heatmap shows what it has instead: attn/,
    'rnn-compare': /At step 1 of 8, the, the two runs are 0 apart/,
    'rnn-memory': /the outputs differ by \d.*changes the last output \d/,
    'rnn-order': /The two sums are exactly the same.*The two outputs are/,
    'rnn-influence': /8 states by 8 words/,
    'rnn-gradient-flow': /‖∂yT \/ ∂xT−k‖, through all layers.*root mean square over the numbers of y/,
    'rnn-gradient-reach': /‖d_x‖ by distance.*at the end and, 7 steps before/,
    'rnn-proof': /every step taken twice gives the same numbers/,
    'rnn-predictions': /After the, the network expects.*was \d/,
    'rnn-continuation': /Go on writing/,
    'rnn-trainer': /this network has nothing to learn/,
    'rnn-transport': /step 1 of 8/,
    'rnn-opener': /is open: Attention, then Norm, then Attention, which reads 10 words/,
  },
  Mamba: {
    'rnn-heatmap': /Mamba of 8 units/,
    'rnn-unrolled': /Mamba has no U: it hands its states conv and h from step to step/,
    'rnn-state': /y₁, the layer's output after the/,
    'rnn-gates': /Mamba has no gates of single units\. .*delta \(Δ, how far a channel steps\) and decay/,
    'rnn-entry': /Mamba has no cell whose sums/,
    'rnn-compare': /At step 1 of 8, the, the two runs are 0 apart/,
    'rnn-memory': /the outputs differ by \d/,
    'rnn-order': /The two outputs are [\d.]+ apart/,
    'rnn-influence': /8 states by 8 words/,
    'rnn-gradient-flow': /‖∂yT \/ ∂xT−k‖/,
    'rnn-gradient-reach': /at the end and, 7 steps before/,
    'rnn-proof': /gives the same numbers/,
    'rnn-predictions': /the network expects/,
  },
  minGRU: {
    'rnn-unrolled': /minGRU has no U: it hands its state h from step to step/,
    'rnn-gates': /keep: 1 − σ\(z\), what a step keeps of the state.*h: hidden state/,
    'rnn-entry': /minGRU has no cell whose sums .* keep \(1 − σ\(z\), what a step keeps of the state\)/,
    'rnn-memory': /the outputs differ by \d/,
    'rnn-gradient-flow': /‖∂yT \/ ∂xT−k‖/,
  },
  'an LSTM with attention above': {
    'rnn-heatmap': /layer 2, Attention of 8 units/,
    'rnn-unrolled': /Attention is no chain: .* This is layer 2 of 2, Attention; .* gone through the layer below/,
    'rnn-gates': /Gates of layer 1 of 2, LSTM\..*f: forget gate.*∏ f/,
    'rnn-entry': /After the, step 1 of 8, in layer 1 of 2, LSTM.*terms of the sum/,
    'rnn-memory': /the outputs differ by \d/,
    'rnn-influence': /layer 2/,
    'rnn-gradient-flow': /‖∂yT \/ ∂xT−k‖/,
    'rnn-proof': /gives the same numbers/,
    'rnn-opener': /is open: LSTM of 8 units, then Attention, which reads/,
  },
  'attention with a GRU above': {
    'rnn-unrolled': /This is layer 2 of 2, GRU; .* U 0 h₁/,
    'rnn-state': /h₁, the hidden state after the/,
    'rnn-gates': /Gates of layer 2 of 2, GRU\..*∏ z/,
    'rnn-entry': /in layer 2 of 2, GRU/,
    'rnn-memory': /the states still differ by \d/,
    'rnn-gradient-flow': /‖∂hT \/ ∂hT−k‖/,
    'rnn-gradient-reach': /at the end and, 7 steps before/,
  },
  'a projected LSTM in both directions that reads vectors': {
    'rnn-heatmap': /y, the layer's output, directions side by side/,
    'rnn-state': /h₁, the hidden state after the/,
    'rnn-gates': /Gates of layer 2 of 2, LSTM\./,
    'rnn-entry': /in layer 2 of 2, LSTM.*c' = f ⊙ c \+ i ⊙ g/,
    'rnn-compare': /the two runs are [\d.]+ apart/,
    'rnn-memory': /the states still differ by \d/,
    'rnn-order': /The two states are [\d.]+ apart/,
    'rnn-influence': /both directions/,
    'rnn-gradient-flow': /singular value/,
    'rnn-predictions': /This network says nothing: it has no head/,
    'rnn-continuation': /Go on writing/,
    'rnn-opener': /reads 5 numbers a step and no words: every word is given numbers of its own, drawn at random/,
  },
};

describe.each(Object.keys(expected))('%s, opened from a file', (kind) => {
  it('is shown by every view, or told in words', async () => {
    const { view } = await opened(kind);
    for (const [tag, words] of Object.entries(expected[kind])) await says(view(tag as View), words);
  });

  it('is at the cursor in the views that have one', async () => {
    const { model, view } = await opened(kind);
    await says(view('rnn-state'), /₁/);
    model.moveCursor({ step: 3, unit: 2 });
    const { layers } = model.state.model!.shape;
    await settled(() => expect(view('rnn-state').shadowRoot!.querySelectorAll('[role=option]')).toHaveLength(layers.at(-1)!.width));
    await settled(() => expect(view('rnn-state').shadowRoot!.querySelector('[aria-selected=true]')!.getAttribute('aria-label')).toMatch(/^unit 3: /));
    await settled(() => expect(view('rnn-unrolled').shadowRoot!.querySelector('[aria-selected=true]')!.getAttribute('aria-label')).toMatch(/step 4 of/));
  });
});

describe('from GPU memory', () => {
  it.each(['attention', 'Mamba', 'attention with a GRU above'])('%s is shown and proved', async (kind) => {
    const { view } = await opened(kind, 'gpu');
    for (const [tag, words] of Object.entries(expected[kind])) if (tag !== 'rnn-proof') await says(view(tag as View), words);
    await says(view('rnn-proof'), /✓ GPU .*: every step checked against float64/);
  });
});

describe('a network goes on writing', () => {
  it.each(['an LSTM of characters', 'attention', 'Mamba', 'an LSTM with attention above', 'attention with a GRU above'])('%s', async (kind) => {
    const { view } = await opened(kind);
    const writer = view('rnn-continuation');
    await settled(() => writer.shadowRoot!.querySelector<HTMLButtonElement>('button')!.click());
    await says(writer, /3 written, drawn at temperature 0\.5 with seed 1\./);
  });

  it('and says why it cannot', async () => {
    const { view } = await opened('a projected LSTM in both directions that reads vectors');
    const writer = view('rnn-continuation');
    await settled(() => writer.shadowRoot!.querySelector<HTMLButtonElement>('button')!.click());
    await says(writer, /it has no head/);
  });
});

describe('an opened network', () => {
  it('learns on, in every view, where the task is the one it knows', async () => {
    const spec: Partial<ModelSpec> = { input: { embedding: 8, vocab: ['left', 'right', 'and', 'then?'] }, output: { classes: 2 } };
    const box = mount<HTMLElement>(`<div><rnn-model id="m" text="left and right" device="cpu" batch="4" lr="0.05"></rnn-model>${VIEWS}</div>`);
    const model = box.querySelector('rnn-model')!;
    const { echo } = await import('./training_fakes');
    model.task = echo;
    await model.openFile(new File([ours([{ cell: 'gru', hidden: 6 }, { block: 'attention', heads: 2 }], spec)], 'hybrid.safetensors'));
    await settled(() => expect(model.state).toMatchObject({ status: 'ready', words: ['left', 'and', 'right'] }));
    const expects = box.querySelector('rnn-predictions')!;
    await says(expects, /left \d+.*%/);
    const before = seen(expects);
    await model.step(20);
    expect(model.training).toMatchObject({ status: 'paused', updates: 20 });
    await settled(() => expect(seen(expects)).not.toBe(before));
  });

  it('is not labelled with the words of a task that it never learned', async () => {
    const { model, view } = await opened('Mamba');
    model.task = 'keyed_latch';
    await model.updateComplete;
    expect(model.answers).toBeUndefined();
    expect(model.trainingObstacle).toMatch(/The task shows other words than the network of the file reads/);
    await says(view('rnn-predictions'), /was \d/);
  });

  it('with every block that there is has its picture', async () => {
    // Scans and attention as they are in the papers read several tensors side by side: no network of words has them alone.
    for (const { name } of blocks.filter((block) => !['sdpa', 'selective_scan'].includes(block.name))) {
      const box = mount<HTMLElement>(`<div><rnn-model id="m" text="the cat was happy" device="cpu"></rnn-model><rnn-unrolled for="m"></rnn-unrolled><rnn-gates for="m"></rnn-gates></div>`);
      const model = box.querySelector('rnn-model')!;
      await model.openFile(new File([ours([{ block: name }])], `${name}.safetensors`));
      await says(box.querySelector('rnn-unrolled')!, /In the boxes stands its output y/);
      await says(box.querySelector('rnn-gates')!, /has no gates of single units|what a step keeps/);
    }
  });
});

describe('a file that does not say what its tokens are', () => {
  const nameless = () => {
    const spec: ModelSpec = { input: { embedding: 4, vocab: 5 }, layers: [{ cell: 'lstm', hidden: 3 }], output: { classes: 5 } };
    return new File([saveModel({ spec, weights: initialWeights(spec) as StateDict })], 'nameless.safetensors');
  };

  it('is asked about, and read with what it is told', async () => {
    const box = mount<HTMLElement>('<div><rnn-model id="m" text="abcde" device="cpu"></rnn-model><rnn-opener for="m"></rnn-opener><rnn-state for="m"></rnn-state></div>');
    const [model, opener] = [box.querySelector('rnn-model')!, box.querySelector('rnn-opener')!];
    await model.openFile(nameless());
    await says(box.querySelector('rnn-state')!, /does not say what its tokens stand for/);
    await says(opener, /What its 5 tokens stand for/);
    const field = opener.shadowRoot!.querySelector('textarea')!;
    const use = [...opener.shadowRoot!.querySelectorAll('button')].find(({ textContent }) => textContent === 'Use')!;
    field.value = 'ab';
    use.click();
    await says(opener, /this model has 5 tokens; as an alphabet it has 2/);
    field.value = 'one two three four five';
    use.click();
    await settled(() => expect(model.opening).toMatchObject({ status: 'open', opened: { vocabulary: ['one', 'two', 'three', 'four', 'five'] } }));
    model.text = 'five one six';
    await settled(() => expect(model.state).toMatchObject({ status: 'ready', words: ['five', 'one'], unknown: ['six'] }));
    expect(opener.shadowRoot!.querySelector('textarea')).toBeNull();
  });

  it('forgets what was said of another file', async () => {
    const model = mount<RnnModel>('<rnn-model text="the cat" device="cpu" vocabulary="one two three four five"></rnn-model>');
    await model.openFile(nameless());
    expect(model.vocabulary).toBe('');
    await settled(() => expect(model.state.message).toMatch(/does not say what its tokens stand for/));
  });
});
