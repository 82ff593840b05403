/**
 * What part of a matrix a heatmap shows, and how large: the room there is, the zoom, and what is scrolled to. The element's
 * properties `zoom`, `firstRow` and `firstColumn` say where to begin and follow what the reader does.
 */
import type { ReactiveController, ReactiveControllerHost } from 'lit';
import type { Place } from './grid_keys';
import { HeatmapGeometry, type Attended, type PagePoint } from './heatmap_geometry';
import { ViewChangeEvent } from './heatmap_events';
import { layoutFor, type LabelledGrid, type Layout } from './heatmap_layout';
import type { HeatmapProperties } from './heatmap_properties';
import type { Matrix } from './matrix';
import type { RowOrder } from './row_order';
import { labelWidths } from './text_width';

type Host = ReactiveControllerHost & Pick<HeatmapProperties, 'zoom' | 'firstRow' | 'firstColumn' | 'lane' | 'timeDirection'> & HTMLElement;

interface Corner {
  readonly row: number;
  readonly column: number;
}

/** Steps of zooming by a key or a button. */
const ZOOM_STEP = 2;
/** Corners closer than this, in entries, are the same. */
const SAME = 1e-3;

export class HeatmapView implements ReactiveController {
  /** Undefined while there is nothing to draw, or no room to draw it. */
  geometry: HeatmapGeometry | undefined;

