/** What each op computes, in float64. */
import type { Step } from '../../ops';
import { attend } from './attend';
import { convolution } from './convolution';
import { gates } from './gates';
import { linear } from './linear';
import { linearScan } from './linear_scan';
import { norm } from './norm';
import { positions } from './positions';
import { rotary } from './rotary';
import type { Arithmetic, OpArithmetic } from './run';
import { selectiveScan } from './selective_scan';

export const arithmetic: Arithmetic = {
  linear,
  norm,
  positions,
  rotary,
  attend,
  convolution,
  selective_scan: selectiveScan,
  linear_scan: linearScan,
  gates,
};

/** What a step's op computes. */
export function arithmeticOf(step: Step): OpArithmetic<Step> {
  return arithmetic[step.op] as OpArithmetic<Step>;
}
