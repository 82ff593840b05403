/** A value as a reader may quote it: six significant digits, which is what float32 holds, without idle zeros. */
export function exactNumber(value: number): string {
  if (Number.isNaN(value)) return 'not a number (NaN)';
  if (!Number.isFinite(value)) return value > 0 ? 'infinity' : '−infinity';
  return String(Number(value.toPrecision(6)))
    .replace('-', '−')
    .replace(/e[+]?/, 'e');
}
