import { describe, expect, it } from 'vitest';
import type { RnnModel } from '../../src/elements/rnn-model';
import { mount, settled } from './mounting';

const ready = (model: RnnModel) => settled(() => expect(model.state).toMatchObject({ status: 'ready' }));

it('is not in the accessibility tree or the layout', () => {
  const model = mount<RnnModel>('<rnn-model text="a" hidden="4"></rnn-model>');
  expect(getComputedStyle(model).display).toBe('none');
});

describe('a run', () => {
  it('reads the text, or the words given instead', async () => {
    const model = mount<RnnModel>('<rnn-model text="The cat" device="cpu" cell="gru" hidden="3"></rnn-model>');
    await ready(model);
    expect(model.state.words).toEqual(['The', 'cat']);
    expect(model.state.tape!.signal('h').shape).toEqual([1, 2, 1, 3]);
    model.words = ['new york', 'city'];
    await settled(() => expect(model.state.words).toEqual(['new york', 'city']));
  });

  it('stays drawable until the next is ready, and is released then', async () => {
    const model = mount<RnnModel>('<rnn-model text="a b" device="cpu"></rnn-model>');
    await ready(model);
    const first = model.state.tape!;
    const seen: string[] = [];
    model.watch(() => seen.push(`${model.state.status} ${model.state.words.length} ${first.released}`));
    model.text = 'a b c';
    await settled(() => expect(model.state.words.length).toBe(3));
    expect(seen).toEqual(['loading 2 false', 'ready 3 false']);
    expect(first.released).toBe(true);
  });

  it('is asked for a thousand times in a frame and carried out a few', async () => {
    const model = mount<RnnModel>('<rnn-model text="a" device="cpu"></rnn-model>');
    await ready(model);
    let tapes = 0;
    let last = model.state.tape;
    model.watch(() => {
      if (model.state.tape !== last) tapes++;
      last = model.state.tape;
    });
    for (let i = 1; i <= 1000; i++) {
      model.seed = i;
      if (i % 100 === 0) await model.updateComplete;
    }
    await settled(() => expect(model.state).toMatchObject({ status: 'ready', model: { shape: { seeds: [1000] } } }));
    expect(tapes).toBeLessThanOrEqual(3);
  });

  it('that fails says why, and the next one is not in its way', async () => {
    const model = mount<RnnModel>('<rnn-model text="a" device="cpu" cell="elman"></rnn-model>');
    await settled(() => expect(model.state).toMatchObject({ status: 'error', message: 'There is no cell "elman"; available are rnn, rnn_relu, rnn_linear, lstm, lstm_peephole, lstm_nofg, lstm_1997, gru, gru_reset_before.' }));
    model.cell = 'rnn';
    await ready(model);
    model.text = '';
    await settled(() => expect(model.state).toMatchObject({ status: 'empty', words: [] }));
    expect(model.state.tape).toBeUndefined();
  });
});

describe('the cursor', () => {
  it('may be set before there is a run, and stays within what exists', async () => {
    const model = mount<RnnModel>('<rnn-model text="a b c" device="cpu" hidden="4"></rnn-model>');
    model.cursor = { step: 99, unit: 2 };
    await ready(model);
    expect(model.cursor).toEqual({ step: 2, unit: 2 });
    model.cursor = { step: NaN, unit: -1 };
    expect(model.cursor).toEqual({ step: 0, unit: 0 });
  });

  it('tells the page what the reader does, and only that', async () => {
    const model = mount<RnnModel>('<rnn-model text="a b c" device="cpu"></rnn-model>');
    await ready(model);
    const moves: number[] = [];
    let told = 0;
    document.addEventListener('cursor-change', ({ step }) => moves.push(step), { once: true });
    model.watch(() => told++);
    model.cursor = { step: 1 };
    expect([moves, told]).toEqual([[], 1]);
    model.moveCursor({ step: 2 });
    model.moveCursor({ step: 2 });
    expect([moves, told]).toEqual([[2], 2]);
  });
});
