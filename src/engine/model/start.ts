/** How a layer's weights start: what a caller may ask for, checked. The drawing is in ./initialisation.ts. */
import type { Cell } from '../cells/cell';
import { OptionError } from '../errors';

/** Names of the ways to start a layer's weights. */
export type StartName = 'pytorch' | 'xavier' | 'orthogonal' | 'identity';

/** What a menu says of a way to start. */
export interface StartScheme {
  readonly name: StartName;
  readonly title: string;
  /** What it draws, and from where it is known, in a sentence for a reader. */
  readonly description: string;
  /** Only for cells whose recurrent product is their whole step. */
  readonly plainCellsOnly?: boolean;
}

export const starts: readonly StartScheme[] = [
  { name: 'pytorch', title: 'PyTorch', description: 'All weights and biases uniform in ±1/√H, as PyTorch has them.' },
  {
    name: 'xavier',
    title: 'Xavier',
    description: 'Weights uniform in ±√(6/(columns + rows)) of each gate’s block, so that signals keep their size on the way there and back; biases 0 (Glorot and Bengio 2010).',
  },
  {
    name: 'orthogonal',
    title: 'Orthogonal',
    description: 'Recurrent weights of each gate a random rotation or reflection, which keeps every length; the rest as PyTorch has it (Saxe, McClelland, Ganguli 2014).',
  },
  {
    name: 'identity',
    title: 'Identity',
    description: 'Recurrent weights the identity, so that a unit starts by keeping what it holds; input weights normal, of standard deviation 0.001; biases 0 (IRNN: Le, Jaitly, Hinton 2015).',
    plainCellsOnly: true,
  },
];

/** What a layer may say of its initial weights. */
export interface StartSpec {
  /** The scheme that draws them; `pytorch` unless given. */
  readonly start?: StartName;
  /** Multiplies the initial recurrent weights; 1 unless given. */
  readonly gain?: number;
  /** Standard deviation of the initial input weights, normal then, in the place of the scheme's. */
  readonly inputScale?: number;
  /** Initial biases by gate, b_ih + b_hh together (`{ f: 1 }`), in the place of the scheme's. */
  readonly gateBias?: Readonly<Record<string, number>>;
  /**
   * The longest distance in steps, T, that units should start out able to bridge: the bias of the gate that keeps is
   * log U(1, T − 1), unit by unit, and that of the LSTM's input gate its opposite (Tallec and Ollivier 2018).
   */
  readonly chrono?: number;
  /** Biases start in b_ih alone, with b_hh at 0; but for the GRU's candidate, where the two do not simply add up. */
  readonly oneBias?: boolean;
}

/** A checked StartSpec. */
export interface Start {
  readonly scheme: StartName;
  readonly gain: number;
  readonly inputScale: number | undefined;
  readonly gateBias: Readonly<Record<string, number>>;
  readonly chrono: number | undefined;
  readonly oneBias: boolean;
}

/**
 * Checks what a layer says of its start. Throws OptionError naming the option.
 * @param layer - as messages name it: `layers[0]`
 * @param bias - whether the layer has biases
 */
export function checkedStart(layer: string, cell: Cell, bias: boolean, given: StartSpec): Start {
  const { start = 'pytorch', gain = 1, inputScale, gateBias = {}, chrono, oneBias = false } = given;
  checkScheme(`${layer}.start`, cell, start);
  finite(`${layer}.gain`, gain);
  if (inputScale !== undefined) checkedScale(`${layer}.inputScale`, inputScale);
  if (chrono !== undefined) checkChrono(`${layer}.chrono`, cell, chrono);
  if (!bias && chrono !== undefined) throw new OptionError(`${layer}.chrono`, `${layer}.chrono: this layer has no biases.`);
  if (!bias && oneBias) throw new OptionError(`${layer}.oneBias`, `${layer}.oneBias: this layer has no biases.`);
  for (const [gate, value] of Object.entries(gateBias)) {
    const option = `${layer}.gateBias`;
    if (!bias) throw new OptionError(option, `${option}: this layer has no biases.`);
    const gates = cell.gates.map(({ name }) => name);
    if (!gates.includes(gate)) throw new OptionError(option, `${option}: a ${cell.title} has no gate "${gate}"; it has ${gates.join(', ')}.`);
    if (chrono !== undefined && chronoSign(cell, gate)) throw new OptionError(option, `${option}: chrono already says how gate ${gate} starts; give one of the two.`);
    finite(`${option}.${gate}`, value);
  }
  return { scheme: start, gain, inputScale, gateBias, chrono, oneBias };
}

/** A standard deviation. Throws OptionError. */
export function checkedScale(option: string, value: number): number {
  if (Number.isFinite(value) && value >= 0) return value;
  throw new OptionError(option, `${option}: ${value} given; a standard deviation is a number of at least 0.`);
}

/** +1 for the gate whose bias chrono makes large, −1 for the one it makes small, 0 for the others. */
export function chronoSign(cell: Cell, gate: string): -1 | 0 | 1 {
  if (cell.keeps === undefined) return 0;
  return gate === cell.keeps ? 1 : gate === 'i' ? -1 : 0;
}

function checkScheme(option: string, cell: Cell, start: string): void {
  const scheme = starts.find(({ name }) => name === start);
  if (!scheme) throw new OptionError(option, `${option}: there is no start "${start}"; available are ${starts.map(({ name }) => name).join(', ')}.`);
  if (scheme.plainCellsOnly && cell.gates.length > 1) {
    throw new OptionError(option, `${option}: ${start} is for cells without gates, and a ${cell.title} has ${cell.gates.map(({ name }) => name).join(', ')}; a gate that starts open is had with gateBias or chrono.`);
  }
}

function checkChrono(option: string, cell: Cell, chrono: number): void {
  if (cell.keeps === undefined) throw new OptionError(option, `${option}: a ${cell.title} has no gate that keeps its state; LSTMs with a forget gate and GRUs have.`);
  if (!(Number.isFinite(chrono) && chrono > 2)) throw new OptionError(option, `${option}: ${chrono} given; it must be a number of steps above 2.`);
}

function finite(option: string, value: number): number {
  if (Number.isFinite(value)) return value;
  throw new OptionError(option, `${option}: ${value} given; it must be a finite number.`);
}
