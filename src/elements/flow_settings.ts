/** What a reader can set of the gradient at the start and of its clipping, and what each may be. */
import { OptionError } from '../engine';

export const FLOW_CELLS = ['rnn', 'rnn_linear', 'lstm', 'gru'] as const;
export type FlowCell = (typeof FLOW_CELLS)[number];

/** The longest distance the experiment measures. */
export const LONGEST_DISTANCE = 200;

export interface FlowSettings {
  readonly cell: FlowCell;
  readonly matrix: 'orthogonal' | 'gaussian';
  /** What U is multiplied by. */
  readonly gain: number;
  /** Standard deviation of the noise on every pre-activation. */
  readonly drive: number;
  /** Bias of the gate that keeps the old state, f or z. */
  readonly bias: number;
  readonly units: number;
  readonly seed: number;
  /** The longest distance shown. */
  readonly distance: number;
}

interface Range {
  readonly least: number;
  readonly most: number;
  readonly whole: boolean;
}

/** What each number may be. */
export const FLOW_RANGES: Readonly<Record<'gain' | 'drive' | 'bias' | 'units' | 'seed' | 'distance', Range>> = {
  gain: { least: 0, most: 10, whole: false },
  drive: { least: 0, most: 10, whole: false },
  bias: { least: -20, most: 20, whole: false },
  units: { least: 1, most: 128, whole: true },
  seed: { least: 0, most: 2 ** 31 - 1, whole: true },
  distance: { least: 1, most: LONGEST_DISTANCE, whole: true },
};

/** The attribute that a setting is written as, where that is another word. */
const ATTRIBUTES: Readonly<Record<string, string>> = { units: 'hidden' };

/** Throws OptionError with the allowed range. */
export function checkFlowSettings(settings: FlowSettings): void {
  refuseUnless('cell', settings.cell, FLOW_CELLS);
  refuseUnless('matrix', settings.matrix, ['orthogonal', 'gaussian']);
  for (const [name, { least, most, whole }] of Object.entries(FLOW_RANGES)) {
    const value: unknown = settings[name as keyof typeof FLOW_RANGES];
    if (typeof value === 'number' && value >= least && value <= most && (!whole || Number.isInteger(value))) continue;
    const option = ATTRIBUTES[name] ?? name;
    throw new OptionError(option, `${option}: ${String(value)} given; it must be a ${whole ? 'whole ' : ''}number from ${least} to ${most}.`);
  }
}

function refuseUnless(option: string, value: string, allowed: readonly string[]): void {
  if (!allowed.includes(value)) throw new OptionError(option, `${option}: "${value}" given; it must be one of ${allowed.join(', ')}.`);
}

/** The longest threshold that can be set. */
export const CLIP_MOST = 1000;

/** Throws OptionError unless it is a threshold, or 0 for none. */
export function checkClip(clip: unknown): void {
  if (typeof clip === 'number' && clip >= 0 && clip <= CLIP_MOST) return;
  throw new OptionError('clip', `clip: ${String(clip)} given; it must be a number from 0, for no clipping, to ${CLIP_MOST}.`);
}
