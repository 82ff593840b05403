/**
 * Paints the length of a signal, ‖·‖ over its units, as bars against the distance from a step, on a logarithmic axis:
 * from the buffer it was computed in, as the host of shaders/paint/norms.wgsl, or from the lengths on a 2D canvas.
 */
import { viewNumbers, type SignalStorage } from '../../engine';
import type { Rgb } from '../colour/oklab';
import type { ColourRange } from '../range';
import { GpuCanvas } from './gpu_canvas';

const PICTURE_BYTES = 80;

/** Where the bars are, in device pixels. */
export interface NormWindow {
  readonly width: number;
  readonly height: number;
  /** Of one step, the gap after it included. */
  readonly barWidth: number;
  readonly gap: number;
  readonly stripe: number;
  /** How many steps back, and from which. */
  readonly columns: number;
  readonly last: number;
  /** Exponents of ten at the lower and the upper edge. */
  readonly decades: ColourRange;
  readonly colour: Rgb;
}

export class NormPainter {
  readonly #canvas: GpuCanvas;
  readonly #picture = new ArrayBuffer(PICTURE_BYTES);

  /** @param ready - called when a device's pipeline has been made and painting can go on */
  constructor(canvas: HTMLCanvasElement, ready: () => void) {
    this.#canvas = new GpuCanvas(canvas, { name: 'norms', pictureBytes: PICTURE_BYTES, tables: [] }, ready);
  }

  /** Paints the first model's first sequence; false if it cannot yet. */
  paint(storage: SignalStorage, units: number, window: NormWindow): boolean {
    const { height, barWidth, gap, stripe, columns, last, decades, colour } = window;
    const words = new Uint32Array(this.#picture);
    words.set([height, barWidth, gap, stripe, columns, last, units]);
    new Float32Array(this.#picture).set([decades.min, decades.max], 8);
    new Uint8Array(this.#picture).set([...colour, 255], 44);
    words.set(viewNumbers(storage), 12);
    return this.#canvas.paint(storage, window, this.#picture, []);
  }

  /** Gives back what this canvas has on its device. */
  release(): void {
    this.#canvas.release();
  }
}

/**
 * The same picture from lengths by step. Without a context (the browser is out of memory) nothing happens.
 *
 * @param log10At - the length's logarithm at a step: −∞ for 0, NaN where an entry is no finite number
 */
export function paintNorms(canvas: HTMLCanvasElement, log10At: (step: number) => number, window: NormWindow): void {
  const context = canvas.getContext('2d');
  if (!context) return;
  const { width, height, barWidth, gap, stripe, columns, last, decades, colour } = window;
  if (canvas.width !== width) canvas.width = width;
  if (canvas.height !== height) canvas.height = height;
  context.clearRect(0, 0, width, height);
  context.fillStyle = `rgb(${colour.join(' ')})`;
  for (let distance = 0; distance < columns; distance++) {
    const log10 = log10At(last - distance);
    const [left, across] = [distance * barWidth, barWidth - gap];
    if (Number.isNaN(log10)) {
      for (let y = 0; y < height; y++) for (let x = left; x < left + across; x++) if (Math.floor((x + y) / stripe) % 2 === 0) context.fillRect(x, y, 1, 1);
      continue;
    }
    // The first pixel from above whose middle is not above the length.
    const part = (log10 - decades.min) / (decades.max - decades.min);
    const top = Math.max(0, Math.ceil(height * (1 - part) - 0.5));
    if (top < height) context.fillRect(left, top, across, height - top);
  }
}

/**
 * log₁₀ of the length of every step's entries, of the first model's first sequence: NaN where one is no finite number.
 *
 * @param shape - of the values: [models, steps, sequences, units]
 */
export function stepLengths(values: ArrayLike<number>, [, steps, sequences, units]: readonly number[]): Float64Array {
  return Float64Array.from({ length: steps }, (_, t) => {
    const length = Math.hypot(...Array.from({ length: units }, (_u, u) => values[t * sequences * units + u]));
    return Number.isFinite(length) ? Math.log10(length) : NaN;
  });
}
