/** One layer's recurrence as dispatches, in both forms, and the choice of their sizes. */
import type { RecurrentForm } from '../engine';
import type { Layer } from '../model/spec';
import { foldedGroups, type Command } from './command_list';
import type { Gpu } from './device';
import { SPAN_STRIDE, type Kernel } from './kernel';
import { padded } from './layer_layout';

/** Sizes of the persistent kernel. */
export interface PersistentTile {
  /** How many a workgroup owns. */
  readonly sequences: number;
  /** The kernel's override constants. */
  readonly constants: Record<string, number>;
}

/**
 * The tile for a layer, or undefined where one sequence's states do not fit into workgroup memory. The constants change
 * only when H doubles, so that nearby widths share a pipeline: compiling one can take longer than a short text.
 */
export function persistentTile({ hidden, cell }: Layer, { limits }: Gpu): PersistentTile | undefined {
  const quads = padded(hidden) / 4;
  const tileQuads = Math.max(32, 2 ** Math.ceil(Math.log2(quads)));
  const innerQuads = cell.inner ? tileQuads : 1;
  if (16 * (2 * tileQuads + innerQuads) > limits.maxComputeWorkgroupStorageSize) return undefined;
  const workgroup = Math.min(tileQuads, 256, limits.maxComputeInvocationsPerWorkgroup);
  return { sequences: Math.floor(tileQuads / quads), constants: { WORKGROUP: workgroup, TILE_QUADS: tileQuads, INNER_QUADS: innerQuads } };
}

/** The spans of the time axis that a form's dispatches cover: single steps, or as many as one dispatch may do. */
export function spansOf(form: RecurrentForm, layer: Layer, steps: number, gpu: Gpu): [first: number, count: number][] {
  const longest = form === 'step' ? 1 : Math.max(1, Math.floor(gpu.limits.workPerDispatch / workPerStep(layer, gpu)));
  return Array.from({ length: Math.ceil(steps / longest) }, (_, i) => [i * longest, Math.min(longest, steps - i * longest)]);
}

function workPerStep(layer: Layer, gpu: Gpu): number {
  const hidden = padded(layer.hidden);
  return (persistentTile(layer, gpu)?.sequences ?? 1) * layer.cell.gates.length * hidden * hidden;
}

/** Spans as the kernels' uniform reads them, one every SPAN_STRIDE bytes. */
export function spanTable(spans: readonly [first: number, count: number][]): number[] {
  const table = Array.from({ length: (spans.length * SPAN_STRIDE) / 4 }, () => 0);
  spans.forEach(([first, count], i) => {
    table[(i * SPAN_STRIDE) / 4] = first;
    table[(i * SPAN_STRIDE) / 4 + 1] = count;
  });
  return table;
}

export interface RecurrenceKernels {
  readonly step: Kernel;
  /** The first half of a step, for cells with an inner product. */
  readonly inner: Kernel | undefined;
  readonly persistent: Kernel | undefined;
}

/** The dispatches of one layer over all steps. `buffers` holds every tensor by the name the kernels give it. */
export function recurrenceCommands(
  form: RecurrentForm,
  kernels: RecurrenceKernels,
  layer: Layer,
  models: number,
  sequences: number,
  spans: number,
  buffers: Readonly<Record<string, GPUBuffer>>,
  gpu: Gpu,
): Command[] {
  const n = models * layer.directions;
  if (form === 'persistent') {
    const { pipeline, bind } = kernels.persistent!;
    const bindGroup = bind(buffers);
    const tiles = Math.ceil(sequences / persistentTile(layer, gpu)!.sequences);
    return Array.from({ length: spans }, (_, i) => ({ pipeline, bindGroup, span: i * SPAN_STRIDE, groups: [tiles, 1, n] }));
  }
  const [x, y] = foldedGroups((sequences * padded(layer.hidden)) / 4, 64, gpu.limits.maxComputeWorkgroupsPerDimension);
  const halves = (kernels.inner ? [kernels.inner, kernels.step] : [kernels.step]).map(({ pipeline, bind }) => ({ pipeline, bindGroup: bind(buffers) }));
  return Array.from({ length: spans }, (_, i) => halves.map((half): Command => ({ ...half, span: i * SPAN_STRIDE, groups: [x, y, n] }))).flat();
}
