// What a reader does with the page, by role and name, under the policy it is served with. Nothing here waits for a
// clock: playing is driven by a clock of the test's own.
import { AxeBuilder } from '@axe-core/playwright';
import { expect, type Locator, type Page } from '@playwright/test';
import { figure, test } from './quiet_page';

// Figures far from the screen compute nothing: up to figure 6 all are near, and later ones are scrolled to.
test.use({ viewport: { width: 1280, height: 3200 } });

const SENTENCE = 'The cat that we saw yesterday was happy';

async function opened(page: Page, hash = ''): Promise<void> {
  await page.goto(`./${hash}`);
  await expect(page.getByRole('listbox', { name: /^Units of/ })).toBeVisible();
}

/** A figure by its number, on the screen. */
async function shown(page: Page, number: number): Promise<Locator> {
  const found = figure(page, number);
  await found.scrollIntoViewIfNeeded();
  return found;
}

/** Settles when what was set has been painted. */
const drawn = (page: Page) => page.evaluate(() => new Promise<void>((resolve) => requestAnimationFrame(() => requestAnimationFrame(() => resolve()))));

const sentence = (page: Page) => page.getByRole('textbox', { name: 'Any sentence' });
const controls = (page: Page) => page.getByRole('region', { name: 'Sentence and network' });
const slider = (page: Page) => page.getByRole('slider', { name: 'Step', exact: true });
const word = (page: Page, name: string | RegExp) => page.getByRole('listbox', { name: /^Words, each/ }).getByRole('option', { name });
const at = (page: Page, text: string) => expect(slider(page)).toHaveAttribute('aria-valuetext', text);

test.describe('reading', () => {
  test('shows the default sentence, its prose and its figures', async ({ page }) => {
    await opened(page);
    await expect(page.getByRole('heading', { level: 1 })).toHaveText('What a recurrent network remembers, and why it forgets');
    await expect(page.getByRole('list', { name: 'The lesson in five sentences' }).getByRole('listitem')).toHaveCount(5);
    await expect(sentence(page)).toHaveValue(SENTENCE);
    await expect(word(page, /step \d of 8/)).toHaveCount(8);
    for (let n = 1; n <= 9; n++) await expect(page.getByText(`Figure ${n}.`, { exact: true })).toBeVisible();
  });

  test('moves the step with arrow keys, Home and End, everywhere at once', async ({ page }) => {
    await opened(page);
    await slider(page).focus();
    await page.keyboard.press('Home');
    await at(page, 'The, step 1 of 8');
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('ArrowRight');
    await at(page, 'that, step 3 of 8');
    await page.keyboard.press('ArrowLeft');
    await at(page, 'cat, step 2 of 8');
    await page.keyboard.press('End');
    await at(page, 'happy, step 8 of 8');
    await expect(word(page, 'happy, step 8 of 8')).toHaveAttribute('aria-selected', 'true');
    await expect(page.getByRole('listbox', { name: 'Units of h after happy' })).toBeVisible();

    await page.getByRole('listbox', { name: /^Words, each/ }).focus();
    await page.keyboard.press('ArrowLeft');
    await at(page, 'was, step 7 of 8');
    await page.keyboard.press('ArrowDown');
    await expect(page.getByRole('option', { name: /^unit 2:/ })).toHaveAttribute('aria-selected', 'true');
  });

  test('plays from the space bar to the last word and stops there', async ({ page }) => {
    await page.clock.install({ time: 0 });
    await opened(page);
    // From here on time passes only where it is said to: an hour of it after the page was opened.
    await page.clock.pauseAt(3_600_000);
    await slider(page).focus();
    await page.keyboard.press('End');
    await page.keyboard.press('Space');
    await expect(page.getByRole('button', { name: 'Pause' })).toBeVisible();
    await at(page, 'The, step 1 of 8');
    await page.clock.runFor(500);
    await at(page, 'cat, step 2 of 8');
    await page.keyboard.press('Space');
    await page.clock.runFor(5000);
    await at(page, 'cat, step 2 of 8');
    await page.keyboard.press('Space');
    await page.clock.runFor(60_000);
    await at(page, 'happy, step 8 of 8');
    await expect(page.getByRole('button', { name: 'Play' })).toBeVisible();
  });

  test('goes to the word that is clicked, and steps with the buttons', async ({ page }) => {
    await opened(page);
    await word(page, 'saw, step 5 of 8').click();
    await at(page, 'saw, step 5 of 8');
    await page.getByRole('button', { name: 'One step back' }).click();
    await at(page, 'we, step 4 of 8');
    await page.getByRole('button', { name: 'Last step' }).click();
    await at(page, 'happy, step 8 of 8');
    await page.getByRole('button', { name: 'First step' }).click();
    await at(page, 'The, step 1 of 8');
  });
});

