import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { chapters, inlineChapters, inlineParts } from '../../scripts/chapters.mjs';

test('a chapter takes the place of the comment that names it', () => {
  const page = '<main>\n<!-- chapter: one -->\n<!--chapter:two-->\n<!-- not a chapter --></main>';
  expect(inlineChapters(page, (name) => `<p>${name}</p>\n`)).toBe(
    '<main>\n<p>one</p>\n<p>two</p>\n<!-- not a chapter --></main>',
  );
});

test('a dollar sign in a chapter is only a dollar sign', () => {
  expect(inlineChapters('<!-- chapter: price -->', () => '$& costs $1')).toBe('$& costs $1');
});

test('a part takes its place with the values that are given, as deep in the page as its comment', () => {
  const chapter = '<div>\n  <!-- part: field id="a" label="Two words" -->\n  <!-- part: field id="b" label="" -->\n</div>';
  expect(inlineParts(chapter, () => '<label for="{id}">\n  {label}\n</label>\n')).toBe(
    '<div>\n  <label for="a">\n    Two words\n  </label>\n  <label for="b">\n    \n  </label>\n</div>',
  );
});

test('a part complains about a value that it lacks, and about one that it has no place for', () => {
  expect(() => inlineParts('<!-- part: field -->', () => '{id}')).toThrow('the part "field" has a place for id, and none is given');
  expect(() => inlineParts('<!-- part: field id="a" name="b" -->', () => '{id}')).toThrow('the part "field" has no place for name');
});

test('the plugin reads src/lesson, and names the file that is missing', () => {
  const root = mkdtempSync(join(tmpdir(), 'rnn-heatmap-chapters-'));
  try {
    mkdirSync(join(root, 'src/lesson'), { recursive: true });
    writeFileSync(join(root, 'src/lesson/here.html'), '<p>here</p>\n');
    // Only what the two hooks use of Vite's configuration and context.
    const plugin = chapters() as unknown as {
      configResolved(config: { root: string }): void;
      transformIndexHtml: { order: string; handler(html: string, context: { filename: string }): string };
    };
    plugin.configResolved({ root });
    const page = (html: string) => plugin.transformIndexHtml.handler(html, { filename: join(root, 'index.html') });
    expect(plugin.transformIndexHtml.order).toBe('pre');
    expect(page('<!-- chapter: here -->')).toBe('<p>here</p>');
    expect(() => page('<!-- chapter: gone -->')).toThrow(
      'index.html asks for the chapter "gone", but there is no src/lesson/gone.html',
    );
    writeFileSync(join(root, 'src/lesson/whole.html'), '<!-- part: gone -->');
    expect(() => page('<!-- chapter: whole -->')).toThrow('src/lesson/whole.html asks for the part "gone", but there is no src/lesson/parts/gone.html');
  } finally {
    rmSync(root, { recursive: true });
  }
});
