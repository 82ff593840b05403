import axe from 'axe-core';
import { describe, expect, it } from 'vitest';
import { userEvent } from 'vitest/browser';
import '../../src/elements/define/rnn-trainer';
import type { RnnModel } from '../../src/elements/rnn-model';
import type { LearningChangeEvent, RnnTrainer } from '../../src/elements/rnn-trainer';
import { inside, mount, settled } from './mounting';
import { echo } from './training_fakes';

async function trainer({ markup = '', attributes = '', set = { task: echo } as Partial<RnnModel> } = {}): Promise<{ model: RnnModel; element: RnnTrainer }> {
  const box = mount<HTMLElement>(`<div><rnn-model id="m" cell="gru" hidden="5" embedding="4" batch="8" lr="0.02" device="cpu" ${markup}></rnn-model><rnn-trainer for="m" ${attributes}></rnn-trainer></div>`);
  const [model, element] = [box.querySelector('rnn-model')!, box.querySelector('rnn-trainer')!];
  Object.assign(model, set);
  await model.updateComplete;
  await settled(() => expect(model.state.status).toMatch(/ready|error|empty/));
  await element.updateComplete;
  return { model, element };
}

const button = (element: Element, name: string) => {
  const found = [...element.shadowRoot!.querySelectorAll('button')].find(({ textContent }) => textContent!.trim() === name);
  if (!found) throw new Error(`no button ${name}`);
  return found;
};
const said = (element: Element) => [...element.shadowRoot!.querySelectorAll('.said')].map(({ textContent }) => textContent!.trim()).join(' ');
const field = (element: Element, label: string) => {
  const found = [...element.shadowRoot!.querySelectorAll('label')].find(({ textContent }) => textContent!.trim().startsWith(label));
  return found!.querySelector<HTMLInputElement & HTMLSelectElement>('input, select')!;
};
function change(control: HTMLInputElement, value: string): void {
  control.value = value;
  control.dispatchEvent(new Event('change'));
}

