/** The doc blocks are the API: nothing public is without words, nothing in words is without an example. */
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { elementsIn, elementsManifest } from '../scripts/elements_manifest.mjs';
import { examples } from '../src/docs/examples';

const root = fileURLToPath(new URL('../', import.meta.url));
const manifest = elementsManifest('dist/package');
const elements = elementsIn(manifest);
const sources = readdirSync(join(root, 'src/elements'), { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts'))
  .map((file) => readFileSync(join(root, 'src/elements', file), 'utf8'))
  .join('\n');
/** What the templates and styles hold, without the doc blocks. */
const code = sources.replaceAll(/\/\*\*[^]*?\*\//g, '');

test('the manifest has every element, under its tag and its published module', () => {
  const tags = readdirSync(join(root, 'src/elements')).flatMap((file) => /^(rnn-[\w-]+)\.ts$/.exec(file)?.[1] ?? []);
  expect(elements.map(({ tagName }) => tagName)).toEqual(tags);
  const paths = manifest.modules.map(({ path }) => path);
  for (const tag of tags) expect(paths).toContain(`dist/package/elements/${tag}.js`);
  expect(paths.filter((path) => !/^dist\/package\/elements\/.*\.js$/.test(path))).toEqual([]);
});

test.each(elements.map((element) => [element.tagName!, element] as const))('%s: all that is public is told in words, and tried out on the reference page', (tag, element) => {
  const { description, attributes = [], members = [], events = [], slots = [], cssStates = [], cssParts = [], cssProperties = [] } = element;
  expect(description).toBeTruthy();
  for (const { name, description: words } of [...attributes, ...members, ...events, ...slots, ...cssStates, ...cssParts, ...cssProperties]) expect(words, name).toBeTruthy();

  const example = examples[tag];
  expect(Object.keys(example.attributes).toSorted()).toEqual(attributes.map(({ name }) => name).toSorted());
  const own = members.filter((member) => member.kind === 'method' || !member.attribute);
  expect(Object.keys(example.members ?? {}).toSorted()).toEqual(own.map(({ name }) => name).toSorted());
  expect(Object.keys(example.events ?? {}).toSorted()).toEqual(events.map(({ name }) => name).toSorted());
});

test('every type that the manifest names is one of TypeScript or can be imported from the package', () => {
  const doors = ['elements/index.ts', 'engine/index.ts'].map((file) => readFileSync(join(root, 'src', file), 'utf8')).join('\n');
  const exported = new Set(Array.from(doors.matchAll(/\b[A-Z]\w+/g), ([name]) => name));
  const ofTypeScript = ['ArrayLike', 'HTMLElement', 'Promise', 'Readonly', 'Record'];
  const types = elements.flatMap(({ tagName, attributes = [], members = [], events = [] }) => [...attributes, ...members.filter((member) => member.kind === 'field'), ...events].map(({ name, type }) => ({ of: `${tagName} ${name}`, names: type?.text.replaceAll(/'[^']*'/g, '').match(/\b[A-Z]\w*/g) ?? [] })));
  expect(types.flatMap(({ of, names }) => names.filter((name) => !exported.has(name) && !ofTypeScript.includes(name)).map((name) => `${of}: ${name}`))).toEqual([]);
  expect(types).toContainEqual({ of: 'rnn-entry labels', names: ['Wording', 'EntryPhrases'] });
  expect(types).toContainEqual({ of: 'rnn-state labels', names: ['Wording', 'FigurePhrases'] });
  expect(types).toContainEqual({ of: 'rnn-gates labels', names: ['Wording', 'GatesPhrases', 'HeatmapLabels'] });
});

test('every part and custom property of the elements is documented, and those that are documented exist', () => {
  const parts = Array.from(code.matchAll(/\bpart="([\w\s-]+)"/g), ([, names]) => names.split(/\s+/)).flat();
  const documentedParts = elements.flatMap(({ cssParts = [] }) => cssParts.map(({ name }) => name));
  expect([...new Set(parts)].filter((name) => !documentedParts.includes(name))).toEqual([]);
  const properties = Array.from(code.matchAll(/var\((--rnn-[\w-]+)/g), ([, name]) => name);
  const documented = elements.flatMap(({ cssProperties = [] }) => cssProperties.map(({ name }) => name));
  expect([...new Set(properties)].filter((name) => !documented.includes(name))).toEqual([]);
  expect([...new Set(documented)].filter((name) => !code.includes(name))).toEqual([]);
});
