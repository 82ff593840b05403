/** Whether a contender computes what it is timed on: nobody is timed whose numbers are off. */
import type { Case } from './cases';
import type { Contender, Work } from './peers/contender';

/**
 * Largest deviation from the reference, as a part of its largest magnitude: what float32 kernels stay within in any order of
 * summation at these sizes. A swapped gate is off by a tenth, a bias that moves twice as fast by a thousandth.
 */
export const BOUND = 7e-5;

/** Updates whose losses are compared: the first checks the way there, the others gradients and optimiser. */
const UPDATES = 4;

/** The work of a case; undefined where the contender has no such thing. */
export async function prepared(contender: Contender, what: Case): Promise<Work | undefined> {
  if (what.kind === 'forward') return contender.forward?.(what);
  if (what.kind === 'training') return contender.training?.(what);
  return contender.product?.(what);
}

/**
 * What is compared with the reference: a result, or the losses of the first updates.
 * @param first - called when the first of them is on the host
 */
export async function numbersToCompare(work: Work, what: Case, first?: () => void): Promise<number[]> {
  const numbers = Array.from(await work());
  first?.();
  if (what.kind === 'training') while (numbers.length < UPDATES) numbers.push(...Array.from(await work()));
  return numbers;
}

/** Largest difference, as a part of the largest magnitude expected; Infinity where numbers are missing or none. */
export function deviation(numbers: readonly number[], expected: readonly number[]): number {
  if (numbers.length !== expected.length) return Infinity;
  let scale = 0;
  let most = 0;
  for (const [i, value] of expected.entries()) {
    const off = Math.abs(numbers[i] - value);
    if (!(off <= most)) most = Number.isNaN(off) ? Infinity : off;
    scale = Math.max(scale, Math.abs(value));
  }
  return most / scale;
}
