import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { OptionError, shippedTexts, taskNamed, textPlaces, wrappedQuotes } from '../../../src/engine';
import { alphabetText, RARE } from '../../../src/engine/tasks/alphabet';
import { wordSequences } from './columns';

const read = (text: string, most = 4096) => {
  const { alphabet, codes } = alphabetText(text, most);
  return Array.from(codes, (code) => alphabet[code]);
};

/** Marks, halves of pairs and pictures included, of all kinds one beside the other. */
const anyText = fc.array(fc.oneof(fc.integer({ min: 0, max: 0xffff }), fc.constantFrom(0x61, 0x0a, 0x0d, 0x301, 0x200d, 0xd83c, 0xdde6, 0xdffb, 0xd83d, 0xdc69, 0x915, 0x93f))).map((units) => String.fromCharCode(...units));

describe('an alphabet', () => {
  test('gives a text back, character by character, in as many kinds as there are, sorted', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const { alphabet, codes, rare } = alphabetText(text, 65_536);
        expect(Array.from(codes, (code) => alphabet[code]).join('')).toBe(text.normalize('NFC').replace(/\r\n?/g, '\n'));
        expect(alphabet).toEqual([...new Set(alphabet)].toSorted());
        expect(rare).toBe(0);
      }),
      { seed: 1 },
    );
  });

  test.each(['Grüße, José! e\u0301', 'x\u0323\u0307y', '👩‍👩‍👧 👍🏽👍 🇪🇪🇫🇮 ❤️‍🔥', '漢字とかな', '한국어', 'שָׁלוֹם', 'ру́сский', '🏴󠁧󠁢󠁳󠁣󠁴󠁿', 'a\u200cb'])('finds the characters that Intl.Segmenter finds: %s', (text) => {
    const segments = new Intl.Segmenter(undefined, { granularity: 'grapheme' }).segment(text.normalize('NFC'));
    expect(read(text)).toEqual(Array.from(segments, ({ segment }) => segment));
  });

  test('takes every line end for one character', () => {
    expect(read('a\r\nb\rc\nd')).toEqual(['a', '\n', 'b', '\n', 'c', '\n', 'd']);
  });

  test('of too many kinds keeps the most frequent, and reads the others as one', () => {
    const { alphabet, codes, rare } = alphabetText('bbbaaazzyxz', 4);
    expect(alphabet).toEqual(['a', 'b', 'z', RARE]);
    expect(rare).toBe(2);
    expect(Array.from(codes, (code) => alphabet[code]).join('')).toBe(`bbbaaazz${RARE}${RARE}z`);
    expect(alphabetText('abc', 3)).toEqual({ alphabet: ['a', 'b', 'c'], codes: Uint16Array.of(0, 1, 2), rare: 0 });
    expect(alphabetText(`${RARE}${RARE}aab`, 2).alphabet).toEqual(['a', RARE]);
  });
});

const text = 'She sells sea shells by the sea shore, and the shells she sells are surely sea shells. '.repeat(30);
const make = (given: string | undefined, settings: Record<string, number> = {}, sequences = 8) => taskNamed('characters').make({ seed: 2, sequences, settings, text: given });