  #room = 0;
  #layout: { readonly key: readonly unknown[]; readonly layout: Layout } | undefined;
  /** The corner that the properties said when they were last looked at. */
  #corner: Corner = { row: 0, column: 0 };
  /** A point of the matrix that zooming leaves where it is, in device pixels from the plot's corner. */
  #anchor: { readonly at: Corner; readonly left: number; readonly top: number } | undefined;
  /** Where the viewport was scrolled to when this was last looked at: from there on only the reader moves it. */
  #scrolled: { readonly left: number; readonly top: number } | undefined;
  #telling = 0;
  readonly #width = new ResizeObserver(([entry]) => {
    // Not in the observer's own turn: a layout that changes there is an error to the page.
    requestAnimationFrame(() => {
      const room = Math.floor(entry.contentRect.width);
      if (room === this.#room) return;
      this.#room = room;
      this.host.requestUpdate();
    });
  });

  /** @param root - what the heatmap is rendered to */
  constructor(
    private readonly host: Host,
    private readonly root: () => ParentNode,
  ) {
    host.addController(this);
  }

  hostConnected(): void {
    this.#width.observe(this.host);
  }

  hostDisconnected(): void {
    this.#width.disconnect();
    cancelAnimationFrame(this.#telling);
    this.#telling = 0;
  }

  /** Lays out a matrix, before it is rendered. */
  layOut(matrix: Matrix | undefined, order: RowOrder | undefined): void {
    if (!matrix || !order || !this.#hasRoom()) {
      this.geometry = undefined;
      return;
    }
    const layout = this.#layoutOf(matrix);
    const mirrored = this.host.timeDirection === 'rtl';
    this.geometry = new HeatmapGeometry(this.root(), matrix, this.host.lane === 'next' ? { ...layout, header: 0 } : layout, order, mirrored);
  }

  /** How high the labels and entries of a matrix will be drawn, in CSS pixels. */
  heightOf(matrix: LabelledGrid): number {
    this.#hasRoom();
    const { header, entryHeight, ratio } = this.#layoutOf(matrix);
    return (this.host.lane === 'next' ? 0 : header) + (matrix.rows * entryHeight) / ratio;
  }

  /** Puts everything in its place, after it was rendered. */
  arrange(base: HTMLElement, attended: Attended): void {
    const { geometry } = this;
    if (!geometry) {
      this.#scrolled = undefined;
      return;
    }
    this.#lookWhetherScrolled(geometry);
    geometry.arrange(base, attended);
    if (this.#scrollAsTold(geometry)) geometry.arrange(base, attended);
    this.#scrolled = geometry.scrolled;
  }

  /** Has an entry seen whole, for the reader: its row by its place. */
  reveal(place: Place): void {
    this.geometry?.reveal(place);
    if (this.geometry) this.#lookWhetherScrolled(this.geometry);
  }

  /** Follows what was scrolled; an event handler for the viewport. */
  readonly followScroll = (): void => {
    const { geometry, host } = this;
    if (!geometry) return;
    this.#lookWhetherScrolled(geometry);
    this.#corner = rounded(geometry.corner);
    [host.firstRow, host.firstColumn] = [this.#corner.row, this.#corner.column];
    host.requestUpdate();
  };

  /** Whether there is a picture that its reader can zoom. */
  get canZoom(): boolean {
    return this.geometry !== undefined && !this.host.lane;
  }

  /** Zooms by a factor, for the reader, about a point of the page or the middle of what is seen. */
  zoomBy(factor: number, point?: PagePoint): void {
    this.#zoomTo(this.#zoom * factor, point);
  }

  readonly zoomIn = (): void => this.zoomBy(ZOOM_STEP);
  readonly zoomOut = (): void => this.zoomBy(1 / ZOOM_STEP);

  /** Has the whole matrix seen, for the reader; or, where it is, entries as large as they are by themselves. */
  readonly toggleWhole = (): void => {
    const { geometry } = this;
    if (geometry) this.#zoomTo(this.isWhole ? 1 : 0);
  };

  /** Whether the matrix is as small as it gets. */
  get isWhole(): boolean {
    const { layout } = this.geometry ?? {};
    return layout !== undefined && layout.zoom <= layout.zooms.least;
  }

  /** The zoom that there is, or is about to be: several fingers move within one frame. */
  get #zoom(): number {
    return this.#anchor ? this.host.zoom : (this.geometry?.layout.zoom ?? 1);
  }

  #zoomTo(wanted: number, point?: PagePoint): void {
    const { geometry, host } = this;
    if (!geometry || !this.canZoom) return;
    const { least, most } = geometry.layout.zooms;
    const zoom = Math.min(Math.max(wanted, least), most);
    if (zoom === this.#zoom) return;
    const about = point ?? geometry.middle;
    this.#anchor = { at: geometry.pointUnder(about), ...geometry.onPlot(about) };
    host.zoom = zoom;
    this.#tellSoon();
  }

  #lookWhetherScrolled(geometry: HeatmapGeometry): void {
    const { left, top } = geometry.scrolled;
    const known = this.#scrolled;
    this.#scrolled = { left, top };
    if (known && (known.left !== left || known.top !== top)) this.#tellSoon();
  }

  /** Scrolls to where the reader's zoom leads, or the page's properties say; false if that is nowhere else. */
  #scrollAsTold(geometry: HeatmapGeometry): boolean {
    const { entryWidth, entryHeight } = geometry.layout;
    const told = { row: finite(this.host.firstRow), column: finite(this.host.firstColumn) };
    const anchor = this.#anchor;
    this.#anchor = undefined;
    if (anchor) geometry.scrollToCorner({ row: anchor.at.row - anchor.top / entryHeight, column: anchor.at.column - anchor.left / entryWidth });
    else if (!near(told, this.#corner)) geometry.scrollToCorner(told);
    else return false;
    if (!anchor) this.#corner = told;
    return true;
  }

  /** Once a frame is often enough. */
  #tellSoon(): void {
    this.#telling ||= requestAnimationFrame(() => {
      this.#telling = 0;
      const { geometry } = this;
      if (!geometry) return;
      const { row: firstRow, column: firstColumn } = rounded(geometry.corner);
      this.host.dispatchEvent(new ViewChangeEvent({ zoom: geometry.layout.zoom, firstRow, firstColumn }));
    });
  }

  /** What is new to the page is told its width only after it was painted, and should have its height before. */
  #hasRoom(): boolean {
    if (this.#room <= 0) this.#room = Math.floor(this.host.clientWidth);
    return this.#room > 0;
  }

  #layoutOf(matrix: LabelledGrid): Layout {
    const { fontSize, fontFamily } = getComputedStyle(this.host);
    const { zoom, lane } = this.host;
    const key = [matrix, this.#room, devicePixelRatio, fontSize, fontFamily, zoom, lane];
    if (this.#layout && key.every((part, k) => Object.is(part, this.#layout!.key[k]))) return this.#layout.layout;
    const room = { width: this.#room, ratio: devicePixelRatio, fontSize: parseFloat(fontSize), widthOf: labelWidths({ fontSize, fontFamily }), lane: lane !== undefined, zoom: lane ? 1 : Math.max(0, finite(zoom, 1)) };
    const layout = layoutFor(matrix, room);
    this.#layout = { key, layout };
    return layout;
  }
}

/** What is no number is passed over. */
function finite(value: unknown, otherwise = 0): number {
  return typeof value === 'number' && Number.isFinite(value) ? value : otherwise;
}

function rounded({ row, column }: Corner): Corner {
  return { row: Math.round(row / SAME) * SAME, column: Math.round(column / SAME) * SAME };
}

function near(one: Corner, other: Corner): boolean {
  return Math.abs(one.row - other.row) < 2 * SAME && Math.abs(one.column - other.column) < 2 * SAME;
}
