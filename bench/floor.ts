/**
 * The least time a case can take on an adapter, every step's products made, and so how much of a contender's time is its own
 * doing. Whoever makes products of words once for all steps that read them needs less.
 */
import { multiplyAdds, type Case } from './cases';
import type { Roofline } from './roofline';

/**
 * ms: its multiply-adds at the adapter's rate, or its bytes where they take longer, and one round trip. Bytes are those that
 * no plan can avoid: each weight read, each input read, each saved value written, once.
 */
export function floor(what: Case, { multiplyAdds: rate, bytes: bandwidth, roundTrip }: Roofline): number {
  return Math.max(multiplyAdds(what) / rate, bytesMoved(what) / bandwidth) + roundTrip;
}

function bytesMoved(what: Case): number {
  if (what.kind === 'product') return 4 * 3 * what.size ** 2;
  const { steps, sequences, inputs, hidden } = what.shape;
  return 4 * steps * sequences * (inputs + hidden);
}
