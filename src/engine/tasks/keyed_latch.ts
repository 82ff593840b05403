import { below } from './draw';
import { tokenTask } from './token_task';

const keyNames = [...'ABCDEFGHIJKLMNOP'];
const distractorNames = [...'abcdefghijklmnopqrstuvwxyz'];
const QUERY = '?';

/**
 * One key of K, then `distance` distractors of D, then the query: name the key. A sequence has distance + 2 steps, all
 * draws are independent and uniform, and only the last step is asked. After the latching problem of Bengio, Simard and
 * Frasconi (1994) and the noise-free start of Hochreiter and Schmidhuber (1997), experiment 2.
 */
export const keyedLatch = tokenTask(
  {
    name: 'keyed_latch',
    title: 'Keyed latch',
    description: 'A key comes first, then noise; at the query the network must say which key it was. All it takes is to hold one symbol for a given number of steps.',
    source: 'after Bengio, Simard, Frasconi 1994; Hochreiter, Schmidhuber 1997',
    settings: [
      { name: 'distance', title: 'Distractors between key and query', default: 20, least: 0, most: 2000 },
      { name: 'keys', title: 'Keys', default: 4, least: 2, most: keyNames.length },
      { name: 'distractors', title: 'Kinds of distractors', default: 8, least: 1, most: distractorNames.length },
    ],
  },
  ({ distance, keys, distractors }) => {
    const classes = keyNames.slice(0, keys);
    const query = keys + distractors;
    return {
      vocab: [...classes, ...distractorNames.slice(0, distractors), QUERY],
      classes,
      steps: distance + 2,
      chance: 1 / keys,
      draw(uniform, tokens, targets) {
        const key = below(uniform, keys);
        tokens[0] = key;
        for (let t = 1; t <= distance; t++) tokens[t] = keys + below(uniform, distractors);
        tokens[distance + 1] = query;
        targets[distance + 1] = key;
      },
    };
  },
);
