import { below } from './draw';
import { tokenTask } from './token_task';

const names = [...'abcdefghijklmnopqrstuvwxyz'];

/**
 * Symbols drawn uniformly, with a mark somewhere before the last two steps, and the mark again at the last one: name the
 * symbol that followed it the first time. Of T steps the mark's place is uniform over 0 … T − 3. The form of Gu and Dao
 * (2023), whose vocabulary of 16 is 15 symbols and the mark; induction heads were described by Olsson et al. (2022).
 */
export const inductionHeads = tokenTask(
  {
    name: 'induction_heads',
    title: 'Induction heads',
    description: 'A mark appears once among random symbols, and again at the end: the network must say what came after it the first time.',
    source: 'Gu, Dao 2023; Olsson et al. 2022',
    settings: [
      { name: 'length', title: 'Steps', default: 64, least: 3, most: 2000 },
      { name: 'symbols', title: 'Kinds of symbols', default: 15, least: 2, most: names.length },
    ],
  },
  ({ length: steps, symbols }) => {
    const classes = names.slice(0, symbols);
    const mark = symbols;
    return {
      vocab: [...classes, '⊢'],
      classes,
      steps,
      chance: 1 / symbols,
      draw(uniform, tokens, targets) {
        for (let t = 0; t < steps; t++) tokens[t] = below(uniform, symbols);
        const place = below(uniform, steps - 2);
        tokens[place] = mark;
        tokens[steps - 1] = mark;
        targets[steps - 1] = tokens[place + 1];
      },
    };
  },
);
