/** A heatmap's drawing as PNG, with as many pixels as are asked for. */
import { fontFamily, type Scene, type SceneCell } from './scene';

/** What browsers make a canvas of, at most. */
const LONGEST = 16_384;
const LARGEST = 2 ** 27;

/** Rejects, in words, for more pixels than there can be. */
export async function pngOf(scene: Scene, scale: number): Promise<Blob> {
  const [width, height] = [Math.ceil(scene.width * scale), Math.ceil(scene.height * scale)];
  if (width > LONGEST || height > LONGEST || width * height > LARGEST) {
    throw new Error(`A picture of ${width.toLocaleString('en')} by ${height.toLocaleString('en')} pixels is more than a browser can make; take what is in sight, fewer pixels, or SVG.`);
  }
  const canvas = Object.assign(document.createElement('canvas'), { width, height });
  const context = canvas.getContext('2d');
  if (!context) throw new Error('The browser has no memory left to draw with.');
  draw(context, scene, scale);
  const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, 'image/png'));
  if (!blob) throw new Error('The browser could not make the picture.');
  return blob;
}

function draw(context: CanvasRenderingContext2D, scene: Scene, scale: number): void {
  context.fillStyle = scene.paper;
  context.fillRect(0, 0, context.canvas.width, context.canvas.height);
  const { cells } = scene;
  for (let row = 0; row < cells.rows; row++) for (let column = 0; column < cells.columns; column++) drawCell(context, cells.cellAt(row, column), scene.stripes, scale);
  for (const { colour, ...box } of scene.boxes) fill(context, box, colour, scale);
  context.scale(scale, scale);
  context.strokeStyle = scene.ink;
  context.lineWidth = 2;
  for (const { x, y, width, height } of scene.marks) context.strokeRect(x, y, width, height);
  context.fillStyle = scene.ink;
  for (const { x, y, text, anchor, turned, strong } of scene.texts) {
    context.save();
    context.translate(x, y);
    context.rotate((turned * Math.PI) / 180);
    context.font = `${strong ? 600 : 400} ${scene.font}px ${fontFamily}`;
    context.textAlign = anchor === 'middle' ? 'center' : anchor;
    context.fillText(text, 0, 0);
    context.restore();
  }
}

function drawCell(context: CanvasRenderingContext2D, cell: SceneCell, stripes: string, scale: number): void {
  if (cell.colour) fill(context, cell, cell.colour, scale);
  if (!cell.striped) return;
  const { left, top, right, bottom } = edges(cell, scale);
  const stripe = Math.max(2, Math.round(3 * scale));
  context.fillStyle = stripes;
  for (let y = top; y < bottom; y++) for (let x = left; x < right; x++) if (Math.floor((x + y) / stripe) % 2 === 0) context.fillRect(x, y, 1, 1);
}

/** On whole pixels, so that nothing is blurred. */
function fill(context: CanvasRenderingContext2D, box: Parameters<typeof edges>[0], colour: string, scale: number): void {
  const { left, top, right, bottom } = edges(box, scale);
  context.fillStyle = colour;
  context.fillRect(left, top, right - left, bottom - top);
}

function edges({ x, y, width, height }: { readonly x: number; readonly y: number; readonly width: number; readonly height: number }, scale: number): { readonly left: number; readonly top: number; readonly right: number; readonly bottom: number } {
  return { left: Math.round(x * scale), top: Math.round(y * scale), right: Math.round((x + width) * scale), bottom: Math.round((y + height) * scale) };
}
