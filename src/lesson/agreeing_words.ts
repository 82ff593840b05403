/**
 * A noun, so many words, and then the verb would come: in the 59 words that the trained networks know. Only words between
 * depend on the distance, and they are the same for both numbers of the noun; every noun among them is of the other
 * number than "cat".
 */

export const LEAST_WORDS = 3;
export const MOST_WORDS = 80;

/** Clauses of three, four and five words, in the order they are taken. */
const clauses: Readonly<Record<number, readonly string[]>> = {
  3: ['near the dogs', 'behind the authors', 'with the girls', 'beside the horses', 'near the farmers', 'behind the children'],
  4: ['that we saw yesterday', 'that they met often', 'that the boys liked', 'that the women heard', 'that the birds found'],
  5: ['that the teachers followed once', 'that the men saw today', 'that the dogs heard yesterday'],
};

/** The words of the sentence up to where the verb would come. */
export function agreeingWords(noun: string, distance: number): string[] {
  const taken: Record<number, number> = { 3: 0, 4: 0, 5: 0 };
  const between: string[] = [];
  // A clause of four first, then threes and fives in turn; the last is as long as is left.
  for (let left = distance; left > 0; ) {
    const turn = taken[3] + taken[4] + taken[5];
    const wanted = [4, 3, 5][turn % 3];
    const length = left < 6 ? left : left - wanted < 3 ? 3 : wanted;
    const list = clauses[length];
    between.push(list[taken[length]++ % list.length]);
    left -= length;
  }
  return ['the', noun, ...between.join(' ').split(' ')];
}
