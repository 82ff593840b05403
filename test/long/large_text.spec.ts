// A reader who has set text twice as large in the browser: in every element all of it is, and still to be read.
import { expect } from '@playwright/test';
import { findChromium } from '../../scripts/chromium.mjs';
import { test } from '../../e2e/quiet_page';
import { embed } from './element_alone';
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
