/**
 * A text as numbers: its characters, each by its place in an alphabet made from the text itself. A character is a code
 * point with the marks, modifiers and joined pictures that belong to it: é, नि, 👍🏽, a flag, a family.
 *
 * `Intl.Segmenter` would find them too, but its time grows as the square of the length (V8 as of 2026: 2 s for 40,000
 * characters), and its answers change with the browser's version, which would change the alphabet of a saved model.
 */

/** Stands for all characters that are too rare for the alphabet. */
export const RARE = '\uFFFD';

export interface AlphabetText {
  /** Sorted; RARE, if there is need of it, the last. */
  readonly alphabet: readonly string[];
  /** The text, each character by its place in the alphabet. */
  readonly codes: Uint16Array;
  /** How many kinds of characters are read as RARE. */
  readonly rare: number;
}

/**
 * Reads a text in one pass; line ends become `\n`, and what can be written as one code point is (NFC).
 * @param most - kinds of characters in the alphabet, RARE included; up to 65,536. The most frequent ones stay.
 */
export function alphabetText(text: string, most: number): AlphabetText {
  const normal = text.normalize('NFC').replace(/\r\n?/g, '\n');
  const { kinds, counts, order, length } = kindsOf(normal);
  const fits = kinds.length <= most;
  const common = kinds.map((_, kind) => kind).toSorted((a, b) => counts[b] - counts[a] || a - b);
  const stay = fits ? common : common.filter((kind) => kinds[kind] !== RARE).slice(0, most - 1);
  const kept = stay.toSorted((a, b) => (kinds[a] < kinds[b] ? -1 : 1));
  const alphabet = [...kept.map((kind) => kinds[kind]), ...(fits ? [] : [RARE])];
  const place = new Uint16Array(kinds.length).fill(alphabet.length - 1);
  kept.forEach((kind, code) => (place[kind] = code));
  const codes = new Uint16Array(length);
  for (let i = 0; i < length; i++) codes[i] = place[order[i]];
  return { alphabet, codes, rare: kinds.length - kept.length };
}

/** All kinds of characters in order of appearance, how often each appears, and the text as kinds. */
function kindsOf(text: string): { kinds: string[]; counts: number[]; order: Uint32Array; length: number } {
  const kinds: string[] = [];
  const counts: number[] = [];
  const order = new Uint32Array(text.length);
  const kindOfUnit = new Int32Array(0x10000).fill(-1);
  const kindOfLonger = new Map<string, number>();
  const added = (character: string): number => {
    counts.push(0);
    return kinds.push(character) - 1;
  };
  let length = 0;
  for (let i = 0; i < text.length; ) {
    const end = characterEnd(text, i);
    let kind: number;
    if (end === i + 1) {
      const unit = text.charCodeAt(i);
      kind = kindOfUnit[unit];
      if (kind < 0) kindOfUnit[unit] = kind = added(text[i]);
    } else {
      const character = text.slice(i, end);
      const known = kindOfLonger.get(character);
      kind = known ?? added(character);
      if (known === undefined) kindOfLonger.set(character, kind);
    }
    counts[kind]++;
    order[length++] = kind;
    i = end;
  }
  return { kinds, counts, order, length };
}

const ZERO_WIDTH_JOINER = 0x200d;
const FIRST_MARK = 0x300;

/** Where the character that begins at i ends. */
function characterEnd(text: string, i: number): number {
  let end = i + unitsAt(text, i);
  if (isRegional(text, i) && isRegional(text, end)) end += 2;
  for (;;) {
    const unit = text.charCodeAt(end);
    if (!(unit >= FIRST_MARK)) return end; // the end of the text too, where it is NaN
    if (unit === ZERO_WIDTH_JOINER) end += 1 + (isPicture(text, end + 1) ? unitsAt(text, end + 1) : 0);
    else if (belongsToBefore(unit)) end++;
    else if (isModifier(text, end)) end += 2;
    else return end;
  }
}

/** 2 for a pair of surrogates, else 1. */
function unitsAt(text: string, i: number): 1 | 2 {
  return isBetween(text.charCodeAt(i), 0xd800, 0xdbff) && isBetween(text.charCodeAt(i + 1), 0xdc00, 0xdfff) ? 2 : 1;
}

function isBetween(unit: number, least: number, most: number): boolean {
  return unit >= least && unit <= most;
}

/** Half a flag, U+1F1E6 … U+1F1FF. */
function isRegional(text: string, i: number): boolean {
  return text.charCodeAt(i) === 0xd83c && isBetween(text.charCodeAt(i + 1), 0xdde6, 0xddff);
}

/** A skin tone, U+1F3FB … U+1F3FF, or a letter in the tag of a flag, U+E0020 … U+E007F. */
function isModifier(text: string, i: number): boolean {
  const [high, low] = [text.charCodeAt(i), text.charCodeAt(i + 1)];
  return (high === 0xd83c && isBetween(low, 0xdffb, 0xdfff)) || (high === 0xdb40 && isBetween(low, 0xdc20, 0xdc7f));
}

/** What a joiner joins: symbols, and all that lies beyond the first 65,536. */
function isPicture(text: string, i: number): boolean {
  const unit = text.charCodeAt(i);
  return isBetween(unit, 0x2190, 0x2bff) || unitsAt(text, i) === 2;
}

let marks: Uint8Array | undefined;

/** Whether a code unit is a combining mark, a variation selector or a non-joiner. Looked up, for texts of millions. */
function belongsToBefore(unit: number): boolean {
  marks ??= Uint8Array.from({ length: 0x10000 }, (_, code) => (/[\p{M}\u200c]/u.test(String.fromCharCode(code)) ? 1 : 0));
  return marks[unit] === 1;
}
