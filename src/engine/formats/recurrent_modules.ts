/**
 * Recurrent layers among the tensors of any file with PyTorch's names: which modules there are under which prefixes, and
 * what their shapes say. An nn.RNN, nn.LSTM or nn.GRU has names that end in `weight_ih_l0`, a single nn.LSTMCell in
 * `weight_ih`. What shapes cannot say (tanh or ReLU) comes from a hint, or is assumed and said so.
 */
import { cellNamed, cells } from '../cells';
import type { Cell } from '../cells/cell';
import { FormatError } from '../errors';
import { shapeText } from '../math/tensor';
import { parameterName, parameterShapes, type Direction } from '../model/parameters';
import { modelShape, type LayerSpec } from '../model/spec';
import { shownName, type StoredTensor, type StoredTensors } from './safetensors';

/** A module as messages call it: its prefix without the dot. */
export function moduleName(prefix: string): string {
  return prefix ? shownName(prefix.slice(0, -1)) : 'the file';
}

/** Where a parameter's values come from: a tensor of the file, or zeros of that shape. */
export type ValueSource = { readonly tensor: string } | { readonly zeros: readonly number[] };

/** Layers that belong together, from one module or from several whose widths chain. */
export interface RecurrentStack {
  /** What stands before `weight_ih_l0`, by module: `model.rnn.`. */
  readonly prefixes: readonly string[];
  readonly layers: readonly LayerSpec[];
  /** Width of what the first layer reads. */
  readonly inputs: number;
  /** Width of what the last layer says, both directions. */
  readonly outputs: number;
  /** By our parameter's name. */
  readonly sources: ReadonlyMap<string, ValueSource>;
  /** The tensors whose columns are `inputs`, and whose columns are the last layer's h: for messages. */
  readonly firstTensor: string;
  readonly lastTensor: string;
  readonly notes: readonly string[];
}

/** Which cell the layers are, where something outside the shapes says so, and what that is: `the option cell`. */
export interface CellHint {
  readonly cell: Cell;
  readonly from: string;
}

/** A module's tensors by layer and direction, then kind: `weight_ih`. */
interface Module {
  readonly prefix: string;
  readonly layers: Map<number, Map<Direction, Map<string, string>>>;
}

const UNIT_KINDS = [...new Set(cells.flatMap(unitKinds))];
const KINDS = ['weight_ih', 'weight_hh', 'weight_hr', 'bias_ih', 'bias_hh', ...UNIT_KINDS];
const NAME = new RegExp(`^(.*\\.)?(${KINDS.join('|')})(?:_l(\\d{1,4}))?(_reverse)?$`, 's');

/** Cells of PyTorch by how many gates they have. */
const PYTORCH_CELLS: Readonly<Record<number, string>> = { 1: 'rnn', 3: 'gru', 4: 'lstm' };

/** The recurrent modules of a file, in its order. */
export function recurrentModules(tensors: StoredTensors): readonly Module[] {
  const modules = new Map<string, Module>();
  for (const name of tensors.keys()) {
    const parts = NAME.exec(name);
    if (!parts) continue;
    const [, prefix = '', kind, layer = '0', reverse] = parts;
    const module = entryOf(modules, prefix, () => ({ prefix, layers: new Map() }));
    const directions = entryOf(module.layers, Number(layer), () => new Map<Direction, Map<string, string>>());
    entryOf(directions, reverse ? 'reverse' : 'forward', () => new Map<string, string>()).set(kind, name);
  }
  return [...modules.values()];
}

