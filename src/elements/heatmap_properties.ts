/** Everything that an `<rnn-heatmap>` can be told by attributes and properties. */
import { property } from 'lit/decorators.js';
import type { Signal } from '../engine';
import { labelsAttribute, numberAttribute, numbersAttribute, objectAttribute, optionalNumberAttribute, valuesAttribute, wordAttribute } from './attributes';
import type { HeatmapLabels } from './heatmap_phrases';
import { MarkupElement } from './markup_element';
import type { Scaling } from './range';
import type { RnnModel } from './rnn-model';
import type { DeviceChoice } from './shared_engine';

/** In which order rows stand: as numbered, by their value in a column, or those side by side that go together. */
export type OrderName = 'original' | 'value' | 'correlation';

export abstract class HeatmapProperties extends MarkupElement {
  /** A text for a network of the heatmap's own. */
  @property() text: string | undefined;

  /** The cell of that network: `rnn`, `rnn_relu`, `rnn_linear`, `lstm`, `lstm_peephole`, `lstm_nofg`, `lstm_1997`, `gru` or `gru_reset_before`. */
  @property({ converter: wordAttribute('lstm') }) cell = 'lstm';

  /** How many units it has; the attribute is `hidden`. */
  @property({ attribute: 'hidden', converter: numberAttribute(8) }) units = 8;

  /** Fixes its weights and word vectors. */
  @property({ converter: numberAttribute(1) }) seed = 1;

  /** Width of its word vectors. */
  @property({ converter: numberAttribute(16) }) embedding = 16;

  /** Multiplies the recurrent weights that it starts with. */
  @property({ converter: numberAttribute(1) }) gain = 1;

  /** Biases of its gates, whole and the same for all units, as `f:3` or `f:3 i:-1` (or as an object). */
  @property({ attribute: 'gate-bias' }) gateBias: string | Readonly<Record<string, number>> = '';

  /** The unit of its state that gradients are of, from 0. */
  @property({ attribute: 'loss-unit', converter: optionalNumberAttribute }) lossUnit: number | undefined;

  /** The step after which it is taken, from 0; the last unless given. */
  @property({ attribute: 'loss-step', converter: optionalNumberAttribute }) lossStep: number | undefined;

  /** What computes it: `auto` (the GPU where there is one), `gpu` or `cpu`. */
  @property({ converter: wordAttribute('auto') }) device: DeviceChoice = 'auto';

  /** The id of the `<rnn-model>` to draw a signal of, instead of a network of its own. */
  @property() for: string | undefined;

  /** That model itself, where an id does not reach. */
  @property({ attribute: false }) model: RnnModel | undefined;

  /** The signal to draw: `h`, `c`, a gate's letter, `a_` and a gate's letter for what goes into it, `y`, `x`, gradients of these (`d_h`), `influence`. */
  @property({ converter: wordAttribute('h') }) signal = 'h';

  /** The layer of that signal, from 0; the last unless given. */
  @property({ converter: optionalNumberAttribute }) layer: number | undefined;

  /** The direction of that signal in a bidirectional layer: `forward` or `reverse`. */
  @property({ converter: wordAttribute('forward') }) direction: 'forward' | 'reverse' = 'forward';

  /** One unit, from 0: the only row that is drawn of a signal; with `signal="influence"` what is felt by it instead of by all together; of `values` whose rows are units, the first. */
  @property({ converter: optionalNumberAttribute }) unit: number | undefined;

  /** Of a signal that is divided into heads or channels, as those of attention and Mamba are: one of them, from 0. Of `attn`, whose weights; the mean of all heads unless given. */
  @property({ converter: optionalNumberAttribute }) group: number | undefined;

  /** Of a signal, `mean`: one row, the mean over its units. */
  @property() reduce: 'mean' | undefined;

  /** How values become colours: `log` (by the logarithm of their size, as gradients are) or `linear`. */
  @property() scale: Scaling | undefined;

