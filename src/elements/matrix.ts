/**
 * What a heatmap draws, whatever it comes from: a grid of numbers, rows down and columns across, with names for both
 * and a word on how they are coloured. Two kinds: numbers that the page gives, and a signal of a run.
 */
import { extentOf, isRecurrent, layerTitle, type Signal, type SignalExtent, type SignalStorage } from '../engine';
import type { EntryAt } from './paint/canvas_painter';
import type { Instance } from './paint/gpu_painter';
import { symmetric, type ColourRange, type Scaling } from './range';
import { subscript } from './signed_number';

export interface Matrix {
  readonly rows: number;
  readonly columns: number;
  /** What the rows and columns are, in the singular: `unit`, `step`. */
  readonly rowNoun: string;
  readonly columnNoun: string;
  /** Where rows are units: which the first is. */
  readonly firstUnit: number;
  readonly rowLabels: readonly string[] | undefined;
  readonly columnLabels: readonly string[] | undefined;
  /** The first line under the picture: what is drawn. */
  readonly title: string;
  /** How values become colours. */
  readonly scaling: Scaling;
  /** Fixed ends of the colours (exponents of ten on a logarithmic scale), or `undefined` where they follow from the numbers. */
  readonly fixedRange: ColourRange | undefined;
  /** Whether numbers without a fixed range are coloured about 0. */
  readonly signed: boolean;
  /** Exact zeros are left empty. */
  readonly zeroIsEmpty: boolean;
  /** Two matrices of one key share their colours' range. */
  readonly key: string;
  /** The numbers, where the page has them already. */
  readonly at: EntryAt | undefined;
  /** Logarithms of the magnitudes, where the numbers themselves may be too small or too large to be held. */
  readonly log10: EntryAt | undefined;
  /** Whether the run's steps go across, as in a signal, or also down, as in a matrix of pairs of steps. */
  readonly pairs: boolean;
  /** Which way errors travel from column to column: along time, or back from the loss. */
  readonly flow: 'forward' | 'backward' | undefined;
  /** What an entry says, in place of its row's and column's names and its value. */
  readonly telling: ((row: number, column: number) => string) | undefined;
  /** The arithmetic of derivatives that were taken along a run's states, where it is not the run's own. */
  readonly derivatives: string | undefined;
  /** Fetches the numbers. */
  read(): Promise<EntryAt>;
  /** The largest and the smallest magnitude (of entries that are not 0), and whether every entry is a finite number. */
  extent(): Promise<SignalExtent>;
  /** Where the GPU keeps it. */
  readonly storage: SignalStorage | undefined;
  readonly instance: Instance;
  /** How many units of what the GPU keeps an entry is the mean of. */
  readonly averaged: number;
  /** What to say about its numbers, if anything. */
  readonly remark: string;
}

/** What a matrix is unless it says otherwise. */
export const PLAIN = { firstUnit: 0, zeroIsEmpty: false, log10: undefined, pairs: false, flow: undefined, telling: undefined, derivatives: undefined, instance: { model: 0, sequence: 0 }, averaged: 1 } as const;

/** Which entry of the output a gradient is of. */
export interface GradientOf {
  readonly unit: number;
  readonly step: number;
}

/** A part of a signal's rows: one of them, or those of one head or channel; all unless given. */
export interface RowsOfSignal {
  readonly unit?: number | undefined;
  readonly group?: number | undefined;
}

/**
 * A signal of a run: its first model's first sequence, units down and steps across. Gradients span many decades and are
 * drawn by their logarithm unless asked otherwise.
 *
 * @param loss - what its gradients are of, where that is known
 * @throws Error, in words, for rows that there are not
 */
