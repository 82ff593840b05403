/** Gate biases as markup writes them: `f:3`, or several with spaces or commas between. */
import { OptionError } from '../engine';

/** Biases by gate; which gates there are is the cell's to say. Throws OptionError for what cannot be read. */
export function gateBiasOf(given: unknown): Readonly<Record<string, number>> {
  if (given === undefined || given === null) return {};
  if (typeof given === 'object') return given as Readonly<Record<string, number>>;
  const parts = String(given).split(/[\s,;]+/).filter(Boolean);
  return Object.fromEntries(
    parts.map((part) => {
      const [gate, value, ...rest] = part.split(/[:=]/);
      const bias = Number(value);
      if (!gate || !value || rest.length > 0 || !Number.isFinite(bias)) {
        throw new OptionError('gate-bias', `gate-bias: "${String(given)}" given; write a gate, a colon and a number, as in f:3.`);
      }
      return [gate, bias];
    }),
  );
}
