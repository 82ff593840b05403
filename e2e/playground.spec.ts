// The playground: layers of the reader's own, trained and looked at, and a link that brings all of it back. Updates are counted, not timed.
import { AxeBuilder } from '@axe-core/playwright';
import { expect, type Locator, type Page } from '@playwright/test';
import { test } from './quiet_page';

async function opened(page: Page, play = ''): Promise<Locator> {
  await page.goto(`./${play && `#v=1&play=${play}`}`);
  await expect(page.getByRole('grid').first()).toBeVisible();
  const figure = page.getByRole('figure').filter({ hasText: 'Any layers, any task, any text.' });
  await figure.scrollIntoViewIfNeeded();
  await expect(figure.getByRole('button', { name: 'Add a layer' })).toBeVisible();
  return figure;
}

const view = (figure: Locator, name: string) => figure.getByRole('region', { name });

/** What the bars of the state say after the word at the cursor, unit by unit. */
async function stateOf(figure: Locator): Promise<readonly string[]> {
  // Far from the screen a view computes nothing.
  await view(figure, 'The state after a word').scrollIntoViewIfNeeded();
  const units = view(figure, 'The state after a word').getByRole('option');
  await expect(units).toHaveCount(16, { timeout: 40_000 });
  return units.evaluateAll((all) => all.map((unit) => unit.getAttribute('aria-label') ?? unit.textContent!.trim()));
}

test('a hybrid is built, trained and looked at by keyboard alone, and its link brings the same picture back', async ({ page, context }) => {
  test.setTimeout(180_000);
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  const figure = await opened(page);
  await figure.getByRole('button', { name: 'Add a layer' }).press('Enter');
  const third = figure.getByRole('combobox', { name: 'Kind of layer 3' });
  await expect(third).toBeFocused();
  await page.keyboard.type('Mamba');
  await expect(third).toHaveValue('mamba');
  await figure.getByRole('button', { name: 'Move layer 3 up' }).press('Enter');
  await expect(figure.getByRole('button', { name: 'Move layer 2 up' })).toBeFocused();
  await expect(figure.getByRole('combobox', { name: /^Kind of layer/ })).toHaveCount(3);
  await expect(page).toHaveURL(/play=layers-gru!hidden\.16\*mamba\*attention!heads\.2!mlp\.2(~|&|$)/);

  await figure.getByRole('spinbutton', { name: 'Updates (0: no end)' }).fill('10');
  await page.keyboard.press('Enter');
  await figure.getByRole('button', { name: 'Train' }).press('Enter');
  await expect(figure.getByText('All 10 updates are done.', { exact: true })).toBeVisible({ timeout: 60_000 });
  await expect(page).toHaveURL(/done-10/);

  for (const name of ['The state after a word', 'Gates', 'Attention', 'Selective scan', 'Who feels whom', 'The gradient against the distance']) {
    await figure.getByRole('checkbox', { name }).press('Space');
    await view(figure, name).scrollIntoViewIfNeeded();
    await expect(view(figure, name).locator('canvas, svg').first()).toBeVisible({ timeout: 40_000 });
    await expect(view(figure, name).locator('[part=notice]')).toHaveCount(0);
  }
  const before = await stateOf(figure);
  expect(new Set(before).size).toBeGreaterThan(8);

  await figure.getByRole('button', { name: 'Copy the link to this network' }).press('Enter');
  await expect(figure.getByText('The link is copied.')).toBeVisible();
  const link = await page.evaluate(() => navigator.clipboard.readText());
  await page.goto('about:blank');
  await page.goto(link);
  const again = page.getByRole('figure').filter({ hasText: 'Any layers, any task, any text.' });
  await again.scrollIntoViewIfNeeded();
  await expect(again.getByText('10 of 10', { exact: true })).toBeVisible({ timeout: 60_000 });
  await expect(async () => expect(await stateOf(again)).toEqual(before)).toPass({ timeout: 40_000 });
  for (const name of ['Gates', 'Attention', 'Selective scan', 'Who feels whom', 'The gradient against the distance']) await expect(again.getByRole('checkbox', { name })).toBeChecked();
});

test('what makes no network is disabled or refused, and says why', async ({ page }) => {
  const figure = await opened(page, 'layers-gru!hidden.15*attention!heads.5~task-none');
  const down = figure.getByRole('button', { name: 'Move layer 1 down' });
  await expect(down).toHaveAttribute('aria-disabled', 'true');
  await down.press('Enter');
  await expect(figure.getByText('Layer 1, heads: 5 given, which does not divide the width 16; use one of 1, 2, 4, 8, 16.')).toBeVisible();
  const kinds = figure.getByRole('combobox', { name: 'Kind of layer 2' });
  await expect(kinds.locator('option[value=norm]')).toBeEnabled();
  await expect(figure.getByRole('combobox', { name: 'Kind of layer 1' }).locator('option[value=sdpa]')).toBeDisabled();
  await expect(figure.getByRole('combobox', { name: 'Positions of layer 2' }).locator('option[value=rotary]')).toHaveText(/^rotary: rotary turns pairs/);
  const units = figure.getByRole('spinbutton', { name: 'Units of layer 1' });
  await units.fill('16');
  await units.press('Enter');
  await expect(units).toHaveValue('15');
  await expect(figure.getByText('Layer 2, heads: 5 given, which does not divide the width 16')).toBeVisible();
  for (const [name, reason] of [['Selective scan', 'none of its layers is Mamba'], ['What it expects', 'it learns no task, so nothing is asked of it']] as const) {
    await expect(figure.getByRole('checkbox', { name: new RegExp(`^${name}`) })).toBeDisabled();
    await expect(figure.getByText(reason).first()).toBeVisible();
  }
  await figure.getByRole('button', { name: 'Remove layer 2' }).press('Enter');
  await figure.getByRole('button', { name: 'Remove layer 1' }).press('Enter');
  await expect(figure.getByText('A network needs at least one layer.')).toBeVisible();
  await expect(figure.getByRole('combobox', { name: /^Kind of layer/ })).toHaveCount(1);
});

test('a task that the layers cannot read is refused, and the playground stays as it was', async ({ page }) => {
  const figure = await opened(page, 'layers-attention!heads.4');
  await figure.getByRole('combobox', { name: 'Task' }).selectOption({ label: 'Adding two numbers' });
  await expect(figure.getByText(/^Layer 1, heads: 4 given, which does not divide the width 2.*The playground stays as it was\.$/)).toBeVisible();
  await expect(figure.getByRole('combobox', { name: 'Task' })).toHaveValue('Agreement of subject and verb');
  await expect(page).not.toHaveURL(/task-adding/);
});

test('a broken link opens what it can and says the rest; back and forward restore the layers', async ({ page }) => {
  const figure = await opened(page, 'layers-banana~task-none~views-state.banana');
  await expect(page.getByText(/“banana” is neither a cell/)).toBeVisible();
  await expect(page.getByText(/there is no view “banana”/)).toBeVisible();
  await expect(figure.getByRole('radio', { name: 'any words, and learns nothing' })).toBeChecked();
  await expect(view(figure, 'The state after a word')).toBeVisible();
  await figure.getByRole('button', { name: 'Remove layer 2' }).press('Enter');
  await expect(figure.getByRole('combobox', { name: /^Kind of layer/ })).toHaveCount(1);
  await page.goBack();
  await expect(figure.getByRole('combobox', { name: /^Kind of layer/ })).toHaveCount(2);
  await page.goForward();
  await expect(figure.getByRole('combobox', { name: /^Kind of layer/ })).toHaveCount(1);
});

test('a link that was made after many updates asks before it carries them out', async ({ page }) => {
  const figure = await opened(page, 'layers-rnn!hidden.4~task-keyed_latch~done-250');
  await expect(figure.getByText('This link was made after 250 updates.')).toBeVisible({ timeout: 40_000 });
  await figure.getByRole('button', { name: 'Carry out 250 updates' }).press('Enter');
  await expect(figure.getByRole('definition').filter({ hasText: /^250$/ })).toBeVisible({ timeout: 50_000 });
  await expect(figure.getByText('This link was made after 250 updates.')).toBeHidden();
});

for (const width of [1280, 390]) {
  test(`has nothing that axe finds fault with, and nothing that is wider than a page of ${width}`, async ({ page }) => {
    await page.setViewportSize({ width, height: 800 });
    const figure = await opened(page, 'layers-lstm!hidden.8*mamba*attention!heads.2~views-heatmap.predictions.entry.attention.scan');
    await view(figure, 'Selective scan').scrollIntoViewIfNeeded();
    await expect(view(figure, 'Selective scan').getByRole('slider', { name: 'Δ by word' })).toBeVisible({ timeout: 40_000 });
    const { violations } = await new AxeBuilder({ page }).include('#playground').analyze();
    expect(violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)])).toEqual([]);
    expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0);
  });
}
