/**
 * One layer's recurrence as dispatches. Both forms run the same kernel: `step` gives every step dispatches of its own,
 * `persistent` lets a workgroup own whole sequences through many steps, with a barrier where the other form has a new
 * dispatch. Kernels name their parts of a step; a form decides which parts may share a dispatch.
 */
import type { RecurrentForm } from '../engine';
import type { RecurrentLayer as Layer } from '../model/spec';
import { foldedGroups, type Command } from './command_list';
import type { Gpu } from './device';
import { SPAN_STRIDE, type Bound, type KernelCache } from './kernel';
import { isProjected, padded } from './layer_layout';
import type { CommandMaker } from './linear';
import type { Neighbours } from './linker';

/** One direction's kernel for a layer: the parts of a step, and how the work is dealt out. */
export interface Recurrence {
  readonly entry: 'kernels/recurrent_forward' | 'kernels/recurrent_backward';
  readonly layer: Layer;
  readonly models: number;
  /** Sequences, or rows of gradients. */
  readonly rows: number;
  /** The parts of a step that need a dispatch or a barrier between them, in order: numbers are sums of the kernel's PART constants. */
  readonly parts: readonly number[];
  /** Spans beyond the last step, of the first part alone. */
  readonly extra: number;
  readonly tile: Tile;
}

/** What an invocation and a workgroup of a recurrent kernel own. */
interface Tile {
  /** Rows and quads of units of an item. */
  readonly rows: number;
  readonly quads: number;
  /** How invocations share what they read. */
  readonly neighbours: Neighbours;
  /** Invocations, each of which takes an item at a time. */
  readonly workgroup: number;
}

export function forwardRecurrence(gpu: Gpu, layer: Layer, models: number, sequences: number): Recurrence {
  const tile = tileFor(gpu, layer, models, sequences, FORWARD_TILES);
  const parts = layer.cell.inner ? [1, 2] : isProjected(layer) ? [2, 4] : [2];
  return { entry: 'kernels/recurrent_forward', layer, models, rows: sequences, parts, extra: 0, tile };
}

/** @param initial - whether the gradient of the initial state is wanted, which is gathered in one span more than steps */
export function backwardRecurrence(gpu: Gpu, layer: Layer, models: number, rows: number, initial: boolean): Recurrence {
  const tile = tileFor(gpu, layer, models, rows, BACKWARD_TILES);
  const parts = layer.cell.inner ? [1 + 2, 4] : isProjected(layer) ? [1, 2] : [1 + 2];
  return { entry: 'kernels/recurrent_backward', layer, models, rows, parts, extra: initial ? 1 : 0, tile };
}

/**
 * Rows and quads of an item, and how its reads are shared, the best first: the larger, the fewer reads for a multiplication,
 * and the fewer items.
 */
const FORWARD_TILES: readonly TileSize[] = [[16, 1, 'quads'], [8, 1, 'quads'], [8, 1, 'each'], [4, 1, 'quads'], [4, 1, 'each'], [2, 1, 'each'], [1, 1, 'each']];
const BACKWARD_TILES: readonly TileSize[] = [[16, 2, 'quads'], [8, 2, 'quads'], [8, 2, 'each'], [4, 2, 'quads'], [4, 2, 'each'], [2, 2, 'each'], [1, 1, 'each']];

type TileSize = readonly [rows: number, quads: number, neighbours: Neighbours];

/** Invocations that share what they read: of shaders/lib/neighbours. They are of the same rows. */
const SHARERS: Record<Neighbours, number> = { each: 1, quads: 4 };

/**
 * Items that keep an adapter busy. A software adapter takes four at a time on each core, and two cores are what a page can
 * count on; a GPU hides the time of its reads behind thousands.
 */
const ENOUGH_ITEMS = { software: 8, real: 2048 } as const;

/** Invocations of a workgroup, at least and at most. */
const WORKGROUP = { least: 4, most: 64 } as const;

/** The best tile that is filled for more than a half and leaves items enough. */
function tileFor({ adapter, neighbours: best }: Gpu, layer: Layer, models: number, rows: number, tiles: readonly TileSize[]): Tile {
  const enough = adapter.software ? ENOUGH_ITEMS.software : ENOUGH_ITEMS.real;
  const [tileRows, quads, neighbours] =
    tiles.find(([height, width, shared]) => {
      const lanes = lanesOf(layer, width);
      const shares = shared === 'each' || (shared === best && lanes % SHARERS[shared] === 0);
      return shares && height < 2 * rows && models * layer.directions * Math.ceil(rows / height) * lanes >= enough;
    }) ?? tiles[tiles.length - 1];
  // A software adapter pays for idle invocations, and gives a workgroup to one core.
  const wanted = adapter.software ? (Math.ceil(rows / tileRows) * lanesOf(layer, quads)) / 2 : WORKGROUP.most;
  return { rows: tileRows, quads, neighbours, workgroup: Math.min(WORKGROUP.most, Math.max(WORKGROUP.least, 2 ** Math.ceil(Math.log2(wanted)))) };
}

