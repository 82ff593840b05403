/** What the next state of a gated cell is the sum of, unit by unit: f·c and i·g; (1 − z)·n and z·h; o·tanh(c'). */
import type { Cell } from '../engine';
import type { UnitNumbers } from './live_equations';

export interface Summand {
  /** As the cell states it: `f ⊙ c`. */
  readonly written: string;
  /** The numbers that it multiplies. */
  readonly factors: readonly number[];
  readonly value: number;
}

/** The states of a cell whose equation has only gates and states in it, so that their sum can be taken apart. */
export function summedStates({ equations, states }: Cell): string[] {
  return states.map(({ name }) => name).filter((name) => equations.some((line) => line.startsWith(`${name}' = `) && !line.includes('W')));
}

/** The summands of a state's next value, in the order of its equation. */
export function stateSummands(cell: Cell, state: string, numbers: UnitNumbers): Summand[] {
  const [, right] = cell.equations.find((line) => line.startsWith(`${state}' = `))!.split(' = ');
  return right.split(/ \+ (?![^(]*\))/).map((written) => {
    const factors = written.split(' ⊙ ').map((factor) => factorOf(factor, numbers));
    return { written, factors, value: factors.reduce((product, factor) => product * factor, 1) };
  });
}

const forms: readonly [RegExp, (value: number) => number][] = [
  [/^([a-z]+'?)$/, (value) => value],
  [/^\(1 − ([a-z]+)\)$/, (value) => 1 - value],
  [/^tanh\(([a-z]+')\)$/, Math.tanh],
  [/^\(2σ\(([a-z]+')\) − 1\)$/, (value) => Math.tanh(value / 2)],
];

function factorOf(written: string, { gates, before, after }: UnitNumbers): number {
  for (const [form, apply] of forms) {
    const name = form.exec(written)?.[1];
    if (name) return apply(name.endsWith("'") ? after[name.slice(0, -1)] : (gates[name] ?? before[name]));
  }
  throw new Error(`This figure cannot read “${written}” in the cell's equations.`);
}
