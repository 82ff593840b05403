/**
 * The layers of the playground as a list that is added to, reordered and changed; written as an `<rnn-model>` takes them.
 * Whether they fit together is asked of the engine, which has the only rules there are.
 */
import { layersOf } from '../elements/layer_stack';
import { modelShape, OptionError, outputWidth, type LayerSpec } from '../engine';
import { playKind, type PlayField } from './play_fields';

type OptionValue = number | string | boolean;

/** One layer: its kind, and what of it is not as usual; units of a cell always. */
export interface PlayLayer {
  readonly kind: string;
  readonly options: Readonly<Record<string, OptionValue>>;
}

export type PlayStack = readonly PlayLayer[];

/** Deeper ones train slowly on a phone, and take more than a screen to look at. */
export const MOST_LAYERS = 6;

/** A new layer of a kind, as it is by itself. */
export function newLayer(kind: string): PlayLayer {
  const hidden = playKind(kind)?.of === 'cell' ? playKind(kind)!.fields.find(({ name }) => name === 'hidden') : undefined;
  return { kind, options: hidden?.kind === 'number' && hidden.usual !== undefined ? { hidden: hidden.usual } : {} };
}

/** `mamba state:8, lstm hidden:16 f:3`, options in the order of their fields. */
export function writtenStack(stack: PlayStack): string {
  return stack
    .map(({ kind, options }) => {
      const names = playKind(kind)?.fields.map(({ name }) => name) ?? [];
      const ordered = Object.entries(options).toSorted(([one], [other]) => names.indexOf(one) - names.indexOf(other));
      return [kind, ...ordered.map(([name, value]) => `${name}:${value}`)].join(' ');
    })
    .join(', ');
}

/** Reads what `writtenStack` wrote, or a reader of the elements' documentation. Throws OptionError for what is no list of layers. */
export function readStack(written: string): PlayStack {
  const layers = layersOf(written, 0) ?? [];
  return layers.map(({ cell, block, gateBias, ...options }: LayerSpec & { gateBias?: Readonly<Record<string, number>> }) => {
    const kind = (cell ?? block)!;
    const given = { ...options, ...gateBias } as Record<string, OptionValue>;
    // A cell that does not say how many units it has is given as many as a new one.
    return { kind, options: given['hidden'] === 0 ? { ...given, ...newLayer(kind).options } : given };
  });
}

/** The layer with an option set; undefined, or what it usually is, leaves the option out. */
export function withOption({ kind, options }: PlayLayer, { name, usual }: PlayField, value: OptionValue | undefined): PlayLayer {
  const { [name]: _before, ...others } = options;
  const needed = newLayer(kind).options[name] !== undefined;
  return { kind, options: value === undefined || (value === usual && !needed) ? others : { ...others, [name]: value } };
}

/** The stack with layer `from` in the place of layer `to`. */
export function moved(stack: PlayStack, from: number, to: number): PlayStack {
  const rest = stack.filter((_, k) => k !== from);
  return [...rest.slice(0, to), stack[from], ...rest.slice(to)];
}

/** The stack with another layer at that place; without one, shorter. */
export function replaced(stack: PlayStack, at: number, layer?: PlayLayer): PlayStack {
  return stack.flatMap((known, k) => (k !== at ? [known] : layer ? [layer] : []));
}

/**
 * Why such layers make no network, in words; empty where they do.
 *
 * @param inputs - width of what the first one reads
 */
export function obstacleOf(stack: PlayStack, inputs: number): string {
  if (stack.length === 0) return 'A network needs at least one layer.';
  if (stack.length > MOST_LAYERS) return `${stack.length} layers given; the playground takes up to ${MOST_LAYERS}.`;
  const [beyond] = stack.flatMap(({ kind, options }, k) => (playKind(kind)?.fields ?? []).flatMap((field) => outOfRange(field, options[field.name]).map((words) => `Layer ${k + 1}, ${field.title}: ${words}`)));
  if (beyond) return beyond;
  try {
    modelShape({ input: { size: inputs }, layers: layersOf(writtenStack(stack), 0)! });
    return '';
  } catch (error) {
    if (error instanceof OptionError) return inReadersWords(error.message);
    throw error;
  }
}

/** How wide what each layer reads and hands on is. Throws OptionError for layers that do not fit together. */
export function widthsOf(stack: PlayStack, inputs: number): readonly { readonly reads: number; readonly gives: number }[] {
  return modelShape({ input: { size: inputs }, layers: layersOf(writtenStack(stack), 0)! }).layers.map((layer) => ({ reads: layer.inputs, gives: outputWidth(layer) }));
}

function outOfRange(field: PlayField, value: OptionValue | undefined): string[] {
  if (field.kind !== 'number' || value === undefined) return [];
  const { least, most, step } = field;
  if (typeof value === 'number' && value >= least && value <= most && (step !== 1 || Number.isInteger(value))) return [];
  return [`${String(value)} given; it is a ${step === 1 ? 'whole ' : ''}number from ${least} to ${most}.`];
}

/** `layers[1].heads: 3 given, …` becomes `Layer 2, heads: 3 given, …` */
function inReadersWords(message: string): string {
  return message.replace(/^layers\[(\d+)\](?:\.(\w+))?/, (_, index: string, option?: string) => `Layer ${Number(index) + 1}${option ? `, ${option}` : ''}`);
}
