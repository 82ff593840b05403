/** How long does a reader wait for the lesson's first figure? The page is built and served as a site is, and opened afresh each time. */
import { join } from 'node:path';
import type { Browser } from 'playwright';
import { build } from 'vite';
import { serve } from '../scripts/serve.mjs';
import { spread, type Spread } from './spread';
import { atMost, type Verdict } from './targets';

/** ms from the start of the navigation, on a machine with two processors. */
const MOST = 1000;

export interface FirstFigure {
  /** ms until text can be read, and until the heatmap on top is drawn. */
  readonly text: Spread;
  readonly figure: Spread;
  readonly verdicts: readonly Verdict[];
}

/** @param root - of the project @param times - to open the page */
export async function firstFigure(browser: Browser, root: string, times: number): Promise<FirstFigure> {
  const folder = join(root, 'node_modules/.cache/rnn-heatmap/page');
  await build({ root, logLevel: 'error', build: { outDir: folder, emptyOutDir: true } });
  const site = await serve({ folder });
  const texts: number[] = [];
  const figures: number[] = [];
  try {
    for (let i = 0; i < times; i++) {
      const { text, figure } = await openedOnce(browser, site.url);
      texts.push(text);
      figures.push(figure);
    }
  } finally {
    site.close();
  }
  const [text, figure] = [spread(texts), spread(figures)];
  return { text, figure, verdicts: [atMost('page', 'first figure', figure.median, MOST, 'ms', 0)] };
}

/** In a context of its own, so that nothing is kept from the time before; what the service worker fetches ahead is not in it. */
async function openedOnce(browser: Browser, url: string): Promise<{ text: number; figure: number }> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, serviceWorkers: 'block' });
  try {
    const page = await context.newPage();
    await page.addInitScript(() => {
      const look = () => {
        if (document.querySelector('#run')?.matches(':state(ready)')) requestAnimationFrame(() => performance.mark('first figure'));
        else requestAnimationFrame(look);
      };
      look();
    });
    await page.goto(url);
    await page.waitForFunction(() => performance.getEntriesByName('first figure').length > 0);
    return await page.evaluate(() => {
      const at = (name: string) => performance.getEntriesByName(name)[0].startTime;
      return { text: at('first-contentful-paint'), figure: at('first figure') };
    });
  } finally {
    await context.close();
  }
}

export function firstFigureLine({ text, figure }: FirstFigure): string {
  const words = ({ median, least, most }: Spread) => `${median.toFixed(0)} ms (${least.toFixed(0)}–${most.toFixed(0)})`;
  return `the lesson, opened afresh: text after ${words(text)}, the first figure after ${words(figure)}`;
}
