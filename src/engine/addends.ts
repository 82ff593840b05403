/** What one gate of one unit adds up: every product and bias of its pre-activation, the largest first. */
import { OptionError, UnknownSignalError } from './errors';
import type { Signal, Tape } from './engine';
import { activations, type Activation } from './math/activation';
import type { Direction } from './model/parameters';
import { recurrentLayer } from './model/spec';
import { recurrentOperand, recurrentScale, unitFactor, unitParametersOf } from './reference/recurrent_term';
import { lengthOf, statesBefore } from './reference/rollout_record';
import { entries, layerWeights } from './reference/step';

/** One entry of a gate. */
export interface GatePlace {
  /** The last layer unless given. */
  readonly layer?: number;
  /** Forward unless given. */
  readonly direction?: Direction;
  /** 0 unless given; so is `sequence`. */
  readonly model?: number;
  readonly sequence?: number;
  readonly step: number;
  readonly unit: number;
  /** A gate's letter: `i f g o`, `r z n`, `a`. */
  readonly gate: string;
}

export interface Addend {
  /** w_ih·x, w_hh·h, a peephole's p·c, or a bias. */
  readonly of: 'x' | 'h' | 'c' | 'b_ih' | 'b_hh';
  /** Which entry of x, h or c; undefined for a bias. */
  readonly index: number | undefined;
  /** The entry of the weight matrix, the peephole, or the bias. */
  readonly weight: number;
  /** What it multiplies: x_i; h_k, or r_k·h_k where the reset acts before the product; the cell state, old or new; 1 for a bias. */
  readonly factor: number;
  /** weight · factor, times `scale` for what comes from h and b_hh. */
  readonly term: number;
}

export interface Addends {
  readonly place: Required<GatePlace>;
  /** Largest magnitude first. */
  readonly terms: readonly Addend[];
  /** By what the cell multiplies the recurrent half: r in the candidate of a GRU with reset after, else 1. */
  readonly scale: number;
  /** Of all terms, in float64. */
  readonly sum: number;
  /** The tape's own number; differs from `sum` by the tape's rounding. */
  readonly preActivation: number;
  readonly activation: Activation;
  /** The gate's value: the activation of the pre-activation. */
  readonly value: number;
}

/** Rejects with OptionError or UnknownSignalError for a place the tape does not have, ReleasedError for a tape that is gone. */
export async function addends(tape: Tape, given: GatePlace): Promise<Addends> {
  const place = checkedPlace(tape, given);
  const { layer, direction, model: m, sequence: b, step: t, unit } = place;
  const { inputs, model } = tape;
  const { cell, hidden, width, inputs: read } = recurrentLayer(model.shape, layer, WANTED);
  const g = cell.gates.findIndex(({ name }) => name === place.gate);

  const numbersOf = (name: string) => readOnce(tape.signal(name, { layer, direction }));
  const [x, states, totals] = await Promise.all([
    numbersOf('x'),
    Promise.all(cell.states.map(({ name }) => numbersOf(name))),
    Promise.all(cell.gates.map(({ name, activation }, index) => numbersOf(activation === 'identity' ? name : cell.saved[index]))),
  ]);
  const row = (m * inputs.steps + t) * inputs.sequences + b;
  const saved = totals.map((values) => Float64Array.from(values.subarray(row * hidden, (row + 1) * hidden)));
  const previous = statesBefore(model.shape, inputs, layer, direction, states, m, t, b);
  const operand = recurrentOperand(cell, g, saved, previous);
  const [ownTotals, ownPrevious] = [entries(saved, unit), entries(previous, unit)];
  const scale = recurrentScale(cell, g, ownTotals, ownPrevious);

  const { w_ih, w_hh, b_ih, b_hh, unit: unitParameters } = layerWeights(model.shape, tape.parameters, layer, direction, m);
  const line = g * hidden + unit;
  const terms: Addend[] = [];
  const add = (of: Addend['of'], index: number | undefined, weight: number, factor: number, scaled: number) => terms.push({ of, index, weight, factor, term: scaled * weight * factor });
  for (let i = 0; i < read; i++) add('x', i, w_ih[line * read + i], x[row * read + i], 1);
  for (let k = 0; k < width; k++) add('h', k, w_hh[line * width + k], operand[k], scale);
  for (const u of unitParametersOf(cell, g)) add('c', unit, unitParameters[u][unit], unitFactor(cell, g, u, ownTotals, ownPrevious), 1);
  if (b_ih) add('b_ih', undefined, b_ih[line], 1, 1);
  if (b_hh) add('b_hh', undefined, b_hh[line], 1, scale);
  terms.sort((one, other) => Math.abs(other.term) - Math.abs(one.term));

  const preActivation = saved[g][unit];
  const { activation } = cell.gates[g];
  return {
    place,
    terms,
    scale,
    sum: terms.reduce((sum, { term }) => sum + term, 0),
    preActivation,
    activation,
    value: activations[activation](preActivation),
  };
}

const WANTED = 'addends are those of a gate: look at its own signals instead';

function checkedPlace({ model: { shape }, inputs }: Tape, given: GatePlace): Required<GatePlace> {
  const { layer = shape.layers.length - 1, direction = 'forward', model = 0, sequence = 0, step, unit, gate } = given;
  within('layer', layer, shape.layers.length);
  const { cell, directions, hidden } = recurrentLayer(shape, layer, WANTED);
  if (direction === 'reverse' && directions === 1) throw new OptionError('direction', `direction: layer ${layer} reads forward only.`);
  within('model', model, shape.seeds.length);
  within('sequence', sequence, inputs.sequences);
  within('step', step, lengthOf(inputs, sequence));
  within('unit', unit, hidden);
  const gates = cell.gates.map(({ name }) => name);
  if (!gates.includes(gate)) throw new UnknownSignalError(gate, gates);
  return { layer, direction, model, sequence, step, unit, gate };
}

function within(option: string, value: number, count: number): void {
  if (Number.isInteger(value) && value >= 0 && value < count) return;
  throw new OptionError(option, `${option}: ${value} given; there are 0 to ${count - 1}.`);
}

type Numbers = Float32Array | Float64Array;
const alreadyRead = new WeakMap<Tape, Map<string, Promise<Numbers>>>();

/** A pointer moving over a heatmap asks for entry after entry of the same few signals: each is read back once per tape. */
function readOnce(signal: Signal): Promise<Numbers> {
  const { tape, layer, direction, name } = signal;
  const ofTape = alreadyRead.get(tape) ?? new Map<string, Promise<Numbers>>();
  alreadyRead.set(tape, ofTape);
  const key = `${layer} ${direction} ${name}`;
  const known = ofTape.get(key) ?? signal.read();
  ofTape.set(key, known);
  known.catch(() => ofTape.delete(key));
  return known;
}
