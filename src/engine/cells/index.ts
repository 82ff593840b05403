/** The list of recurrent cells: the one place to touch when adding one. */
import { OptionError } from '../errors';
import type { Cell } from './cell';
import { gru } from './gru';
import { gruResetBefore } from './gru_reset_before';
import { lstm } from './lstm';
import { lstm1997 } from './lstm_1997';
import { lstmNoForget } from './lstm_nofg';
import { lstmPeephole } from './lstm_peephole';
import { rnn } from './rnn';
import { rnnLinear } from './rnn_linear';
import { rnnRelu } from './rnn_relu';

export const cells: readonly Cell[] = [rnn, rnnRelu, rnnLinear, lstm, lstmPeephole, lstmNoForget, lstm1997, gru, gruResetBefore];

/** The cell of that name. Throws OptionError with the list of names there are. */
export function cellNamed(name: string): Cell {
  const cell = cells.find((candidate) => candidate.name === name);
  if (cell) return cell;
  throw new OptionError('cell', `There is no cell "${name}"; available are ${cells.map((known) => known.name).join(', ')}.`);
}
