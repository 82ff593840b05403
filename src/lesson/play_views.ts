/** The views of the playground: what each is an element of, and which network has something to show in it. */
import { hasPicture } from '../elements/diagram/drawn_layer';
import { isRecurrent, type Layer, type MadeTask } from '../engine';

/** What a view needs to know of the network to say whether it has anything to show. */
export interface PlayNetwork {
  readonly layers: readonly Layer[];
  /** What it learns; undefined for one that has nothing to learn, and then no head either. */
  readonly task: MadeTask | undefined;
}

export interface PlayView {
  /** As links hold it. */
  readonly name: string;
  readonly title: string;
  /** The element that draws it, and what it is told beside its model. */
  readonly tag: string;
  readonly properties?: Readonly<Record<string, unknown>>;
  /** Why there is nothing to show of a network, in words; empty where there is. */
  missing?(network: PlayNetwork): string;
}

/** In the order in which they stand on the page. */
export const playViews: readonly PlayView[] = [
  { name: 'heatmap', title: 'A signal, unit by word', tag: 'rnn-heatmap' },
  { name: 'state', title: 'The state after a word', tag: 'rnn-state' },
  { name: 'unrolled', title: 'Unrolled, word by word', tag: 'rnn-unrolled' },
  { name: 'predictions', title: 'What it expects', tag: 'rnn-predictions', properties: { words: [], count: 8 }, missing: withoutClasses },
  { name: 'continuation', title: 'What it writes by itself', tag: 'rnn-continuation', missing: ({ layers, task }) => withoutClasses({ layers, task }) || withoutNextWord(task!) || withoutEnd(layers) },
  { name: 'entry', title: 'One number taken apart', tag: 'rnn-entry', missing: withoutCell },
  { name: 'cell', title: 'Inside a layer', tag: 'rnn-cell-diagram', missing: ({ layers }) => (layers.some(hasPicture) ? '' : 'there is no picture of its layers') },
  { name: 'gates', title: 'Gates', tag: 'rnn-gates', missing: ({ layers }) => (layers.some(isGated) ? '' : 'none of its layers has gates') },
  { name: 'attention', title: 'Attention', tag: 'rnn-attention', missing: ({ layers }) => (hasSignal(layers, 'attn') ? '' : 'none of its layers is attention') },
  { name: 'scan', title: 'Selective scan', tag: 'rnn-scan', missing: ({ layers }) => (hasSignal(layers, 'decay') ? '' : 'none of its layers is Mamba') },
  { name: 'compare', title: 'Two sentences compared', tag: 'rnn-compare', missing: withoutWords },
  { name: 'memory', title: 'Stored, and felt', tag: 'rnn-memory', missing: withoutWords },
  { name: 'influence', title: 'Who feels whom', tag: 'rnn-influence' },
  { name: 'reach', title: 'The gradient, word by word', tag: 'rnn-gradient-reach' },
  { name: 'flow', title: 'The gradient against the distance', tag: 'rnn-gradient-flow' },
  { name: 'order', title: 'Two words exchanged', tag: 'rnn-order', missing: withoutWords },
  { name: 'proof', title: 'Every step again, in float64', tag: 'rnn-proof' },
];

function hasSignal(layers: readonly Layer[], name: string): boolean {
  return layers.some((layer) => !isRecurrent(layer) && layer.program.signals.some((signal) => signal.name === name));
}

/** A plain cell's one gate is its sum, and no gate that opens; a block may have gates of other things than single units. */
function isGated(layer: Layer): boolean {
  if (isRecurrent(layer)) return layer.cell.gates.length > 1;
  const whole = layer.program.signals.filter(({ groups }) => !groups);
  return ['state', 'gate'].every((wanted) => whole.some(({ kind }) => kind === wanted));
}

function withoutCell({ layers }: PlayNetwork): string {
  return layers.some(isRecurrent) ? '' : 'none of its layers has a cell';
}

function withoutWords({ task }: PlayNetwork): string {
  return task && 'size' in task.input ? 'it reads numbers and no words' : '';
}

function withoutClasses({ task }: PlayNetwork): string {
  if (!task) return 'it learns no task, so nothing is asked of it';
  return 'classes' in task.output ? '' : 'its task asks for numbers';
}

/** Whether what is asked for is the next of the words that are read. */
function withoutNextWord({ input, output }: MadeTask): string {
  const names = 'names' in output ? output.names : [];
  const isNext = 'vocab' in input && input.vocab.length === names.length && input.vocab.every((word, k) => word === names[k]);
  return isNext ? '' : 'its task does not ask for the next word';
}

function withoutEnd(layers: readonly Layer[]): string {
  return layers.some(({ directions }) => directions === 2) ? 'one of its layers reads from the end, which is not there yet' : '';
}
