import { below } from './draw';
import { tokenTask } from './token_task';

const pairs = ['()', '[]', '{}', '⟨⟩', '«»', '⟦⟧'];

/**
 * The beginning, T + 1 symbols long, of a well-nested string of k kinds of brackets, at most `depth` of them open at once:
 * a bracket of a kind drawn uniformly opens if none is open, the last one opened closes if `depth` are, and otherwise
 * either happens half the time. Where the next symbol closes, the network names its kind, which what it has read decides;
 * elsewhere nothing is asked. The bounded Dyck language of Hewitt et al. (2020), Dyck-(k, m).
 */
export const dyck = tokenTask(
  {
    name: 'dyck',
    title: 'Nested brackets',
    description: 'Brackets of several kinds open and close, one within the other. Whenever one is about to close, the network must say which: it has to keep a stack.',
    source: 'Hewitt et al. 2020',
    settings: [
      { name: 'kinds', title: 'Kinds of brackets', default: 2, least: 2, most: pairs.length },
      { name: 'depth', title: 'Most open at once', default: 4, least: 1, most: 12 },
      { name: 'length', title: 'Steps', default: 48, least: 16, most: 2000 },
    ],
  },
  ({ kinds, depth, length: steps }) => ({
    // Kind i opens with row 2i and closes with 2i + 1.
    vocab: pairs.slice(0, kinds).flatMap((pair) => [...pair]),
    classes: pairs.slice(0, kinds).map((pair) => pair[1]),
    steps,
    chance: 1 / kinds,
    draw(uniform, tokens, targets) {
      const open: number[] = [];
      for (let t = 0; t <= steps; t++) {
        const closes = open.length === depth || (open.length > 0 && below(uniform, 2) === 0);
        const kind = closes ? open.pop()! : below(uniform, kinds);
        if (!closes) open.push(kind);
        if (t < steps) tokens[t] = 2 * kind + (closes ? 1 : 0);
        if (t > 0 && closes) targets[t - 1] = kind;
      }
    },
  }),
);
