/** The list of optimisers: the one place to touch when adding one, besides its two files. */
import { OptionError } from '../errors';
import { adam } from './adam';
import { adamw } from './adamw';
import type { Optimizer } from './optimizer';
import { rmsprop } from './rmsprop';
import { sgd } from './sgd';

export const optimizers: readonly Optimizer[] = [adam, adamw, rmsprop, sgd];

/** Throws OptionError with the names there are. */
export function optimizerNamed(name: string): Optimizer {
  const found = optimizers.find((optimizer) => optimizer.name === name);
  if (!found) throw new OptionError('optimizer', `optimizer: "${name}" given; there are ${optimizers.map((each) => each.name).join(', ')}.`);
  return found;
}
