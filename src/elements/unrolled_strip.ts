/**
 * The states in the boxes of the unrolled chain while training moves them: one canvas over all boxes in view, painted
 * from where the GPU keeps the states, of which a mask leaves only the boxes. Nothing is read back.
 */
import type { SignalStorage } from '../engine';
import { colourTable, type ColourTable } from './colour/scale';
import { GpuPainter } from './paint/gpu_painter';
import { paintNextFrame } from './paint/paint_frame';
import { codingFor } from './range';
import { textScale } from './text_scale';

export interface StripPlace {
  /** Steps in view: the first, and how many. */
  readonly first: number;
  readonly count: number;
  /** Width of one step, and height of its box, in CSS pixels for text of the usual size. */
  readonly pitch: number;
  readonly height: number;
  readonly steps: number;
  readonly units: number;
  readonly limit: number;
  readonly dark: boolean;
}

export class UnrolledStrip {
  #painter: GpuPainter | undefined;
  #canvas: HTMLCanvasElement | undefined;
  #colours: { readonly dark: boolean; readonly table: ColourTable } | undefined;
  #callOff: (() => void) | undefined;
  #place: { readonly storage: SignalStorage; readonly place: StripPlace } | undefined;

  /** Paints in the next frame. */
  paint(canvas: HTMLCanvasElement, storage: SignalStorage, place: StripPlace): void {
    if (canvas !== this.#canvas) {
      this.release();
      this.#canvas = canvas;
      this.#painter = new GpuPainter(canvas, () => this.#soon());
    }
    this.#place = { storage, place };
    this.#soon();
  }

  release(): void {
    this.#callOff?.();
    this.#callOff = undefined;
    this.#painter?.release();
    this.#painter = this.#canvas = this.#place = undefined;
  }

  #soon(): void {
    this.#callOff ??= paintNextFrame(() => {
      this.#callOff = undefined;
      if (this.#canvas && this.#place) this.#paint(this.#canvas, this.#place.storage, this.#place.place);
    });
  }

  #paint(canvas: HTMLCanvasElement, storage: SignalStorage, { first, count, pitch, height, steps, units, limit, dark }: StripPlace): void {
    if (this.#colours?.dark !== dark) this.#colours = { dark, table: colourTable('diverging', dark) };
    const ratio = devicePixelRatio * textScale();
    const [entryWidth, entryHeight] = [Math.round(pitch * ratio), Math.max(1, Math.round((height * ratio) / units))];
    canvas.style.left = `${first * pitch}px`;
    canvas.style.width = `${count * pitch}px`;
    const window = { rows: units, columns: steps, left: first * entryWidth, top: 0, entryWidth, entryHeight, gap: 0, stripe: 4, width: count * entryWidth, height: units * entryHeight };
    this.#painter?.paint(storage, { model: 0, sequence: 0 }, window, codingFor({ min: -limit, max: limit }), this.#colours.table);
  }
}