test.describe('sentence and network', () => {
  test('reads any sentence that is typed', async ({ page }) => {
    await opened(page);
    await sentence(page).fill('Dogs bark at night');
    await expect(word(page, 'night, step 4 of 4')).toBeVisible();
    await expect(word(page, /step/)).toHaveCount(4);
  });

  test('offers the states and gates of the chosen cell', async ({ page }) => {
    await opened(page);
    const signal = controls(page).getByRole('combobox', { name: 'Signal' });
    await controls(page).getByRole('combobox', { name: 'Cell', exact: true }).selectOption({ label: 'LSTM' });
    await expect(signal.getByRole('option')).toContainText(['h:', 'c:', 'i:', 'f:', 'g:', 'o:', 'a_i:', 'a_f:', 'a_g:', 'a_o:']);
    await signal.selectOption('f');
    await expect(page).toHaveURL(/cell=lstm.*signal=f/);
    await controls(page).getByRole('combobox', { name: 'Cell', exact: true }).selectOption({ label: 'GRU' });
    await expect(signal).toHaveValue('h');
  });

  test('shows as many units as asked for, and refuses what is no number of units in words', async ({ page }) => {
    await opened(page);
    const units = controls(page).getByRole('spinbutton', { name: 'Units' });
    await units.fill('3');
    await expect(page.getByRole('listbox', { name: /^Units of/ }).getByRole('option')).toHaveCount(3);
    for (const bad of ['0', '100000', '2.5', '']) {
      await units.fill(bad);
      await expect(page.getByRole('status').filter({ hasText: 'Units must be a whole number from 1 to 64' })).toBeVisible();
      await expect(page.getByRole('listbox', { name: /^Units of/ }).getByRole('option')).toHaveCount(3);
    }
  });

  test('gives other numbers for another seed, and the same for the same', async ({ page }) => {
    await opened(page);
    const first = page.getByRole('option', { name: /^unit 1:/ });
    const before = (await first.getAttribute('aria-label'))!;
    await controls(page).getByRole('spinbutton', { name: 'Seed' }).fill('2');
    await expect(first).not.toHaveAttribute('aria-label', before);
    await controls(page).getByRole('spinbutton', { name: 'Seed' }).fill('1');
    await expect(first).toHaveAttribute('aria-label', before);
  });
});

