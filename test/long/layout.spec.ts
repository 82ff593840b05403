// Nothing that is read moves because something else arrives, from the first chapter to the glossary.
import { expect } from '@playwright/test';
import { changedHeights, figureHeights, scrollThrough, shiftsOf, watchShifts } from '../../e2e/layout_shifts';
import { begun, test } from '../../e2e/quiet_page';

for (const [width, height] of [[1440, 900], [768, 1024], [390, 844]]) {
  test(`nothing moves while the whole page is scrolled through, ${width} pixels wide`, async ({ page }) => {
    await page.setViewportSize({ width, height });
    await watchShifts(page);
    await page.goto('./');
    await begun(page);
    const heights = await figureHeights(page);
    await scrollThrough(page);
    expect(await shiftsOf(page)).toEqual([]);
    expect(changedHeights(heights, await figureHeights(page))).toEqual([]);
  });
}
