// Chapter 4: gates, a network that learns, the race. Nothing waits for a clock: updates are counted, not timed.
import { AxeBuilder } from '@axe-core/playwright';
import { expect, type Locator, type Page } from '@playwright/test';
import { begun, figure, openedAt, test } from './quiet_page';

/** A figure that is drawn. */
async function opened(page: Page, hash: string, number: number): Promise<Locator> {
  const found = await openedAt(page, hash, number);
  await expect(found.getByRole(number === 17 ? 'rowheader' : 'grid').first()).toBeVisible({ timeout: 40_000 });
  return found;
}

test.describe('gates', () => {
  test('show one unit’s lanes, and what its forget gates leave, by the bias', async ({ page }) => {
    const lstm = await opened(page, '#step=8', 14);
    await expect(lstm.getByRole('grid', { name: /^f: forget gate/ })).toBeVisible();
    await lstm.getByRole('slider', { name: 'Bias of the forget gate' }).focus();
    await page.keyboard.press('End');
    await expect(lstm.getByText('half of a state is lost in 280 steps')).toBeVisible();
    await expect(lstm.getByRole('status').filter({ hasText: 'Of what' })).toContainText(/held after The, 0\.9\d* is left at happy, 7 steps later/);
    await expect(page).toHaveURL(/bias=6/);
    await page.getByRole('link', { name: 'a bias of 0', exact: true }).click();
    await expect(lstm.getByText('half of a state is lost in 1.0 steps, and after 30 steps 9.3e−10 is left')).toBeVisible();
  });

  test('of a GRU change with where reset acts, and only their name with what z means', async ({ page }) => {
    const gru = await opened(page, '#step=4&bias=1', 15);
    const left = gru.getByRole('status').filter({ hasText: 'Of what unit 1 held after The' });
    await expect(left).toBeVisible();
    const before = (await left.textContent())!;
    await gru.getByRole('radio', { name: /^replaces/ }).check();
    await expect(gru.getByRole('grid', { name: /how much of the old state is replaced/ })).toBeVisible();
    await expect(gru.getByText('h′ = (1 − z) ⊙ h + z ⊙ n')).toBeVisible();
    await expect(left).toHaveText(before);
    await gru.getByRole('radio', { name: /^before U/ }).check();
    await expect(left).not.toHaveText(before);
    await expect(page).toHaveURL(/gru=reset-before~z-replaces/);
  });
});

test.describe('a network that learns', () => {
  const learner = '#learner=task-keyed_latch~hidden-4';
  const update = (found: Locator) => found.locator('rnn-trainer').getByRole('definition').first();

  test('is stepped, trained to a number of updates, and put back', async ({ page }) => {
    const found = await opened(page, learner, 16);
    await expect(found.getByRole('grid', { name: /^h, hidden state/ })).toBeVisible();
    await found.getByRole('button', { name: 'Step', exact: true }).click();
    await expect(update(found)).toHaveText('1');
    await expect(found.getByRole('img', { name: /^Loss\. After 1 update\. LSTM: loss \d/ })).toBeVisible();

    const updates = found.getByRole('spinbutton', { name: /^Updates/ });
    await updates.fill('12');
    await updates.press('Enter');
    await found.getByRole('button', { name: 'Train', exact: true }).click();
    await expect(update(found)).toHaveText('12 of 12');
    await expect(found.getByText('All 12 updates are done.', { exact: true })).toBeVisible();
    await expect(found.getByRole('img', { name: /^Right, on fresh sequences\. After 12 updates\./ })).toBeVisible();
    await found.getByText('The numbers as a table').click();
    await expect(found.getByRole('rowheader', { name: '12', exact: true })).toBeVisible();

    await found.getByRole('button', { name: 'Reset', exact: true }).click();
    await expect(update(found)).toHaveText('0 of 12');
    await expect(found.getByText('Nothing has been trained yet.')).toBeVisible();
  });

  test('pauses when it is told to, and says what it is told that makes no sense', async ({ page }) => {
    const found = await opened(page, learner, 16);
    await found.getByRole('button', { name: 'Train', exact: true }).click();
    const pause = found.getByRole('button', { name: 'Pause', exact: true });
    await expect(pause).toBeVisible();
    await pause.press('Enter');
    await expect(found.getByRole('button', { name: 'Train', exact: true })).toBeVisible();
    const rate = found.getByRole('spinbutton', { name: 'Learning rate' });
    await rate.fill('-1');
    await rate.press('Enter');
    await expect(found.getByText(/a learning rate of -1 given; it must be above 0/)).toBeVisible();
    await expect(found.getByRole('button', { name: 'Train', exact: true })).toHaveAttribute('aria-disabled', 'true');
  });

  test('names the words of the sentence that it never met', async ({ page }) => {
    const found = await opened(page, '#text=The%20cat%20purrs%20loudly&learner=hidden-4', 16);
    await expect(found.getByText('This network never met “purrs”, “loudly” in training').first()).toBeVisible();
    await expect(found.getByText('After the cat, the network expects')).toBeVisible();
  });
});

