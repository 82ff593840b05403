/** Paints a signal as a grid of colours, from the buffer it was computed in: the host of shaders/paint/heatmap.wgsl. */
import { viewNumbers, type SignalStorage } from '../../engine';
import type { ColourTable } from '../colour/scale';
import type { Coding } from '../range';
import { GpuCanvas } from './gpu_canvas';
import type { PaintWindow } from './window';

const PICTURE_BYTES = 96;

/** What the shader reads besides the picture: which model of the bundle, which sequence of the batch. */
export interface Instance {
  readonly model: number;
  readonly sequence: number;
}

export class GpuPainter {
  readonly #canvas: GpuCanvas;
  readonly #picture = new ArrayBuffer(PICTURE_BYTES);
  #colours: { readonly table: ColourTable; readonly words: Uint32Array<ArrayBuffer> } | undefined;

  /** @param ready - called when a device's pipeline has been made and painting can go on */
  constructor(canvas: HTMLCanvasElement, ready: () => void) {
    this.#canvas = new GpuCanvas(canvas, { name: 'heatmap', pictureBytes: PICTURE_BYTES, tables: [1024, 1024] }, ready);
  }

  /**
   * Paints the whole window; false if it cannot yet.
   *
   * @param averaged - how many units an entry is the mean of
   */
  paint(storage: SignalStorage, { model, sequence }: Instance, window: PaintWindow, coding: Coding, table: ColourTable, averaged = 1): boolean {
    const colours = this.#colours?.table === table ? this.#colours : { table, words: new Uint32Array(table.buffer) };
    this.#colours = colours;
    this.#describe(storage, model, sequence, window, coding, averaged);
    return this.#canvas.paint(storage, window, this.#picture, [colours.words, coding.thresholds]);
  }

  /** Gives back what this canvas has on its device. */
  release(): void {
    this.#canvas.release();
  }

  /** Fills the uniform: the order is that of `Picture` in the shader. */
  #describe(storage: SignalStorage, model: number, sequence: number, window: PaintWindow, { scaling, min, max, scale, offset }: Coding, averaged: number): void {
    const words = new Uint32Array(this.#picture);
    const { rows, columns, left, top, entryWidth, entryHeight, gap, stripe } = window;
    words.set([rows, columns, left, top, entryWidth, entryHeight, gap, stripe]);
    new Float32Array(this.#picture).set([min, max, scale, offset], 8);
    words.set([model, sequence, scaling === 'log' ? 1 : 0, averaged], 12);
    words.set(viewNumbers(storage), 16);
  }
}