/** One module as a stack of layers. Throws FormatError naming the tensors that are missing or do not fit each other. */
export function stackOf(tensors: StoredTensors, { prefix, layers }: Module, hint: CellHint | undefined): RecurrentStack {
  const count = layers.size;
  const notes: string[] = [];
  const specs: LayerSpec[] = [];
  for (let k = 0; k < count; k++) {
    const directions = layers.get(k);
    if (!directions) throw new FormatError(`${shownName(prefix)}weight_ih_l${k}`, `it is missing, and there are tensors of layer ${Math.max(...layers.keys())}.`);
    specs.push(layerSpec(tensors, prefix, k, directions, hint, notes));
  }
  const { shape } = matrix(tensors, layers.get(0)!.get('forward')!.get('weight_ih')!);
  const model = modelShape({ input: { size: shape[1] }, layers: specs });
  const sources = new Map<string, ValueSource>();
  for (const [parameter, expected] of parameterShapes(model)) {
    const [, , kind, layer, reverse] = NAME.exec(parameter)!;
    const found = layers.get(Number(layer))?.get(reverse ? 'reverse' : 'forward');
    const tensor = found?.get(kind);
    const beside = found?.get('weight_hh') ?? prefix;
    const below = kind === 'weight_ih' ? layers.get(Number(layer) - 1)?.get('forward')?.get('weight_hh') : undefined;
    if (tensor !== undefined) checkFits(tensors, tensor, expected, below ?? beside);
    else if (kind.startsWith('bias_')) notes.push(`${shownName(prefix)}${parameter} is not in the file, though the layer's other biases are; it is taken as zeros.`);
    else throw new FormatError(`${shownName(prefix)}${parameter}`, `it is missing beside ${shownName(beside)}.`);
    sources.set(parameter, tensor === undefined ? { zeros: expected } : { tensor });
  }
  const last = model.layers[count - 1];
  return {
    prefixes: [prefix],
    layers: specs,
    inputs: shape[1],
    outputs: last.directions * last.width,
    sources,
    firstTensor: layers.get(0)!.get('forward')!.get('weight_ih')!,
    lastTensor: layers.get(count - 1)!.get('forward')!.get('weight_hh')!,
    notes,
  };
}

/**
 * Stacks modules that are numbered siblings (`lstm1.`, `lstm2.`; `rnns.0.`, `rnns.1.`) while each reads as much as the one
 * before it says; the others stay alone.
 */
export function chained(stacks: readonly RecurrentStack[]): readonly RecurrentStack[] {
  const result: RecurrentStack[] = [];
  for (const siblings of siblingsOf(stacks)) {
    let stack = siblings[0];
    for (const next of siblings.slice(1)) {
      if (next.inputs === stack.outputs) stack = onTop(stack, next);
      else {
        result.push(stack);
        stack = next;
      }
    }
    result.push(stack);
  }
  return result.map((stack) => (stack.prefixes.length > 1 ? { ...stack, notes: [chainNote(stack), ...stack.notes] } : stack));
}

function chainNote({ prefixes }: RecurrentStack): string {
  return `${prefixes.map(moduleName).join(', ')} are taken as layers of one stack, because each is as wide as what the next one reads. Anything that lay between them in the original is not in the picture.`;
}

/** Stacks whose prefixes differ in their last number only, in its order. */
function siblingsOf(stacks: readonly RecurrentStack[]): readonly (readonly RecurrentStack[])[] {
  const families = new Map<string, [number, RecurrentStack][]>();
  for (const stack of stacks) {
    const [prefix] = stack.prefixes;
    const numbered = /^(.*?)(\d+)(\D*)$/s.exec(prefix);
    const stem = numbered ? JSON.stringify([numbered[1], numbered[3]]) : prefix;
    entryOf(families, stem, () => []).push([Number(numbered?.[2] ?? 0), stack]);
  }
  return [...families.values()].map((family) => family.toSorted(([one], [other]) => one - other).map(([, stack]) => stack));
}

function onTop(below: RecurrentStack, above: RecurrentStack): RecurrentStack {
  const from = below.layers.length;
  const raised = [...above.sources].map(([parameter, source]) => [parameter.replace(/_l(\d+)/, (_, k: string) => `_l${Number(k) + from}`), source] as const);
  return {
    ...above,
    prefixes: [...below.prefixes, ...above.prefixes],
    layers: [...below.layers, ...above.layers],
    inputs: below.inputs,
    sources: new Map([...below.sources, ...raised]),
    firstTensor: below.firstTensor,
    notes: [...below.notes, ...above.notes],
  };
}

