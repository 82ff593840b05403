/**
 * What the page's style says about colours: whether the element stands on a dark page, and the colours that the page
 * chose itself. Both can change at any time by a media query, a class or a script; a transition on an invisible
 * probe tells of every such change, whatever caused it.
 */
import type { ReactiveController, ReactiveControllerHost } from 'lit';
import type { ChosenColours } from './colour/scale';
import type { Rgb } from './colour/oklab';

export class PageColours implements ReactiveController {
  dark = false;
  chosen: ChosenColours = {};
  #key = '';

  /**
   * @param probe - finds the invisible element, with a dark or light colour that nobody would choose, the page's choices on
   *   three of its borders, and a transition on all four
   * @param changed - called when the colours are others than before
   */
  constructor(
    host: ReactiveControllerHost,
    private readonly probe: () => HTMLElement | null,
    private readonly changed: () => void,
  ) {
    host.addController(this);
  }

  hostUpdated(): void {
    this.look();
  }

  /** Looks again; an event handler for the probe. */
  readonly look = (): void => {
    const probe = this.probe();
    if (!probe) return;
    const style = getComputedStyle(probe);
    const colours = [style.color, style.borderTopColor, style.borderRightColor, style.borderBottomColor];
    const key = colours.join();
    if (key === this.#key) return;
    this.#key = key;
    const [scheme, negative, zero, positive] = colours.map((colour, i) => (i > 0 && colour === style.color ? undefined : rgbOfCss(colour)));
    this.dark = scheme !== undefined && scheme[0] > 127;
    this.chosen = { negative, zero, positive };
    this.changed();
  };
}

let context: CanvasRenderingContext2D | null | undefined;

/** Bytes of any CSS colour, `undefined` for one that is not opaque. */
export function rgbOfCss(colour: string): Rgb | undefined {
  context ??= Object.assign(document.createElement('canvas'), { width: 1, height: 1 }).getContext('2d', { willReadFrequently: true });
  if (!context) return undefined;
  context.clearRect(0, 0, 1, 1);
  context.fillStyle = colour;
  context.fillRect(0, 0, 1, 1);
  const [red, green, blue, alpha] = context.getImageData(0, 0, 1, 1).data;
  return alpha === 255 ? [red, green, blue] : undefined;
}
