import { describe, expect, it } from 'vitest';
import '../../src/elements/define/rnn-entry';
import '../../src/elements/define/rnn-proof';
import type { RnnModel, TrainingChangeEvent } from '../../src/elements/rnn-model';
import { inside, mount, pixelsOf, settled } from './mounting';
import { echo } from './training_fakes';

/** A learner of the smallest task there is. */
async function learner(markup = '', set: Partial<RnnModel> = {}): Promise<RnnModel> {
  const model = mount<RnnModel>(`<rnn-model cell="gru" hidden="6" embedding="4" batch="8" lr="0.02" device="cpu" ${markup}></rnn-model>`);
  Object.assign(model, { task: echo }, set);
  await model.updateComplete;
  await settled(() => expect(model.state.status).toMatch(/ready|error/));
  return model;
}

const weights = (model: RnnModel) => [...model.state.model!.parameters.get('weight_hh_l0')!.data];

describe('a network with a task', () => {
  it('reads the words that it knows, in small letters where only those are known, and names the others', async () => {
    const model = await learner('text="Left and the cat then?"');
    expect(model.state.words).toEqual(['left', 'and']);
    expect(model.state.unknown).toEqual(['the', 'cat', 'then', '?']);
  });

  it('reads an example of the task where there is no text, or no word of it is known', async () => {
    const model = await learner();
    expect(model.state.words.slice(1)).toEqual(['and', 'and', 'then?']);
    expect(model.state.note).toBe('');
    model.text = 'nothing of this';
    await settled(() => expect(model.state.note).toBe('This network knows none of the words of the text: shown is a sequence of its task.'));
    expect(model.state.words).toHaveLength(4);
  });

  it('is as many networks as there are seeds', async () => {
    const model = await learner('seed="5" seeds="3"');
    expect(model.state.model!.shape.seeds).toEqual([5, 6, 7]);
  });

  it('that makes no sense is refused in words', async () => {
    const model = await learner('', { taskSettings: 'distance' });
    expect(model.state).toMatchObject({ status: 'error', message: 'task-settings: "distance" given; write a setting, a colon and a number, as in distance:10.' });
    model.taskSettings = '';
    await settled(() => expect(model.state.status).toBe('ready'));
    for (const [name, value, words] of [['lr', 0, /rate of 0 given/], ['lr', -1, /rate of -1 given/], ['lr', 1e9, /rate of 1000000000 given/], ['batch', 0, /batch: 0 given/], ['until', 2, /until: 2 given/], ['optimizer', 'sofa', /there are/]] as const) {
      const before = model[name];
      Object.assign(model, { [name]: value });
      await model.step();
      expect(`${model.trainingObstacle} ${model.training.message}`).toMatch(words);
      expect(model.training.updates).toBe(0);
      Object.assign(model, { [name]: before });
      await model.updateComplete;
    }
    await settled(() => expect(model.state.status).toBe('ready'));
    await model.step();
    expect(model.training).toMatchObject({ status: 'paused', updates: 1 });
  });

  it('refuses pasted text that teaches nothing in words, and takes five million characters', async () => {
    const model = await learner('', { task: 'characters', taskText: 'a'.repeat(1000) });
    expect(model.state).toMatchObject({ status: 'error', message: 'text: it has no character but "a", so there is nothing to foresee.' });
    model.taskText = '   ';
    await settled(() => expect(model.state.message).toBe('text: it is empty; paste some text to learn from.'));
    model.taskText = 'and then he said, '.repeat(280_000);
    await settled(() => expect(model.state.status).toBe('ready'));
    await model.step();
    expect(model.training).toMatchObject({ status: 'paused', updates: 1 });
  });

  it.each<[string, Partial<RnnModel>, string]>([
    ['a task that is none', { task: 'parity' }, 'There is no task "parity"'],
    ['a setting that cannot be read', { taskSettings: 'distance' }, 'task-settings: "distance" given'],
    ['a batch of nothing', { batch: -3 }, 'batch: -3 given'],
    ['text that teaches nothing', { task: 'characters', taskText: '   ' }, 'text: it is empty'],
  ])('that is trained keeps what it learned while it is asked for %s, and says what is wrong', async (_what, bad, words) => {
    const model = await learner();
    await model.step(3);
    const [tape, before] = [model.state.tape, weights(model)];
    const good = { task: model.task, taskSettings: model.taskSettings, batch: model.batch, taskText: model.taskText };
    Object.assign(model, bad);
    await model.updateComplete;
    expect(model.trainingObstacle).toContain(words);
    expect(model.state).toMatchObject({ status: 'ready', tape });
    expect(model.training).toMatchObject({ status: 'paused', updates: 3 });
    Object.assign(model, good);
    await model.step();
    expect(model.training).toMatchObject({ status: 'paused', updates: 4 });
    expect(weights(model)).not.toEqual(before);
  });

  it('without one says that there is nothing to learn', async () => {
    const model = mount<RnnModel>('<rnn-model text="a b" device="cpu"></rnn-model>');
    await model.train();
    expect(model.training).toMatchObject({ status: 'error', message: 'task: this network has nothing to learn; give it the name of a task.' });
  });
});

