/** Gate biases as markup writes them: `f:3`, or several with spaces or commas between. */
import { namedNumbers } from './named_numbers';

/** Biases by gate; which gates there are is the cell's to say. Throws OptionError for what cannot be read. */
export function gateBiasOf(given: unknown): Readonly<Record<string, number>> {
  return namedNumbers('gate-bias', given, 'a gate, a colon and a number, as in f:3');
}
