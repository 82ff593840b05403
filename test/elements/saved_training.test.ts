import { afterEach, expect, it, vi } from 'vitest';
import '../../src/elements/define/rnn-trainer';
import { openModel } from '../../src/engine';
import type { RnnModel } from '../../src/elements/rnn-model';
import { mount, settled } from './mounting';

const learner = 'cell="gru" hidden="5" embedding="4" task="keyed_latch" task-settings="distance:3" batch="6" seed="2" seeds="2" lr="0.02" clip="0.5" optimizer="adamw"';

async function model(attributes: string): Promise<RnnModel> {
  const made = mount<RnnModel>(`<rnn-model id="m" device="cpu" ${attributes}></rnn-model>`);
  await made.updateComplete;
  await settled(() => expect(made.state.status).toBe('ready'));
  return made;
}

async function file(from: RnnModel): Promise<File> {
  const { name, bytes } = await from.saveFile();
  return new File([bytes], name);
}

afterEach(() => vi.restoreAllMocks());

it('a training that is saved goes on, opened elsewhere, as if it had not stopped', async () => {
  const first = await model(learner);
  await first.step(6);
  const saved = await file(first);
  expect(saved.name).toBe('gru-keyed_latch-update-6.safetensors');
  await first.step(4);

  const second = await model('text="the cat" cell="lstm" hidden="3"');
  await second.openFile(saved);
  await settled(() => expect(second.training).toMatchObject({ status: 'paused', updates: 6 }));
  expect(second).toMatchObject({ task: 'keyed_latch', taskSettings: { distance: 3 }, batch: 6, seed: 2, seeds: 2, optimizer: 'adamw', lr: 0.02, clip: 0.5 });
  await second.step(4);
  expect(second.training.updates).toBe(10);
  const losses = (of: RnnModel) => of.training.tallies.filter(({ update }) => update > 6).map(({ loss }) => [...loss]);
  const [ours, theirs] = [losses(first), losses(second)];
  expect(theirs).toHaveLength(4);
  // The file holds float32; the one that did not stop went on in float64.
  ours.forEach((loss, i) => loss.forEach((value, m) => expect(Math.abs(theirs[i][m] - value)).toBeLessThan(1e-5)));
});

it('an untrained network is saved as it is, and opens anywhere', async () => {
  const plain = await model('cell="lstm" hidden="3" embedding="4" task="keyed_latch"');
  const { name, bytes } = await plain.saveFile();
  expect(name).toBe('lstm-keyed_latch.safetensors');
  const opened = openModel(bytes);
  expect(opened.run).toBeUndefined();
  expect([...opened.weights['weight_hh_l0']!.data as Float32Array]).toEqual([...plain.state.model!.parameters.get('weight_hh_l0')!.data]);
});

it('a network from a file is not taught a task of other words: it says so, and stays', async () => {
  const other = await model('cell="lstm" hidden="3" embedding="4" task="agreement"');
  const saved = await file(other);
  const opened = await model(learner);
  await opened.openFile(saved);
  await settled(() => expect(opened.state).toMatchObject({ status: 'error', message: expect.stringContaining('type others, or give it the task that it learned') }));
  opened.text = 'the cat was happy';
  await settled(() => expect(opened.state).toMatchObject({ status: 'ready', words: ['the', 'cat', 'was', 'happy'] }));
  const { tape } = opened.state;
  await opened.train();
  await settled(() => expect(opened.training.status).toBe('error'));
  expect(opened.training.message).toBe('The task shows other words than the network of the file reads: “A”, for one. Choose the task that it learned.');
  expect(opened.state).toMatchObject({ status: 'ready', tape });
});

it('there is nothing to save where there is no network, and it says so', async () => {
  const none = mount<RnnModel>('<rnn-model cell="none" text="the cat" device="cpu"></rnn-model>');
  await settled(() => expect(none.state.status).toBe('error'));
  await expect(none.saveFile()).rejects.toThrow('no network to save');
});

it('the trainer’s button hands the reader the file', async () => {
  const box = mount<HTMLElement>(`<div><rnn-model id="m" device="cpu" ${learner}></rnn-model><rnn-trainer for="m"></rnn-trainer></div>`);
  const [learning, trainer] = [box.querySelector('rnn-model')!, box.querySelector('rnn-trainer')!];
  await settled(() => expect(learning.state.status).toBe('ready'));
  await learning.step(2);
  const handed: string[] = [];
  vi.spyOn(HTMLAnchorElement.prototype, 'click').mockImplementation(function (this: HTMLAnchorElement) {
    handed.push(this.download);
  });
  await trainer.updateComplete;
  [...trainer.shadowRoot!.querySelectorAll('button')].find(({ textContent }) => textContent === 'Save')!.click();
  await settled(() => expect(handed).toEqual(['gru-keyed_latch-update-2.safetensors']));
});
