/** How wide an element is, for pictures that are drawn to fit it. */
import type { ReactiveController, ReactiveControllerHost } from 'lit';

export class Room implements ReactiveController {
  /** In whole CSS pixels; 0 before it is known. */
  width = 0;

  readonly #observer = new ResizeObserver(([{ contentRect }]) => {
    // Not in the observer's own turn: a layout that changes there is an error to the page.
    requestAnimationFrame(() => this.#take(Math.floor(contentRect.width)));
  });

  constructor(private readonly host: ReactiveControllerHost & Element) {
    host.addController(this);
  }

  hostConnected(): void {
    this.#observer.observe(this.host);
  }

  hostDisconnected(): void {
    this.#observer.disconnect();
  }

  #take(width: number): void {
    if (width === this.width) return;
    this.width = width;
    this.host.requestUpdate();
  }
}
