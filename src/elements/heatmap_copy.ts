/** What of a heatmap's numbers goes into the clipboard: the selected ones as a spreadsheet takes them, or one entry's. */
import { copyText } from './clipboard';
import type { Place } from './grid_keys';
import { HeatmapCopyEvent } from './heatmap_events';
import type { HeatmapGeometry } from './heatmap_geometry';
import type { EntryAt } from './paint/cell_colours';
import { plainNumber } from './plain_number';
import { isNothing, type Selection } from './selection';

/** @param single - the numbers come from float32 */
export function textToCopy({ matrix, order }: HeatmapGeometry, at: EntryAt, { selection, place, single }: { readonly selection: Selection; readonly place: Place; readonly single: boolean }): string {
  if (isNothing(selection)) return plainNumber(at(place.row, place.column), single);
  const [first, last] = selection.columns ?? [0, matrix.columns - 1];
  const chosen = new Set(selection.rows);
  const rows = Array.from({ length: matrix.rows }, (_, k) => order.rowAt(k)).filter((row) => chosen.size === 0 || chosen.has(row));
  return rows.map((row) => Array.from({ length: last - first + 1 }, (_, k) => plainNumber(at(row, first + k), single)).join('\t')).join('\n');
}

/** Copies for the reader, and tells the page; false where the browser does not let it. */
export async function copyFor(host: EventTarget, text: string): Promise<boolean> {
  const copied = await copyText(text);
  if (copied) host.dispatchEvent(new HeatmapCopyEvent({ text }));
  return copied;
}
