/** A heatmap's drawing as SVG: every word a text, every entry a shape; of very many entries a picture within. */
import { fontFamily, type CellRaster, type Scene, type SceneCell, type SceneText } from './scene';

/** More shapes than these make a file that programs choke on. */
const MOST_SHAPES = 40_000;

export function svgOf(scene: Scene): string {
  const { width, height, paper, ink, font, title, description } = scene;
  const size = `${rounded(width)} ${rounded(height)}`;
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${rounded(width)}" height="${rounded(height)}" viewBox="0 0 ${size}" role="img" font-family="${fontFamily}" font-size="${font}" fill="${ink}">
<title>${escaped(title)}</title>
<desc>${escaped(description)}</desc>
<defs><pattern id="stripes" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect width="3" height="6" fill="${scene.stripes}"/></pattern></defs>
<rect width="100%" height="100%" fill="${paper}"/>
${cells(scene.cells)}
<g shape-rendering="crispEdges">${scene.boxes.map(({ colour, ...box }) => rect(box, colour)).join('')}</g>
${scene.marks.map((box) => `<rect ${place(box)} fill="none" stroke="${ink}" stroke-width="2"/>`).join('')}
${scene.texts.map(text).join('\n')}
</svg>
`;
}

function cells(raster: CellRaster): string {
  if (raster.rows * raster.columns > MOST_SHAPES) return picture(raster);
  const shapes: string[] = [];
  for (let row = 0; row < raster.rows; row++) {
    let open: SceneCell | undefined;
    const close = () => {
      if (open?.colour) shapes.push(rect(open, open.colour));
      if (open?.striped) shapes.push(rect(open, 'url(#stripes)'));
      open = undefined;
    };
    for (let column = 0; column < raster.columns; column++) {
      const cell = raster.cellAt(row, column);
      const joins = open && !open.striped && !cell.striped && open.colour === cell.colour && Math.abs(open.x + open.width - cell.x) < 1e-6;
      if (joins) open = { ...open!, width: open!.width + cell.width };
      else {
        close();
        open = cell;
      }
    }
    close();
  }
  return shapes.join('');
}

/** A pixel a cell, drawn large without being blurred. */
function picture({ rows, columns, cellAt, ...box }: CellRaster): string {
  const canvas = Object.assign(document.createElement('canvas'), { width: columns, height: rows });
  const context = canvas.getContext('2d');
  if (!context) throw new Error('The browser has no memory left to draw with.');
  const mirrored = cellAt(0, 0).x > box.x;
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const { colour, striped } = cellAt(row, column);
      if (!colour && !striped) continue;
      context.fillStyle = colour ?? '#808080';
      context.fillRect(mirrored ? columns - 1 - column : column, row, 1, 1);
    }
  }
  return `<image ${place(box)} preserveAspectRatio="none" image-rendering="pixelated" href="${canvas.toDataURL('image/png')}"/>`;
}

function text({ x, y, text: words, anchor, turned, strong }: SceneText): string {
  const turn = turned === 0 ? '' : ` transform="rotate(${turned} ${rounded(x)} ${rounded(y)})"`;
  return `<text x="${rounded(x)}" y="${rounded(y)}" text-anchor="${anchor}"${strong ? ' font-weight="600"' : ''}${turn}>${escaped(words)}</text>`;
}

function rect(box: Parameters<typeof place>[0], colour: string): string {
  return `<rect ${place(box)} fill="${colour}"/>`;
}

function place({ x, y, width, height }: { readonly x: number; readonly y: number; readonly width: number; readonly height: number }): string {
  return `x="${rounded(x)}" y="${rounded(y)}" width="${rounded(width)}" height="${rounded(height)}"`;
}

function rounded(length: number): string {
  return String(Number(length.toFixed(3)));
}

/** Text is text, also in a file; characters that XML has no place for are left out. */
function escaped(words: string): string {
  // eslint-disable-next-line no-control-regex -- these are the ones
  return words.replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '').replace(/[&<>"]/g, (character) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[character]!);
}
