/** A stack of layers as an `<rnn-model>` takes it: `mamba state:8, attention heads:2, lstm hidden:16`, JSON, or a list. */
import { blocks, cells, OptionError, type LayerSpec } from '../engine';

/** What may stand beside a cell's name, but for its gates, each of which may be given a bias. */
const CELL_OPTIONS: readonly string[] = ['hidden', 'bidirectional', 'projection', 'bias', 'start', 'gain', 'inputScale', 'chrono', 'oneBias'];

/** They say how weights start, and nothing of what is computed with them. */
const STARTING: readonly string[] = ['start', 'gain', 'inputScale', 'gateBias', 'chrono', 'oneBias', 'delta'];

/**
 * The layers; undefined where none are given. What a block may be told is the engine's to check.
 *
 * @param units - of cells that do not say how many they have
 * @throws OptionError for what cannot be read, or a name that is neither a cell nor a block
 */
export function layersOf(given: unknown, units: number): readonly LayerSpec[] | undefined {
  if (given === undefined || given === null || given === '') return undefined;
  const list = typeof given === 'string' ? (listed(given) ?? given.split(',').map(writtenLayer)) : given;
  if (!Array.isArray(list) || list.length === 0 || list.some((layer) => typeof layer !== 'object' || layer === null)) {
    throw new OptionError('layers', 'layers: it must be a list of layers, as mamba state:8, attention heads:2.');
  }
  return (list as LayerSpec[]).map((layer) => (layer.cell === undefined ? layer : { ...layer, hidden: layer.hidden ?? units }));
}

/** What of the layers makes another network, as a key: not how its weights start. */
export function stackKey(layers: readonly LayerSpec[]): string {
  return JSON.stringify(layers, (name, value: unknown) => (STARTING.includes(name) ? undefined : value));
}

/** What the layers are called, for a file: `mamba-attention`. */
export function stackName(layers: readonly LayerSpec[]): string {
  return layers.map(({ cell, block }) => cell ?? block).join('-');
}

function listed(text: string): unknown {
  if (!text.trim().startsWith('[')) return undefined;
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new OptionError('layers', `layers: this JSON cannot be read: ${(error as Error).message}`);
  }
}

/** `attention heads:2 positions:rotary` */
function writtenLayer(text: string): LayerSpec {
  const [name = '', ...options] = text.trim().split(/\s+/);
  const given = options.map((option): readonly [string, unknown] => {
    const [key, value, ...rest] = option.split(':');
    if (!key || !value || rest.length > 0) throw new OptionError('layers', `layers: “${option}” given; after a layer's name come its options, each a name, a colon and a value, as in attention heads:2.`);
    return [key, valueOf(value)];
  });
  if (blocks.some((block) => block.name === name)) return { block: name, ...Object.fromEntries(given) };
  const cell = cells.find((each) => each.name === name);
  if (!cell) throw new OptionError('layers', `layers: “${name}” is neither a cell (${cells.map((each) => each.name).join(', ')}) nor a block (${blocks.map((block) => block.name).join(', ')}).`);
  const gates = given.filter(([key]) => cell.gates.some((gate) => gate.name === key));
  const others = given.filter((option) => !gates.includes(option));
  const unknown = others.find(([key]) => !CELL_OPTIONS.includes(key));
  if (unknown) throw new OptionError('layers', `layers: ${name} has no option “${unknown[0]}”; it has ${CELL_OPTIONS.join(', ')}, and its gates ${cell.gates.map((gate) => gate.name).join(', ')} for their biases.`);
  return { cell: name, ...Object.fromEntries(others), ...(gates.length > 0 && { gateBias: Object.fromEntries(gates) }) } as LayerSpec;
}

function valueOf(text: string): number | boolean | string {
  if (text === 'true' || text === 'false') return text === 'true';
  return Number.isNaN(Number(text)) ? text : Number(text);
}