export function signalMatrix(signal: Signal, words: readonly string[] | undefined, scaling?: Scaling, loss?: GradientOf, { unit, group }: RowsOfSignal = {}): Matrix {
  const gradient = signal.kind === 'gradient' || signal.kind === 'initial gradient';
  const final = signal.kind === 'final state' || signal.kind === 'initial gradient';
  const drawnAs = scaling ?? (gradient ? 'log' : 'linear');
  const [, steps, sequences, width] = final ? [1, 1, signal.shape[1], signal.shape[2]] : signal.shape;
  const layer = signal.tape.model.shape.layers[signal.layer];
  if (unit !== undefined && !(Number.isInteger(unit) && unit >= 0 && unit < width)) throw new Error(`unit: ${unit} given; ${signal.name} has units 0 to ${width - 1}.`);
  if (unit !== undefined && group !== undefined) throw new Error('unit and group: both say which rows; give one of the two.');
  const grouped = group === undefined ? undefined : groupOf(signal, width, group);
  // What a channel or a head consists of are no units of the state, which the cursor is at.
  const rowNoun = grouped ? 'number' : signal.kind === 'input' || signal.name === 'd_x' ? 'input' : 'unit';
  const firstUnit = unit ?? grouped?.first ?? 0;
  const at = (values: ArrayLike<number>) => (row: number, column: number) => values[column * sequences * width + firstUnit + row];
  const place = signal.tape.model.shape.layers.length > 1 ? `layer ${signal.layer + 1}, ` : '';
  const direction = layer.directions === 2 && signal.kind !== 'output' ? `, ${signal.direction}` : '';
  return {
    ...PLAIN,
    rows: unit === undefined ? (grouped?.rows ?? width) : 1,
    columns: steps,
    rowNoun,
    columnNoun: !final ? 'step' : gradient ? 'start' : 'last step',
    firstUnit,
    rowLabels: unit === undefined ? undefined : [`${signal.name}${subscript(unit + 1)}`],
    columnLabels: final ? undefined : words,
    title: `${signal.name}, ${gradient && loss ? derivativeOf(loss, signal.name, words) : signal.role} (${place}${layerTitle(layer)} of ${isRecurrent(layer) ? layer.hidden : layer.width} units${direction}${grouped ? `, ${grouped.name}` : ''})`,
    scaling: drawnAs,
    flow: final ? undefined : gradient ? 'backward' : 'forward',
    fixedRange: signal.range === 'unbounded' || drawnAs === 'log' ? undefined : { min: signal.range[0], max: signal.range[1] },
    // A gate without an upper end, as Δ is, still begins at 0.
    signed: !(signal.kind === 'gate' && signal.range === 'unbounded'),
    key: [drawnAs, isRecurrent(layer) ? layer.cell.name : layer.block.name, signal.layer, signal.direction, signal.name].join(' '),
    at: undefined,
    read: async () => at(await signal.read()),
    extent: () => signal.extent(),
    storage: final || !signal.storage ? undefined : fromUnit(signal.storage, firstUnit),
    remark: '',
  };
}

/** Where the rows of one head or channel are, and what it is called. */
function groupOf({ name, groups }: Signal, width: number, group: number): { readonly first: number; readonly rows: number; readonly name: string } {
  if (!groups) throw new Error(`group: ${group} given, and ${name} is not divided into any.`);
  const { of, count: parts } = groups;
  if (!(Number.isInteger(group) && group >= 0 && group < parts)) throw new Error(`group: ${group} given; ${name} has ${of}s 0 to ${parts - 1}.`);
  const rows = width / parts;
  return { first: group * rows, rows, name: `${of} ${group + 1} of ${parts}` };
}

/** The mean of a signal over its units, as one row. */
export function meanMatrix(signal: Signal, words: readonly string[] | undefined, scaling?: Scaling, loss?: GradientOf): Matrix {
  const all = signalMatrix(signal, words, scaling, loss);
  const { rows: units } = all;
  const meanOf = (at: EntryAt) => (_row: number, column: number) => {
    let sum = 0;
    for (let u = 0; u < units; u++) sum += at(u, column);
    return sum / units;
  };
  return {
    ...all,
    rows: 1,
    rowNoun: 'mean',
    rowLabels: [`⟨${signal.name}⟩`],
    title: `The mean of ${units} ${all.rowNoun}s: ${all.title}`,
    key: `mean ${all.key}`,
    read: async () => meanOf(await all.read()),
    averaged: units,
  };
}

