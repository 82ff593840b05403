/** Everything that one unit of a cell computes at one step, by what it is called: what wires carry and equations give. */
import { addends, type Addend, type Addends, type Cell, type Tape } from '../engine';
import { liveEquations, type LiveEquation, type UnitNumbers } from './live_equations';
import { stateSummands, summedStates } from './state_summands';

export interface CellReading {
  readonly cell: Cell;
  /** Places count from 0. */
  readonly step: number;
  readonly unit: number;
  readonly units: number;
  /** One a gate, in stacking order. */
  readonly sums: readonly Addends[];
  readonly numbers: UnitNumbers;
  readonly equations: readonly LiveEquation[];
  /**
   * By name: gates (`f`), states before (`c`) and after (`c'`), summands as the cell states them (`f ⊙ c`, `tanh(c')`), and of
   * gate `f` its sum `a_f` with the parts `W_f` and `U_f`, biases included, and `p_f`, a peephole.
   */
  readonly values: Readonly<Record<string, number>>;
}

/** A cell in its layer. */
export interface CellPlace {
  readonly cell: Cell;
  readonly units: number;
  readonly layer: number;
  /** States that have one number a unit; all of the cell's unless given. */
  readonly own?: readonly string[];
}

/** @param states - of each of those states [T, H], first model and sequence */
export async function readCell(tape: Tape, { cell, units, layer, own = cell.states.map(({ name }) => name) }: CellPlace, states: readonly ArrayLike<number>[], step: number, unit: number): Promise<CellReading> {
  const sums = await Promise.all(cell.gates.map(({ name: gate }) => addends(tape, { layer, step, unit, gate })));
  const at = (t: number) => Object.fromEntries(own.map((name, s) => [name, t < 0 ? 0 : states[s][t * units + unit]]));
  const byGate = (value: (sum: Addends) => number) => Object.fromEntries(cell.gates.map(({ name }, g) => [name, value(sums[g])]));
  const numbers = { sums: byGate((sum) => sum.preActivation), gates: byGate((sum) => sum.value), before: at(step - 1), after: at(step) };
  return { cell, step, unit, units, sums, numbers, equations: liveEquations(cell, numbers), values: { ...sumsByName(cell, sums), ...statesByName(cell, numbers) } };
}

function sumsByName(cell: Cell, sums: readonly Addends[]): Record<string, number> {
  const named = cell.gates.flatMap(({ name }, g) => {
    const { terms, preActivation, value } = sums[g];
    // What a reset gate scales is shown before it does.
    const from = (...sources: Addend['of'][]) => terms.filter(({ of }) => sources.includes(of)).reduce((sum, { weight, factor }) => sum + weight * factor, 0);
    return [[name, value], [`a_${name}`, preActivation], [`W_${name}`, from('x', 'b_ih')], [`U_${name}`, from('h', 'b_hh')], [`p_${name}`, from('c')]] as const;
  });
  return Object.fromEntries(named);
}

function statesByName(cell: Cell, numbers: UnitNumbers): Record<string, number> {
  const { before, after } = numbers;
  const summands = summedStates(cell).flatMap((state) => stateSummands(cell, state, numbers));
  // o ⊙ tanh(c'): both factors, and the product.
  const factors = summands.flatMap(({ written, factors: values }) => written.split(' ⊙ ').map((factor, k) => [factor, values[k]] as const));
  return Object.fromEntries([
    ...factors,
    ...summands.map(({ written, value }) => [written, value] as const),
    ...Object.entries(before),
    ...Object.entries(after).map(([name, value]) => [`${name}'`, value] as const),
  ]);
}