describe('rnn-trainer', () => {
  it('has nothing that axe finds fault with, before training, while it runs and after', async () => {
    const { model, element } = await trainer({ markup: 'updates="30"' });
    const faults = async () => (await axe.run(element)).violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)]);
    expect(await faults()).toEqual([]);
    await model.step();
    expect(await faults()).toEqual([]);
    model.lr = -1;
    await settled(() => expect(said(element)).toContain('learning rate of -1'));
    expect(await faults()).toEqual([]);
  });

  it('says what is missing instead of throwing', async () => {
    const lost = mount<HTMLElement>('<rnn-trainer for="nobody"></rnn-trainer>');
    await settled(() => expect(inside(lost, '.notice').textContent).toContain('no element with the id "nobody"'));
    const { element } = await trainer({ set: { text: 'a b' } });
    expect(said(element)).toContain('nothing to learn; give it the name of a task');
    expect(button(element, 'Train').getAttribute('aria-disabled')).toBe('true');
  });

  it('trains, pauses at the end and shows the numbers, from the keyboard', async () => {
    const { model, element } = await trainer({ markup: 'updates="40"' });
    button(element, 'Train').focus();
    await userEvent.keyboard('{Enter}');
    await settled(() => expect(model.training.status).toBe('paused'));
    await element.updateComplete;
    const numbers = [...element.shadowRoot!.querySelectorAll('dd')].map(({ textContent }) => textContent);
    expect(numbers[0]).toBe('40 of 40');
    expect(numbers[1]).toMatch(/^\d\.\d{3}$/);
    expect(numbers[2]).toMatch(/ %$/);
    expect(said(element)).toBe('All 40 updates are done.');
    expect(inside(element, '[role=status]').textContent).toMatch(/^All 40 updates are done\. 40 updates done\. Loss \d\.\d{3}, [\d.]+ % right\.$/);
    expect(button(element, 'Train').getAttribute('aria-disabled')).toBe('true');
    expect(button(element, 'Train').title).toContain('ask for more');
  });

  it('takes one step at a press, and puts everything back', async () => {
    const { model, element } = await trainer();
    expect(button(element, 'Reset').title).toBe('Nothing has been trained yet.');
    button(element, 'Step').click();
    await settled(() => expect(model.training).toMatchObject({ status: 'paused', updates: 1 }));
    await element.updateComplete;
    button(element, 'Reset').click();
    await settled(() => expect(model.training).toMatchObject({ status: 'idle', updates: 0 }));
  });

  it('does nothing where it cannot, and says why at the button', async () => {
    const { model, element } = await trainer({ set: { task: echo, lr: 0 } });
    const train = button(element, 'Train');
    expect(train.title).toContain('a learning rate of 0 given');
    train.click();
    expect(model.training.status).toBe('idle');
    expect(train.disabled).toBe(false); // the focus stays
  });

  it('offers the last good weights after numbers that are not finite', async () => {
    const { model, element } = await trainer({ set: { task: echo, lr: 100, clip: 0, optimizer: 'sgd', cell: 'rnn_linear', gain: 6, taskSettings: 'distance:20' } });
    await model.train();
    await settled(() => expect(model.training.status).toBe('diverged'));
    await element.updateComplete;
    expect(said(element)).toMatch(/^Training stopped at update \d+: \S+.* is no longer a finite number/);
    button(element, 'Go back to the last good weights').click();
    await settled(() => expect(model.training.status).toMatch(/paused|idle/));
    expect([...model.state.model!.parameters.values()].every(({ data }) => data.every(Number.isFinite))).toBe(true);
  });

  it('has fields for the task and how it is learned, tells the page of each change, and the model of all', async () => {
    const { model, element } = await trainer({ set: { task: 'keyed_latch' } });
    const told: object[] = [];
    element.addEventListener('learning-change', ({ settings }: LearningChangeEvent) => told.push(settings));
    change(field(element, 'Learning rate'), '0.1');
    change(field(element, 'Distractors between'), '7');
    expect(told).toEqual([{ lr: 0.1 }, { taskSettings: 'distance:7' }]);
    await settled(() => expect(model.state.words).toHaveLength(9));
    change(field(element, 'Task'), 'Adding two numbers');
    expect(model.task).toBe('adding');
    model.text = 'a cat';
    await settled(() => expect(model.state.note).toContain('reads numbers and no words'));
    expect(element.shadowRoot!.textContent).not.toContain('Until it is right');
  });

  it('refuses what makes no sense in words, field by field', async () => {
    const { model, element } = await trainer({ set: { task: 'keyed_latch' } });
    for (const [label, bad, words] of [
      ['Learning rate', '0', 'learning rate of 0'],
      ['Learning rate', '1e9', 'learning rate of 1000000000'],
      ['Learning rate', '', 'learning rate of NaN'],
      ['Sequences', '-3', 'batch: -3 given'],
      ['Updates', '-1', 'updates: -1 given'],
      ['Keys', '1', '1'],
    ] as const) {
      const control = field(element, label);
      const before = control.value;
      change(control, bad);
      await settled(() => expect(said(element)).toContain(words));
      expect(button(element, 'Train').getAttribute('aria-disabled')).toBe('true');
      expect(field(element, label).getAttribute('aria-invalid')).toBe('true');
      change(field(element, label), before);
      await settled(() => expect(said(element)).toBe(''));
    }
    expect(model.training.status).toBe('idle');
  });

  it.each([
    ['', true],
    ['a', false],
    ['a'.repeat(3000), false],
    ['ab'.repeat(2_500_000), true],
    ['ab'.repeat(11_000_000), false],
  ])('a pasted text of any kind is learned from or refused in words', async (taskText, fits) => {
    const { model, element } = await trainer({ set: { task: 'characters', taskText } });
    await settled(() => expect(said(element) === '').toBe(fits));
    expect(model.training.status).toBe('idle');
  });
});
