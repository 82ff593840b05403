// What chapters 5 and 6 say of the trained networks that come with the page, held against those networks.
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { createEngine, openModel, type Tape } from '../../src/engine/index';
import { attentionWeights } from '../../src/elements/attention_weights';
import { scanSteps } from '../../src/elements/scan_steps';

const engine = await createEngine({ device: 'cpu' });

async function read(name: string, sentence: string): Promise<{ tape: Tape; words: readonly string[] }> {
  const { spec, weights } = openModel(new Uint8Array(readFileSync(new URL(`../../public/models/agreement-${name}.safetensors`, import.meta.url))));
  const model = await engine.model(spec, { weights });
  const words = sentence.split(' ');
  return { tape: await model.run({ words }), words };
}

test('before the verb, the second head of the second layer looks back at the subject and hardly anywhere else', async () => {
  const { tape, words } = await read('attention', 'the cat that we saw yesterday was happy');
  const { at, layer, heads } = await attentionWeights(tape, words, undefined);
  expect([layer, heads]).toEqual([1, 2]);
  expect(at(1, words.indexOf('yesterday'), words.indexOf('cat'))).toBeGreaterThan(0.9);
});

test('channel 44 of Mamba steps far at the subject, and stands still at nouns that come later', async () => {
  const { tape, words } = await read('mamba', 'the cats near the dog that the boys liked were old');
  const { delta, layer } = await scanSteps(tape, words, undefined);
  expect(layer).toBe(1);
  const step = (word: string) => delta(words.indexOf(word), 43);
  for (const later of ['near', 'dog', 'boys', 'liked', 'were']) expect(step('cats') / step(later), later).toBeGreaterThan(20);
  const { tape: other, words: alone } = await read('mamba', 'the cat that we saw yesterday was happy');
  const { delta: of } = await scanSteps(other, alone, undefined);
  for (const t of [2, 3, 4, 5, 6, 7]) expect(of(1, 43) / of(t, 43), alone[t]).toBeGreaterThan(10);
});
