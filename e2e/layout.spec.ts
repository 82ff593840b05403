// Nothing that is read moves because something else arrives. Here the chapters up to 2; all of them in test/long/layout.spec.ts.
import { expect } from '@playwright/test';
import { changedHeights, figureHeights, scrollThrough, shiftsOf, watchShifts } from './layout_shifts';
import { begun, test } from './quiet_page';

for (const [width, height] of [[1440, 900], [390, 844]]) {
  test(`nothing moves while the first chapters are read, ${width} pixels wide`, async ({ page }) => {
    await page.setViewportSize({ width, height });
    await watchShifts(page);
    await page.goto('./');
    await begun(page);
    const heights = await figureHeights(page);
    await scrollThrough(page, 'unrolled');
    expect(await shiftsOf(page)).toEqual([]);
    expect(changedHeights(heights, await figureHeights(page))).toEqual([]);
  });
}
