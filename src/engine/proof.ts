/**
 * The proof that a run's numbers are right: every step is taken again in float64, each from the tape's own previous
 * state, and compared. Where a network is chaotic two honest trajectories part, so trajectories are not compared here;
 * a single step has no time to part, and chaos can neither excuse an error nor be blamed for one. Of a block every op is
 * taken again instead, from the tape's own operands (./block_proof.ts).
 */
import { activations, type Activation } from './math/activation';
import { proveBlock, type BlockProof } from './block_proof';
import { Comparison, gammaOf, precisions, type Precision, type SignalProof } from './comparison';
import type { Tape } from './engine';
import type { Direction } from './model/parameters';
import { inSlices } from './reference/driver';
import { readsOtherGates, recurrentOperand, unitParametersOf } from './reference/recurrent_term';
import { lengthOf, statesBefore } from './reference/rollout_record';
import { directedLayers, entries, layerStep, layerWeights, type LayerStep, type LayerWeights } from './reference/step';
import { isRecurrent, recurrentLayer, stateWidth, type RecurrentLayer } from './model/spec';

export interface Proof {
  /** What did the arithmetic: the engine's description, with the adapter's name. */
  readonly engine: string;
  /** What was compared with float64; on the reference that is float64 itself, and the proof only shows that it repeats. */
  readonly arithmetic: 'float32' | 'float64';
  /**
   * Time steps compared, of all there are: large runs are proved by an even sample that has the first and the last. Blocks
   * look back at all steps; of large runs they are proved for some sequences, and for as many of their first steps as this.
   */
  readonly checked: number;
  readonly steps: number;
  readonly signals: readonly SignalProof[];
  readonly holds: boolean;
  /** The same in a sentence. */
  readonly summary: string;
}

/** The most multiply-adds a proof may cost: about a fifth of a second of one core. */
const MOST_WORK = 1e8;

/**
 * Proves a tape of either engine. The tape is held while the proof lasts.
 * Rejects with ReleasedError, DeviceLostError or the AbortSignal's reason.
 */
export async function prove(tape: Tape, { abort, mostWork = MOST_WORK }: { abort?: AbortSignal; mostWork?: number } = {}): Promise<Proof> {
  const drop = tape.hold();
  try {
    const recurrent = tape.model.shape.layers.some(isRecurrent);
    const steps = recurrent ? sampledSteps(tape, mostWork) : [];
    const signals: SignalProof[] = [];
    for (const { layer, direction } of directedLayers(tape.model.shape)) {
      abort?.throwIfAborted();
      const read = await readDirection(tape, layer, direction);
      signals.push(...(await inSlices(proveDirection(tape, layer, direction, read, steps), abort)));
    }
    const blocks: BlockProof[] = [];
    for (const [layer, { kind }] of tape.model.shape.layers.entries()) {
      abort?.throwIfAborted();
      if (kind === 'block') blocks.push(await proveBlock(tape, layer, mostWork, abort));
    }
    signals.push(...blocks.flatMap((block) => block.signals));
    const checked = Math.min(...(recurrent ? [steps.length] : []), ...blocks.map((block) => block.steps));
    const arithmetic = tape.engine.kind === 'gpu' ? 'float32' : 'float64';
    const proof = { engine: tape.engine.description, arithmetic, checked, steps: tape.inputs.steps, signals, holds: signals.every(({ holds }) => holds) } as const;
    return { ...proof, summary: summaryOf(proof) };
  } finally {
    drop();
  }
}

/** Evenly spread steps, the first and the last among them, as many as the work allows. */
function sampledSteps({ model: { shape }, inputs: { steps, sequences } }: Tape, mostWork: number): number[] {
  // The step itself and the sums of magnitudes for its bound.
  const perStep = 2 * shape.layers.filter(isRecurrent).reduce((sum, { cell, hidden, width, inputs, directions }) => sum + directions * hidden * (cell.gates.length * (inputs + width) + (width === hidden ? 0 : width)), 0) * shape.seeds.length * sequences;
  const count = Math.min(steps, Math.max(2, Math.floor(mostWork / perStep)));
  if (count === steps) return Array.from({ length: steps }, (_, t) => t);
  return Array.from({ length: count }, (_, i) => Math.round((i * (steps - 1)) / (count - 1)));
}