test.describe('the race', () => {
  const race = '#race=distance-2~networks-2~updates-14~who-ab';

  test('is run by all on the same updates, counted to the end, and put back', async ({ page }) => {
    const found = await opened(page, race, 17);
    await expect(found.getByRole('rowheader')).toHaveText(['RNN, orthogonal', 'LSTM']);
    await found.getByRole('button', { name: 'Train', exact: true }).click();
    await expect(found.getByText('All 14 updates are done.')).toBeVisible();
    await expect(found.getByRole('img', { name: /^Loss\. After 14 updates\. RNN, orthogonal: loss .* LSTM: loss / })).toBeVisible();
    await expect(found.getByRole('cell', { name: /of 2$/ })).toHaveCount(2);
    await found.getByRole('button', { name: 'Reset', exact: true }).click();
    await expect(found.getByText('Nothing has been trained yet.')).toBeVisible();
  });

  test('is set by its link and by hand, and the link follows', async ({ page }) => {
    const found = await opened(page, race, 17);
    await expect(found.getByRole('slider', { name: 'Words between key and question' })).toHaveValue('2');
    await expect(found.getByRole('checkbox', { name: 'GRU' })).not.toBeChecked();
    await found.getByRole('checkbox', { name: 'GRU' }).check();
    await found.getByRole('slider', { name: 'Bias of the keep gates' }).focus();
    await page.keyboard.press('End');
    await expect(page).toHaveURL(/race=distance-2~bias-5~networks-2~updates-14(&|$)/);
    await expect(found.getByRole('rowheader')).toHaveText(['RNN, orthogonal', 'LSTM', 'GRU']);
    await page.goBack();
    await expect(found.getByRole('slider', { name: 'Bias of the keep gates' })).toHaveValue('1');
  });
});

test('has nothing that axe finds fault with', async ({ page }) => {
  const found = await opened(page, '#race=distance-2~networks-1~updates-10~who-a&learner=task-keyed_latch~hidden-4', 16);
  await found.getByRole('button', { name: 'Step', exact: true }).click();
  await figure(page, 17).scrollIntoViewIfNeeded();
  await expect(figure(page, 17).getByRole('rowheader').first()).toBeVisible();
  await figure(page, 17).getByRole('button', { name: 'Step', exact: true }).click();
  await expect(figure(page, 17).getByRole('img', { name: /After 1 update/ }).first()).toBeVisible();
  const { violations } = await new AxeBuilder({ page }).include('#lstm').include('#gru').include('#race').analyze();
  expect(violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)])).toEqual([]);
});

test.describe('a network that writes', () => {
  test('goes on with the page’s sentence, the same from the same seed, in the colours of a unit', async ({ page }) => {
    await page.goto('./');
    await begun(page);
    const found = figure(page, 18);
    await found.scrollIntoViewIfNeeded();
    const button = found.getByRole('button', { name: 'Go on writing' });
    await expect(button).toBeVisible({ timeout: 40_000 });
    await found.getByRole('spinbutton', { name: 'Length' }).fill('20');
    await found.getByRole('spinbutton', { name: 'Length' }).press('Enter');
    await button.click();
    await expect(found.getByText('20 written, drawn at temperature 0.5 with seed 1.')).toBeVisible({ timeout: 60_000 });
    const text = found.getByRole('group', { name: 'What was read, and then what was written' });
    const written = await text.textContent();
    expect(written).toMatch(/^The cat that we saw/);
    const colours = () => text.locator('.word').evaluateAll((words) => words.map((word) => (word as HTMLElement).style.backgroundColor));
    const before = await colours();
    expect(new Set(before).size).toBeGreaterThan(5);
    await found.getByRole('slider', { name: 'Unit that colours the text' }).press('End');
    await expect(found.getByText('unit 64, the one at the cursor')).toBeVisible();
    await expect(async () => expect(await colours()).not.toEqual(before)).toPass();
  });
});

test('the race shows how far back each network’s gradient reaches, on one axis', async ({ page }) => {
  const race = await opened(page, '#race=distance-5~networks-1~updates-10', 17);
  const reaches = race.getByRole('img', { name: /by distance\. .* at the end and, .* Axis from 10⁻¹² to 10¹\.$/ });
  await expect(reaches).toHaveCount(3, { timeout: 40_000 });
});
