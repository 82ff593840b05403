// The pages about the elements, as built, under the strictest policy.
import { AxeBuilder } from '@axe-core/playwright';
import { expect, type Page } from '@playwright/test';
import { test } from './quiet_page';

const section = (page: Page, tag: string) => page.locator(`section[data-tag="${tag}"]`);
const row = (page: Page, tag: string, kind: string, name: string) => section(page, tag).locator(`tr[data-kind="${kind}"][data-name="${name}"]`);

test('the reference tries an attribute, a property, an event, a part and a colour on a live example', async ({ page }) => {
  await page.goto('./reference.html#rnn-heatmap');
  const example = section(page, 'rnn-heatmap').locator('.example');
  const grid = example.getByRole('grid');
  await expect(grid).toHaveAccessibleName(/LSTM of 8 units/);
  await row(page, 'rnn-heatmap', 'attribute', 'cell').getByRole('button').click();
  await expect(grid).toHaveAccessibleName(/GRU of 8 units/);
  await expect(example.locator('code')).toContainText('cell="gru"');
  await row(page, 'rnn-heatmap', 'attribute', 'cell').getByRole('button').click();
  await expect(grid).toHaveAccessibleName(/LSTM of 8 units/);

  await row(page, 'rnn-heatmap', 'member', 'source').getByRole('button').click();
  await expect(grid).toHaveAccessibleName(/4 units by 3 steps/);

  await row(page, 'rnn-heatmap', 'part', 'canvas').getByRole('button').click();
  await expect(example.locator('canvas').first()).toHaveCSS('outline-width', '3px');
  await row(page, 'rnn-heatmap', 'css', '--rnn-positive').getByRole('button').click();
  await expect(example.locator('code')).toContainText('--rnn-positive: rebeccapurple;');

  await example.getByRole('gridcell').focus();
  await page.keyboard.press('ArrowRight');
  await expect(row(page, 'rnn-heatmap', 'event', 'entry-focus')).toContainText('Heard');
  await example.getByRole('button', { name: 'Begin again' }).click();
  await expect(grid).toHaveAccessibleName(/LSTM of 8 units/);
});

// Axe reads its words in test/long/reference.spec.ts.
test('the reference has a section for every element', async ({ page }) => {
  await page.goto('./reference.html');
  const tags = await page.locator('section[data-tag]').evaluateAll((sections) => sections.map(({ id }) => id));
  expect(tags.length).toBeGreaterThan(18);
  for (const tag of tags) await expect(page.getByRole('link', { name: `<${tag}>` })).toHaveAttribute('href', `#${tag}`);
});

test('in five minutes: what stands there as code is what is beside it', async ({ page }) => {
  await page.goto('./embed.html');
  const figures = page.locator('figure.live');
  await expect(figures).toHaveCount(5);
  for (const figure of await figures.all()) {
    const [code, markup] = await figure.evaluate((element) => [element.querySelector('code')!.textContent!, element.querySelector('.result')!.innerHTML]);
    const tags = (html: string) => Array.from(html.matchAll(/<(rnn-[\w-]+)/g), ([, tag]) => tag);
    expect(tags(markup)).toEqual(tags(code));
    await figure.scrollIntoViewIfNeeded();
    await expect(figure.getByRole('grid').first()).toBeVisible();
  }
  const { violations } = await new AxeBuilder({ page }).exclude('.result').analyze();
  expect(violations.map(({ id, nodes }) => [id, nodes.slice(0, 3).map(({ html }) => html)])).toEqual([]);
});

for (const name of ['reference', 'embed']) {
  test(`${name}.html fits a phone`, async ({ page }) => {
    await page.setViewportSize({ width: 390, height: 800 });
    await page.goto(`./${name}.html`);
    await page.locator('rnn-heatmap').first().waitFor();
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
  });
}
