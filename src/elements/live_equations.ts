/** A cell's equations with the numbers of one unit at one step in place of the letters. */
import type { Cell } from '../engine';
import { bracketed, decimal } from './signed_number';

/** One equation: as the cell states it, and with numbers. */
export interface LiveEquation {
  readonly written: string;
  readonly numbers: string;
  /** What it gives: the gate whose sum it takes, or else a state. */
  readonly of: string;
}

/** What the equations speak of, for one unit. */
export interface UnitNumbers {
  /** Pre-activation, by gate. */
  readonly sums: Readonly<Record<string, number>>;
  /** By gate. */
  readonly gates: Readonly<Record<string, number>>;
  /** By state: before the step, and after. */
  readonly before: Readonly<Record<string, number>>;
  readonly after: Readonly<Record<string, number>>;
}

export function liveEquations(cell: Cell, { sums, gates, before, after }: UnitNumbers): LiveEquation[] {
  return cell.equations.map((written) => {
    const [left, right] = written.split(' = ');
    const result = left.endsWith("'") ? after[left.slice(0, -1)] : gates[left];
    if (right.includes('W')) {
      const gate = cell.gates.find(({ name }) => name === left) ?? cell.gates[0];
      const sum = decimal(sums[gate.name]);
      return { written, of: gate.name, numbers: `${left} = ${right.replace(/\(.*?(, [^,()]*)?\)$/, `(${sum}$1)`)} = ${decimal(result)}` };
    }
    const numbers = right.replace(/[a-z]+'?/g, (word) => {
      const value = word.endsWith("'") ? after[word.slice(0, -1)] : (gates[word] ?? before[word]);
      if (value === undefined) return word;
      return bracketed(value);
    });
    return { written, of: left.replace("'", ''), numbers: `${left} = ${numbers.replaceAll('⊙', '·').replace(/\((\(.*?\))\)/g, '$1')} = ${decimal(result)}` };
  });
}
