import { describe, expect, it } from 'vitest';
import { layersOf, stackKey, stackName } from '../../src/elements/layer_stack';
import type { RnnModel } from '../../src/elements/rnn-model';
import { mount, settled } from './mounting';

describe('a stack of layers', () => {
  it('is read from words, from JSON and from a list alike', () => {
    const list = [{ block: 'mamba', state: 4, frozen: true }, { block: 'attention', heads: 2, positions: 'rotary' }, { cell: 'lstm', hidden: 6, gateBias: { f: 3 } }];
    expect(layersOf('mamba state:4 frozen:true, attention heads:2 positions:rotary, lstm hidden:6 f:3', 8)).toEqual(list);
    expect(layersOf(JSON.stringify(list), 8)).toEqual(list);
    expect(layersOf(list, 8)).toEqual(list);
    expect(layersOf('gru, attention', 5)).toEqual([{ cell: 'gru', hidden: 5 }, { block: 'attention' }]);
    expect([layersOf('', 8), layersOf(undefined, 8)]).toEqual([undefined, undefined]);
  });

  it.each<[unknown, RegExp]>([
    ['hyena', /“hyena” is neither a cell \(rnn, .*\) nor a block \(attention, mamba, /],
    ['mamba state=8', /“state=8” given; after a layer's name come its options, .* as in attention heads:2/],
    ['mamba,', /“” is neither a cell/],
    ['lstm units:8', /lstm has no option “units”; it has hidden, .*, and its gates i, f, g, o/],
    ['[{"block":', /this JSON cannot be read/],
    [7, /must be a list of layers/],
    [[], /must be a list of layers/],
    [[null], /must be a list of layers/],
  ])('that cannot be read is refused by name: %j', (given, message) => {
    expect(() => layersOf(given, 8)).toThrow(message);
  });

  it('is the same network while only the start of its weights differs', () => {
    const key = (text: string) => stackKey(layersOf(text, 8)!);
    expect(key('mamba delta:0.1')).toBe(key('mamba'));
    expect(key('lstm f:3 gain:2, attention')).toBe(key('lstm, attention'));
    expect(key('mamba frozen:true')).not.toBe(key('mamba'));
    expect(key('attention heads:2')).not.toBe(key('attention heads:1'));
    expect(stackName(layersOf('mamba, lstm, attention', 8)!)).toBe('mamba-lstm-attention');
  });
});

describe.each(['cpu', 'gpu'])('rnn-model with layers on the %s', (device) => {
  const ready = (model: RnnModel) => settled(() => expect(model.state).toMatchObject({ status: 'ready', message: '' }));

  it('reads a text with blocks and cells, and says what is wrong with them', async () => {
    const model = mount<RnnModel>(`<rnn-model text="a b c" embedding="4" layers="attention heads:2 mlp:0, gru hidden:3" device="${device}"></rnn-model>`);
    await ready(model);
    expect(model.state.tape!.signal('attn', { layer: 0 }).shape).toEqual([1, 3, 1, 6]);
    expect(model.state.tape!.signal('h').shape).toEqual([1, 3, 1, 3]);
    model.layers = 'attention heads:3';
    await settled(() => expect(model.state).toMatchObject({ status: 'error', message: 'heads: 3 given, which does not divide the width 4; use one of 1, 2, 4.' }));
    model.layers = 'attention heads:4';
    await ready(model);
    expect(model.state.tape!.signal('attn').groups).toEqual({ of: 'head', count: 4 });
  });

  it('keeps the network where only the start of its weights changes', async () => {
    const model = mount<RnnModel>(`<rnn-model text="a b c" embedding="4" layers="mamba state:2" device="${device}"></rnn-model>`);
    await ready(model);
    const { model: first } = model.state;
    const delta = async () => Array.from(await model.state.tape!.signal('delta').read());
    const before = await delta();
    model.layers = 'mamba state:2 delta:2';
    await settled(async () => {
      expect(model.state.status).toBe('ready');
      expect(Math.min(...(await delta()))).toBeGreaterThan(1);
    });
    expect(model.state.model).toBe(first);
    model.layers = 'mamba state:2';
    await settled(async () => expect(await delta()).toEqual(before));
  });
});