type Numbers = Float32Array | Float64Array;

const PROVED = 'its steps are proved op by op';

interface DirectionNumbers {
  readonly x: Numbers;
  readonly states: readonly Numbers[];
  readonly gates: readonly Numbers[];
}

async function readDirection(tape: Tape, layer: number, direction: Direction): Promise<DirectionNumbers> {
  const { states, gates } = recurrentLayer(tape.model.shape, layer, PROVED).cell;
  const read = (name: string) => tape.signal(name, { layer, direction }).read();
  return {
    x: await read('x'),
    states: await Promise.all(states.map(({ name }) => read(name))),
    gates: await Promise.all(gates.map(({ name }) => read(name))),
  };
}

function* proveDirection(tape: Tape, layer: number, direction: Direction, { x, states, gates }: DirectionNumbers, steps: readonly number[]): Generator<void, SignalProof[]> {
  const { inputs, model } = tape;
  const shape = recurrentLayer(model.shape, layer, PROVED);
  const { cell, hidden, inputs: width } = shape;
  const magnitudes: Magnitudes = { sums: cell.gates.map(() => 0), growth: 1, projection: 0 };
  const comparisons = [...states.map((values, s) => new Comparison(values, stateWidth(shape, s))), ...gates.map((values) => new Comparison(values, hidden))];

  for (const [m] of model.shape.seeds.entries()) {
    const weights = layerWeights(model.shape, tape.parameters, layer, direction, m);
    for (const t of steps) {
      for (let b = 0; b < inputs.sequences; b++) {
        const place = { model: m, step: t, sequence: b };
        const row = (m * inputs.steps + t) * inputs.sequences + b;
        if (t >= lengthOf(inputs, b)) {
          for (const comparison of comparisons) comparison.expectZeros(row, place);
          continue;
        }
        const read = Float64Array.from(x.subarray(row * width, (row + 1) * width));
        const previous = statesBefore(model.shape, inputs, layer, direction, states, m, t, b);
        const taken = yield* layerStep(weights, read, previous);
        const { next, saved } = taken;
        const values = cell.gates.map(({ activation }, g) => saved[g].map(activations[activation]));
        [...next, ...values].forEach((expected, i) => comparisons[i].expect(row, expected, place));
        yield* includeMagnitudes(magnitudes, weights, read, previous, taken);
      }
    }
  }

  const bounds = boundsOf(shape, magnitudes, precisions[tape.engine.kind]);
  return [
    ...cell.states.map(({ name }, s) => comparisons[s].verdict({ name, kind: 'state', layer, direction }, s === 0 ? bounds.output : bounds.state)),
    ...cell.gates.map(({ name }, g) => comparisons[cell.states.length + g].verdict({ name, kind: 'gate', layer, direction }, bounds.gates[g])),
  ];
}

/** What the bounds grow with, over all entries compared. */
interface Magnitudes {
  /** [G] the largest Σ|w·x| + Σ|u·h| + |p·c| + |b_ih| + |b_hh| of any unit's gate. */
  readonly sums: number[];
  /** The largest |state| before or after a step or |gate|, at least 1: what a gate's error can be multiplied by. */
  growth: number;
  /** The largest Σ|w_hr| of any entry of a projected h; 0 without a projection. */
  projection: number;
}

function* includeMagnitudes(
  magnitudes: Magnitudes,
  { cell, hidden, width, inputs, w_ih, w_hh, b_ih, b_hh, w_hr, unit }: LayerWeights,
  x: Float64Array,
  previous: readonly Float64Array[],
  { next, saved }: LayerStep,
): Generator<void, void> {
  const include = (value: number) => (magnitudes.growth = Math.max(magnitudes.growth, Math.abs(value)));
  for (const row of [...previous, ...next]) row.forEach(include);
  for (let g = 0; g < cell.gates.length; g++) {
    const { activation } = cell.gates[g];
    if (activation !== 'identity') saved[g].forEach((total) => include(activations[activation](total)));
    const operand = recurrentOperand(cell, g, saved, previous).map((value, j) => Math.max(Math.abs(value), Math.abs(previous[0][j])));
    const peepholes = unitParametersOf(cell, g);
    for (let j = 0; j < hidden; j++) {
      const row = g * hidden + j;
      let sum = Math.abs(b_ih?.[row] ?? 0) + Math.abs(b_hh?.[row] ?? 0);
      for (let i = 0; i < inputs; i++) sum += Math.abs(w_ih[row * inputs + i] * x[i]);
      for (let k = 0; k < width; k++) sum += Math.abs(w_hh[row * width + k] * operand[k]);
      for (const u of peepholes) sum += Math.abs(unit[u][j]) * Math.max(1, ...[...entries(previous, j), ...entries(next, j)].map(Math.abs));
      magnitudes.sums[g] = Math.max(magnitudes.sums[g], sum);
    }
    yield;
  }
  if (!w_hr) return;
  for (let p = 0; p < width; p++) {
    const sum = w_hr.subarray(p * hidden, (p + 1) * hidden).reduce((total, weight) => total + Math.abs(weight), 0);
    magnitudes.projection = Math.max(magnitudes.projection, sum);
  }
}

