// The whole reference page: its words, and every button of it, pressed: each attribute, property, method, slot, part and
// custom property of every element on its live example.
import { AxeBuilder } from '@axe-core/playwright';
import { expect } from '@playwright/test';
import { test } from '../../e2e/quiet_page';
import { elementsIn, elementsManifest } from '../../scripts/elements_manifest.mjs';

test.setTimeout(5 * 60_000);

test('axe finds nothing in the words of the reference page', async ({ page }) => {
  await page.goto('./reference.html');
  const { violations } = await new AxeBuilder({ page }).exclude('.stage').analyze();
  expect(violations.map(({ id, nodes }) => [id, nodes.slice(0, 3).map(({ html }) => html)])).toEqual([]);
});

for (const { tagName } of elementsIn(elementsManifest('dist/package'))) {
  const tag = tagName!;
  test(`every example of ${tag} works`, async ({ page }) => {
    await page.goto(`./reference.html#${tag}`);
    const section = page.locator(`section#${tag}`);
    const again = section.getByRole('button', { name: 'Begin again' });
    await again.waitFor();
    let tried = 0;
    for (const row of await section.locator('tr[data-kind]').all()) {
      const cell = row.locator('.try');
      await expect(cell).not.toBeEmpty();
      const button = cell.getByRole('button');
      if ((await button.count()) === 0) continue; // an event, a state: told as it happens
      tried++;
      await button.click();
      const kind = await row.getAttribute('data-kind');
      const name = await row.getAttribute('data-name');
      if (kind === 'member') await expect(section.locator('.example > .said'), name!).not.toBeEmpty();
      else await expect(section.locator('.example code').first(), name!).toContainText(kind === 'slot' ? tag : name!);
      // Another model is one that the element can show.
      if (name === 'model') await expect.poll(() => section.locator(`.stage > ${tag}`).evaluate((element) => element.matches(':state(ready)')), name).toBe(true);
      await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)))); // it is drawn, or throws
      await again.click();
    }
    expect(tried).toBeGreaterThan(10);
  });
}
