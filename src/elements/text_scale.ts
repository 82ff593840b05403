/**
 * How much larger a reader has text than browsers show it unasked. Pictures are laid out in pixels for text of the usual size
 * and drawn so much larger, so that their words grow with those around them.
 */
export function textScale(): number {
  const size = parseFloat(getComputedStyle(document.documentElement).fontSize);
  return Math.max(1, size / 16 || 1);
}
