/** Classes and their definition are apart, so that importing a class has no effect on a page and a server can do it. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test, vi } from 'vitest';

const folder = fileURLToPath(new URL('../src/elements/', import.meta.url));
const read = (file: string) => readFileSync(join(folder, file), 'utf8');
const tagsIn = (of: string) => readdirSync(join(folder, of)).flatMap((file) => /^(rnn-[\w-]+)\.ts$/.exec(file)?.[1] ?? []);
const tags = tagsIn('.');

test('every element has a module that defines it, listed in define.ts, and a class that index.ts exports', () => {
  expect(tags.length).toBeGreaterThan(15);
  expect(tagsIn('define')).toEqual(tags);
  for (const tag of tags) {
    expect(read('define.ts')).toContain(`import './define/${tag}';`);
    expect(read('index.ts')).toContain(` } from './${tag}';`);
    expect(read(`define/${tag}.ts`)).toContain(`defineElement('${tag}', `);
  }
});

test('no class defines itself or another, and who imports one element gets those that it is made of and its model', () => {
  for (const tag of tags) {
    const source = read(`${tag}.ts`);
    expect(source, tag).not.toMatch(/@customElement|customElements\.define/);
    expect(source, tag).not.toMatch(/^import '\.\/rnn-/m);
    const drawn = new Set(Array.from(source.matchAll(/html`[^`]*?<(rnn-[\w-]+)/g), ([, used]) => used));
    for (const used of drawn) expect(read(`define/${tag}.ts`), tag).toContain(`import './${used}';`);
    // A heatmap draws without a model too, and a page with heatmaps alone is spared all that a model brings.
    const needsModel = tag !== 'rnn-model' && tag !== 'rnn-heatmap';
    expect(read(`define/${tag}.ts`).includes("import './rnn-model';"), tag).toBe(needsModel);
  }
});

test('a server imports all of them, and nothing is defined', async () => {
  expect('document' in globalThis).toBe(false);
  const { RnnHeatmap } = await import('../src/elements');
  expect(RnnHeatmap.name).toBe('RnnHeatmap');
  for (const tag of tags) expect(globalThis.customElements?.get(tag), tag).toBeUndefined();
});

test('a tag that is taken stays as it is', async () => {
  const { defineElement } = await import('../src/elements/define/define_element');
  const defined = new Map<string, unknown>();
  vi.stubGlobal('customElements', { get: (tag: string) => defined.get(tag), define: (tag: string, element: unknown) => defined.set(tag, element) });
  const [first, second] = [Map, Set] as unknown as CustomElementConstructor[];
  defineElement('rnn-heatmap', first);
  defineElement('rnn-heatmap', second);
  expect(defined.get('rnn-heatmap')).toBe(first);
  vi.stubGlobal('customElements', undefined);
  expect(() => defineElement('rnn-heatmap', first)).not.toThrow();
  vi.unstubAllGlobals();
});