/** Where a signal's entries are, from one of its units on. */
function fromUnit(storage: SignalStorage, unit: number): SignalStorage {
  const { groupWidth, groupStride } = storage;
  return { ...storage, offset: storage.offset + Math.floor(unit / groupWidth) * groupStride + (unit % groupWidth) };
}

/** `∂h₃ at 'happy' / ∂h_t`. */
function derivativeOf({ unit, step }: GradientOf, name: string, words: readonly string[] | undefined): string {
  const place = words ? `'${words[step]}'` : `step ${step + 1}`;
  const by: Record<string, string> = { d_h: 'h_t', d_c: 'c_t', d_x: 'x_t', d_h0: 'h before the first step', d_c0: 'c before the first step' };
  return `∂h${subscript(unit + 1)} at ${place} / ∂${by[name] ?? `${name.slice(2)} at t`}`;
}

export interface GivenValues {
  readonly values: unknown;
  readonly rows: number | undefined;
  readonly rowLabels: readonly string[] | undefined;
  readonly columnLabels: readonly string[] | undefined;
  /** What a row and a column are called; `row` and `column` unless given. */
  readonly rowNoun: string | undefined;
  readonly columnNoun: string | undefined;
  /** Where rows are units: which the first is. */
  readonly unit: number | undefined;
  readonly scaling: Scaling | undefined;
  readonly min: number | undefined;
  readonly max: number | undefined;
}

/** Why these names cannot be those of so many rows. */
export function rowLabelsFault(labels: readonly string[] | undefined, rows: number): string | undefined {
  return labels && labels.length !== rows ? `row-labels: ${labels.length} given for ${count(rows, 'row')}.` : undefined;
}

/** A matrix of the page's own numbers, or why there is none: what was given and what is allowed. */
export function givenMatrix(given: GivenValues): Matrix | string {
  const flat = flattened(given.values, given.rows);
  if (typeof flat === 'string') return flat;
  const { values } = flat;
  const rows = flat.rows ?? given.rowLabels?.length ?? 1;
  if (values.length === 0) return 'values: there are no numbers; give at least one.';
  if (!Number.isInteger(rows) || rows < 1) return `rows: ${rows} given; it must be a whole number of at least 1.`;
  if (values.length % rows !== 0) {
    return `values: ${count(values.length, 'number')} given for ${count(rows, 'row')}; the rows must be equally long, so it must be a multiple of ${rows}.`;
  }
  const columns = values.length / rows;
  const mislabelled = rowLabelsFault(given.rowLabels, rows);
  if (mislabelled) return mislabelled;
  if (given.columnLabels && given.columnLabels.length !== columns) {
    return `column-labels: ${given.columnLabels.length} given for ${count(columns, 'column')}.`;
  }
  const spread = spreadOf(values);
  const { min, max } = given;
  for (const [name, end] of Object.entries({ min, max })) {
    if (end !== undefined && !Number.isFinite(end)) return `${name}: ${end} given; it must be a finite number.`;
  }
  const log = given.scaling === 'log';
  const fixed = log ? logEnds(min, max) : min === undefined && max === undefined ? undefined : { min: min ?? Math.min(0, -max!), max: max ?? Math.max(0, -min!) };
  if (typeof fixed === 'string') return fixed;
  if (fixed && !(fixed.min < fixed.max)) return `min and max: ${fixed.min} and ${fixed.max} given; min must be below max.`;
  const at = (row: number, column: number) => Number(values[row * columns + column]);
  return {
    ...PLAIN,
    rows,
    columns,
    rowNoun: given.rowNoun || 'row',
    columnNoun: given.columnNoun || 'column',
    firstUnit: given.unit ?? 0,
    rowLabels: given.rowLabels,
    columnLabels: given.columnLabels,
    title: '',
    scaling: log ? 'log' : 'linear',
    fixedRange: fixed,
    signed: spread.negative,
    key: `values ${log} ${spread.negative}`,
    at,
    read: () => Promise.resolve(at),
    extent: () => Promise.resolve(extentOf(values)),
    storage: undefined,
    remark: [badRemark(values, columns, spread), fixed && !log && beyondRemark(symmetric(fixed), spread)].filter(Boolean).join(' '),
  };
}

