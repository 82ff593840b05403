// Every button of the reference page, pressed: each attribute, property, method, slot, part and custom property of every
// element on its live example.
import { expect } from '@playwright/test';
import { test } from '../../e2e/quiet_page';

test('every example of the reference page works', async ({ page }) => {
  test.setTimeout(20 * 60_000);
  await page.goto('./reference.html');
  const tags = await page.locator('section[data-tag]').evaluateAll((sections) => sections.map(({ id }) => id));
  let tried = 0;
  for (const tag of tags) {
    const section = page.locator(`#${tag}`);
    await section.scrollIntoViewIfNeeded();
    const again = section.getByRole('button', { name: 'Begin again' });
    await again.waitFor();
    const rows = section.locator('tr[data-kind]');
    for (const row of await rows.all()) {
      const cell = row.locator('.try');
      await expect(cell).not.toBeEmpty();
      const button = cell.getByRole('button');
      if ((await button.count()) === 0) continue; // an event, a state: told as it happens
      tried++;
      await button.click();
      const kind = await row.getAttribute('data-kind');
      const name = await row.getAttribute('data-name');
      if (kind === 'member') await expect(section.locator('.said'), `${tag} ${name}`).not.toBeEmpty();
      else await expect(section.locator('.example code').first(), `${tag} ${name}`).toContainText(kind === 'slot' ? tag : name!);
      await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)))); // it is drawn, or throws
      await again.click();
    }
  }
  expect(tried).toBeGreaterThan(150);
});
