/** The influence matrix as a heatmap draws it. */
import { extentOf, type Influence } from '../engine';
import { PLAIN, type Matrix } from './matrix';
import type { ColourRange } from './range';
import { decimal } from './signed_number';

/**
 * Who feels whom along a run: states down, the words they may feel across. Zeros, as of words yet to come, are left empty.
 *
 * @param decades - the ends of its scale, as exponents of ten; they follow from the numbers unless given
 */
export function influenceMatrix({ steps, layer, unit, causal, arithmetic, values, log10 }: Influence, words: readonly string[], layers: number, decades?: ColourRange): Matrix {
  const at = (row: number, column: number) => values[row * steps + column];
  const log = (row: number, column: number) => log10[row * steps + column];
  const h = unit === undefined ? 'h' : `h[${unit + 1}]`;
  return {
    ...PLAIN,
    rows: steps,
    columns: steps,
    rowNoun: 'state',
    columnNoun: 'word',
    rowLabels: words,
    columnLabels: words,
    title: `Influence ‖∂${unit === undefined ? 'h_t' : `h_t[${unit + 1}]`}/∂x_s‖: what the state after word t (down) feels of word s (across)${layers > 1 ? `, layer ${layer + 1}` : ''}${unit === undefined ? '' : `, unit ${unit + 1} alone`}${causal ? '' : '; both directions'}`,
    scaling: 'log',
    fixedRange: decades,
    signed: false,
    zeroIsEmpty: true,
    key: `influence ${layer} ${unit}`,
    at,
    log10: log,
    pairs: true,
    derivatives: arithmetic,
    telling: (row, column) => {
      const zero = causal && column > row ? ' has not read ' : log(row, column) === -Infinity ? ' does not feel ' : ' feels ';
      return `‖∂${h}_${row + 1}/∂x_${column + 1}‖ = ${magnitude(at(row, column), log(row, column))}: '${words[row]}'${zero}'${words[column]}'`;
    },
    read: () => Promise.resolve(at),
    extent: () => Promise.resolve(extentOf(values)),
    storage: undefined,
    remark: '',
  };
}

/** Two digits of a magnitude, also where it has left float64. */
function magnitude(value: number, log10: number): string {
  if (log10 === -Infinity) return '0';
  if (Math.abs(log10) < 3 && value !== 0) return decimal(value, Math.max(0, 1 - Math.floor(log10)));
  const exponent = Math.floor(log10);
  const digits = 10 ** (log10 - exponent);
  const rounded = digits.toFixed(1) === '10.0' ? ['1.0', exponent + 1] : [digits.toFixed(1), exponent];
  return `${rounded[0]}e${rounded[1]}`.replace('-', '−');
}
