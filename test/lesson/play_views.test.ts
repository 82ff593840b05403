import { expect, test } from 'vitest';
import { layersOf } from '../../src/elements/layer_stack';
import { modelShape, taskNamed } from '../../src/engine';
import { PLAY_VIEWS } from '../../src/lesson/play_view_names';
import { playViews } from '../../src/lesson/play_views';

/** The views that a network has something to show in. */
function shownOf(layers: string, task = ''): readonly string[] {
  const network = { layers: modelShape({ input: { size: 16 }, layers: layersOf(layers, 8)! }).layers, task: task ? taskNamed(task).make({ seed: 1, sequences: 2 }) : undefined };
  return playViews.filter((view) => !view.missing?.(network)).map(({ name }) => name);
}

test('links name the views that there are, in their order', () => {
  expect(playViews.map(({ name }) => name)).toEqual(PLAY_VIEWS);
});

const always = ['heatmap', 'state', 'unrolled', 'influence', 'reach', 'flow', 'proof'];
const sentences = ['compare', 'memory', 'order'];

test.each([
  ['rnn', '', [...sentences, 'entry', 'cell']],
  ['gru', '', [...sentences, 'entry', 'cell', 'gates']],
  ['attention', '', [...sentences, 'cell', 'attention']],
  ['attention norm:none, norm', '', [...sentences, 'cell', 'attention']],
  ['mamba', '', [...sentences, 'cell', 'scan']],
  ['min_gru', '', [...sentences, 'gates']],
  ['lstm, mamba, attention', 'keyed_latch', [...sentences, 'predictions', 'entry', 'cell', 'gates', 'attention', 'scan']],
  ['lstm', 'agreement', [...sentences, 'predictions', 'continuation', 'entry', 'cell', 'gates']],
  ['lstm bidirectional:true', 'agreement', [...sentences, 'predictions', 'entry', 'cell', 'gates']],
  ['lstm projection:4', 'characters', [...sentences, 'predictions', 'continuation', 'entry', 'gates']],
  ['lstm', 'adding', ['entry', 'cell', 'gates']],
])('%s that learns “%s” has something to show in %j', (layers, task, views) => {
  expect(shownOf(layers, task)).toEqual(PLAY_VIEWS.filter((name) => always.includes(name) || views.includes(name)));
});
