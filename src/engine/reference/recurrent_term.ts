/**
 * What a cell adds up in a gate besides W·x, found out from the cell itself, so that no cell is a special case: which
 * numbers the recurrent product reads (h, or a cell's inner operand), by what the cell multiplies it before adding it up,
 * and what the unit's own parameters multiply.
 */
import type { Cell } from '../cells/cell';
import { entries } from './step';

/** Whether gate g belongs to the second product of a step, which reads the cell's operand instead of h. */
export function readsOperand({ gates, inner }: Cell, g: number): boolean {
  return g >= gates.length - (inner?.gates ?? 0);
}

/**
 * What w_hh multiplies for gate g, one number per unit.
 * @param saved - [K] rows of H, the gates' total pre-activations first
 * @param previous - [S] rows of H, the states before the step
 */
export function recurrentOperand(cell: Cell, g: number, saved: readonly ArrayLike<number>[], previous: readonly Float64Array[]): Float64Array {
  const { inner, gates } = cell;
  if (!inner || !readsOperand(cell, g)) return previous[0];
  const outer = saved.slice(0, gates.length - inner.gates);
  return previous[0].map((_, j) => inner.operand(entries(outer, j), entries(previous, j)));
}

/**
 * By what a unit multiplies its recurrent product before it enters the total of gate g: 1, or as in the GRU's candidate
 * another gate. A total is linear in the product, so the difference of two calls tells.
 * @param totals - [G] the unit's total pre-activations
 * @param previous - [S] the unit's states before the step
 */
export function recurrentScale(cell: Cell, g: number, totals: readonly number[], previous: readonly number[]): number {
  if (cell.inner && !readsOperand(cell, g)) return 1; // summed by the engine, before the second product
  const { forward, gates, unitParameters = [] } = cell;
  const a_ih = totals.map((total, other) => (other === g ? 0 : total));
  const none = unitParameters.map(() => 0);
  const withProduct = (product: number) => forward(a_ih, gates.map((_, other) => (other === g ? product : 0)), previous, none).saved[g];
  return withProduct(1) - withProduct(0);
}

/** Which of a cell's per-unit parameters enter gate g: the peephole of that letter. */
export function unitParametersOf(cell: Cell, g: number): number[] {
  const ones = cell.gates.map(() => 1);
  return (cell.unitParameters ?? []).flatMap((_, u) => (unitFactor(cell, g, u, ones, cell.states.map(() => 1)) === 0 ? [] : [u]));
}

/**
 * What a unit's own parameter u multiplies in gate g: its cell state, the old one or the new.
 * @param totals - [G] the unit's total pre-activations
 * @param previous - [S] the unit's states before the step
 */
export function unitFactor({ forward, gates, unitParameters = [] }: Cell, g: number, u: number, totals: readonly number[], previous: readonly number[]): number {
  const alone = totals.map((total, other) => (other === g ? 0 : total));
  return forward(alone, gates.map(() => 0), previous, unitParameters.map((_, other) => (other === u ? 1 : 0))).saved[g];
}

/** Whether another gate's pre-activation takes part in that of gate g: as a reset does, or through the new cell state. */
export function readsOtherGates(cell: Cell, g: number): boolean {
  const { forward, gates, states, unitParameters = [] } = cell;
  const total = (a_ih: readonly number[]) => forward(a_ih, gates.map(() => 1), states.map(() => 1), unitParameters.map(() => 1)).saved[g];
  const zeros = gates.map(() => 0);
  return readsOperand(cell, g) || gates.some((_, other) => other !== g && total(zeros.with(other, 1)) !== total(zeros));
}
