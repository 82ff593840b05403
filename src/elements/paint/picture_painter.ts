/**
 * Keeps a heatmap's canvas painted: watches how many device pixels it has, asks for one frame however often it is
 * asked to paint, and paints from the GPU's buffer where there is one and from the numbers elsewhere.
 */
import { colourTable, type ChosenColours, type ColourTable } from '../colour/scale';
import { paintLegend } from '../legend';
import type { Matrix } from '../matrix';
import { scaleFor, type Coding } from '../range';
import type { RowOrder } from '../row_order';
import { paintCells } from './canvas_painter';
import { CellColours, type EntryAt } from './cell_colours';
import { GpuPainter } from './gpu_painter';
import { paintNextFrame } from './paint_frame';
import { onPaper } from './paper';
import type { PaintWindow } from './window';

export interface Picture {
  readonly canvas: HTMLCanvasElement;
  readonly strip: HTMLCanvasElement | null;
  readonly matrix: Matrix;
  readonly entries: EntryAt | undefined;
  readonly order: RowOrder;
  /** Paint from where the GPU keeps the matrix, instead of from its entries. */
  readonly stored: boolean;
  readonly coding: Coding;
  readonly dark: boolean;
  readonly chosen: ChosenColours;
  window(size: { readonly width: number; readonly height: number }): PaintWindow;
}

export class PicturePainter {
  #callOff: (() => void) | undefined;
  #endPrinting: (() => void) | undefined;
  #canvas: HTMLCanvasElement | undefined;
  #size = { width: 0, height: 0 };
  #gpu: GpuPainter | undefined;
  #table: { readonly key: string; readonly colours: ColourTable } | undefined;
  #cells: { readonly key: readonly unknown[]; readonly cells: CellColours } | undefined;
  readonly #observer = new ResizeObserver(([entry]) => this.#resized(entry));

  /**
   * @param picture - tells what to paint when the frame comes
   * @param resized - called when the canvas has another size or other pixels, to have it painted anew
   */
  constructor(
    private readonly picture: () => Picture | undefined,
    private readonly resized: () => void,
  ) {}

  /** Paints in the next frame. */
  paintSoon(): void {
    this.#callOff ??= paintNextFrame(() => {
      this.#callOff = undefined;
      const picture = this.picture();
      if (picture) this.#paint(picture);
    });
  }

  /** Gives back what it has on the GPU. */
  release(): void {
    this.#callOff?.();
    this.#callOff = undefined;
    this.#leave();
  }

  /** Whether the picture is on a WebGPU canvas. */
  #paint(picture: Picture): boolean {
    const { canvas, strip, matrix, entries, stored, coding } = picture;
    this.#take(canvas);
    const colours = this.#coloursFor(picture);
    if (strip) paintLegend(strip, colours, coding);
    if (this.#size.width === 0 || this.#size.height === 0) return false;
    const window = picture.window(this.#size);
    if (stored && matrix.storage) {
      this.#gpu ??= new GpuPainter(canvas, () => this.paintSoon());
      return this.#gpu.paint(matrix.storage, matrix.instance, window, coding, colours, matrix.averaged);
    }
    if (entries) paintCells(canvas, window, this.#cellsOf(picture, entries, window), colours, matrix.zeroIsEmpty);
    return false;
  }

  /** Kept from frame to frame while they are the same numbers in the same colours. */
  #cellsOf({ matrix, order, coding }: Picture, entries: EntryAt, { rows, columns }: PaintWindow): CellColours {
    const key = [matrix, entries, order, coding, rows, columns];
    if (this.#cells && key.every((part, k) => part === this.#cells!.key[k])) return this.#cells.cells;
    const at = matrix.log10 ?? entries;
    const inOrder: EntryAt = order.isShuffled ? (row, column) => at(order.rowAt(row), column) : at;
    const cells = new CellColours({ rows: matrix.rows, columns: matrix.columns, at: inOrder, logarithms: matrix.log10 !== undefined }, { rows, columns }, coding);
    this.#cells = { key, cells };
    return cells;
  }

  #take(canvas: HTMLCanvasElement): void {
    if (canvas === this.#canvas) return;
    this.#leave();
    this.#canvas = canvas;
    this.#endPrinting = onPaper(() => {
      const picture = this.picture();
      return picture && this.#paint(picture) ? picture.canvas : undefined;
    });
    this.#size = { width: 0, height: 0 };
    try {
      this.#observer.observe(canvas, { box: 'device-pixel-content-box' });
    } catch {
      this.#observer.observe(canvas); // Safari has no such box
    }
  }

  #leave(): void {
    this.#observer.disconnect();
    this.#endPrinting?.();
    this.#gpu?.release();
    this.#gpu = this.#canvas = this.#cells = undefined;
  }

  /**
   * The box of device pixels says how a canvas at a fraction of a pixel is rounded. It is taken only where it agrees
   * with the ratio: where a tool pretends another screen it does not follow.
   */
  #resized({ contentRect, devicePixelContentBoxSize }: ResizeObserverEntry): void {
    const box = devicePixelContentBoxSize?.[0];
    const side = (length: number, pixels: number | undefined) => {
      const expected = length * devicePixelRatio;
      return pixels !== undefined && Math.abs(pixels - expected) < 1.5 ? pixels : Math.round(expected);
    };
    this.#size = { width: side(contentRect.width, box?.inlineSize), height: side(contentRect.height, box?.blockSize) };
    requestAnimationFrame(this.resized);
  }

  #coloursFor({ coding, dark, chosen }: Picture): ColourTable {
    const kind = scaleFor(coding);
    const key = JSON.stringify([kind, dark, chosen]);
    if (this.#table?.key !== key) this.#table = { key, colours: colourTable(kind, dark, chosen) };
    return this.#table.colours;
  }
}
