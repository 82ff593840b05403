/** The colours of signed values and gates for figures drawn as SVG: the heatmap's scales, for the page's scheme. */
import type { ReactiveController, ReactiveControllerHost } from 'lit';
import { colourTable, cssColour, LAST, NOT_A_NUMBER, type ScaleKind } from './colour/scale';

const tables = new Map<string, string[]>();

export class ScaleConnection implements ReactiveController {
  private dark = false;
  private readonly preference = globalThis.matchMedia?.('(prefers-color-scheme: dark)');

  constructor(private readonly host: ReactiveControllerHost & HTMLElement) {
    host.addController(this);
  }

  hostConnected(): void {
    this.preference?.addEventListener('change', this.refresh);
  }

  hostDisconnected(): void {
    this.preference?.removeEventListener('change', this.refresh);
  }

  hostUpdate(): void {
    const { colorScheme } = getComputedStyle(this.host);
    const scheme = colorScheme === 'normal' ? schemeOfPage() : colorScheme;
    this.dark = scheme.includes('dark') && (!scheme.includes('light') || this.preference.matches);
  }

  /** Which of the two schemes the colours are for. */
  get scheme(): 'dark' | 'light' {
    return this.dark ? 'dark' : 'light';
  }

  /** The colour of a signed value in −1 … 1. */
  diverging(value: number): string {
    return this.colour('diverging', (value + 1) / 2);
  }

  /** The colour of a value in 0 … 1. */
  sequential(value: number): string {
    return this.colour('sequential', value);
  }

  private colour(kind: ScaleKind, position: number): string {
    const key = `${kind} ${this.scheme}`;
    let colours = tables.get(key);
    if (!colours) {
      const table = colourTable(kind, this.dark);
      colours = Array.from({ length: 256 }, (_, index) => cssColour(table, index));
      tables.set(key, colours);
    }
    return colours[Number.isFinite(position) ? Math.round(Math.min(1, Math.max(0, position)) * LAST) : NOT_A_NUMBER];
  }

  private readonly refresh = (): void => this.host.requestUpdate();
}

/** What a page's `<meta name="color-scheme">` says: no style tells of it. */
function schemeOfPage(): string {
  return document.querySelector<HTMLMetaElement>('meta[name="color-scheme" i]')?.content ?? '';
}
