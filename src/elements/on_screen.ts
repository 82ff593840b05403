/**
 * Whether an element is on the screen, or within a screen of it. Elsewhere, or hidden, it computes nothing and paints
 * nothing; it is updated when it comes near. One observer serves a page.
 */
import type { ReactiveController, ReactiveControllerHost } from 'lit';

const screens = new WeakMap<object, OnScreen>();
let shared: IntersectionObserver | undefined;

export class OnScreen implements ReactiveController {
  isNear = false;

  constructor(private readonly host: ReactiveControllerHost & Element) {
    host.addController(this);
    screens.set(host, this);
  }

  /** What the observer saw. */
  see(isNear: boolean): void {
    if (isNear && !this.isNear) this.host.requestUpdate();
    this.isNear = isNear;
  }

  hostConnected(): void {
    observer().observe(this.host);
  }

  hostDisconnected(): void {
    observer().unobserve(this.host);
    this.isNear = false;
  }
}

/** Whether an element looks after where it is, and is far from the screen or hidden. */
export function isFar(element: object): boolean {
  return screens.get(element)?.isNear === false;
}

function observer(): IntersectionObserver {
  return (shared ??= new IntersectionObserver((entries) => entries.forEach(({ target, isIntersecting }) => screens.get(target)?.see(isIntersecting)), { rootMargin: '100% 0px' }));
}
