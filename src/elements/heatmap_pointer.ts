/**
 * What a pointer does to a heatmap: a mouse hovers, selects by dragging and zooms with Control and its wheel; a finger taps
 * and scrolls, two zoom; where the reader chose so, one selects.
 */
import type { Attention } from './heatmap_attention';
import type { Block, PagePoint } from './heatmap_geometry';
import type { HeatmapSelection, Zone } from './heatmap_selection';
import type { HeatmapView } from './heatmap_view';

/** A wheel's turn that halves or doubles. */
const WHEEL = 200;

export class HeatmapPointer {
  /** A finger selects instead of scrolling. */
  selects = false;

  #drag: { readonly zone: Zone; readonly pointer: number; readonly begun: Block; moved: boolean } | undefined;
  #clickIsDrag = false;
  readonly #fingers = new Map<number, PagePoint>();

  /** @param picked - called with the entries that were clicked or tapped */
  constructor(
    private readonly view: HeatmapView,
    private readonly attention: Attention,
    private readonly selection: HeatmapSelection,
    private readonly picked: (block: Block, event: MouseEvent) => void,
  ) {}

  readonly pressed = (event: PointerEvent): void => {
    const block = this.view.geometry?.blockUnder(event);
    this.#clickIsDrag = false;
    if (event.pointerType === 'touch') this.#fingers.set(event.pointerId, event);
    const selects = event.pointerType !== 'touch' || (this.selects && this.#fingers.size === 1);
    if (!block || event.button !== 0 || event.shiftKey || !selects) return;
    this.#drag = { zone: zoneOf(event), pointer: event.pointerId, begun: block, moved: false };
  };

  readonly moved = (event: PointerEvent): void => {
    const { geometry } = this.view;
    if (!geometry) return;
    if (event.pointerType === 'touch' && this.#pinch(event)) return;
    const block = geometry.blockUnder(event);
    if (this.#drag?.pointer === event.pointerId) this.#dragTo(block, event);
    if (event.pointerType !== 'touch') this.attention.point(zoneOf(event) === 'entries' || this.#drag?.moved ? block : undefined);
  };

  readonly released = (event: PointerEvent): void => {
    this.#fingers.delete(event.pointerId);
    if (this.#drag?.pointer === event.pointerId) this.#drag = undefined;
  };

  readonly left = (): void => this.attention.point(undefined);

  readonly clicked = (event: MouseEvent): void => {
    const { geometry } = this.view;
    if (!geometry || this.#clickIsDrag) return;
    const block = geometry.blockUnder(event);
    const zone = zoneOf(event);
    if (zone !== 'entries' || event.shiftKey) this.selection.click(zone, block, geometry, event);
    if (zone === 'entries') this.picked(block, event);
  };

  /** Not passive: the page must not be zoomed as well. */
  readonly wheel = {
    passive: false,
    handleEvent: (event: WheelEvent): void => {
      if (!event.ctrlKey) return;
      event.preventDefault();
      this.view.zoomBy(2 ** (-event.deltaY / WHEEL), event);
    },
  };

  /** Not passive: what two fingers do, or one that selects, the browser must not take for scrolling. */
  readonly touched = {
    passive: false,
    handleEvent: (event: TouchEvent): void => {
      const pinches = event.touches.length === 2 && this.view.canZoom;
      if (event.cancelable && (pinches || this.#drag)) event.preventDefault();
    },
  };

  #dragTo(block: Block, event: PointerEvent): void {
    const { geometry } = this.view;
    const drag = this.#drag!;
    const elsewhere = block.rows[0] !== drag.begun.rows[0] || block.columns[0] !== drag.begun.columns[0];
    if (!geometry || (!drag.moved && !elsewhere)) return;
    if (!drag.moved) {
      drag.moved = this.#clickIsDrag = true;
      (event.currentTarget as Element).setPointerCapture(event.pointerId);
      this.selection.beginDrag(drag.begun);
    }
    this.selection.drag(drag.zone, block, geometry);
  }

  /** Two fingers zoom by how much farther apart they are, about the point between them. */
  #pinch(event: PointerEvent): boolean {
    if (!this.#fingers.has(event.pointerId)) return false;
    const before = [...this.#fingers.values()];
    this.#fingers.set(event.pointerId, event);
    if (before.length !== 2) return false;
    const [one, other] = this.#fingers.values();
    const factor = apart(one, other) / apart(before[0], before[1]);
    if (Number.isFinite(factor) && factor > 0) this.view.zoomBy(factor, { clientX: (one.clientX + other.clientX) / 2, clientY: (one.clientY + other.clientY) / 2 });
    return true;
  }
}

function apart(one: PagePoint, other: PagePoint): number {
  return Math.hypot(one.clientX - other.clientX, one.clientY - other.clientY);
}

function zoneOf({ currentTarget, target }: Event): Zone {
  const names = (target as Element | null)?.closest('.columns, .rows');
  if (!names || !(currentTarget as Element).contains(names)) return 'entries';
  return names.classList.contains('columns') ? 'columns' : 'rows';
}
