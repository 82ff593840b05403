import { below } from './draw';
import { tokenTask } from './token_task';

const COPIED = 10;
const SYMBOLS = 8;
const [BLANK, DELIMITER] = [SYMBOLS, SYMBOLS + 1];
const vocab = [...'ABCDEFGH', '·', '¶'];

/**
 * Ten symbols of eight, `distance` − 1 blanks, a delimiter, ten blanks: distance + 20 steps. From the delimiter's next step
 * on, name the ten symbols again, in order; before, the blank. Arjovsky, Shah and Bengio (2016), section 5.1, who ask at
 * every step; asked only for the ten, as here unless `asked` says otherwise, the share of right answers is what is
 * remembered. A network without memory has a mean loss of 10 · ln 8 / (distance + 20) where every step is asked.
 */
export const copyMemory = tokenTask(
  {
    name: 'copy_memory',
    title: 'Copy memory',
    description: 'Ten symbols, a long silence, a signal: now the network must say the ten again, in order.',
    source: 'Arjovsky, Shah, Bengio 2016, after Hochreiter, Schmidhuber 1997',
    settings: [
      { name: 'distance', title: 'Steps from the last symbol to the signal', default: 50, least: 1, most: 2000 },
      { name: 'asked', title: 'What is asked', default: 0, least: 0, most: 1, names: { 0: 'the ten symbols', 1: 'every step, blanks too' } },
    ],
  },
  ({ distance, asked }) => {
    const steps = distance + 2 * COPIED;
    return {
      vocab,
      classes: vocab.slice(0, DELIMITER),
      steps,
      chance: asked ? (distance + COPIED + COPIED / SYMBOLS) / steps : 1 / SYMBOLS, // who keeps silent until asked, and then guesses
      draw(uniform, tokens, targets) {
        tokens.fill(BLANK);
        tokens[COPIED + distance - 1] = DELIMITER;
        if (asked) targets.fill(BLANK);
        for (let i = 0; i < COPIED; i++) {
          tokens[i] = below(uniform, SYMBOLS);
          targets[steps - COPIED + i] = tokens[i];
        }
      },
    };
  },
);
