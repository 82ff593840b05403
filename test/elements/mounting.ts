/** Puts markup into the page for one test, and waits for what elements do in their own time. */
import { afterEach, vi } from 'vitest';
import '../../src/elements/define/rnn-heatmap';
import '../../src/elements/define/rnn-model';
import type { RnnHeatmap } from '../../src/elements/rnn-heatmap';

const mounted: Element[] = [];

afterEach(() => {
  for (const element of mounted.splice(0)) element.remove();
});

/** The first element of the markup, in a box of a width that divides well. */
export function mount<Mounted extends Element = RnnHeatmap>(markup: string): Mounted {
  const box = document.createElement('div');
  box.style.width = '640px';
  box.innerHTML = markup;
  document.body.append(box);
  mounted.push(box);
  return box.firstElementChild as Mounted;
}

/** Waits until the assertion holds, for less than a test may take, so that what does not hold is told. */
export function settled<Result>(assertion: () => Result): Promise<Result> {
  return vi.waitFor(assertion, { timeout: 100_000, interval: 20 });
}

export function inside<Found extends Element = HTMLElement>(element: Element, selector: string): Found {
  const found = element.shadowRoot?.querySelector<Found>(selector);
  if (!found) throw new Error(`${element.localName} shows no ${selector}: ${messageOf(element) || 'and says nothing'}`);
  return found;
}

/** What a heatmap says instead of a picture. */
export function messageOf(element: Element): string {
  return element.shadowRoot?.querySelector('.empty')?.textContent?.trim() ?? '';
}

/** Colours at the middle of every entry, as painted: rows of [red, green, blue, alpha]. */
export function pixelsOf(canvas: HTMLCanvasElement, rows: number, columns: number): number[][][] {
  const copy = document.createElement('canvas');
  copy.width = canvas.width;
  copy.height = canvas.height;
  const context = copy.getContext('2d')!;
  context.drawImage(canvas, 0, 0);
  const at = (row: number, column: number) => {
    const [x, y] = [Math.floor(((column + 0.5) * canvas.width) / columns), Math.floor(((row + 0.5) * canvas.height) / rows)];
    return [...context.getImageData(x, y, 1, 1).data];
  };
  return Array.from({ length: rows }, (_r, row) => Array.from({ length: columns }, (_c, column) => at(row, column)));
}
