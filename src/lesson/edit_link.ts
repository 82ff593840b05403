/**
 * Weights changed by hand as they stand in the address: `weight_hh_l0.12:0.5,bias_ih_l0.3:-1`, each the parameter, the
 * place among its values from 0, and the value. Whether the network has such a weight is for `<rnn-model>` to say.
 */
import { MOST_EDITS, samePlace, WEIGHT_MOST, type WeightEdit } from '../elements/weight_edits';

/** Empty for a network without changes. */
export function writtenEdits(edits: readonly WeightEdit[]): string {
  return edits.map(({ parameter, index, value }) => `${parameter}.${index}:${Number(value.toFixed(6))}`).join(',');
}

/**
 * Reads what `writtenEdits` wrote. What makes no sense is left out, and complained about.
 *
 * @param layers - how many the network may have
 */
export function readEdits(text: string, complaints: string[] = [], layers = 1): readonly WeightEdit[] {
  const edits: WeightEdit[] = [];
  const written = text.split(',').filter(Boolean);
  for (const [rank, edit] of written.entries()) {
    if (edits.length === MOST_EDITS) {
      complaints.push(`A link can change ${MOST_EDITS} weights; the other ${written.length - rank} are left as they start.`);
      break;
    }
    const [, parameter, layer, place, number] = /^((?:weight_(?:ih|hh|peep_[a-z])|bias_(?:ih|hh))_l(\d))\.(\d{1,6}):(-?\d{1,3}(?:\.\d{1,6})?)$/.exec(edit) ?? [];
    const [index, value] = [Number(place), Number(number)];
    if (parameter === undefined || Number(layer) >= layers) complaints.push(`edit=${excerpt(edit)} is no weight and its value, as weight_hh_l0.12:0.5.`);
    else if (Math.abs(value) > WEIGHT_MOST) complaints.push(`edit=${excerpt(edit)}: a weight is a number from -${WEIGHT_MOST} to ${WEIGHT_MOST}.`);
    else if (edits.some((known) => samePlace(known, { parameter, index }))) complaints.push(`edit=${excerpt(edit)} changes a weight a second time; the first stands.`);
    else edits.push({ parameter, index, value });
  }
  return edits;
}

function excerpt(text: string): string {
  return text.length > 40 ? `${text.slice(0, 40)}…` : text;
}
