/**
 * The gradient at the start, as a reader sets it up: one recurrent layer with chosen U, driven by noise. Vanilla cells are
 * the engine's experiment as it is. In a cell with gates every gate has a U and noise of its own, each as in that experiment,
 * and the gate that keeps the old state has the chosen bias.
 */
import { cellNamed, gradientExperiment, OptionError, WARM_UP, type Cell, type GradientExperiment, type Tensor } from '../engine';

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

/** Whether what the network reads has any effect on the gradient: a linear layer's Jacobian is U, whatever its states are. */
export function driveMatters({ cell }: Pick<FlowSettings, 'cell'>): boolean {
  return cell !== 'rnn_linear';
}

/** How many sequences of noise are averaged over. */
export function sequencesOf(settings: FlowSettings): number {
  if (!driveMatters(settings)) return 1;
  return cellNamed(settings.cell).gates.length === 1 ? 8 : 2;
}

/** The model and what it reads, the same number of steps whatever the distance. Throws OptionError. */
export function flowExperiment(settings: FlowSettings): GradientExperiment {
  checkFlowSettings(settings);
  const { cell: name, matrix, gain, drive, bias, units: hidden, seed } = settings;
  const common = { gain, drive, matrix, hidden, sequences: sequencesOf(settings), steps: LONGEST_DISTANCE + WARM_UP };
  if (name === 'rnn' || name === 'rnn_linear') return gradientExperiment({ ...common, cell: name, seed });

  const cell = cellNamed(name);
  const gates = cell.gates.map((_, g) => gradientExperiment({ ...common, seed: seed * cell.gates.length + g }));
  const width = gates.length * hidden;
  return {
    spec: { input: { size: width }, layers: [{ cell: name, hidden }], seed },
    weights: {
      weight_ih_l0: { shape: [width, width], data: Float32Array.from({ length: width * width }, (_, i) => (i % (width + 1) === 0 ? 1 : 0)) },
      weight_hh_l0: { shape: [width, hidden], data: Float32Array.from(gates.flatMap(({ weights }) => [...(weights['weight_hh_l0'].data as Float32Array)])) },
      bias_ih_l0: { shape: [width], data: keepBias(cell, hidden, bias) },
      bias_hh_l0: { shape: [width], data: new Float32Array(width) },
    },
    inputs: { x: beside(gates.map(({ inputs }) => (inputs as { x: Tensor }).x)) },
  };
}

function keepBias({ gates, keeps }: Cell, hidden: number, bias: number): Float32Array {
  const data = new Float32Array(gates.length * hidden);
  const g = gates.findIndex(({ name }) => name === keeps);
  return data.fill(bias, g * hidden, (g + 1) * hidden);
}

/** Joins tensors [T, B, H] along their last axis. */
function beside(parts: readonly Tensor[]): Tensor<Float32Array> {
  const [steps, sequences, hidden] = parts[0].shape;
  const width = parts.length * hidden;
  const data = new Float32Array(steps * sequences * width);
  parts.forEach((part, g) => {
    const values = part.data as Float32Array;
    for (let row = 0; row < steps * sequences; row++) data.set(values.subarray(row * hidden, (row + 1) * hidden), row * width + g * hidden);
  });
  return { shape: [steps, sequences, width], data };
}
