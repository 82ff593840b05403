/**
 * The gradient at the start, as a reader sets it up: one recurrent layer with chosen U, driven by noise. Vanilla cells are
 * the engine's experiment as it is. In a cell with gates every gate has a U and noise of its own, each as in that experiment,
 * and the gate that keeps the old state has the chosen bias.
 */
import { cellNamed, gradientExperiment, WARM_UP, type Cell, type GradientExperiment, type Tensor } from '../engine';
import { checkFlowSettings, LONGEST_DISTANCE, type FlowSettings } from './flow_settings';

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
