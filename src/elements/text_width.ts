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

/** How wide the labels of a heatmap are at their heaviest: marked, as `.here` in its styles. */
export function labelWidths({ fontSize, fontFamily }: { readonly fontSize: string; readonly fontFamily: string }): (text: string) => number {
  const font = `650 ${fontSize} ${fontFamily}`;
  return (text) => textWidth(text, font);
}
