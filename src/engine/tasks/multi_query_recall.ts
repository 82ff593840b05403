import { OptionError } from '../errors';
import { below, drawnOrder } from './draw';
import { tokenTask } from './token_task';

/**
 * `pairs` pairs of a key and a value, key before value; then every key again, in another order: at each, name the value
 * that stood beside it. Keys of a sequence are different from each other, values drawn apart; 3 · pairs steps. Classes
 * are rows of the vocabulary, keys first. The multi-query associative recall of Arora et al. (2023), with all queries at
 * the end. Naming some value of the pairs gets about 1 in `pairs` right without knowing which belongs to which.
 */
export const multiQueryRecall = tokenTask(
  {
    name: 'multi_query_recall',
    title: 'Recall of pairs',
    description: 'Pairs of a key and a value, then the keys alone in another order: the network must name the value of each. How many pairs fit into a state of fixed size?',
    source: 'Arora et al. 2023',
    settings: [
      { name: 'pairs', title: 'Pairs', default: 8, least: 1, most: 64 },
      { name: 'keys', title: 'Kinds of keys', default: 32, least: 2, most: 256 },
      { name: 'values', title: 'Kinds of values', default: 32, least: 2, most: 256 },
    ],
  },
  ({ pairs, keys, values }) => {
    if (pairs > keys) throw new OptionError('pairs', `multi_query_recall: ${pairs} pairs need as many keys, and there are ${keys}; choose fewer pairs or more keys.`);
    const vocab = [...Array.from({ length: keys }, (_, i) => `k${i + 1}`), ...Array.from({ length: values }, (_, i) => `v${i + 1}`)];
    return {
      vocab,
      classes: vocab,
      steps: 3 * pairs,
      chance: 1 / values,
      draw(uniform, tokens, targets) {
        const chosen = drawnOrder(uniform, keys, pairs);
        chosen.forEach((key, i) => {
          tokens[2 * i] = key;
          tokens[2 * i + 1] = keys + below(uniform, values);
        });
        drawnOrder(uniform, pairs).forEach((i, q) => {
          tokens[2 * pairs + q] = chosen[i];
          targets[2 * pairs + q] = tokens[2 * i + 1];
        });
      },
    };
  },
);
