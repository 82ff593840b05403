/** The list of ops: the one place to touch, beside each engine's own list of arithmetic, when adding one. */
import { attend, type AttendStep } from './attend';
import { convolution, type ConvolutionStep } from './convolution';
import { gates, type GatesStep } from './gates';
import { linear, type LinearStep } from './linear';
import { linearScan, type LinearScanStep } from './linear_scan';
import { norm, type NormStep } from './norm';
import type { Op } from './op';
import { positions, type PositionsStep } from './positions';
import { rotary, type RotaryStep } from './rotary';
import { selectiveScan, type SelectiveScanStep } from './selective_scan';

/** One line of a program. */
export type Step = LinearStep | NormStep | PositionsStep | RotaryStep | AttendStep | ConvolutionStep | SelectiveScanStep | LinearScanStep | GatesStep;

export type OpName = Step['op'];

/** The step that an op of that name takes. */
export type StepOf<Name extends OpName> = Extract<Step, { readonly op: Name }>;

/** Every op by its name. */
export const ops: { readonly [Name in OpName]: Op<StepOf<Name>> } = {
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

/** The op that carries out a step. */
export function opOf(step: Step): Op<Step> {
  return ops[step.op] as Op<Step>;
}