/** Items that a row of units takes. */
function lanesOf({ hidden }: Layer, quads: number): number {
  return Math.ceil(padded(hidden) / 4 / quads);
}

/** Groups of rows that a workgroup of the persistent form owns: as many as give each invocation an item. */
function groupsOf({ layer, tile }: Recurrence): number {
  return Math.max(1, Math.floor(tile.workgroup / lanesOf(layer, tile.quads)));
}

/** The part of a run that one dispatch covers, as shaders/lib/layer.wgsl's Span has it, and the parts of a step it does. */
interface Span {
  readonly first: number;
  readonly count: number;
  readonly items: number;
  readonly parts: number;
}

/** The spans of a form over so many steps. */
function spansOf(form: RecurrentForm, recurrence: Recurrence, steps: number, gpu: Gpu): Span[] {
  const { layer, tile, parts, extra } = recurrence;
  const spans = steps + extra;
  if (form === 'step') {
    return Array.from({ length: spans }, (_, i) => i).flatMap((i) => (i < steps ? parts : parts.slice(0, 1)).map((part) => ({ first: i, count: 1, items: tile.workgroup, parts: part })));
  }
  const items = groupsOf(recurrence) * lanesOf(layer, tile.quads);
  const workPerStep = groupsOf(recurrence) * tile.rows * layer.cell.gates.length * padded(layer.hidden) ** 2;
  const longest = Math.max(1, Math.floor(gpu.limits.workPerDispatch / workPerStep));
  const all = parts.reduce((sum, part) => sum + part, 0);
  return Array.from({ length: Math.ceil(spans / longest) }, (_, i) => ({ first: i * longest, count: Math.min(longest, spans - i * longest), items, parts: all }));
}

/** Spans as the kernels' uniform reads them, one every SPAN_STRIDE bytes. */
function spanTable(spans: readonly Span[]): number[] {
  const words = SPAN_STRIDE / 4;
  const table = Array.from({ length: spans.length * words }, () => 0);
  spans.forEach(({ first, count, items, parts }, i) => [first, count, items, parts].forEach((value, word) => (table[i * words + word] = value)));
  return table;
}

/** The dispatches of a recurrence over so many steps. */
export function recurrenceCommands(
  form: RecurrentForm,
  recurrence: Recurrence,
  steps: number,
  kernels: KernelCache,
  maker: CommandMaker,
  buffers: Readonly<Record<string, Bound>>,
): Command[] {
  const { layer, models, rows, tile } = recurrence;
  const { gpu } = maker;
  const spans = spansOf(form, recurrence, steps, gpu);
  const bound = { ...buffers, span: maker.uniform(`${form} spans`, spanTable(spans)) };
  const rowGroups = Math.ceil(rows / tile.rows);
  const groups = form === 'persistent' ? Math.ceil(rowGroups / groupsOf(recurrence)) : Math.ceil((rowGroups * lanesOf(layer, tile.quads)) / tile.workgroup);
  const [x, y] = foldedGroups(groups, 1, gpu.limits.maxComputeWorkgroupsPerDimension);
  const made = new Map<number, Pick<Command, 'kernel' | 'bindGroup'>>();
  return spans.map(({ parts }, i) => {
    const known = made.get(parts) ?? kernelOf(recurrence, parts, kernels, bound);
    made.set(parts, known);
    return { ...known, span: i * SPAN_STRIDE, groups: [x, y, models * layer.directions] as const };
  });
}

function kernelOf({ entry, layer, tile }: Recurrence, parts: number, kernels: KernelCache, buffers: Readonly<Record<string, Bound>>): Pick<Command, 'kernel' | 'bindGroup'> {
  const constants = { WORKGROUP: tile.workgroup, PARTS: parts, PROJECTED: isProjected(layer) ? 1 : 0 };
  const sizes: Record<string, number> = { ROWS: tile.rows, ...(entry === 'kernels/recurrent_backward' && { QUADS: tile.quads }) };
  const kernel = kernels.asked(entry, { variant: layer.cell.name, constants, sizes, neighbours: tile.neighbours });
  return { kernel, bindGroup: kernel.bind(buffers) };
}
