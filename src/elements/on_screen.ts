/**
 * Whether an element is on the screen, or within a screen of it. Elsewhere, or hidden, it computes nothing and paints
 * nothing; it is updated when it comes near. One observer serves a page.
 */
import type { ReactiveController, ReactiveControllerHost } from 'lit';

const watched = new WeakMap<Element, (isNear: boolean) => void>();
let shared: IntersectionObserver | undefined;

export class OnScreen implements ReactiveController {
  isNear = false;

  constructor(private readonly host: ReactiveControllerHost & Element) {
    host.addController(this);
  }

  hostConnected(): void {
    watched.set(this.host, (isNear) => {
      if (isNear && !this.isNear) this.host.requestUpdate();
      this.isNear = isNear;
    });
    observer().observe(this.host);
  }

  hostDisconnected(): void {
    observer().unobserve(this.host);
    watched.delete(this.host);
    this.isNear = false;
  }
}

function observer(): IntersectionObserver {
  return (shared ??= new IntersectionObserver((entries) => entries.forEach(({ target, isIntersecting }) => watched.get(target)?.(isIntersecting)), { rootMargin: '100% 0px' }));
}
