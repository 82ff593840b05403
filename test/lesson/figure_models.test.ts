// A network from a file reads nothing before its file is there: another would be on display in its place.
import { expect, test } from 'vitest';
import type { RnnModel } from '../../src/elements/rnn-model';
import { readWith } from '../../src/lesson/figure_models';

/** What of a model the waiting is about. */
function fake() {
  const watchers = new Set<() => void>();
  const model = {
    src: '',
    text: '',
    opening: { status: 'none' },
    watch(callback: () => void) {
      watchers.add(callback);
      return () => watchers.delete(callback);
    },
  };
  const tell = (status: string) => {
    model.opening = { status };
    for (const watcher of [...watchers]) watcher();
  };
  return { model: model as unknown as RnnModel, tell, watchers };
}

test('a network without a file reads at once', () => {
  const { model, watchers } = fake();
  readWith(model, '', 'a b');
  expect([model.text, watchers.size]).toEqual(['a b', 0]);
});

test('one with a file reads the latest text once the file is there, and what follows at once', () => {
  const { model, tell, watchers } = fake();
  readWith(model, 'm.safetensors', 'a');
  readWith(model, 'm.safetensors', 'a b');
  tell('loading');
  expect([model.src, model.text]).toEqual(['m.safetensors', '']);
  tell('open');
  expect([model.text, watchers.size]).toEqual(['a b', 0]);
  readWith(model, 'm.safetensors', 'a b c');
  expect(model.text).toBe('a b c');
});

test('one whose file cannot be opened reads all the same, and so does one that is given up for none', () => {
  const failing = fake();
  readWith(failing.model, 'm.safetensors', 'a');
  failing.tell('failed');
  expect(failing.model.text).toBe('a');

  const other = fake();
  readWith(other.model, 'm.safetensors', 'a');
  readWith(other.model, '', 'b');
  expect(other.model.text).toBe('b');
  other.tell('open');
  expect([other.model.text, other.watchers.size]).toEqual(['b', 0]);
});
