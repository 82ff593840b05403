/** Numbers as the figures print them: a real minus sign, as many decimals as are worth reading, never a false zero. */

/** `0.421`, `−1.300`, `2.3e−8`; exactly `0` for zero. */
export function decimal(value: number, decimals = 3): string {
  if (value === 0) return '0';
  if (!Number.isFinite(value)) return Number.isNaN(value) ? 'not a number' : value > 0 ? '∞' : '−∞';
  const size = Math.abs(value);
  const text = size < 0.5 * 10 ** -decimals || size >= 1e6 ? size.toExponential(1) : size.toFixed(decimals);
  return `${value < 0 ? '−' : ''}${text.replace('e-', 'e−').replace('e+', 'e')}`;
}

/** The same with a plus sign: `+0.421`. */
export function signedDecimal(value: number, decimals = 3): string {
  return value > 0 ? `+${decimal(value, decimals)}` : decimal(value, decimals);
}

/** As a factor or a term in a line: a negative one in brackets. */
export function bracketed(value: number): string {
  return value < 0 ? `(${decimal(value)})` : decimal(value);
}

/** A number as a subscript: `₁₂`. */
export function subscript(index: number): string {
  return String(index).replace(/\d/g, (digit) => '₀₁₂₃₄₅₆₇₈₉'[Number(digit)]);
}
