import { expect, test } from 'vitest';
import { layersOf } from '../../src/elements/layer_stack';
import { blocks, cells, isRecurrent, modelShape } from '../../src/engine';
import { playKind, playKinds } from '../../src/lesson/play_fields';
import { MOST_LAYERS, moved, newLayer, obstacleOf, readStack, replaced, widthsOf, withOption, writtenStack, type PlayLayer, type PlayStack } from '../../src/lesson/play_stack';

const field = (kind: string, name: string) => playKind(kind)!.fields.find((each) => each.name === name)!;

test('every cell and block of the engine can be had, with all that a block may be told', () => {
  expect(playKinds.map(({ name }) => name)).toEqual([...cells, ...blocks].map(({ name }) => name));
  for (const { name, options } of blocks) expect(playKind(name)!.fields.map((each) => each.name).toSorted(), name).toEqual(Object.keys(options).toSorted());
});

test.each(playKinds)('what a field of “$name” usually is, is what the layer is without it', ({ name, fields }) => {
  const inputs = { sdpa: 24, selective_scan: 3 * 4 + 2 * 16 }[name] ?? 16;
  const plain = newLayer(name);
  for (const { name: option, usual } of fields.filter((each) => each.usual !== undefined)) {
    expect(shapesOf({ kind: name, options: { ...plain.options, [option]: usual! } }, inputs), option).toEqual(shapesOf(plain, inputs));
  }
});

/** The parameters of a layer by their shapes and how they start, or why there is no such layer. */
function shapesOf(layer: PlayLayer, inputs: number): unknown {
  const obstacle = obstacleOf([layer], inputs);
  if (obstacle) return obstacle;
  const { layers } = modelShape({ input: { size: inputs }, layers: layersOf(writtenStack([layer]), 0)! });
  return layers.map((made) => (isRecurrent(made) ? { ...made, cell: made.cell.name } : { ...made.program, steps: JSON.stringify(made.program.steps), parameters: made.program.parameters.map(({ name, shape, start }) => [name, shape, start.words]) }));
}

test('a stack is written as the elements take it, and read back', () => {
  const stack: PlayStack = [
    { kind: 'mamba', options: { state: 8 } },
    { kind: 'lstm', options: { hidden: 16, f: 3, bidirectional: true } },
  ];
  expect(writtenStack(stack)).toBe('mamba state:8, lstm hidden:16 bidirectional:true f:3');
  expect(readStack(writtenStack(stack))).toEqual([
    { kind: 'mamba', options: { state: 8 } },
    { kind: 'lstm', options: { hidden: 16, bidirectional: true, f: 3 } },
  ]);
  expect(readStack('gru')).toEqual([newLayer('gru')]);
});

test('an option that is as usual is left out, units of a cell are not', () => {
  const attention = withOption(newLayer('attention'), field('attention', 'heads'), 2);
  expect(attention.options).toEqual({ heads: 2 });
  expect(withOption(attention, field('attention', 'heads'), 1).options).toEqual({});
  expect(withOption(newLayer('lstm'), field('lstm', 'hidden'), 16).options).toEqual({ hidden: 16 });
});

test('layers are moved, replaced and taken out', () => {
  const stack = ['rnn', 'gru', 'mamba'].map(newLayer);
  expect(moved(stack, 0, 2).map(({ kind }) => kind)).toEqual(['gru', 'mamba', 'rnn']);
  expect(moved(stack, 2, 0).map(({ kind }) => kind)).toEqual(['mamba', 'rnn', 'gru']);
  expect(replaced(stack, 1, newLayer('norm')).map(({ kind }) => kind)).toEqual(['rnn', 'norm', 'mamba']);
  expect(replaced(stack, 1).map(({ kind }) => kind)).toEqual(['rnn', 'mamba']);
});

test('each layer says how wide what it reads and hands on is', () => {
  expect(widthsOf(readStack('lstm hidden:24 bidirectional:true, attention heads:4, gru hidden:7'), 16)).toEqual([
    { reads: 16, gives: 48 },
    { reads: 48, gives: 48 },
    { reads: 48, gives: 7 },
  ]);
});

test.each([
  ['attention heads:3', 16, 'Layer 1, heads: 3 given, which does not divide the width 16; use one of 1, 2, 4, 8, 16.'],
  ['gru hidden:15, attention heads:5', 16, ''],
  ['attention heads:5, gru hidden:15', 16, 'Layer 1, heads: 5 given, which does not divide the width 16; use one of 1, 2, 4, 8, 16.'],
  ['attention norm:none mlp:2', 16, 'Layer 1, mlp: 2 given, and bare attention (norm: none) has no hidden layer.'],
  ['attention heads:16 positions:rotary', 16, 'Layer 1, positions: rotary turns pairs, and a head of 1 has an odd one left; use fewer heads or another width.'],
  ['rnn hidden:8, lstm hidden:8 start:identity', 16, 'Layer 2, start: identity is for cells without gates, and a LSTM has i, f, g, o; a gate that starts open is had with gateBias or chrono.'],
  ['lstm hidden:8 projection:8', 16, 'Layer 1, projection: 8 given; it must be less than the 8 units it projects.'],
  ['gru hidden:8 projection:4', 16, 'Layer 1, projection: a GRU has no projection; LSTM cells have.'],
  ['sdpa', 16, 'Layer 1: it reads queries, keys and values of one width side by side, and 16 inputs are not three of anything.'],
  ['lstm hidden:65', 16, 'Layer 1, Units: 65 given; it is a whole number from 1 to 64.'],
  ['mamba expand:1.5', 16, 'Layer 1, Channels, × its width: 1.5 given; it is a whole number from 1 to 4.'],
])('“%s” that read %i numbers: %s', (written, inputs, obstacle) => {
  expect(obstacleOf(readStack(written), inputs)).toBe(obstacle);
});

test('a network has a layer, and not more than a page can show', () => {
  expect(obstacleOf([], 16)).toBe('A network needs at least one layer.');
  expect(obstacleOf(Array.from({ length: MOST_LAYERS }, () => newLayer('rnn')), 16)).toBe('');
  expect(obstacleOf(Array.from({ length: MOST_LAYERS + 1 }, () => newLayer('rnn')), 16)).toMatch(/^7 layers given/);
});
