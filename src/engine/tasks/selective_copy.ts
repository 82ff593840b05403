import { below, drawnOrder } from './draw';
import { tokenTask } from './token_task';

const MOST_SYMBOLS = 16;
const names = [...'ABCDEFGHIJKLMNOP'];
const NOISE = 0;

/**
 * `data` symbols, each of `symbols` and drawn apart, at places drawn from `length` steps, noise at the others; then `data`
 * steps that ask for them, in order. Classes are rows of the vocabulary, of which only the symbols are ever right. The
 * selective copying of Gu and Dao (2023), after the denoising task of Jing et al. (2019). Needs data ≤ length.
 */
export const selectiveCopy = tokenTask(
  {
    name: 'selective_copy',
    title: 'Selective copying',
    description: 'Symbols at unforeseeable places among noise; at the end the network must list them in order. It has to choose what to store.',
    source: 'Gu, Dao 2023, after Jing et al. 2019',
    settings: [
      { name: 'length', title: 'Steps of symbols and noise', default: 32, least: 16, most: 2000 },
      { name: 'data', title: 'Symbols to remember', default: 8, least: 1, most: 16 },
      { name: 'symbols', title: 'Kinds of symbols', default: 8, least: 2, most: MOST_SYMBOLS },
    ],
  },
  ({ length, data, symbols }) => {
    const vocab = ['·', ...names.slice(0, symbols), '?'];
    const ask = symbols + 1;
    return {
      vocab,
      classes: vocab,
      steps: length + data,
      chance: 1 / symbols,
      draw(uniform, tokens, targets) {
        tokens.fill(NOISE, 0, length).fill(ask, length);
        const places = drawnOrder(uniform, length, data).toSorted((a, b) => a - b);
        places.forEach((place, i) => {
          tokens[place] = 1 + below(uniform, symbols);
          targets[length + i] = tokens[place];
        });
      },
    };
  },
);
