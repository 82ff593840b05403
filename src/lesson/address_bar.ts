/** The address bar: written as the reader changes things, read when the reader goes back, forward or pastes a link. */
import { holdsState, writtenLink, type LessonState } from './link';

/** Browsers refuse more than about a hundred writes in half a minute, and a slider makes more than that. */
const PAUSE = 300;

export class AddressBar {
  /** Called with the hash when the address was changed by anything but `write`. */
  onOpen: (hash: string) => void = () => {};

  private pending: string | undefined;
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor() {
    // Back and forward, and a link typed or pasted over this one, come as popstate; hashchange adds nothing.
    addEventListener('popstate', () => {
      this.forget();
      if (location.hash === '' || holdsState(location.hash)) this.onOpen(location.hash);
    });
    addEventListener('pagehide', () => this.flush());
  }

  /** `new` makes an entry of the history at once, `same` brings the current one up to date soon. */
  write(state: LessonState, entry: 'new' | 'same'): void {
    const hash = writtenLink(state);
    if (entry === 'new') {
      this.flush();
      if (hash !== location.hash) history.pushState(null, '', hash);
      return;
    }
    this.pending = hash;
    this.timer ??= setTimeout(() => this.flush(), PAUSE);
  }

  /** Writes what is still waiting. */
  flush(): void {
    const { pending } = this;
    this.forget();
    if (pending !== undefined && pending !== location.hash) history.replaceState(null, '', pending);
  }

  private forget(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    this.pending = undefined;
  }
}
