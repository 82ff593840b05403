// A reader who has set text twice as large in the browser: in every element all of it is, and still to be read.
import { expect } from '@playwright/test';
import { findChromium } from '../../scripts/chromium.mjs';
import { test } from '../../e2e/quiet_page';
import { cursor, embed } from './element_alone';
import { elements } from './every_element';
import { textsInSight } from './texts_in_sight';

const { executablePath, args } = (await findChromium())!;

test.use({ launchOptions: { executablePath, args: [...args, '--blink-settings=defaultFontSize=32'] } });

for (const alone of elements) {
  for (const width of [1280, 390]) {
    test(`${alone.tag} with text at 200 %, ${width} pixels wide: all of it is larger, and none is cut off or in the way of another`, async ({ page }) => {
      await page.setViewportSize({ width, height: 900 });
      const smallest = async () => Math.min(...(await textsInSight(page)).map(({ size }) => size));
      await embed(page, alone, 'font-size: 50%;');
      await alone.ready(page);
      const usual = await smallest();
      await embed(page, alone);
      await alone.ready(page);
      await expect.poll(smallest).toBeGreaterThan(1.9 * usual);
      await expect.poll(async () => (await textsInSight(page)).filter(({ faults }) => faults.length > 0)).toEqual([]);
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
    });
  }
}

/** What is clicked in each picture, and where the cursor is then. */
const clicks = [
  ['rnn-unrolled', '#step-2 rect >> nth=1', { step: 2, unit: 1 }],
  ['rnn-memory', '.chart path.dot >> nth=4', { step: 4, unit: 0 }],
  ['rnn-attention', '.arcs .word >> nth=5', { step: 5, unit: 0 }],
  ['rnn-scan', '.bars .word >> nth=4', { step: 4, unit: 0 }],
  ['rnn-gradient-flow', '.plot text >> text=/^2$/', { step: 4, unit: 0 }],
] as const;

for (const [tag, part, wanted] of clicks) {
  test(`a click in ${tag} with text at 200 % is for what it points at`, async ({ page }) => {
    const alone = elements.find((element) => element.tag === tag)!;
    await embed(page, alone);
    await alone.ready(page);
    await page.locator(`${tag} ${part}`).click({ force: true });
    await expect.poll(() => cursor(page)).toEqual(wanted);
  });
}
