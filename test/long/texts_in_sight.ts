// Texts as they stand on the screen, through every shadow root: how large, where, and whether all of each is to be seen.
import type { Page } from '@playwright/test';

export interface TextInSight {
  readonly text: string;
  /** In CSS pixels on the screen, drawings scaled included. */
  readonly size: number;
  /** What is wrong with it: out of the page, cut off with no way to scroll, or over another text. */
  readonly faults: readonly string[];
}

export function textsInSight(page: Page): Promise<readonly TextInSight[]> {
  return page.evaluate(() => {
    interface Found {
      readonly element: Element;
      readonly text: string;
      readonly size: number;
      readonly boxes: readonly DOMRect[];
    }
    const texts: Found[] = [];
    const parentOf = (element: Element): Element | null => element.assignedSlot ?? element.parentElement ?? (element.getRootNode() as ShadowRoot).host ?? null;
    const holders = function* (element: Element) {
      for (let holder: Element | null = element; holder; holder = parentOf(holder)) yield holder;
    };
    const isTurned = (element: Element) => [...holders(element)].some((holder) => /matrix\((?!1, 0, 0, 1)|rotate/.test(getComputedStyle(holder).transform) || holder.getAttribute('transform')?.includes('rotate'));
    /** Read out, not seen. */
    const isForEars = (element: Element) => [...holders(element)].some((holder) => { const { clipPath, width, opacity } = getComputedStyle(holder); return clipPath === 'inset(50%)' || width === '1px' || opacity === '0'; });
    const scaleOf = (element: Element) => (element instanceof SVGGraphicsElement ? Math.abs(element.getScreenCTM()?.d ?? 1) : (element as Element & { currentCSSZoom: number }).currentCSSZoom);
    const walk = (root: Element | ShadowRoot) => {
      for (const child of root.childNodes) {
        if (child instanceof Element) {
          if (child.checkVisibility({ visibilityProperty: true })) walk(child);
          if (child.shadowRoot) walk(child.shadowRoot);
        } else if (child instanceof Text && child.data.trim()) {
          const element = root instanceof ShadowRoot ? root.host : root;
          if (['STYLE', 'SCRIPT', 'TITLE', 'OPTION', 'DESC'].includes(element.tagName.toUpperCase()) || isForEars(element)) continue;
          const range = document.createRange();
          range.selectNodeContents(child);
          const boxes = [...range.getClientRects()].filter(({ width, height }) => width > 0 && height > 0);
          if (boxes.length > 0) texts.push({ element, text: child.data.trim().replace(/\s+/g, ' '), size: parseFloat(getComputedStyle(element).fontSize) * scaleOf(element), boxes });
        }
      }
    };
    walk(document.body);
    /** What brings the rest of it into sight, across or down. */
    const scrollsAcross = (holder: Element) => /auto|scroll/.test(getComputedStyle(holder).overflowX) && holder.scrollWidth > holder.clientWidth + 1;
    const scrollsDown = (holder: Element) => /auto|scroll/.test(getComputedStyle(holder).overflowY) && holder.scrollHeight > holder.clientHeight + 1;
    const inScroll = (text: Found) => [...holders(text.element)].find((holder) => scrollsAcross(holder) || scrollsDown(holder));
    const cutBy = (text: Found): string | undefined => {
      const all = [...holders(text.element)];
      for (const holder of all) {
        const { overflowX, overflowY } = getComputedStyle(holder);
        const box = holder.getBoundingClientRect();
        // A line is higher than its letters.
        const slack = 0.2 * text.size;
        const across = overflowX !== 'visible' && text.boxes.some(({ left, right }) => left < box.left - 2 || right > box.right + 2);
        const down = overflowY !== 'visible' && text.boxes.some(({ top, bottom }) => top < box.top - slack || bottom > box.bottom + slack);
        if ((across && !all.some(scrollsAcross)) || (down && !all.some(scrollsDown))) return `cut off by ${holder.localName}.${holder.getAttribute('class') ?? ''}`;
        if (across || down) return undefined;
      }
      return text.boxes.some(({ right }) => right > innerWidth + 1) ? 'out of the page' : undefined;
    };
    const level = texts.filter(({ element }) => !isTurned(element) && element.closest('math') === null);
    const over = (text: Found): readonly string[] => {
      if (!level.includes(text)) return [];
      const mine = inScroll(text);
      return level
        .filter((other) => other !== text && inScroll(other) === mine)
        .filter((other) => text.boxes.some((a) => other.boxes.some((b) => Math.min(a.right, b.right) - Math.max(a.left, b.left) > 3 && Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 0.4 * Math.min(a.height, b.height))))
        .map((other) => `over “${other.text.slice(0, 40)}”`);
    };
    return texts.map((text) => ({ text: text.text, size: text.size, faults: [cutBy(text) ?? [], over(text)].flat() }));
  });
}
