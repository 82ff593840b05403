// Every element of the family: how it stands alone with its model in a page, when it is there in full, and its use by keyboard.
import { expect } from '@playwright/test';
import { cursor, openNumbers, press, tabTo, type Alone } from './element_alone';

const SENTENCE = 'The cat that we saw was happy';

export const elements: readonly Alone[] = [
  {
    tag: 'rnn-heatmap',
    attributes: 'signal="h"',
    ready: (page) => expect(page.getByRole('gridcell')).toHaveAccessibleName(/^unit 1, step 1 'The'/),
    async use(page) {
      await press(page, page.getByRole('gridcell'), 'ArrowDown', 'ArrowRight', 'Shift+ArrowRight', 'Enter');
      expect(await cursor(page)).toEqual({ step: 2, unit: 1 });
      await expect(page.getByRole('group', { name: /^Pinned: unit 2, step 3 'that'/ })).toBeVisible();
      await press(page, page.getByRole('button', { name: 'Tools' }), 'Enter');
      await expect(page.getByText('Selected: unit 2; steps 2 to 3')).toBeVisible();
      await press(page, page.getByRole('combobox', { name: 'Order of units' }), 'ArrowDown');
      await press(page, page.getByRole('button', { name: 'Show as a table' }), 'Enter');
      await expect(page.getByRole('cell').first()).toBeVisible();
    },
  },
  {
    tag: 'rnn-state',
    ready: (page) => expect(page.getByRole('option', { name: /^unit 1: / })).toBeVisible(),
    async use(page) {
      await press(page, page.getByRole('listbox', { name: 'Units of h after The' }), 'ArrowRight', 'ArrowDown');
      expect(await cursor(page)).toEqual({ step: 1, unit: 1 });
      await page.keyboard.press('End');
      await expect(page.getByRole('option', { name: /^unit 4: / })).toHaveAttribute('aria-selected', 'true');
      await expect(page.getByRole('listbox', { name: 'Units of h after cat' })).toBeFocused();
    },
  },
  {
    tag: 'rnn-memory',
    attributes: 'with="The cats that we saw was happy"',
    ready: (page) => expect(page.getByRole('grid')).toHaveCount(2),
    async use(page) {
      const curves = page.getByRole('slider', { name: 'Stored and gradient of h and c together, by step' });
      await press(page, curves, 'End');
      await expect(curves).toHaveAttribute('aria-valuetext', /^happy, step 7 of 7: stored .*, gradient /);
      await page.keyboard.press('ArrowLeft');
      await expect(curves).toHaveAttribute('aria-valuenow', '6');
      await press(page, page.getByRole('gridcell'), 'ArrowDown');
      await expect(page.getByText('what h[2] after the last word feels')).toBeVisible();
    },
  },
  {
    tag: 'rnn-order',
    model: `text="${SENTENCE}" cell="rnn"`,
    ready: (page) => expect(page.getByText('The two states are')).toBeVisible(),
    async use(page) {
      await press(page, page.getByRole('combobox', { name: 'one word' }), 'ArrowDown');
      await press(page, page.getByRole('combobox', { name: 'another word' }), 'End');
      await expect(page.getByText('The cat happy we saw was that').first()).toBeVisible();
    },
  },
  {
    tag: 'rnn-attention',
    model: `text="${SENTENCE}" layers="attention heads:2"`,
    ready: (page) => expect(page.getByRole('grid')).toHaveCount(2),
    async use(page) {
      await press(page, page.getByRole('radio', { name: 'their mean' }), 'ArrowLeft');
      await expect(page.getByRole('radio', { name: '2' })).toBeChecked();
      await press(page, page.getByRole('slider', { name: 'Word that looks back' }), 'End');
      await expect(page.locator('[part=reading]')).toContainText('happy takes');
      await openNumbers(page, 'The weights of this word as a table');
      await press(page, page.getByRole('gridcell'), 'ArrowUp');
      expect((await cursor(page)).step).toBe(5);
    },
  },
  {
    tag: 'rnn-scan',
    model: `text="${SENTENCE}" layers="mamba"`,
    ready: (page) => expect(page.getByRole('grid')).toHaveCount(3),
    async use(page) {
      await press(page, page.getByRole('spinbutton', { name: 'Channel' }), 'ArrowUp');
      await expect(page.getByText('how far channel 2 steps')).toBeVisible();
      await press(page, page.getByRole('slider', { name: 'Δ by word' }), 'End');
      await expect(page.locator('[part=kept]')).toContainText(/is left after happy in its slowest/);
      await openNumbers(page, 'The step sizes as a table');
    },
  },
  {
    tag: 'rnn-cell-diagram',
    ready: (page) => expect(page.getByRole('group', { name: /^One step of/ })).toBeVisible(),
    async use(page) {
      const picture = page.getByRole('group', { name: /^One step of/ });
      await press(page, picture.getByRole('button').first(), 'ArrowRight', 'Enter');
      await expect(picture.getByRole('button').nth(1)).toHaveAttribute('aria-pressed', 'true');
      await page.keyboard.press('Escape');
      await expect(picture.getByRole('button', { pressed: true })).toHaveCount(0);
      const equations = page.getByRole('list', { name: /^Equations of/ });
      await press(page, equations.getByRole('button').first(), 'End', 'Enter');
      await expect(equations.getByRole('button').last()).toHaveAttribute('aria-pressed', 'true');
    },
  },
  {
    tag: 'rnn-opener',
    ready: (page) => expect(page.getByRole('button', { name: 'Open a file…' })).toBeVisible(),
    async use(page) {
      const asked = page.waitForEvent('filechooser');
      await press(page, page.getByRole('button', { name: 'Open a file…' }), 'Enter');
      await (await asked).setFiles('test/fixtures/golden/charlm_lstm.safetensors');
      await expect(page.getByText('charlm_lstm.safetensors is open: LSTM of 48 units')).toBeVisible();
      await openNumbers(page, 'What of the file is in the network');
      await tabTo(page, page.getByRole('group', { name: 'Tensors of the file' }));
      await press(page, page.getByRole('button', { name: 'Close the file' }), 'Enter');
      await expect(page.getByText('charlm_lstm.safetensors is open')).toHaveCount(0);
    },
  },
  {
    tag: 'rnn-predictions',
    model: 'src="models/agreement-gru.safetensors" text="the cat near the dogs"',
    ready: (page) => expect(page.getByRole('listitem')).toHaveCount(8),
    // There is nothing in it to use: it follows the model's step, and Tab passes by.
    async use(page) {
      await page.evaluate(() => (document.querySelector('rnn-model')!.cursor = { step: 4, unit: 0 }));
      await expect(page.getByText('After the cat near the dogs, the network expects')).toBeVisible();
      await page.keyboard.press('Tab');
      await expect(page.locator('rnn-predictions :focus')).toHaveCount(0);
    },
  },
  {
    tag: 'rnn-continuation',
    model: 'src="models/characters-lstm.safetensors" text="fn main" device="cpu"',
    attributes: 'count="5"',
    ready: (page) => expect(page.getByRole('button', { name: 'Go on writing' })).toBeVisible(),
    async use(page) {
      await press(page, page.getByRole('spinbutton', { name: 'Length' }), 'ArrowUp');
      await press(page, page.getByRole('button', { name: 'Go on writing' }), 'Enter');
      await expect(page.getByText(/^6 written, drawn at temperature 0\.5 with seed 1/)).toBeVisible();
      await tabTo(page, page.getByRole('group', { name: 'What was read, and then what was written' }));
    },
  },
  {
    tag: 'rnn-gradient-reach',
    ready: (page) => expect(page.getByRole('img', { name: /at the end and, 6 steps before/ })).toBeVisible(),
    use: (page) => openNumbers(page, 'The bars as a table'),
  },
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
