/** The weights of attention as a heatmap draws them. */
import { extentOf, type Signal } from '../engine';
import { PLAIN, type Matrix } from './matrix';
import type { EntryAt } from './paint/canvas_painter';
import { percent } from './training_words';

/**
 * A[t, s]: what every word (down) takes from every word (across), of the run's first model and sequence. Rows sum to 1, and
 * no word takes anything of one that it has not read.
 *
 * @param signal - `attn` of a layer
 * @param head - from 0; the mean of all unless given
 * @throws Error, in words, for a head that there is not
 */
export function attentionMatrix(signal: Signal, words: readonly string[] | undefined, head: number | undefined): Matrix {
  const { shape, groups } = signal;
  const heads = groups?.count ?? 1;
  const [, steps, sequences, width] = shape;
  const columns = width / heads;
  if (head !== undefined && !(Number.isInteger(head) && head >= 0 && head < heads)) throw new Error(`group: ${head} given; this attention has heads 0 to ${heads - 1}.`);
  const chosen = head === undefined ? Array.from({ length: heads }, (_, k) => k) : [head];
  const entryAt = (values: ArrayLike<number>): EntryAt => (t, s) => {
    const row = t * sequences * width;
    return chosen.reduce((sum, k) => sum + values[row + k * columns + s], 0) / chosen.length;
  };
  let entries: EntryAt | undefined;
  const read = async () => (entries ??= entryAt(await signal.read()));
  const name = (t: number) => words?.[t] ?? String(t + 1);
  return {
    ...PLAIN,
    rows: steps,
    columns,
    rowNoun: 'word',
    columnNoun: 'word',
    rowLabels: words,
    columnLabels: columns === steps ? words : undefined,
    title: `Attention A[t, s]: how much word t (down) takes from word s (across), ${head !== undefined ? `head ${head + 1}${heads > 1 ? ` of ${heads}` : ''}` : heads > 1 ? `the mean of ${heads} heads` : 'one head'}${signal.tape.model.shape.layers.length > 1 ? `, layer ${signal.layer + 1}` : ''}`,
    scaling: 'linear',
    fixedRange: { min: 0, max: 1 },
    signed: false,
    key: `attn ${signal.layer}`,
    at: undefined,
    pairs: true,
    telling: (t, s) => {
      if (s > t) return `'${name(t)}' has not read '${name(s)}'`;
      return `'${name(t)}' takes ${entries ? percent(entries(t, s)) : '…'} from ${s === t ? 'itself' : `'${name(s)}'`}`;
    },
    read,
    extent: async () => {
      const at = await read();
      return extentOf(Float64Array.from({ length: steps * columns }, (_, i) => at(Math.floor(i / columns), i % columns)));
    },
    storage: undefined,
    remark: '',
  };
}