test.describe('experiments', () => {
  test('a bag of words does not notice that two words changed places, the network does', async ({ page }) => {
    await opened(page);
    const found = await shown(page, 3);
    await expect(found.getByText('The two sums are exactly the same')).toBeVisible();
    await expect(found.getByText(/The two states are 0\.\d+ apart/)).toBeVisible();
    await found.getByRole('combobox', { name: 'another word' }).selectOption({ index: 1 });
    await expect(found.getByText('The two states are exactly the same')).toBeVisible();
  });

  test('swaps any word of the second sentence from the keyboard', async ({ page }) => {
    await opened(page);
    const found = await shown(page, 7);
    await found.getByRole('button', { name: 'cats, change this word' }).focus();
    await page.keyboard.press('Enter');
    await expect(found.getByRole('textbox', { name: 'Replacement for cats' })).toBeFocused();
    await page.keyboard.type('dog');
    await page.keyboard.press('Enter');
    await expect(found.getByRole('button', { name: 'dog, change this word' })).toBeFocused();
    await expect(page).toHaveURL(/with=The%20dog%20that/);

    await page.keyboard.press('Enter');
    await page.keyboard.type('mouse');
    await page.keyboard.press('Escape');
    await expect(found.getByRole('button', { name: 'dog, change this word' })).toBeFocused();

    await page.keyboard.press('Enter');
    await page.keyboard.type('cat');
    await page.keyboard.press('Enter');
    await expect(found.getByText('the difference is exactly zero everywhere')).toBeVisible();
  });

  test('compares sentences of different lengths as far as both go, and says so', async ({ page }) => {
    await opened(page);
    const found = await shown(page, 7);
    await found.getByRole('button', { name: 'happy, change this word' }).click();
    await page.keyboard.type('very happy today');
    await page.keyboard.press('Enter');
    await expect(found.getByText('The sentences have 8 and 10 words; compared are the 8 steps that both have.')).toBeVisible();
  });

  test('draws a sentence longer and longer, by the arrow keys of a slider', async ({ page }) => {
    await opened(page);
    const found = await shown(page, 7);
    const distance = found.getByRole('slider', { name: 'Words between cat and was' });
    await distance.focus();
    await page.keyboard.press('ArrowRight');
    await expect(sentence(page)).toHaveValue('The cat that we saw again yesterday was happy');
    await at(page, 'was, step 8 of 9');
    await page.keyboard.press('End');
    await at(page, 'was, step 83 of 84');
    await expect(found.getByText(/At step 83 of 84, was, the two runs are/)).toBeVisible();
    await expect(page).toHaveURL(/with=The%20cats%20that%20we%20saw%20yesterday%20in%20the%20old%20garden/);

    await page.keyboard.press('Home');
    await expect(sentence(page)).toHaveValue(SENTENCE);
    await sentence(page).fill('Dogs bark');
    await expect(found.getByText('This sentence is your own')).toBeVisible();
    await distance.focus();
    await page.keyboard.press('ArrowRight');
    await expect(sentence(page)).toHaveValue(/^The cat that we saw .* was happy$/);
  });

  test('tells what is stored from what the gradient feels, at every step from the keyboard', async ({ page }) => {
    await opened(page);
    const found = await shown(page, 8);
    const chart = found.getByRole('slider', { name: 'Stored and gradient, by step' });
    await chart.focus();
    await page.keyboard.press('Home');
    await expect(chart).toHaveAttribute('aria-valuetext', /^The, step 1 of 8: stored 0, gradient [\d.e−]+$/);
    await page.keyboard.press('End');
    await expect(chart).toHaveAttribute('aria-valuetext', /^happy, step 8 of 8: stored 0\.\d+, gradient 1$/);
    await at(page, 'happy, step 8 of 8');
  });

  test('shows a word that is stored to the end while its gradient is gone', async ({ page }) => {
    await opened(page);
    const found = await shown(page, 8);
    await page.getByRole('link', { name: 'seed 69', exact: true }).click();
    await expect(found.getByText(/the states still differ by 5\.\d+: that much is stored/)).toBeVisible();
    await expect(found.getByText(/correction sent back from the end has \d\.\de−2\d times its size/)).toBeVisible();
    await expect(page).toHaveURL(/gain=6/);
  });

  test('redraws while gain, gate bias and seed are moved, and writes them into the link', async ({ page }) => {
    await opened(page, '#v=1&cell=lstm');
    const units = page.getByRole('listbox', { name: /^Units of/ });
    for (const [name, key] of [['Gain of U', 'gain=1.1'], ['Gate bias', 'bias=0.1'], ['Seed, from 1 to 100', 'seed=2']]) {
      const before = await units.innerText();
      await controls(page).getByRole('slider', { name }).focus();
      await page.keyboard.press('ArrowRight');
      await expect.poll(() => units.innerText()).not.toBe(before);
      await expect(page).toHaveURL(new RegExp(key));
    }
    await controls(page).getByRole('combobox', { name: 'Cell', exact: true }).selectOption('rnn');
    await expect(controls(page).getByRole('slider', { name: 'Gate bias' })).toBeDisabled();
  });

  test('a bold link in the prose sets its figure', async ({ page }) => {
    await opened(page);
    await page.getByRole('link', { name: 'LSTM’s forget gate' }).click();
    await expect(controls(page).getByRole('combobox', { name: 'Cell', exact: true })).toHaveValue('lstm');
    await expect(controls(page).getByRole('combobox', { name: 'Signal' })).toHaveValue('f');
    await expect(page).toHaveURL(/#v=1&.*cell=lstm/);
  });
});

test.describe('the link', () => {
  test('restores the same picture', async ({ page, context }) => {
    await opened(page, '#v=1&text=Birds%20sing%20%26%20fly&with=Birds%20sing%20%26%20swim&cell=lstm&hidden=5&seed=7&signal=c&step=3&unit=4');
    await at(page, '&, step 3 of 4');
    await expect(page.getByRole('option', { name: /^unit 4:/ })).toHaveAttribute('aria-selected', 'true');
    const numbers = await page.getByRole('listbox', { name: /^Units of/ }).innerText();
    await slider(page).focus();
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('ArrowLeft');
    await expect(page).toHaveURL(/step=3/);

    const again = await context.newPage();
    await opened(again, new URL(page.url()).hash);
    await at(again, '&, step 3 of 4');
    expect(await again.getByRole('listbox', { name: /^Units of/ }).innerText()).toBe(numbers);
    await expect(controls(again).getByRole('combobox', { name: 'Signal' })).toHaveValue('c');
    await expect((await shown(again, 7)).getByRole('button', { name: 'swim, change this word' })).toBeVisible();
    await again.close();
  });

  test('goes back and forward through what the reader chose', async ({ page }) => {
    await opened(page);
    const cell = controls(page).getByRole('combobox', { name: 'Cell', exact: true });
    await cell.selectOption('lstm');
    await sentence(page).fill('One two three');
    await expect(word(page, /step/)).toHaveCount(3);
    await expect(page).toHaveURL(/One%20two/);
    await page.goBack();
    await expect(sentence(page)).toHaveValue(SENTENCE);
    await expect(cell).toHaveValue('lstm');
    await page.goBack();
    await expect(cell).toHaveValue('rnn');
    await page.goForward();
    await page.goForward();
    await expect(sentence(page)).toHaveValue('One two three');
    await expect(word(page, /step/)).toHaveCount(3);
  });

  test('says what it did not understand, and opens with what it did', async ({ page }) => {
    await opened(page, '#v=1&cell=banana&hidden=900&unit=2&colour=red');
    const said = page.getByRole('status').filter({ hasText: 'banana' });
    await expect(said).toContainText('hidden=900 is not a whole number from 1 to 64');
    await expect(said).toContainText('colour');
    await expect(controls(page).getByRole('combobox', { name: 'Cell', exact: true })).toHaveValue('rnn');
    await expect(page.getByRole('option', { name: /^unit 2:/ })).toHaveAttribute('aria-selected', 'true');
  });

  test('is copied by a button, whole', async ({ page, context }) => {
    await context.grantPermissions(['clipboard-read', 'clipboard-write']);
    await opened(page);
    await page.getByRole('button', { name: 'Copy link' }).click();
    await expect(page.getByText('The link is copied.')).toBeVisible();
    expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(page.url());
    expect(page.url()).toContain('#v=1&text=The%20cat%20that');
  });

  test('of a later version opens with the defaults and says so', async ({ page }) => {
    await opened(page, '#v=9&text=Nothing');
    await expect(page.getByText('was made by a later version of this page (v=9)')).toBeVisible();
    await expect(sentence(page)).toHaveValue(SENTENCE);
  });
});

test.describe('bad input', () => {
  test('an empty text is said in place, and the next word mends it', async ({ page }) => {
    await opened(page);
    await sentence(page).fill('   ');
    await expect(page.getByText('There are no words to read; give a text.').first()).toBeVisible();
    await sentence(page).fill('word');
    await expect(word(page, 'word, step 1 of 1')).toBeVisible();
    await expect(page.getByText(/Two words can only change places/)).toBeVisible();
    await expect(page.getByRole('button', { name: 'Play' })).toBeDisabled();
  });

  test('markup, emoji and right-to-left words are words', async ({ page }) => {
    await opened(page);
    await sentence(page).fill('<img src=x onerror=alert(1)> 👩‍👩‍👧 مرحبا שלום');
    await expect(word(page, /^<, step 1 of/)).toBeVisible();
    await slider(page).focus();
    await page.keyboard.press('End');
    await expect(word(page, /^שלום/)).toHaveAttribute('aria-selected', 'true');
    await expect(page.locator('img')).toHaveCount(0);
  });

  test('two thousand words stay a page one can step through', async ({ page }) => {
    await opened(page);
    const text = Array.from({ length: 2000 }, (_, index) => `w${index % 97}`).join(' ');
    await sentence(page).fill(text);
    await expect(slider(page)).toHaveAttribute('max', '2000');
    await slider(page).focus();
    await page.keyboard.press('End');
    await at(page, `w${1999 % 97}, step 2000 of 2000`);
    await page.getByRole('listbox', { name: /^Words, each/ }).scrollIntoViewIfNeeded();
    await expect(word(page, /step 2000 of 2000/)).toBeInViewport();
    expect(await word(page, /step/).count()).toBeLessThan(60);
  });

  test('a text beyond the limit is refused in words', async ({ page }) => {
    await opened(page);
    await sentence(page).fill('a '.repeat(60_000));
    await expect(page.getByText(/text: 12\d,\d+ characters given; the most is 100,000/).first()).toBeVisible();
  });
});

test.describe('everyone', () => {
  test('passes axe, and in a dark page what depends on colours once more', async ({ page }) => {
    await page.emulateMedia({ colorScheme: 'light' });
    await opened(page);
    await expect((await shown(page, 7)).getByText('the two runs are')).toBeVisible();
    const faults = async (axe: AxeBuilder) => (await axe.analyze()).violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ target, failureSummary }) => `${target.join(' ')} ${failureSummary}`).join('; ')}`);
    expect(await faults(new AxeBuilder({ page }))).toEqual([]);
    await page.emulateMedia({ colorScheme: 'dark' });
    await drawn(page);
    expect(await faults(new AxeBuilder({ page }).withRules(['color-contrast', 'link-in-text-block']))).toEqual([]);
  });

  for (const width of [1440, 768, 390]) {
    test(`fits ${width} pixels without scrolling sideways`, async ({ page }) => {
      await page.setViewportSize({ width, height: 844 });
      await page.goto('./');
      for (const [number, words] of [[2, 'bars from'], [4, 'The slope there'], [7, 'the two runs are']] as const) {
        const found = await shown(page, number);
        await expect(found.getByText(words).first()).toBeVisible();
      }
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
    });
  }

  test('does not move what is read while the figures arrive', async ({ page }) => {
    await page.addInitScript(() => {
      const total = { shift: 0 };
      new PerformanceObserver((list) => {
        for (const entry of list.getEntries() as (PerformanceEntry & { value: number })[]) total.shift += entry.value;
      }).observe({ type: 'layout-shift', buffered: true });
      Object.assign(globalThis, { total });
    });
    await page.setViewportSize({ width: 1280, height: 800 });
    await page.goto('./');
    await expect(page.getByRole('grid').first()).toBeVisible();
    await expect(page.getByText(/checked against float64/).first()).toBeVisible();
    // A tenth of what is commonly called good; a figure that pushes the next one down costs more.
    expect(await page.evaluate(() => (globalThis as unknown as { total: { shift: number } }).total.shift)).toBeLessThan(0.01);
  });

  test('takes a number apart, gate by gate', async ({ page }) => {
    await opened(page, '#v=1&cell=lstm&step=3&unit=2');
    const found = await shown(page, 4);
    await found.getByRole('radio', { name: 'f, forget gate' }).check();
    await expect(page).toHaveURL(/gate=f/);
    await expect(found.getByText(/^The slope there|The slope there, f·\(1 − f\), is/)).toBeVisible();
    await found.getByRole('button', { name: /^Show all 26 terms/ }).click();
    await expect(found.getByRole('row')).toHaveCount(26 + 4);
    await found.getByRole('radio', { name: 'c, cell state' }).check();
    await expect(found.getByRole('rowheader', { name: 'f · c' })).toBeVisible();
    await expect(page).toHaveURL(/gate=c/);
    await found.getByRole('combobox', { name: 'Unit' }).selectOption('5');
    await expect(page.getByRole('option', { name: /^unit 5:/ })).toHaveAttribute('aria-selected', 'true');
  });

  test('opens the proof to one line a signal', async ({ page }) => {
    await opened(page, '#v=1&cell=lstm');
    await page.getByText(/checked against float64: largest difference/).click();
    const proof = page.getByRole('group', { name: 'The proof, signal by signal' });
    await expect(proof.getByRole('row')).toHaveCount(1 + 6);
    await expect(proof.getByText('above its bound')).toHaveCount(0);
  });

  test('starts with a link that skips to the lesson', async ({ page }) => {
    await opened(page);
    await page.keyboard.press('Tab');
    await expect(page.getByRole('link', { name: 'Skip to the lesson' })).toBeFocused();
    await page.keyboard.press('Enter');
    await expect(page.getByRole('main')).toBeFocused();
    await expect(page).not.toHaveURL(/#lesson/);
  });

  test('is readable before any script', async ({ browser, baseURL }) => {
    const context = await browser.newContext({ javaScriptEnabled: false });
    const page = await context.newPage();
    await page.goto(baseURL!);
    await expect(page.getByRole('heading', { name: 'Unrolled' })).toBeVisible();
    await expect(page.getByText('The oldest way to guess a word is to count')).toBeVisible();
    await context.close();
  });
});

test.describe('without WebGPU', () => {
  test('everything works on the CPU, and the page says so', async ({ page }) => {
    await page.addInitScript(() => Object.defineProperty(Navigator.prototype, 'gpu', { get: () => undefined }));
    await opened(page);
    await expect(page.getByText(/It runs on your CPU, in float64/)).toBeVisible();
    await slider(page).focus();
    await page.keyboard.press('End');
    await expect(word(page, 'happy, step 8 of 8')).toHaveAttribute('aria-selected', 'true');
    await expect(page.getByText(/The two states are 0\.\d+ apart/)).toBeVisible();
    await expect((await shown(page, 7)).getByText('the two runs are')).toBeVisible();
    await page.getByRole('slider', { name: 'Words between cat and was' }).focus();
    await page.keyboard.press('ArrowRight');
    await at(page, 'was, step 8 of 9');
    await expect((await shown(page, 8)).getByText('that much is stored of cat → cats')).toBeVisible();
  });
});
