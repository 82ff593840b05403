import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { linkTerms, termsOf } from '../../scripts/glossary.mjs';

const folder = join(import.meta.dirname, '../../src/lesson');
const glossary = readFileSync(join(folder, 'glossary.html'), 'utf8');
const terms = [
  { id: 'term-gate', forms: ['gate', 'gates'] },
  { id: 'term-forget', forms: ['forget gate'] },
];

test('a term is linked where prose first says it, in any of its forms', () => {
  expect(linkTerms('<p>Two gates, one gate.</p><p>A gate.</p>', terms)).toBe('<p>Two <a class="term" href="#term-gate">gates</a>, one gate.</p><p>A gate.</p>');
});

test('the next section is another place to meet it', () => {
  expect(linkTerms('<section><p>gate gate</p></section><section><p>gate</p></section>', terms).match(/class="term"/g)).toHaveLength(2);
});

test('the longer of two terms wins, also across a line', () => {
  expect(linkTerms('<p>The forget\n    gate is a gate.</p>', terms)).toBe(
    '<p>The <a class="term" href="#term-forget">forget\n    gate</a> is a <a class="term" href="#term-gate">gate</a>.</p>',
  );
});

test('a name, a control, a formula or a part of a word is no term', () => {
  const other = '<h2>Gates</h2><p><a href="#x">a gate</a> <cite>The gate</cite> <button>gate</button> investigate gate-keeper</p><label>gate</label>';
  expect(linkTerms(other, terms)).toBe(other);
});

test('after a link or an empty element, prose goes on', () => {
  expect(linkTerms('<p><a href="#x">here</a><br>a gate</p>', terms)).toContain('class="term"');
});

test('every form stands for one term, and every term has an address of its own', () => {
  const listed = termsOf(glossary);
  const forms = listed.flatMap((term) => term.forms.map((form) => form.toLowerCase()));
  expect(new Set(forms).size).toBe(forms.length);
  expect(new Set(listed.map(({ id }) => id)).size).toBe(listed.length);
  expect(listed.length).toBe([...glossary.matchAll(/<dt/g)].length);
});

test('terms stand in the order of the alphabet', () => {
  const names = [...glossary.matchAll(/<dt[^>]*>([^<]+)</g)].map(([, name]) => name.toLowerCase());
  expect(names).toEqual(names.toSorted((one, other) => one.localeCompare(other, 'en')));
});

test('what a chapter defines is in the glossary', () => {
  const listed = termsOf(glossary).flatMap(({ forms }) => forms.map((form) => form.toLowerCase()));
  const defined = readdirSync(folder)
    .filter((name) => name.endsWith('.html'))
    .flatMap((name) => [...readFileSync(join(folder, name), 'utf8').matchAll(/<dfn>([^<]+)<\/dfn>/g)].map(([, term]) => term.toLowerCase()));
  expect(defined.filter((term) => !listed.includes(term))).toEqual([]);
});
