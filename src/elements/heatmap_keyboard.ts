/** What keys do to a heatmap: the grid's own lead through it, with Shift they select, and a few are commands. */
import { placeAfterKey, type Place } from './grid_keys';
import type { Attention } from './heatmap_attention';
import type { HeatmapSelection } from './heatmap_selection';
import type { HeatmapView } from './heatmap_view';
import type { Matrix } from './matrix';

export class HeatmapKeyboard {
  /** @param changed - called when a key did something */
  constructor(
    private readonly view: HeatmapView,
    private readonly attention: Attention,
    private readonly selection: HeatmapSelection,
    private readonly changed: () => void,
  ) {}

  /** An event handler for the cursor. */
  readonly pressed = (event: KeyboardEvent): void => {
    if (!this.#obey(event)) return;
    event.preventDefault();
    this.changed();
  };

  /** Whether the key means anything here. */
  #obey(event: KeyboardEvent): boolean {
    const { geometry } = this.view;
    if (!geometry) return false;
    const { matrix, order, visible, mirrored } = geometry;
    const { attention, selection } = this;
    const current = attention.current(matrix);
    const onDisplay = { row: order.placeOf(current.row), column: current.column };
    const size = { rows: matrix.rows, columns: matrix.columns, page: Math.max(1, Math.min(10, visible.last.row - visible.first.row)), mirrored };
    const selected = selection.keyed(event, onDisplay, size, geometry);
    const place = selected ?? (event.shiftKey ? undefined : placeAfterKey(event, onDisplay, size));
    if (!place) return this.#command(event, current, matrix);
    if (!selected) selection.forgetStart();
    attention.hover = undefined;
    attention.go({ row: order.rowAt(place.row), column: place.column });
    this.view.reveal(place);
    return true;
  }

  #command({ key, ctrlKey, metaKey, altKey }: KeyboardEvent, current: Place, matrix: Matrix): boolean {
    if (ctrlKey || metaKey || altKey) return false;
    const { attention, selection, view } = this;
    const commands: Record<string, () => void> = {
      Escape: () => (attention.quiet ? selection.clear(matrix) : (attention.quiet = true)),
      Enter: () => attention.togglePin(current),
      '+': view.zoomIn,
      '=': view.zoomIn,
      '-': view.zoomOut,
      '0': view.toggleWhole,
    };
    if (!Object.hasOwn(commands, key)) return false;
    commands[key]();
    return true;
  }
}