/** How steep an activation is at its steepest. */
const slopes: Record<Activation, number> = { identity: 1, relu: 1, tanh: 1, sigmoid: 1 / 4, wideSigmoid: 1 };
/** How many times the error of its tanh or σ an activation has itself. */
const activationErrors: Record<Activation, number> = { identity: 0, relu: 0, tanh: 1, sigmoid: 1, wideSigmoid: 4 };

/**
 * How far honest arithmetic may be from the exact step.
 *
 * A pre-activation is a sum of I + P products, peepholes, two biases and the joining of two halves, in any order: it is
 * off by at most γ Σ|addend|, γ = n·u / (1 − n·u), n = I + P + 4 (Higham, Accuracy and Stability of Numerical Algorithms,
 * 2002, §3.1). Where another gate takes part in a pre-activation (the GRU's reset; all of them through the new cell state
 * behind a peephole), those gates’ errors multiply at most Σ|addend|.
 * A gate is off by its pre-activation's error times the activation's slope, and by the activation's own error. A new
 * state is built from gates (each once or twice, as z and 1 − z) times numbers no larger than the largest state, one more
 * activation (tanh c), and a handful of roundings; from the pre-activation itself where the gate is one. A projected h is a
 * sum of H such numbers times w_hr, none of them above 1.
 *
 * Rounding errors mostly cancel, so that honest runs stay far below; a wrong sign is of the size of the numbers
 * themselves, thousands of times above.
 */
function boundsOf({ cell, inputs, width, hidden }: RecurrentLayer, { sums, growth, projection }: Magnitudes, { roundoff, activation }: Precision): { gates: number[]; state: number; output: number } {
  const gamma = gammaOf(inputs + width + 4, roundoff);
  const joined = cell.gates.map((_, g) => readsOtherGates(cell, g));
  const gateError = (g: number, preActivationError: number) => {
    const kind = cell.gates[g].activation;
    return slopes[kind] * preActivationError + activationErrors[kind] * activation;
  };
  const ofOthers = sums.reduce((total, sum, g) => (joined[g] ? total : total + gateError(g, gamma * sum)), 0);
  const gates = sums.map((sum, g) => gateError(g, (joined[g] ? gamma + ofOthers : gamma) * sum));
  const throughGates = gates.reduce((total, error, g) => total + (cell.gates[g].activation === 'identity' ? error : 2 * growth * error), 0);
  const state = throughGates + activation + 8 * roundoff * growth;
  return { gates: gates.map((error) => error + 2 * roundoff), state, output: projection ? projection * (state + gammaOf(hidden, roundoff)) : state };
}

function summaryOf({ engine, arithmetic, checked, steps, signals, holds }: Omit<Proof, 'summary'>): string {
  const count = checked === steps ? `all ${steps} steps` : `${checked} of ${steps} steps`;
  if (arithmetic === 'float64') return `${engine}: ${count} taken again in float64 ${holds ? 'give the same numbers; with no GPU there is nothing else to compare' : 'give other numbers'}.`;
  const worst = signals.reduce((most, signal) => (signal.difference / signal.bound > most.difference / most.bound ? signal : most));
  const numbers = `${worst.difference.toExponential(1)} in ${worst.name}, bound ${worst.bound.toExponential(1)}`;
  return `${engine}: ${count} ${holds ? 'agree with' : 'differ from'} float64; ${holds ? 'nearest to its bound' : 'worst'} is ${numbers}.`;
}
