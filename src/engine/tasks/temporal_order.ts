import { below } from './draw';
import { tokenTask } from './token_task';

const vocab = ['a', 'b', 'c', 'd', 'X', 'Y', 'E', 'B'];
const [X, START, TRIGGER] = [4, 6, 7];
const DISTRACTORS = 4;
/** XX, XY, YX, YY */
const classes = ['Q', 'R', 'S', 'U'];

/**
 * E, then distractors a b c d with an X or Y in two places, then B: at B, name which two it was and in which order (XX → Q,
 * XY → R, YX → S, YY → U). Of T steps the first place is uniform over [T/10, T/5), the second over [T/2, 3T/5), counted
 * from 0. Hochreiter and Schmidhuber (1997), experiment 6a: there lengths are drawn from 100 to 110, with the places
 * between 10 and 20 and between 50 and 60; here all sequences of a task are T long.
 */
export const temporalOrder = tokenTask(
  {
    name: 'temporal_order',
    title: 'Temporal order',
    description: 'Noise with an X or a Y in two places far apart; at the end the network must say which two they were, and in which order.',
    source: 'Hochreiter, Schmidhuber 1997, experiment 6a',
    settings: [{ name: 'length', title: 'Steps', default: 100, least: 10, most: 2000 }],
  },
  ({ length: steps }) => ({
    vocab,
    classes,
    steps,
    chance: 1 / classes.length,
    draw(uniform, tokens, targets) {
      for (let t = 0; t < steps; t++) tokens[t] = below(uniform, DISTRACTORS);
      tokens[0] = START;
      tokens[steps - 1] = TRIGGER;
      const [first, second] = [below(uniform, 2), below(uniform, 2)];
      tokens[within(uniform, steps / 10, steps / 5)] = X + first;
      tokens[within(uniform, steps / 2, (3 * steps) / 5)] = X + second;
      targets[steps - 1] = 2 * first + second;
    },
  }),
);

/** A step of [from, to), neither of which need be whole. */
function within(uniform: () => number, from: number, to: number): number {
  const [least, end] = [Math.ceil(from), Math.ceil(to)];
  return least + below(uniform, end - least);
}
