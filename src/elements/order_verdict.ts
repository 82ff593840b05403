/**
 * Whether two vectors are the same, and if not, how far they are apart, in words. The same numbers added up in another order
 * agree but for the last digits: that is no difference that a network makes, and is told apart from one.
 */
import { powerOfTen } from './log_axis';

/** A sum of a few dozen terms, twice, is off by no more than so many units of the last digit, relative to the whole. */
const ROUNDINGS = 32;

export interface Verdict {
  /** To be emphasised. */
  readonly finding: string;
  readonly explanation: string;
}

/** Both as read from a tape: what they are held in says how many digits they have. */
export function orderVerdict(one: Float32Array | Float64Array, other: Float32Array | Float64Array): Verdict {
  const distance = Math.hypot(...one.map((value, k) => value - other[k]));
  if (distance === 0) return { finding: 'exactly the same', explanation: '' };
  const length = Math.max(Math.hypot(...one), Math.hypot(...other));
  const lastDigit = one instanceof Float32Array ? 2 ** -23 : 2 ** -52;
  if (distance > ROUNDINGS * lastDigit * length) return { finding: `${plainSize(distance)} apart`, explanation: '' };
  const share = (length / distance).toLocaleString('en', { notation: 'compact', compactDisplay: 'long', maximumSignificantDigits: 2 });
  return { finding: 'the same but for rounding', explanation: `: they differ by one part in ${share}, as the same numbers do when they are added up in another order` };
}

/** `1.204`, `0.000023`, `2.3·10⁻⁸` */
function plainSize(size: number): string {
  if (size >= 0.1) return size.toFixed(3);
  if (size >= 1e-6) return String(Number(size.toPrecision(2)));
  const [digits, exponent] = size.toExponential(1).split('e');
  return `${digits}·${powerOfTen(Number(exponent))}`;
}