  /** A signal of a run made elsewhere, to draw instead. */
  @property({ attribute: false }) source: Signal | undefined;

  /** Numbers to draw instead, row by row; the attribute takes JSON or a list separated by spaces or commas. */
  @property({ converter: valuesAttribute }) values: ArrayLike<number> | readonly ArrayLike<number>[] | undefined;

  /** How many rows the numbers have. */
  @property({ converter: optionalNumberAttribute }) rows: number | undefined;

  /** What a row of them is called, in the singular: `unit`. */
  @property({ attribute: 'row-noun' }) rowNoun: string | undefined;

  /** What a column is called: `step`. */
  @property({ attribute: 'column-noun' }) columnNoun: string | undefined;

  /** Names of the rows, of numbers given as of a signal’s; the attribute takes JSON or a list separated by commas or spaces. */
  @property({ attribute: 'row-labels', converter: labelsAttribute }) rowLabels: readonly string[] | undefined;

  /** Names of the columns, likewise. */
  @property({ attribute: 'column-labels', converter: labelsAttribute }) columnLabels: readonly string[] | undefined;

  /** The lower end of the range that the colours of `values`, or of `signal="influence"`, stand for. */
  @property({ converter: optionalNumberAttribute }) min: number | undefined;

  /** The upper end. Ranges with negative numbers are made alike on both sides of 0. */
  @property({ converter: optionalNumberAttribute }) max: number | undefined;

  /** What the picture shows, in words, for its caption and its accessible name. */
  @property({ converter: wordAttribute('') }) label = '';

  /** One of several pictures above one another, `first` or `next`: its name and legend stand in a line before it, and words above the first alone. */
  @property() lane: 'first' | 'next' | undefined;

  /** How much larger entries are than they would be by themselves; 0 for the whole matrix in sight. */
  @property({ converter: numberAttribute(1) }) zoom = 1;

  /** How many columns are before the first that can be seen, where more are drawn than fit. */
  @property({ attribute: 'first-column', converter: numberAttribute(0) }) firstColumn = 0;

  /** How many rows are above the first that can be seen. */
  @property({ attribute: 'first-row', converter: numberAttribute(0) }) firstRow = 0;

  /** In which order rows stand: `original`, `value` (by their value in `order-column`, the largest first) or `correlation` (those side by side that go together). */
  @property({ converter: wordAttribute('original') }) order: OrderName = 'original';

  /** The column, from 0, that `order="value"` goes by. */
  @property({ attribute: 'order-column', converter: numberAttribute(0) }) orderColumn = 0;

  /** Rows that are selected, from 0; the attribute separates them by spaces or commas. */
  @property({ attribute: 'selected-rows', converter: numbersAttribute }) selectedRows: readonly number[] = [];

  /** The first and the last column that are selected, from 0, or one. */
  @property({ attribute: 'selected-columns', converter: numbersAttribute }) selectedColumns: readonly number[] = [];

  /** The row and the column, from 0, of an entry whose value stays on display. */
  @property({ converter: numbersAttribute }) pinned: readonly number[] = [];

  /** Shows the numbers as a table instead of the picture. */
  @property({ type: Boolean }) table = false;

  /** The tools for the reader: `closed` behind a button, `open`, or `none`. */
  @property({ converter: wordAttribute('closed') }) tools: 'closed' | 'open' | 'none' = 'closed';

  /** Has the address of the page say how it is shown (after `#heatmap.` and its id), and offers the reader a link to that. */
  @property({ type: Boolean }) permalink = false;

  /** Which way columns run: `ltr`, on every page, unless `rtl` is asked for. */
  @property({ attribute: 'time-direction', converter: wordAttribute('ltr') }) timeDirection: 'ltr' | 'rtl' = 'ltr';

  /** Words in the place of the heatmap's own, in another language perhaps; the attribute takes JSON. */
  @property({ converter: objectAttribute }) labels: HeatmapLabels = {};
}