/** Whole decades around the ends of a logarithmic scale, as exponents of ten; undefined where none are given. Or what is wrong with them. */
export function logEnds(min: number | undefined, max: number | undefined): ColourRange | string | undefined {
  if (min === undefined && max === undefined) return undefined;
  const bad = [min, max].find((end) => end !== undefined && !(end > 0));
  if (bad !== undefined) return `min and max: ${bad} given; the ends of a logarithmic scale must be above 0.`;
  if (min === undefined || max === undefined) return 'min and max: a logarithmic scale needs both or neither.';
  if (!(min < max)) return `min and max: ${min} and ${max} given; min must be below max.`;
  return { min: Math.floor(Math.log10(min)), max: Math.ceil(Math.log10(max)) };
}

function spreadOf(values: ArrayLike<number>) {
  let lowest = Infinity;
  let highest = -Infinity;
  let bad = 0;
  let firstBad = -1;
  for (let i = 0; i < values.length; i++) {
    const value = Number(values[i]);
    if (Number.isFinite(Math.fround(value))) {
      lowest = Math.min(lowest, value);
      highest = Math.max(highest, value);
    } else {
      if (bad === 0) firstBad = i;
      bad++;
    }
  }
  const largest = bad === values.length ? 0 : Math.max(-lowest, highest);
  return { lowest, highest, largest, bad, firstBad, negative: lowest < 0 };
}

type Spread = ReturnType<typeof spreadOf>;

function badRemark(values: ArrayLike<number>, columns: number, { bad, firstBad }: Spread): string {
  if (bad === 0) return '';
  const place = `row ${Math.floor(firstBad / columns) + 1}, column ${(firstBad % columns) + 1}`;
  const are = bad === 1 ? 'is not a finite number and is' : 'are not finite numbers and are';
  return `${count(bad, 'entry', 'entries')} of ${values.length} ${are} striped; the first is ${Number(values[firstBad])} in ${place}.`;
}

function beyondRemark({ min, max }: ColourRange, { lowest, highest }: Spread): string {
  return lowest < min || highest > max ? 'Values beyond the range have the colour of its end.' : '';
}

/** A flat list of numbers; a list of equally long lists gives the number of rows too. */
function flattened(values: unknown, rows: number | undefined): { values: ArrayLike<number>; rows: number | undefined } | string {
  if (ArrayBuffer.isView(values) && 'length' in values) return { values: values as unknown as ArrayLike<number>, rows };
  if (!Array.isArray(values)) return `values: ${typeof values === 'string' ? `"${values}"` : String(values)} given; it must be a list of numbers.`;
  if (values.length > 0 && values.every((row) => Array.isArray(row) || ArrayBuffer.isView(row))) {
    const lists = (values as ArrayLike<number>[]).map((row) => Array.from(row));
    const odd = lists.findIndex((row) => row.length !== lists[0].length);
    if (odd > 0) return `values: row ${odd + 1} has ${count(lists[odd].length, 'number')}, and row 1 has ${lists[0].length}; the rows must be equally long.`;
    const inner = flattened(lists.flat(), lists.length);
    return typeof inner === 'string' || rows === undefined || rows === lists.length ? inner : `rows: ${rows} given, but values is a list of ${count(lists.length, 'row')}.`;
  }
  const odd = values.findIndex((value) => typeof value !== 'number');
  if (odd >= 0) return `values: entry ${odd + 1} is ${JSON.stringify(values[odd]) ?? String(values[odd])}, which is not a number.`;
  return { values: values as number[], rows };
}

function count(n: number, noun: string, plural = `${noun}s`): string {
  return `${n.toLocaleString('en')} ${n === 1 ? noun : plural}`;
}
