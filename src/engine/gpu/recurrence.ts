/**
 * One layer's recurrence as dispatches. Both forms run the same kernel: `step` gives every step dispatches of its own,
 * `persistent` lets a workgroup own whole sequences through many steps, with a barrier where the other form has a new
 * dispatch. Kernels name their parts of a step; a form decides which parts may share a dispatch.
 */
import type { RecurrentForm } from '../engine';
import type { RecurrentLayer as Layer } from '../model/spec';
import { foldedGroups, type Command } from './command_list';
import type { Gpu } from './device';
import { SPAN_STRIDE, type Bound, type Kernel } from './kernel';
import { isProjected, padded } from './layer_layout';

/** Invocations of a workgroup, and the items it is dealt in the step form. */
const WORKGROUP = 64;

/** The parts of a step that need a dispatch or a barrier between them. Numbers are the kernels' PART constants. */
export interface Parts {
  /** In the order they are done. */
  readonly apart: readonly number[];
  /** Spans beyond the last step. */
  readonly extra: number;
}

export function forwardParts({ cell, ...layer }: Layer): Parts {
  if (cell.inner) return { apart: [1, 2], extra: 0 };
  return { apart: isProjected({ cell, ...layer }) ? [2, 4] : [2], extra: 0 };
}

/** With one span more than steps where the gradient of the initial state is wanted, which is gathered there. */
export function backwardParts(layer: Layer, initial: boolean): Parts {
  const extra = initial ? 1 : 0;
  if (layer.cell.inner) return { apart: [1 + 2, 4], extra };
  return { apart: isProjected(layer) ? [1, 2] : [1 + 2], extra };
}

/** The spans of a form over so many steps, each with the parts it does and the items a workgroup owns. */
export function spansOf(form: RecurrentForm, layer: Layer, parts: Parts, steps: number, gpu: Gpu): [first: number, count: number, items: number, parts: number][] {
  const spans = steps + parts.extra;
  if (form === 'step') {
    return Array.from({ length: spans }, (_, i) => i).flatMap((i) => (i < steps ? parts.apart : [parts.apart[0]]).map((part): [number, number, number, number] => [i, 1, WORKGROUP, part]));
  }
  const items = tileOf(layer) * (padded(layer.hidden) / 4);
  const all = parts.apart.reduce((sum, part) => sum + part, 0);
  const workPerStep = tileOf(layer) * layer.cell.gates.length * padded(layer.hidden) ** 2;
  const longest = Math.max(1, Math.floor(gpu.limits.workPerDispatch / workPerStep));
  return Array.from({ length: Math.ceil(spans / longest) }, (_, i) => [i * longest, Math.min(longest, spans - i * longest), items, all]);
}

/** Sequences that a workgroup of the persistent form owns: as many as give each invocation a quad of units. */
function tileOf({ hidden }: Layer): number {
  return Math.max(1, Math.floor(WORKGROUP / (padded(hidden) / 4)));
}

/** Spans as the kernels' uniform reads them, one every SPAN_STRIDE bytes. */
export function spanTable(spans: readonly (readonly number[])[]): number[] {
  const words = SPAN_STRIDE / 4;
  const table = Array.from({ length: spans.length * words }, () => 0);
  spans.forEach((span, i) => span.forEach((value, word) => (table[i * words + word] = value)));
  return table;
}

/** The dispatches of these spans over so many sequences, or rows of gradients. */
export function recurrenceCommands(
  form: RecurrentForm,
  kernel: Kernel,
  layer: Layer,
  models: number,
  sequences: number,
  spans: number,
  buffers: Readonly<Record<string, Bound>>,
  gpu: Gpu,
): Command[] {
  const { pipeline } = kernel;
  const bindGroup = kernel.bind(buffers);
  const groups = form === 'persistent' ? Math.ceil(sequences / tileOf(layer)) : Math.ceil((sequences * padded(layer.hidden)) / 4 / WORKGROUP);
  const [x, y] = foldedGroups(groups, 1, gpu.limits.maxComputeWorkgroupsPerDimension);
  return Array.from({ length: spans }, (_, i) => ({ pipeline, bindGroup, span: i * SPAN_STRIDE, groups: [x, y, models * layer.directions] }));
}
