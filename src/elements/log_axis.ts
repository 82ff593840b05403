/** Logarithmic axes: where the ticks go, and how a number that may be 1e−3000 is printed. Everything is in log₁₀. */

export interface LogAxis {
  /** log₁₀ of the ends, at ticks. */
  readonly low: number;
  readonly high: number;
  /** log₁₀ of the ticks, whole decades, lowest first. */
  readonly ticks: readonly number[];
}

const STEPS = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000];

/** An axis that holds 1 and all finite values, in at most `most` intervals. */
export function logAxis(values: Iterable<number>, most = 8): LogAxis {
  let [low, high] = [0, 0];
  for (const value of values) {
    if (value < low && value > -Infinity) low = value;
    if (value > high && value < Infinity) high = value;
  }
  const ends = (step: number) => {
    // A curve that ends a rounding error beyond a tick does not need another decade.
    const [from, to] = [Math.floor(low / step + 1e-6) * step, Math.ceil(high / step - 1e-6) * step];
    return from === to ? ([from - step, to + step] as const) : ([from, to] as const);
  };
  const step = STEPS.find((size) => ends(size)[1] - ends(size)[0] <= most * size) ?? STEPS[STEPS.length - 1];
  const [from, to] = ends(step);
  const ticks = Array.from({ length: Math.round((to - from) / step) + 1 }, (_, index) => from + index * step);
  return { low: from + 0, high: to + 0, ticks: ticks.map((tick) => tick + 0) };
}

/** `10⁻³⁰`; `1` for 10⁰. */
export function powerOfTen(exponent: number): string {
  return exponent === 0 ? '1' : `10${superscript(exponent)}`;
}

/** A whole or decimal number as an exponent: `⁻³⁰`. */
export function superscript(value: number): string {
  return String(value).replace(/./g, (character) => ({ '-': '⁻', '.': '·' })[character] ?? '⁰¹²³⁴⁵⁶⁷⁸⁹'[Number(character)]);
}

/** 10^log10 in two digits: `0.042`, `7.4`, `5.9e−8`, `1.2e−3000`; exactly `0` for −∞. */
export function ofLog10(log10: number): string {
  if (Number.isNaN(log10)) return 'not a number';
  if (!Number.isFinite(log10)) return log10 < 0 ? '0' : '∞';
  if (log10 > -2.5 && log10 < 2.9999) return String(Number((10 ** log10).toPrecision(2)));
  let exponent = Math.floor(log10);
  let mantissa = (10 ** (log10 - exponent)).toFixed(1);
  if (mantissa === '10.0') [mantissa, exponent] = ['1.0', exponent + 1];
  return `${mantissa}e${exponent < 0 ? '−' : ''}${Math.abs(exponent)}`;
}
