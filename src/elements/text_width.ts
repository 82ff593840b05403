/** How wide a text is in a font, in CSS pixels, without laying it out. */
let ruler: CanvasRenderingContext2D | null | undefined;
const known = new Map<string, number>();

/** @param font - as CSS writes it, size and family at least */
export function textWidth(text: string, font: string): number {
  const key = `${font}\n${text}`;
  let width = known.get(key);
  if (width === undefined) {
    ruler ??= document.createElement('canvas').getContext('2d');
    if (ruler) ruler.font = font;
    width = ruler?.measureText(text).width ?? 8 * text.length;
    if (known.size > 10_000) known.clear();
    known.set(key, width);
  }
  return width;
}
