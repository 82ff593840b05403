/**
 * The range of values that a picture's colours stand for. It goes to the painter and to the legend alike. Bounded
 * signals have theirs fixed; others get the largest magnitude there is, rounded up to 1, 2 or 5 times a power of
 * ten, and keep it while it still fits, so that colours mean the same from one run to the next.
 */
import { LAST, NOT_A_NUMBER, type ScaleKind } from './colour/scale';

export interface ColourRange {
  readonly min: number;
  readonly max: number;
}

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

/** Signed values have a colour scale about 0, alike on both sides; the others one from end to end. */
export function scaleFor({ min }: ColourRange): ScaleKind {
  return min < 0 ? 'diverging' : 'sequential';
}

/** A range made alike on both sides of 0 if anything in it is negative. */
export function symmetric({ min, max }: ColourRange): ColourRange {
  if (min >= 0) return { min, max };
  const limit = Math.max(-min, max);
  return { min: -limit, max: limit };
}

/** How a value becomes an index into a colour table: ⌊clamp(value)·scale + offset⌋, in float32, here as in the shader. */
export interface Coding extends ColourRange {
  readonly scale: number;
  readonly offset: number;
}

export function codingFor({ min, max }: ColourRange): Coding {
  const scale = Math.fround(LAST / (max - min));
  // A symmetric range has its 0 in the middle of the middle colour exactly, whatever the rounding of `scale`.
  const offset = min === -max ? LAST / 2 + 0.5 : Math.fround(0.5 - min * scale);
  return { min: Math.fround(min), max: Math.fround(max), scale, offset };
}

/** The index of a value's colour; values beyond the range have the colour of its end. */
export function colourIndex(value: number, { min, max, scale, offset }: Coding): number {
  const held = Math.fround(value);
  if (!Number.isFinite(held)) return NOT_A_NUMBER;
  const inside = Math.min(Math.max(held, min), max);
  return Math.min(Math.max(Math.floor(Math.fround(Math.fround(inside * scale) + offset)), 0), LAST);
}
