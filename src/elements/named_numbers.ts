/** Numbers with names as markup writes them: `f:3`, or several with spaces or commas between; or as an object. */
import { OptionError } from '../engine';

/**
 * Which names there are is not said here. Throws OptionError for what cannot be read.
 *
 * @param option - the attribute, for the error
 * @param example - how it is written, for the error: `a gate, a colon and a number, as in f:3`
 */
export function namedNumbers(option: string, given: unknown, example: string): Readonly<Record<string, number>> {
  if (given === undefined || given === null) return {};
  if (typeof given === 'object') return given as Readonly<Record<string, number>>;
  const parts = String(given).split(/[\s,;]+/).filter(Boolean);
  return Object.fromEntries(
    parts.map((part) => {
      const [name, value, ...rest] = part.split(/[:=]/);
      const number = Number(value);
      if (!name || !value || rest.length > 0 || !Number.isFinite(number)) {
        throw new OptionError(option, `${option}: "${String(given)}" given; write ${example}.`);
      }
      return [name, number];
    }),
  );
}
