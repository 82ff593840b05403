/**
 * Pictures on paper. Of a WebGPU canvas browsers print nothing: what it shows is gone with its frame. So when a page is about
 * to be printed each such picture is painted once more and copied to a 2D canvas beside it, which stands in its place on paper.
 */

/** Paints at once what is on display; the canvas it is on, or undefined where there is nothing to copy. */
type PaintNow = () => HTMLCanvasElement | undefined;

const pictures = new Set<PaintNow>();
let copies: readonly HTMLCanvasElement[] = [];
let printing = false;

/** Has a picture printed from now on. Returns what ends that. */
export function onPaper(paint: PaintNow): () => void {
  if (pictures.size === 0) {
    addEventListener('beforeprint', copyAll);
    addEventListener('afterprint', removeCopies);
  }
  pictures.add(paint);
  return () => void pictures.delete(paint);
}

/** Whether pictures are being painted for paper, those that are far from the screen too. */
export function isPrinting(): boolean {
  return printing;
}

function copyAll(): void {
  removeCopies();
  printing = true;
  copies = [...pictures].flatMap((paint) => {
    const canvas = paint();
    return canvas ? [copyBeside(canvas)] : [];
  });
  printing = false;
}

/** The copy has the canvas's place and is seen on paper alone, which the styles of its element see to. */
function copyBeside(canvas: HTMLCanvasElement): HTMLCanvasElement {
  const { width, height } = canvas;
  const copy = Object.assign(document.createElement('canvas'), { className: 'on-paper', width, height });
  copy.style.cssText = canvas.style.cssText;
  copy.getContext('2d')?.drawImage(canvas, 0, 0);
  canvas.after(copy);
  return copy;
}

function removeCopies(): void {
  for (const copy of copies) copy.remove();
  copies = [];
}
