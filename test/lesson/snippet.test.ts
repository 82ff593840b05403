import { expect, test } from 'vitest';
import { readClassView } from '../../src/lesson/class_view';
import { defaults } from '../../src/lesson/link';
import { readSnippet, writtenSnippet } from '../../src/lesson/snippet';

const known = ['text', 'cell', 'hidden', 'seed', 'gain', 'gate-bias', 'signal'];

test('what is written is read back, whatever the text', () => {
  const text = 'A "quoted" & <b>bold</b> word &amp; more';
  const read = readSnippet(writtenSnippet({ ...defaults, text, cell: 'lstm', gain: 1.5, bias: 3 }), known);
  expect(Object.fromEntries(read)).toEqual({ text, cell: 'lstm', hidden: '8', seed: '1', gain: '1.5', 'gate-bias': 'f:3', signal: 'h' });
});

test.each([
  ['<rnn-heatmap text="a"></rnn-heatmap><script>alert(1)</script>', /one <rnn-heatmap/],
  ['<rnn-heatmap text="<img>"></rnn-heatmap>', /written &lt;/],
  ['<rnn-heatmap onclick="x"></rnn-heatmap>', /no attribute “onclick”/],
  ['<rnn-heatmap text=a></rnn-heatmap>', /in double quotes/],
  ['<rnn-heatmap text="a" text="b"></rnn-heatmap>', /twice/],
  ['', /one <rnn-heatmap/],
])('%s is refused in words', (text, words) => {
  expect(() => readSnippet(text, known)).toThrow(words);
});

test('a heatmap without attributes is one', () => {
  expect(readSnippet('<rnn-heatmap></rnn-heatmap>', known).size).toBe(0);
});

test('the page for a class is read from its address, and what makes no sense is said', () => {
  const is = (id: string) => id === 'race';
  expect(readClassView('?only=race&hide=dock,controls&seed=7', is)).toEqual({ only: 'race', hide: ['dock', 'controls'], seed: 7, complaints: [] });
  expect(readClassView('', is)).toEqual({ only: undefined, hide: [], seed: undefined, complaints: [] });
  const { only, hide, seed, complaints } = readClassView('?only=nowhere&hide=dock,sky&seed=-1', is);
  expect([only, hide, seed]).toEqual([undefined, ['dock'], undefined]);
  expect(complaints).toHaveLength(3);
});
