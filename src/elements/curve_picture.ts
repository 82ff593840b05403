/** A non-linearity drawn with one point on it, the tangent there, and lines to both axes. */
import { css, svg, type SVGTemplateResult } from 'lit';
import type { ActivationCurve } from './activation_curve';
import { decimal } from './signed_number';

/** For an `<svg class="curve" viewBox="0 0 320 210">` in a figure of a model. */
export const curveStyles = css`
  .curve {
    display: block;
    inline-size: 100%;
    max-inline-size: 26rem;
    margin-inline: auto;
    overflow: visible;
  }
  .curve .line {
    fill: none;
    stroke: currentColor;
    stroke-width: 2;
  }
  .curve .drop {
    stroke: var(--accent);
    stroke-dasharray: 3 3;
    fill: none;
  }
  .curve .tangent {
    stroke: var(--accent);
    stroke-width: 2;
  }
  .curve circle {
    fill: var(--accent);
  }
  .curve text {
    font-size: 12px;
    fill: var(--quiet);
  }
  .curve text.at {
    fill: var(--accent);
    font-weight: 700;
  }
  /* Large text on a phone. */
  @media (max-width: 15rem) {
    .curve text {
      font-size: 24px;
    }
  }
`;

/** The curve with the point and its tangent, in a box of 320 by 210. */
export function curvePicture(curve: ActivationCurve, a: number): SVGTemplateResult {
  const reach = Math.max(4, Math.ceil(Math.abs(a)) + 1);
  const top = Math.max(curve.ends[1], curve.value(reach) * 1.02);
  const [bottom] = curve.ends;
  const x = (value: number) => 160 + (value / reach) * 150;
  const y = (value: number) => 185 - ((value - bottom) / (top - bottom)) * 165;
  const points = Array.from({ length: 121 }, (_, k) => reach * (k / 60 - 1)).map((at) => `${x(at).toFixed(2)} ${y(curve.value(at)).toFixed(2)}`);
  const value = curve.value(a);
  const slope = curve.slope(a);
  // As long on the page whatever the slope.
  const [dx, dy] = [150 / reach, (slope * 165) / (top - bottom)];
  const [tx, ty] = [(38 * dx) / Math.hypot(dx, dy), (38 * dy) / Math.hypot(dx, dy)];
  // The label keeps clear of the curve, which rises to the right: below it on the right side, above it on the left.
  const [lx, ly] = a > 0 ? [x(a) + 12, y(value) + 22] : [x(a) - 12, y(value) - 12];
  const nearEdge = Math.abs(a) > 0.7 * reach;
  return svg`
    <path class="axis" d="M10 ${y(0)}H310M160 14V190"></path>
    <text x="310" y=${y(0)} dy="1.25em" text-anchor="end">a</text>
    <text x="10" y=${y(0)} dy="1.25em">−${reach}</text>
    <text x="166" y="22">${decimal(top, Number.isInteger(top) ? 0 : 1)}</text>
    <text x="166" y="200">${decimal(bottom, 0)}</text>
    <path class="line" d="M${points.join('L')}"></path>
    <path class="drop" d="M${x(a)} ${y(0)}V${y(value)}H160"></path>
    <line class="tangent" x1=${x(a) - tx} y1=${y(value) + ty} x2=${x(a) + tx} y2=${y(value) - ty}></line>
    <circle cx=${x(a)} cy=${y(value)} r="5"></circle>
    <text class="at" x=${nearEdge ? x(a) : lx} y=${ly} text-anchor=${a > 0 === nearEdge ? 'end' : 'start'}>${decimal(value)}</text>
  `;
}