describe('the task', () => {
  test('asks for the next character at every step, in windows of the text anywhere but in its last tenth', () => {
    const task = make(text, { window: 40 });
    const trained = text.slice(0, text.length - Math.floor(text.length / 10));
    for (let k = 0; k < 50; k++) {
      for (const { words, answers } of wordSequences(task, task.batch(k))) {
        expect(answers.slice(0, -1)).toEqual(words.slice(1));
        expect(trained).toContain(words.join('') + answers.at(-1)!);
      }
    }
  });

  test('draws every place of the training part, from its first character to its last', () => {
    const numbered = Array.from({ length: 100 }, (_, i) => String.fromCharCode(0x4e00 + i)).join('');
    const task = make(numbered, { window: 8 }, 100);
    const begins = Array.from({ length: 30 }, (_, k) => wordSequences(task, task.batch(k)).map(({ words }) => numbered.indexOf(words[0]))).flat();
    expect(new Set(begins)).toEqual(new Set(Array.from({ length: 90 - 8 }, (_, i) => i)));
    const kept = wordSequences(task, task.heldOut(2)).map(({ words, answers }) => [numbered.indexOf(words[0]), numbered.indexOf(answers.at(-1)!)]);
    expect(kept).toEqual([[90, 98], [91, 99]]);
    expect(task.held).toBe('the last 10 of 100 characters, which no batch contains');
  });

  test('goes on where the batch before ended, if asked to, and starts again at the end of the text', () => {
    const task = make(text, { window: 16, order: 1 }, 3);
    const pieces: string[] = ['', '', ''];
    for (let k = 0; k < 20; k++) wordSequences(task, task.batch(k)).forEach(({ words }, b) => (pieces[b] += words.join('')));
    const trained = text.length - Math.floor(text.length / 10);
    const length = Math.floor((trained - 1) / 3);
    pieces.forEach((piece, b) => expect(text.slice(b * length, (b + 1) * length)).toContain(piece));
    const turns = Math.floor(length / 16);
    expect(task.batch(turns)).toEqual(task.batch(0));
    expect(task.batch(turns - 1)).not.toEqual(task.batch(0));
  });

  test('says what the commonest character of training gets on what is held out', () => {
    expect(make(`${'ab'.repeat(90)}${'a'.repeat(20)}`, { window: 8 }).chance).toBe(1);
    expect(make(`${'aab'.repeat(60)}${'b'.repeat(15)}ababa`, { window: 8 }).chance).toBe(3 / 20);
  });

  test('without a text reads lines of 24 characters with quotations', () => {
    const task = make(undefined);
    if (!('vocab' in task.input)) throw new Error('characters are a vocabulary');
    expect(new Set(task.input.vocab)).toEqual(new Set(wrappedQuotes()));
    expect(task.steps).toBe(96);
  });

  test.each<[string, string, Record<string, number>, string]>([
    ['an empty text', '', {}, 'text: it is empty; paste some text to learn from.'],
    ['a text of spaces', ' \n\t  ', {}, 'text: it is empty'],
    ['one character repeated', 'a'.repeat(1000), {}, 'text: it has no character but "a", so there is nothing to foresee.'],
    ['one family repeated', '👩‍👩‍👧'.repeat(300), {}, 'text: it has no character but "👩‍👩‍👧"'],
    ['a text shorter than two windows', 'abcdefgh'.repeat(10), {}, 'text: 80 characters are too few to learn from some and be tested on others, 96 at a time, which takes 194; give more text, or a window of at most 39.'],
    ['a text shorter than two of the smallest windows', 'abcdefg', {}, '; give more text.'],
    ['pieces shorter than a window', text, { order: 1, window: 1000 }, 'characters: cut into 8 pieces, the 1,609 characters to train on give none a window of 1000; take no more than 1 sequences, or a shorter window.'],
  ])('refuses %s and says why', (_, given, settings, message) => {
    expect(() => make(given, settings)).toThrow(OptionError);
    expect(() => make(given, settings)).toThrow(message);
  });

  test('takes the shortest text it says it takes', () => {
    const shortest = 'ab'.repeat(40);
    const task = make(shortest, { window: 39 });
    expect(task.batch(0).inputs).toBeDefined();
    expect(() => make(shortest, { window: 40 })).toThrow('a window of at most 39');
  });

  test.each([
    ['English', 'The cat that we saw yesterday was happy. '],
    ['Hindi', 'नमस्ते दुनिया, आप कैसे हैं? '],
    ['emoji', '👩‍👩‍👧 and 👍🏽, '],
  ])('reads five million characters of %s without a freeze, and refuses twenty million and one', (_, piece) => {
    const long = piece.repeat(Math.ceil(5e6 / piece.length));
    // A quarter of a second on an idle laptop core; a way of reading whose time grows as the square would take hours.
    const task = make(long);
    for (let k = 0; k < 100; k++) task.batch(k);
    expect(() => make('x'.repeat(20_000_001))).toThrow('text: 20,000,001 characters given; the most is 20,000,000.');
  });
});

describe('lines and quotations', () => {
  const wrapped = wrappedQuotes({ length: 60_000 });
  const unwrapped = wrapped.replaceAll('\n', '');

  test('are lines of 24 characters, the same each time', () => {
    expect(unwrapped.length).toBe(60_000);
    expect(wrapped.split('\n').slice(0, -1).every((line) => line.length === 24)).toBe(true);
    expect(wrappedQuotes({ length: 60_000 })).toBe(wrapped);
    expect(wrappedQuotes({ length: 60_000, seed: 1 })).not.toBe(wrapped);
    expect(wrappedQuotes({ length: 100, width: 10 }).split('\n').map((line) => line.length)).toEqual(Array(10).fill(10));
    expect(wrappedQuotes({ length: 300_000 }).startsWith(wrapped.slice(0, 60_000))).toBe(true);
  });

  test('quote 45 sentences in 100, in capitals, by one of four speakers', () => {
    const sentences = unwrapped.match(/[^.]+\."? /g)!;
    const quoted = sentences.filter((each) => each.includes('"'));
    expect(Math.abs(quoted.length / sentences.length - 0.45)).toBeLessThan(4 * Math.sqrt((0.45 * 0.55) / sentences.length));
    for (const each of quoted) expect(each).toMatch(/^(she|he|the boy|the girl) said "THE [A-Z ]+\." $/);
    for (const each of sentences) if (!each.includes('"')) expect(each).toMatch(/^the [a-zI ]+\. $/);
  });

  test('know their column and whether they are quoted', () => {
    expect(textPlaces([...'ab\nc"d\n"e'])).toEqual({ column: Uint32Array.of(1, 2, 0, 1, 2, 3, 0, 1, 2), quoted: Uint8Array.of(0, 0, 0, 0, 1, 1, 1, 0, 0) });
    const { column, quoted } = textPlaces([...wrapped]);
    for (let i = 0; i < wrapped.length; i++) {
      if (wrapped[i] === '\n') expect(column[i]).toBe(0);
      else if (column[i] !== (i % 25) + 1) expect(column[i]).toBe((i % 25) + 1);
      const shout = /[A-Z]/.test(wrapped[i]) && wrapped[i] !== 'I';
      if (shout && !quoted[i]) expect(quoted[i]).toBe(1);
      if (/[a-z]/.test(wrapped[i]) && quoted[i]) expect(quoted[i]).toBe(0);
    }
  });
});

test('every shipped text can be trained on', async () => {
  for (const { title, description, load } of shippedTexts) {
    expect(title && description).not.toBe('');
    const task = make(await load());
    expect(task.chance).toBeLessThan(0.5);
    expect(task.batch(0)).not.toEqual(task.batch(1));
  }
  expect(await shippedTexts[1].load()).toContain('@compute');
});
