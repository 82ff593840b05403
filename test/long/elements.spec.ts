// Each element alone with its model in someone else's page: axe finds nothing, light and dark and on a phone, and what the
// pointer does the keyboard does; and what a finger presses is large enough.
import { expect, test } from '@playwright/test';
import { embed, standsAlone } from './element_alone';
import { elements } from './every_element';

/** What a finger presses. The parts of a diagram are as large as its scale has them; all of them are in its equations too. */
const TARGETS = 'button, select, summary, [type=number], label:has([type=radio]), [role=option], div[role=button]';

for (const alone of elements) {
  standsAlone(alone);

  test(`${alone.tag} has targets of 44 pixels for a finger`, async ({ browser, baseURL }) => {
    const context = await browser.newContext({ baseURL, viewport: { width: 390, height: 800 }, hasTouch: true, isMobile: true });
    const page = await context.newPage();
    await embed(page, alone);
    await alone.ready(page);
    for (const target of await page.locator(TARGETS).filter({ visible: true }).all()) {
      const { width, height } = (await target.boundingBox())!;
      expect.soft(Math.min(width, height), await target.evaluate((element) => element.outerHTML.slice(0, 120))).toBeGreaterThanOrEqual(44);
    }
    await context.close();
  });
}
