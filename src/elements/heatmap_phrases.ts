/** Every word that a heatmap says of its own accord, in English: what its `labels` property may put others in the place of. */
import { exactNumber } from './exact_number';
import type { PanelPhrases } from './heatmap_panel_phrases';
import type { Say, Wording } from './wording';

export interface Row {
  readonly noun: string;
  /** Counted from 1. */
  readonly number: number;
  readonly label: string | undefined;
}

/** The entries that share a pixel, in words and numbers. */
export interface Shared {
  readonly rows: string;
  readonly columns: string;
  readonly count: number;
  readonly lowest: string;
  readonly highest: string;
}

export const heatmapPhrases = {
  // numbers and names
  number: ({ value }: { value: number }) => exactNumber(value),
  noun: ({ noun, count }: { noun: string; count: number }) => (count === 1 ? noun : `${noun}s`),
  row: ({ noun, number, label }: Row) => label ?? `${noun} ${number}`,
  column: ({ noun, number, label }: Row) => `${noun} ${number}${label === undefined ? '' : ` '${label}'`}`,
  span: ({ noun, first, last }: { noun: string; first: number; last: number }) => (first === last ? `${noun} ${first}` : `${noun}s ${first} to ${last}`),
  place: ({ row, column }: { row: string; column: string }) => `${row}, ${column}`,
  entry: ({ place, value }: { place: string; value: string }) => `${place}, ${value}`,
  valueOnItsWay: () => 'value on its way',
  grid: ({ title, rows, rowNoun, columns, columnNoun }: { title: string; rows: number; rowNoun: string; columns: number; columnNoun: string }) => `${title || 'Heatmap'}, ${rows} ${rowNoun} by ${columns} ${columnNoun}`,
  shared: ({ rows, columns, count, lowest, highest }: Shared) => `${count} entries share this pixel: ${rows}, ${columns}; from ${lowest} to ${highest}. The largest by size is shown.`,
  dense: ({ count }: { count: number }) => `A pixel stands for up to ${count} entries: the largest of them by size.`,

  // the legend
  range: ({ low, middle, high }: { low: string; middle: string; high: string }) => (middle ? `Colours from ${low} through ${middle} to ${high}` : `Colours from ${low} to ${high}`),
  logarithmicRange: ({ range, zero }: { range: string; zero: string }) => `${range}, by their logarithm; ${zero}`,
  zeroIsEmpty: () => 'exactly 0 is left empty',
  zeroIsColoured: () => 'exactly 0 has a colour of its own',

  // what comes from elsewhere: a title, what computed it, what went wrong
  sentence: ({ text }: { text: string }) => text,
  cancelled: () => 'Measuring was cancelled.',
  measure: () => 'Measure',
  measuring: () => 'Measuring the influence of every word on every state',
  percent: ({ percent }: { percent: number }) => `${percent} %`,
  cancel: () => 'Cancel',

  // states
  restored: () => 'The GPU is back, and the picture was computed anew.',

  // selecting
  selected: ({ rows, columns }: { rows: string; columns: string }) => `Selected: ${[rows, columns].filter(Boolean).join('; ')}`,
  nothingSelected: () => 'Nothing is selected',
  listed: ({ noun, numbers }: { noun: string; numbers: string }) => `${noun} ${numbers}`,
  pinned: ({ entry }: { entry: string }) => `Pinned: ${entry}`,
  unpin: () => 'Unpin',
  copyValue: () => 'Copy',
  copied: ({ what }: { what: string }) => `Copied: ${what}`,
  notCopied: () => 'The browser did not let this be copied.',

  // tools
  tools: () => 'Tools',
  saved: ({ name }: { name: string }) => `Saved: ${name}`,
  embedCode: () => 'the embed code',
  link: () => 'a link to this view',
} as const;

export type HeatmapPhrases = typeof heatmapPhrases;

/** Words of a page's own for a heatmap, its tools and its table: functions, or texts with `{name}` where something is told. */
export type HeatmapLabels = Wording<HeatmapPhrases & PanelPhrases>;

export type SayHeatmap = Say<HeatmapPhrases>;