describe('training', () => {
  it('learns the task, ends where it was told to, and its run follows', async () => {
    const model = await learner('updates="60"');
    const statuses: string[] = [];
    model.addEventListener('training-change', ({ status }: TrainingChangeEvent) => statuses.push(status));
    const before = await model.state.tape!.signal('h').read();
    await model.train();
    await settled(() => expect(model.training.status).toBe('paused'));
    expect(model.training.updates).toBe(60);
    expect(model.training.tallies.map(({ update }) => update)).toEqual(Array.from({ length: 60 }, (_, k) => k + 1));
    expect(model.training.tallies.at(-1)!.loss[0]).toBeLessThan(model.training.tallies[0].loss[0] / 2);
    expect(statuses).toEqual(['starting', 'running', 'paused']);
    expect(model.state).toMatchObject({ moving: false });
    expect(model.state.revision).toBeGreaterThan(0);
    const after = await model.state.tape!.signal('h').read();
    expect([...after]).not.toEqual([...before]);
    // The run in place is the run that the weights make anew.
    const again = await model.state.model!.run(model.state.tape!.inputs.words ? { words: model.state.words } : { words: [] });
    expect([...after]).toEqual([...(await again.signal('h').read())]);
    again.release();
  });

  it('takes steps, goes back to the start, and is the same again', async () => {
    const model = await learner();
    const start = weights(model);
    await model.step(3);
    const [there, losses] = [weights(model), model.training.tallies.map(({ loss }) => loss[0])];
    expect(there).not.toEqual(start);
    await model.reset();
    expect(model.training).toMatchObject({ status: 'idle', updates: 0, tallies: [] });
    expect(weights(model)).toEqual(start);
    await model.step(3);
    expect(weights(model)).toEqual(there);
    expect(model.training.tallies.map(({ loss }) => loss[0])).toEqual(losses);
  });

  it('reads another text with the weights as they have become', async () => {
    const model = await learner('text="left and then?"');
    await model.step(5);
    const there = weights(model);
    model.text = 'right and';
    await settled(() => expect(model.state).toMatchObject({ status: 'ready', words: ['right', 'and'] }));
    expect(weights(model)).toEqual(there);
    expect(model.training.updates).toBe(5);
  });

  it('is undone by another seed, and another start is another network', async () => {
    const model = await learner();
    await model.step(2);
    model.seed = 9;
    await settled(() => expect(model.state.model!.shape.seeds).toEqual([9]));
    expect(model.training).toMatchObject({ status: 'idle', updates: 0 });
    const fresh = await learner('seed="9"');
    expect(weights(model)).toEqual(weights(fresh));
  });

  it('moves weights that cannot be changed by hand meanwhile', async () => {
    const model = await learner();
    await model.step();
    model.editWeight({ parameter: 'weight_hh_l0', index: 0, value: 3 });
    expect(model.edits).toEqual([]);
  });
});

describe('views', () => {
  it('redraw what has become of the numbers, and the proof is taken again', async () => {
    const model = await learner('id="learner" text="left and and then?"');
    const heatmap = mount('<rnn-heatmap for="learner" signal="h"></rnn-heatmap>');
    const proof = mount<HTMLElement>('<rnn-proof for="learner"></rnn-proof>');
    const canvas = await settled(() => inside<HTMLCanvasElement>(heatmap, '.plot canvas'));
    await settled(() => expect(pixelsOf(canvas, 6, 4).flat().some(([red]) => red > 0)).toBe(true));
    const before = JSON.stringify(pixelsOf(canvas, 6, 4));
    await settled(() => expect(proof.shadowRoot!.textContent).toContain('gives the same numbers'));
    const held = model.state.tape!;
    await model.step(30);
    expect(model.state.tape).toBe(held);
    await settled(() => expect(JSON.stringify(pixelsOf(canvas, 6, 4))).not.toBe(before));
    await settled(() => expect(proof.shadowRoot!.textContent).toContain('gives the same numbers'));
  });

  it('show a weight that training moved as it is now, and say why it cannot be dragged until it is put back', async () => {
    const model = await learner('id="learner" text="left and and then?"');
    const entry = mount<HTMLElement>('<rnn-entry for="learner"></rnn-entry>');
    const value = () => inside<HTMLInputElement>(entry, 'input[type=range]');
    await settled(() => expect(value().disabled).toBe(false));
    const before = value().getAttribute('aria-valuetext');
    await model.step(40);
    await settled(() => expect(inside(entry, '#weight-note').textContent).toContain('Reset the training to change one by hand'));
    expect(value().disabled).toBe(true);
    await settled(() => expect(value().getAttribute('aria-valuetext')).not.toBe(before));
    await model.reset();
    await settled(() => expect(value().disabled).toBe(false));
    await settled(() => expect(value().getAttribute('aria-valuetext')).toBe(before));
  });
});
