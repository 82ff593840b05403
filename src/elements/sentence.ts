/** A sentence as its words and what stands between them, so that one word can change and the rest stays as typed. */
import { wordsOf } from '../engine';

/** The text with its word at that index (in the order of `wordsOf`) replaced; an empty replacement takes it out. */
export function withWord(text: string, index: number, replacement: string): string {
  const normal = text.normalize('NFC');
  const [start, end] = placesOf(normal)[index] ?? [normal.length, normal.length];
  return `${normal.slice(0, start)}${replacement}${normal.slice(end)}`.replace(/\s+/g, ' ').trim();
}

/** The text with two of its words in each other's place. */
export function withExchanged(words: readonly string[], one: number, other: number): string[] {
  const exchanged = [...words];
  [exchanged[one], exchanged[other]] = [words[other], words[one]];
  return exchanged;
}

/** The index of the only word that differs, or undefined if the sentences differ otherwise or not at all. */
export function onlyDifference(one: readonly string[], other: readonly string[]): number | undefined {
  if (one.length !== other.length) return undefined;
  const differing = one.flatMap((word, index) => (word === other[index] ? [] : [index]));
  return differing.length === 1 ? differing[0] : undefined;
}

function placesOf(normal: string): [start: number, end: number][] {
  let at = 0;
  return wordsOf(normal).map((word) => {
    const start = normal.indexOf(word, at);
    at = start + word.length;
    return [start, at];
  });
}
