import axe from 'axe-core';
import { describe, expect, it } from 'vitest';
import '../../src/elements/define/rnn-opener';
import '../../src/elements/define/rnn-predictions';
import { initialWeights, saveModel, type ModelSpec } from '../../src/engine';
import type { RnnModel } from '../../src/elements/rnn-model';
import type { RnnOpener } from '../../src/elements/rnn-opener';
import { inside, mount, settled } from './mounting';

const spec: ModelSpec = { input: { embedding: 4, vocab: ['the', 'cat', 'was', 'were'] }, layers: [{ cell: 'gru', hidden: 3 }], output: { classes: 4 }, seed: 3 };
const bytes = saveModel({ spec, weights: initialWeights(spec) });
const address = (content: BlobPart = bytes) => URL.createObjectURL(new Blob([content]));

async function opener(markup = ''): Promise<{ model: RnnModel; element: RnnOpener }> {
  const box = mount<HTMLElement>(`<div><rnn-model id="m" text="The cat sleeps" device="cpu" ${markup}></rnn-model><rnn-opener for="m"></rnn-opener><rnn-predictions for="m" words="was were" count="2"></rnn-predictions></div>`);
  const [model, element] = [box.querySelector('rnn-model')!, box.querySelector('rnn-opener')!];
  await model.updateComplete;
  await settled(() => expect(model.state.status).toBe('ready'));
  return { model, element };
}

const words = (element: Element) => inside(element, '[role=status]').textContent!.replace(/\s+/g, ' ').trim();

describe('a trained network', () => {
  it('is opened by its address, reads the words it knows, and says what it expects next', async () => {
    const { model, element } = await opener();
    model.src = address();
    await settled(() => expect(model.opening.status).toBe('open'));
    await settled(() => expect(model.state).toMatchObject({ status: 'ready', words: ['the', 'cat'], unknown: ['sleeps'] }));
    expect([...model.state.model!.parameters.get('weight_hh_l0')!.data]).toEqual(Array.from(initialWeights(spec)['weight_hh_l0'].data));
    await settled(() => expect(words(element)).toMatch(/is open: GRU of 3 units, which reads 4 words or characters, 113 numbers\. This network never met “sleeps” in training/));
    const expected = element.nextElementSibling!;
    model.moveCursor({ step: 1 });
    await settled(() => expect(expected.shadowRoot!.querySelectorAll('li')).toHaveLength(4));
    const parts = [...expected.shadowRoot!.querySelectorAll('.part')].map(({ textContent }) => parseFloat(textContent!));
    expect(parts.reduce((sum, part) => sum + part, 0)).toBeCloseTo(100, 0);
    const { violations } = await axe.run(element.parentElement!);
    expect(violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)])).toEqual([]);
  });

  it('is opened when it is chosen or dropped, and closed again', async () => {
    const { model, element } = await opener();
    const file = new File([bytes], 'mine.safetensors');
    const transfer = new DataTransfer();
    transfer.items.add(file);
    inside(element, '.drop').dispatchEvent(new DragEvent('drop', { dataTransfer: transfer, bubbles: true, cancelable: true }));
    await settled(() => expect(model.state.words).toEqual(['the', 'cat']));
    expect(words(element)).toContain('mine.safetensors is open');
    [...element.shadowRoot!.querySelectorAll('button')].at(-1)!.click();
    await settled(() => expect(model.state.words).toEqual(['The', 'cat', 'sleeps']));
    expect(model.opening.status).toBe('none');
  });

  it.each([
    ['cut short', bytes.slice(0, 200), /could not be opened/],
    ['something else', new TextEncoder().encode('hello, this is no such file'), /could not be opened/],
    ['empty', new Uint8Array(), /could not be opened/],
  ])('of a file that is %s is refused in words, and what was there stays', async (_what, content, refusal) => {
    const { model, element } = await opener();
    const before = model.state.tape;
    await model.openFile(new File([content], 'bad.safetensors'));
    expect(model.opening).toMatchObject({ status: 'failed' });
    await settled(() => expect(words(element)).toMatch(refusal));
    expect(model.state.tape).toBe(before);
    expect(model.state.status).toBe('ready');
  });

  it('that is not there is said to be missing', async () => {
    const { model } = await opener();
    model.src = '/models/nothing-of-this-name.safetensors?none';
    await settled(() => expect(model.opening.status).toBe('failed'));
    expect(model.opening.message).toMatch(/nothing-of-this-name\.safetensors/);
    expect(model.state.status).toBe('ready');
  });

  it('is the latest that was asked for', async () => {
    const { model } = await opener();
    const other: ModelSpec = { ...spec, layers: [{ cell: 'rnn', hidden: 2 }] };
    const slow = model.openFile(new File([bytes], 'slow.safetensors'));
    const quick = model.openFile(new File([saveModel({ spec: other, weights: initialWeights(other) })], 'quick.safetensors'));
    await Promise.all([slow, quick]);
    expect(model.opening.name).toBe('quick.safetensors');
    await settled(() => expect(model.state.model!.shape.layers[0]).toMatchObject({ cell: { name: 'rnn' } }));
  });
});