function layerSpec(tensors: StoredTensors, prefix: string, k: number, directions: ReadonlyMap<Direction, ReadonlyMap<string, string>>, hint: CellHint | undefined, notes: string[]): LayerSpec {
  for (const direction of ['forward', ...directions.keys()] as const) {
    for (const kind of ['weight_ih', 'weight_hh'] as const) {
      if (directions.get(direction)?.has(kind)) continue;
      const [beside] = [...directions.values()].flatMap((kinds) => [...kinds.values()]);
      throw new FormatError(shownName(prefix) + parameterName(kind, k, direction), `it is missing beside ${shownName(beside)}.`);
    }
  }
  const forward = directions.get('forward')!;
  const weight_hh = forward.get('weight_hh')!;
  const [rows, width] = matrix(tensors, weight_hh).shape;
  const weight_hr = forward.get('weight_hr');
  const hidden = weight_hr === undefined ? width : matrix(tensors, weight_hr).shape[1];
  const cell = cellOf(weight_hh, rows, hidden, UNIT_KINDS.filter((kind) => forward.has(kind)), hint, notes);
  const bias = [...directions.values()].some((kinds) => kinds.has('bias_ih') || kinds.has('bias_hh'));
  if (!bias) notes.push(`Layer ${k} of ${moduleName(prefix)} has no biases.`);
  return { cell: cell.name, hidden, bidirectional: directions.has('reverse'), bias, ...(weight_hr === undefined ? {} : { projection: width }) };
}

/** The cell that so many rows for so many units mean. @param units - kinds of per-unit parameters that are there */
function cellOf(tensor: string, rows: number, hidden: number, units: readonly string[], hint: CellHint | undefined, notes: string[]): Cell {
  const gates = rows / hidden;
  const fits = cells.filter((cell) => cell.gates.length === gates && units.every((unit) => unitKinds(cell).includes(unit)));
  if (hint) {
    if (fits.includes(hint.cell)) return hint.cell;
    const others = units.filter((unit) => !unitKinds(hint.cell).includes(unit));
    throw new FormatError(shownName(tensor), `it has ${rows} rows for ${hidden} units${others.length ? ` and ${others.join(', ')} beside it` : ''}; ${hint.from} says ${hint.cell.title}, which has ${hint.cell.gates.length * hidden} rows${others.length ? ' and none of these' : ''}.`);
  }
  const cell = fits.find((each) => units.length > 0 || each.name === PYTORCH_CELLS[gates]);
  if (!cell) throw new FormatError(shownName(tensor), `it has ${rows} rows for ${hidden} units; an RNN has ${hidden}, a GRU ${3 * hidden}, an LSTM ${4 * hidden}.`);
  if (cell.name === 'rnn' && !notes.includes(TANH_NOTE)) notes.push(TANH_NOTE);
  return cell;
}

function unitKinds({ unitParameters = [] }: Cell): readonly string[] {
  return unitParameters.map((unit) => `weight_${unit}`);
}

const TANH_NOTE = 'Whether the RNN has tanh or ReLU is not in the file; tanh is assumed.';

/** The cell that a text calls: our names and PyTorch's; undefined for others. */
export function cellCalled(text: string): Cell | undefined {
  const name = text.toLowerCase().replace(/cell$/, '');
  return cells.find((cell) => cell.name === name || (cell.name === 'rnn' && name === 'rnn_tanh'));
}

/** The hint of an option, or else of the file's metadata. Throws OptionError for an option that is no cell. */
export function cellHint(option: string | undefined, metadata: Readonly<Record<string, string>>): CellHint | undefined {
  if (option !== undefined) return { cell: cellNamed(option), from: 'the option `cell`' };
  const { cell, nonlinearity } = metadata;
  if (nonlinearity === 'relu' && (cell === undefined || cellCalled(cell)?.name === 'rnn')) return { cell: cellNamed('rnn_relu'), from: 'the file’s metadata' };
  const called = cell === undefined ? undefined : cellCalled(cell);
  return called && { cell: called, from: 'the file’s metadata' };
}

function matrix(tensors: StoredTensors, name: string): StoredTensor {
  const tensor = tensors.get(name)!;
  if (tensor.shape.length === 2 && tensor.shape.every((extent) => extent > 0)) return tensor;
  throw new FormatError(shownName(name), `its shape is ${shapeText(tensor.shape)}; it must have rows and columns.`);
}

function checkFits(tensors: StoredTensors, name: string, expected: readonly number[], beside: string): void {
  const { shape } = tensors.get(name)!;
  if (shapeText(shape) === shapeText(expected)) return;
  throw new FormatError(shownName(name), `its shape is ${shapeText(shape)}; beside ${shownName(beside)}, ${shapeText(tensors.get(beside)?.shape ?? [])}, it must be ${shapeText(expected)}.`);
}

function entryOf<Key, Value>(map: Map<Key, Value>, key: Key, make: () => Value): Value {
  let value = map.get(key);
  if (value === undefined) map.set(key, (value = make()));
  return value;
}
