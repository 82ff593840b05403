/**
 * The range of values that a picture's colours stand for. It goes to the painter and to the legend alike. Bounded
 * signals have theirs fixed; others get the largest magnitude there is, rounded up to 1, 2 or 5 times a power of
 * ten, and keep it while it still fits, so that colours mean the same from one run to the next. Magnitudes that span
 * many decades are coloured by their logarithm, on whole decades; 0 then has a colour of its own.
 */
import { LAST, NOT_A_NUMBER, ZERO, type ScaleKind } from './colour/scale';

export interface ColourRange {
  readonly min: number;
  readonly max: number;
}

/** How values become colours: evenly, or by the logarithm of their size. */
export type Scaling = 'linear' | 'log';

/** The smallest of 1, 2, 5 × 10ⁿ that is not below a magnitude; 1 for 0. */
export function snapOutward(magnitude: number): number {
  if (!(magnitude > 0)) return 1;
  const decade = 10 ** Math.floor(Math.log10(magnitude));
  const exact = [1, 2, 5, 10].find((step) => step * decade >= magnitude * (1 - 1e-12)) ?? 10;
  return Number((exact * decade).toPrecision(1));
}

/** A limit that grows at once and shrinks only when what it is for has become less than a fifth of it. */
export function stickyLimit(previous: number | undefined, magnitude: number): number {
  const limit = snapOutward(magnitude);
  const fits = previous !== undefined && limit <= previous && limit * 5 >= previous;
  return fits ? previous : limit;
}

/** Fewer decades than these would make a mountain of a molehill. */
const FEWEST_DECADES = 3;

/**
 * Whole decades, as exponents of ten, around the logarithms given: they grow at once, and shrink only when half of them
 * would do. −3 … 0 where there are no numbers but 0.
 */
export function stickyDecades(previous: ColourRange | undefined, least: number, most: number): ColourRange {
  if (!(least <= most)) return previous ?? { min: -FEWEST_DECADES, max: 0 };
  const max = Math.ceil(most - 1e-9) || 0; // never −0
  const min = Math.min(Math.floor(least + 1e-9), max - FEWEST_DECADES);
  const fits = previous !== undefined && previous.min <= min && previous.max >= max && 2 * (max - min) >= previous.max - previous.min;
  return fits ? previous : { min, max };
}

/** Signed values have a colour scale about 0, alike on both sides; the others one from end to end. */
export function scaleFor({ min, scaling }: Pick<Coding, 'min' | 'scaling'>): ScaleKind {
  if (scaling === 'log') return 'magnitude';
  return min < 0 ? 'diverging' : 'sequential';
}

/** A range made alike on both sides of 0 if anything in it is negative. */
export function symmetric({ min, max }: ColourRange): ColourRange {
  if (min >= 0) return { min, max };
  const limit = Math.max(-min, max);
  return { min: -limit, max: limit };
}

/**
 * How a value becomes an index into a colour table, here as in the shader. Linear: ⌊clamp(value)·scale + offset⌋, in
 * float32. Logarithmic, where the ends are exponents of ten: by the thresholds that the float32's bits have passed, so
 * that no logarithm, of which every device has its own, is taken where the numbers are.
 */
export interface Coding extends ColourRange {
  readonly scaling: Scaling;
  readonly scale: number;
  readonly offset: number;
  /** 256 magnitudes as bits of float32: colour k + 1 begins at the k-th. All 0 on a linear scale. */
  readonly thresholds: Uint32Array<ArrayBuffer>;
}

const NO_THRESHOLDS = new Uint32Array(256);

export function codingFor({ min, max }: ColourRange): Coding {
  const scale = Math.fround(LAST / (max - min));
  // A symmetric range has its 0 in the middle of the middle colour exactly, whatever the rounding of `scale`.
  const offset = min === -max ? LAST / 2 + 0.5 : Math.fround(0.5 - min * scale);
  return { scaling: 'linear', min: Math.fround(min), max: Math.fround(max), scale, offset, thresholds: NO_THRESHOLDS };
}

/** The coding of magnitudes from 10^min to 10^max. */
export function logCodingFor({ min, max }: ColourRange): Coding {
  const magnitudes = Float32Array.from({ length: 256 }, (_, k) => (k === 0 ? 0 : k < LAST ? 10 ** (min + (k * (max - min)) / LAST) : Infinity));
  return { scaling: 'log', min, max, scale: LAST / (max - min), offset: 0, thresholds: new Uint32Array(magnitudes.buffer) };
}

const float = new Float32Array(1);
const bits = new Uint32Array(float.buffer);

/** The index of a value's colour; values beyond the range have the colour of its end. */
export function colourIndex(value: number, { scaling, min, max, scale, offset, thresholds }: Coding): number {
  float[0] = value;
  if (!Number.isFinite(float[0])) return NOT_A_NUMBER;
  if (scaling === 'log') {
    // What float64 holds and float32 does not is not 0.
    return value === 0 ? ZERO : 1 + passed(thresholds, bits[0] & 0x7fffffff);
  }
  const inside = Math.min(Math.max(float[0], min), max);
  return Math.min(Math.max(Math.floor(Math.fround(Math.fround(inside * scale) + offset)), 0), LAST);
}

/** The index of the colour of a magnitude that is known by its logarithm, as those beyond float64 are. */
export function colourIndexOfLog(log10: number, { min, scale }: Coding): number {
  if (log10 === -Infinity) return ZERO;
  if (!Number.isFinite(log10)) return NOT_A_NUMBER;
  return 1 + Math.min(Math.max(Math.floor((log10 - min) * scale), 0), LAST - 1);
}

/** The largest k whose threshold is not above the magnitude. */
function passed(thresholds: Uint32Array, magnitude: number): number {
  let k = 0;
  for (let half = 128; half > 0; half >>= 1) if (thresholds[k + half] <= magnitude) k += half;
  return k;
}
