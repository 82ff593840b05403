// What moves on a page by itself, as the browser scores it, and a reader who scrolls through it at rest; how high figures are
// before and after, which a faster reader would see.
import type { Page } from '@playwright/test';

export interface Shift {
  /** As the layout-instability specification scores it. */
  readonly value: number;
  /** What moved, from where to where, in pixels from the top of the window. */
  readonly moved: readonly string[];
}

/** Notes in every page that is opened from now on what moves in it. */
export async function watchShifts(page: Page): Promise<void> {
  await page.addInitScript(() => {
    type Entry = PerformanceEntry & { value: number; hadRecentInput: boolean; sources: { node: Node | null; previousRect: DOMRect; currentRect: DOMRect }[] };
    const shifts: Shift[] = [];
    Object.assign(globalThis, { shifts });
    // Inside an element there is no node to name, but its place.
    const nameOf = (node: Node | null, { x, y }: DOMRect) => {
      const element = node instanceof Element ? node : (node?.parentElement ?? document.elementFromPoint(x + 1, y + 1));
      return `${element?.localName ?? 'something'}${element?.id ? `#${element.id}` : ''} of ${element?.closest('figure, section')?.id ?? 'the page'}`;
    };
    const ends = ({ top, height }: DOMRect) => `${Math.round(top)}, ${Math.round(height)} high`;
    new PerformanceObserver((list) => {
      for (const { value, hadRecentInput, sources } of list.getEntries() as Entry[]) {
        if (!hadRecentInput) shifts.push({ value, moved: sources.map(({ node, previousRect, currentRect }) => `${nameOf(node, currentRect)}: ${ends(previousRect)} -> ${ends(currentRect)}`) });
      }
    }).observe({ type: 'layout-shift', buffered: true });
  });
}

/** What moved so far. Of a shift with less than a hundredth of what is commonly called good there is nothing to be seen. */
export async function shiftsOf(page: Page): Promise<readonly Shift[]> {
  const shifts = await page.evaluate(() => (globalThis as unknown as { shifts: Shift[] }).shifts);
  return shifts.filter(({ value }) => value > 0.001);
}

/** How high every figure is, in pixels, once all elements are defined. */
export async function figureHeights(page: Page): Promise<ReadonlyMap<string, number>> {
  await page.waitForFunction(() => document.querySelector('main :not(:defined)') === null);
  return new Map(await page.locator('main figure[id]').evaluateAll((all) => all.map((figure) => [figure.id, figure.getBoundingClientRect().height] as const)));
}

/** A line of text, in pixels: what a figure says of the machine may take one more or less. */
const LINE = 28;

/** Figures that do not keep the height they had; `room.css` is where it is kept. */
export function changedHeights(before: ReadonlyMap<string, number>, after: ReadonlyMap<string, number>): readonly string[] {
  const changed = [...after].filter(([id, height]) => Math.abs(height - before.get(id)!) > LINE);
  return changed.map(([id, height]) => `${id}: ${Math.round(before.get(id)!)} -> ${Math.round(height)} pixels`);
}

/** Scrolls in steps of less than a screen, each when what is in sight and next to it is drawn, to the end of an element, or of the page. */
export async function scrollThrough(page: Page, id = 'lesson'): Promise<void> {
  const { height } = page.viewportSize()!;
  const end = () => page.evaluate((last) => document.getElementById(last)!.getBoundingClientRect().bottom + scrollY, id);
  for (let at = 0; at < (await end()); at += 0.8 * height) {
    await page.evaluate((top) => scrollTo({ top, behavior: 'instant' }), at);
    await settled(page);
  }
}

/** Settles when for three frames nothing near the screen was on its way: no network, no numbers. */
async function settled(page: Page): Promise<void> {
  await page.evaluate(async () => {
    type Figure = HTMLElement & { readonly busy?: boolean };
    type Model = HTMLElement & { readonly state?: { readonly status: string }; readonly opening?: { readonly status: string } };
    const isNear = (element: Element) => {
      if (!element.checkVisibility()) return false; // behind a summary that nobody opened
      const { top, bottom } = element.getBoundingClientRect();
      return bottom > -innerHeight && top < 2 * innerHeight;
    };
    const isOnItsWay = () =>
      document.querySelector('main :not(:defined)') !== null ||
      [...document.querySelectorAll<Model>('rnn-model')].some(({ state, opening }) => state?.status === 'loading' || opening?.status === 'loading') ||
      [...document.querySelectorAll<Figure>('main figure *')].some((element) => element.localName.includes('-') && isNear(element) && (element.busy || element.matches(':state(loading)')));
    const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
    for (let still = 0; still < 3; still = isOnItsWay() ? 0 : still + 1) await frame();
  });
}
