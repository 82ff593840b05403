import { below } from './draw';
import { tokenTask } from './token_task';

const symbols = ['B', 'T', 'P', 'S', 'X', 'V', 'E'];
const [BEGIN, TOP, PATH_P, END] = ['B', 'T', 'P', 'E'].map((symbol) => symbols.indexOf(symbol));

/** Reber's automaton: from each state two ways on, equally likely, each a symbol and the state it leads to. The last state ends. */
const ways: readonly (readonly [symbol: string, next: number])[][] = [
  [['T', 1], ['P', 2]],
  [['S', 1], ['X', 3]],
  [['T', 2], ['V', 4]],
  [['X', 2], ['S', 5]],
  [['P', 3], ['V', 5]],
];
const LAST_STATE = 5;

const ASKED_EVERYWHERE = 0;
/** The shortest embedded string: B T BTXSE T E. */
const SHORTEST = 9;

/**
 * Strings B·R·E of an embedded Reber grammar: R is T, a Reber string, T, or P, a Reber string, P, each half the time. The
 * network reads symbol after symbol and names the next; strings above `longest` symbols are drawn again, shorter ones
 * filled up with E, where nothing is asked. Within a Reber string two symbols are always possible, so that the last T or P,
 * which repeats the second symbol, is what takes memory; `asked` limits the question to it.
 * Hochreiter and Schmidhuber (1997), experiment 1, after Smith and Zipser (1989) and Fahlman (1991).
 */
export const embeddedReber = tokenTask(
  {
    name: 'embedded_reber',
    title: 'Embedded Reber grammar',
    description: 'Strings of a small automaton between two equal symbols, T … T or P … P; the network names the next symbol. Most steps leave two possibilities open; the last T or P is certain, for who remembers the first.',
    source: 'Hochreiter, Schmidhuber 1997, experiment 1',
    settings: [
      { name: 'longest', title: 'Longest string', default: 40, least: SHORTEST, most: 200 },
      { name: 'asked', title: 'What is asked', default: ASKED_EVERYWHERE, least: 0, most: 1, names: { [ASKED_EVERYWHERE]: 'every next symbol', 1: 'the last T or P alone' } },
    ],
  },
  ({ longest, asked }) => ({
    vocab: symbols,
    classes: symbols,
    steps: longest - 1,
    chance: asked === ASKED_EVERYWHERE ? undefined : 1 / 2,
    draw(uniform, tokens, targets) {
      const string = embeddedString(uniform, longest);
      tokens.fill(END);
      for (let t = 0; t + 1 < string.length; t++) {
        tokens[t] = string[t];
        if (asked === ASKED_EVERYWHERE || t === string.length - 3) targets[t] = string[t + 1];
      }
    },
  }),
);

/** A string of at most `longest` symbols. */
function embeddedString(uniform: () => number, longest: number): number[] {
  for (;;) {
    const branch = below(uniform, 2) === 0 ? TOP : PATH_P;
    const string = [BEGIN, branch, ...reberString(uniform), branch, END];
    if (string.length <= longest) return string;
  }
}

function reberString(uniform: () => number): number[] {
  const string = [BEGIN];
  for (let state = 0; state !== LAST_STATE; ) {
    const [symbol, next] = ways[state][below(uniform, 2)];
    string.push(symbols.indexOf(symbol));
    state = next;
  }
  return [...string, END];
}
