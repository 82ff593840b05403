/**
 * The lesson's sentence with more and more words between subject and verb: "The cat that we saw yesterday … was happy".
 * Every distance from 4 to 80 words is English, and only the words in between depend on it.
 */

export const NEAREST = 4;
export const FARTHEST = 80;

/** How the clause about the subject begins: of four to seven words. */
const openings = ['that we saw yesterday', 'that we saw again yesterday', 'that we all saw again yesterday', 'that we all saw once again yesterday'];

/** What goes on from there, four words each, place after place. */
const places = [
  'in the old garden',
  'where the children play',
  'behind the white house',
  'that our neighbours built',
  'near the quiet river',
  'which nobody ever crosses',
  'below the stone bridge',
  'where two roads meet',
  'beside the narrow path',
  'that the goats made',
  'beyond the long hill',
  'which the wind shaped',
  'outside the little town',
  'where our teacher lives',
  'before the empty fields',
  'that the farmer sold',
  'under the tall trees',
  'which the storm spared',
  'along the old railway',
];

/** So many words to stand between the subject and its verb; whole numbers from NEAREST to FARTHEST. */
export function fillerWords(distance: number): string[] {
  const opening = openings[distance % 4];
  return [opening, ...places.slice(0, Math.floor(distance / 4) - 1)].join(' ').split(' ');
}

/** How far the verb is from the subject if the words are a sentence of this kind, two words before the filler and two after it. */
export function distanceOf(words: readonly string[]): number | undefined {
  const distance = words.length - 4;
  if (distance < NEAREST || distance > FARTHEST) return undefined;
  return fillerWords(distance).every((word, k) => word === words[k + 2]) ? distance : undefined;
}

/** The sentence with its verb at another distance, or undefined if it is none of this kind. */
export function atDistance(words: readonly string[], distance: number): string[] | undefined {
  return distanceOf(words) === undefined ? undefined : [...words.slice(0, 2), ...fillerWords(distance), ...words.slice(-2)];
}
