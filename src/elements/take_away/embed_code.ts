/**
 * The HTML that shows in another page what a heatmap shows: the same network where attributes describe it, the very
 * numbers where training, a file or a hand made it what it is.
 */
import type { ChosenColours } from '../colour/scale';
import type { HeatmapProperties } from '../heatmap_properties';
import type { Matrix } from '../matrix';
import type { EntryAt } from '../paint/cell_colours';
import { plainNumber } from '../plain_number';
import type { Coding } from '../range';
import type { RnnModel } from '../rnn-model';

/** An attribute that is absent is as its element has it by itself. */
type Attributes = Readonly<Record<string, string | number | undefined>>;

export interface Embedded {
  readonly host: HeatmapProperties;
  readonly model: RnnModel | undefined;
  readonly matrix: Matrix;
  readonly at: EntryAt;
  readonly coding: Coding;
  /** The range is that of a heatmap which never showed anything else. */
  readonly freshRange: boolean;
  readonly single: boolean;
  /** The page's own choice of colours. */
  readonly chosen: ChosenColours;
  /** Where the page has the script from. */
  readonly script: string;
}

/** Beyond these, code is no way to hand numbers on. */
const MOST_NUMBERS = 100_000;

/** Throws, in words, for more numbers than make sense in a page. */
export function embedCode(embedded: Embedded): string {
  const { host, model, script, freshRange } = embedded;
  const network = freshRange ? networkOf(host, model) : undefined;
  const attributes = { ...(network ? { ...network, ...signalOf(host) } : numbersOf(embedded)), ...viewOf(host) };
  const written = Object.entries(attributes).flatMap(([name, value]) => (value === undefined ? [] : [value === '' ? ` ${name}` : ` ${name}="${escaped(String(value))}"`]));
  return `${colourRule(embedded.chosen)}<script type="module" src="${escaped(script)}"></script>\n<rnn-heatmap${written.join('')}></rnn-heatmap>\n`;
}

function colourRule(chosen: ChosenColours): string {
  const rules = Object.entries(chosen).flatMap(([name, colour]) => (colour ? [`--rnn-${name}: rgb(${colour.join(' ')});`] : []));
  return rules.length > 0 ? `<style>rnn-heatmap { ${rules.join(' ')} }</style>\n` : '';
}

/** What describes the network; undefined where attributes of a heatmap cannot. */
function networkOf(host: HeatmapProperties, model: RnnModel | undefined): Attributes | undefined {
  if (host.source !== undefined || host.values !== undefined) return undefined;
  if (model && !isDescribed(model)) return undefined;
  const { text, cell, units, seed, embedding, gain, gateBias, device } = model ?? host;
  if (text === undefined) return undefined;
  const loss = model ? { unit: model.lossUnit ?? model.cursor.unit, step: model.lossStep } : { unit: host.lossUnit, step: host.lossStep };
  const back = host.signal.startsWith('d_');
  return {
    text,
    cell,
    hidden: units,
    seed,
    embedding: unless(embedding, 16),
    gain: unless(gain, 1),
    'gate-bias': gateBiasText(gateBias) || undefined,
    device: unless(device, 'auto'),
    'loss-unit': back ? unless(loss.unit, 0) : undefined,
    'loss-step': back ? loss.step : undefined,
  };
}

/** A model that is what its attributes say, all of which a heatmap has too. */
function isDescribed(model: RnnModel): boolean {
  const { src, task, start, words, layers, edits, seeds, training, opening } = model;
  return !src && !task && !start && !words && layers.length === 0 && edits.length === 0 && seeds === 1 && training.updates === 0 && opening.status === 'none';
}

function signalOf({ signal, layer, direction, unit, group, reduce, rowLabels, scale, min, max }: HeatmapProperties): Attributes {
  const influence = signal === 'influence';
  return { signal, layer, direction: unless(direction, 'forward'), unit, group, reduce, 'row-labels': influence ? undefined : rowLabels && JSON.stringify(rowLabels), scale, min: influence ? min : undefined, max: influence ? max : undefined };
}

function numbersOf({ host, matrix, at, coding, single }: Embedded): Attributes {
  const { rows, columns } = matrix;
  if (rows * columns > MOST_NUMBERS) throw new Error(`${(rows * columns).toLocaleString('en')} numbers are too many for a page's code; save them as JSON and set them as the property values.`);
  const values = Array.from({ length: rows * columns }, (_, i) => plainNumber(at(Math.floor(i / columns), i % columns), single));
  const log = coding.scaling === 'log';
  return {
    values: values.join(' '),
    rows,
    'row-noun': matrix.rowNoun,
    'column-noun': matrix.columnNoun,
    'row-labels': matrix.rowLabels && JSON.stringify(matrix.rowLabels),
    'column-labels': matrix.columnLabels && JSON.stringify(matrix.columnLabels),
    min: log ? Number(`1e${coding.min}`) : coding.min,
    max: log ? Number(`1e${coding.max}`) : coding.max,
    scale: log ? 'log' : undefined,
    unit: matrix.firstUnit || undefined,
    label: host.label || matrix.title || undefined,
  };
}

/** What the reader and the page have set of how it is shown. */
export function viewOf(host: HeatmapProperties): Attributes {
  const { label, zoom, firstColumn, firstRow, order, orderColumn, selectedRows, selectedColumns, pinned, table, timeDirection } = host;
  return {
    ...(label ? { label } : {}),
    zoom: unless(zoom, 1),
    'first-column': unless(firstColumn, 0),
    'first-row': unless(firstRow, 0),
    order: unless(order, 'original'),
    'order-column': order === 'value' ? orderColumn : undefined,
    'selected-rows': selectedRows.length > 0 ? selectedRows.join(' ') : undefined,
    'selected-columns': selectedColumns.length > 0 ? selectedColumns.join(' ') : undefined,
    pinned: pinned.length > 0 ? pinned.join(' ') : undefined,
    table: table ? '' : undefined,
    'time-direction': unless(timeDirection, 'ltr'),
  };
}

function gateBiasText(bias: string | Readonly<Record<string, number>>): string {
  return typeof bias === 'string' ? bias : Object.entries(bias).map(([gate, value]) => `${gate}:${value}`).join(' ');
}

function unless<Value>(value: Value, usual: Value): Value | undefined {
  return value === usual ? undefined : value;
}

function escaped(words: string): string {
  return words.replace(/[&"<>\n\r]/g, (character) => `&#${character.charCodeAt(0)};`);
}
