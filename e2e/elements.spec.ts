// Each element alone with its model in someone else's page: axe finds nothing, light and dark and on a phone, and what the
// pointer does the keyboard does. Those that are left are in test/long/elements.spec.ts.
import { expect } from '@playwright/test';
import { cursor, press, standsAlone, tabTo, type Alone } from './element_alone';

const elements: readonly Alone[] = [
  {
    tag: 'rnn-unrolled',
    ready: (page) => expect(page.getByRole('option', { name: 'cat, step 2 of 7' })).toBeVisible(),
    async use(page) {
      await press(page, page.getByRole('listbox', { name: /^Words/ }), 'ArrowRight', 'ArrowRight', 'ArrowDown');
      expect(await cursor(page)).toEqual({ step: 2, unit: 1 });
      await page.keyboard.press('End');
      await expect(page.getByRole('option', { name: 'happy, step 7 of 7' })).toHaveAttribute('aria-selected', 'true');
    },
  },
  {
    tag: 'rnn-gates',
    ready: (page) => expect(page.getByRole('grid')).toHaveCount(7),
    async use(page) {
      await press(page, page.getByRole('radio', { name: /at the cursor/ }), 'ArrowDown');
      await expect(page.getByRole('radio', { name: 'the mean over units' })).toBeChecked();
      await press(page, page.getByRole('gridcell', { name: /step 1 'The'/ }), 'End');
      await expect(page.locator('[part=kept]')).toContainText('is left at happy, 6 steps later');
    },
  },
  {
    tag: 'rnn-influence',
    ready: (page) => expect(page.getByRole('grid')).toBeVisible(),
    async use(page) {
      await press(page, page.getByRole('combobox', { name: 'Felt by' }), 'ArrowDown');
      await expect(page.getByRole('combobox', { name: 'Felt by' })).toHaveValue('0');
      await press(page, page.getByRole('gridcell'), 'ArrowDown');
      await expect(page.locator('[part=reading]')).toContainText('cat');
    },
  },
  {
    tag: 'rnn-gradient-flow',
    ready: (page) => expect(page.getByRole('slider')).toBeVisible(),
    async use(page) {
      await press(page, page.getByRole('slider', { name: 'Distance k from the last word' }), 'End');
      await expect(page.getByRole('slider')).toHaveAttribute('aria-valuenow', '6');
      await page.keyboard.press('ArrowLeft');
      await expect(page.getByRole('slider')).toHaveAttribute('aria-valuenow', '5');
    },
  },
  {
    tag: 'rnn-compare',
    attributes: 'with="The cats that we saw was happy"',
    ready: (page) => expect(page.getByRole('grid')).toHaveCount(3),
    async use(page) {
      await press(page, page.getByRole('button', { name: 'cats, change this word' }), 'Enter');
      await page.keyboard.type('dog');
      await page.keyboard.press('Enter');
      await expect(page.getByRole('button', { name: 'dog, change this word' })).toBeFocused();
      await expect(page.getByText('cat → dog').first()).toBeVisible();
    },
  },
  {
    tag: 'rnn-entry',
    ready: (page) => expect(page.getByRole('table')).toBeVisible(),
    async use(page) {
      await press(page, page.getByRole('radio', { name: /^i/ }), 'ArrowRight');
      await expect(page.getByRole('radio', { name: /^f/ })).toBeChecked();
      await press(page, page.getByRole('slider', { name: /^Weight/ }), 'ArrowRight');
      await expect(page.getByText(/^Changed by hand/)).toBeVisible();
      await press(page, page.getByRole('button', { name: 'Reset all' }), 'Enter');
      await expect(page.getByText(/^Changed by hand/)).toHaveCount(0);
    },
  },
  {
    tag: 'rnn-trainer',
    model: 'task="agreement" cell="gru" hidden="4" embedding="4" batch="2" device="cpu"',
    ready: (page) => expect(page.getByRole('button', { name: 'Train' })).toHaveAttribute('aria-disabled', 'false'),
    async use(page) {
      await press(page, page.getByRole('button', { name: 'Step' }), 'Enter');
      await expect(page.getByText(/^1 of|^1$/).first()).toBeVisible();
      await press(page, page.getByRole('button', { name: 'Reset' }), 'Enter');
      await expect(page.getByRole('button', { name: 'Reset' })).toHaveAttribute('aria-disabled', 'true');
    },
  },
  {
    tag: 'rnn-transport',
    ready: (page) => expect(page.getByText('step 1 of 7')).toBeVisible(),
    async use(page) {
      await press(page, page.getByRole('slider', { name: 'Step' }), 'End');
      await expect(page.getByText('step 7 of 7')).toBeVisible();
      await page.keyboard.press('Home');
      await page.keyboard.press(' ');
      await expect(page.getByRole('button', { name: 'Pause' })).toBeVisible();
      await page.keyboard.press(' ');
      await expect(page.getByRole('button', { name: 'Play' })).toBeVisible();
    },
  },
  {
    tag: 'rnn-proof',
    ready: (page) => expect(page.locator('summary')).toContainText('checked against float64'),
    async use(page) {
      await page.keyboard.press('Tab');
      await page.keyboard.press('Enter');
      await expect(page.getByRole('table')).toBeVisible();
      await tabTo(page, page.getByRole('group', { name: /signal by signal/ }));
    },
  },
];

elements.forEach(standsAlone);
