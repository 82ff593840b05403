// The page of every test here: one that must stay silent and stay at home.
import { expect, test as base, type Locator, type Page } from '@playwright/test';

/** Notes down whatever a page should not do: speak on the console, throw, lose a request, break the policy, leave home. */
export function watch(page: Page, faults: string[], home?: string): void {
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') faults.push(`console ${message.type()}: ${message.text()}`);
  });
  page.on('pageerror', (error) => faults.push(`uncaught: ${error.message}`));
  page.on('requestfailed', (request) => {
    // The browser calls off what is under way, a favicon perhaps, when it leaves a page; nothing was refused.
    const reason = request.failure()?.errorText;
    if (reason !== 'net::ERR_ABORTED') faults.push(`failed (${reason}): ${request.url()}`);
  });
  page.on('response', (response) => {
    if (response.status() >= 400) faults.push(`${response.status()}: ${response.url()}`);
  });
  page.on('request', (request) => {
    const { protocol, origin } = new URL(request.url());
    if (home && !/^(data|blob):$/.test(protocol) && origin !== new URL(home).origin) faults.push(`another origin: ${request.url()}`);
  });
}

/** Waits for the first figure. Those far from the screen compute nothing yet. */
export async function begun(page: Page): Promise<void> {
  await expect(page.getByRole('grid').first()).toBeVisible();
}

/** A figure by its number. */
export function figure(page: Page, number: number): Locator {
  return page.getByRole('figure', { name: new RegExp(`^Figure ${number}\\.`) });
}

/** The same on the screen, of a page opened with that state; what is far down the page begins when it is near. */
export async function openedAt(page: Page, hash: string, number: number): Promise<Locator> {
  await page.goto(`./${hash}`);
  await begun(page);
  const found = figure(page, number);
  await found.scrollIntoViewIfNeeded();
  return found;
}

/** Playwright's `test`, failing where its page did anything of the kind. */
export const test = base.extend<{ page: Page }>({
  page: async ({ page, baseURL }, use) => {
    const faults: string[] = [];
    watch(page, faults, baseURL);
    await page.addInitScript(() => {
      addEventListener('securitypolicyviolation', (event) => console.error(`policy: ${event.violatedDirective} ${event.blockedURI}`));
    });
    await use(page);
    expect(faults).toEqual([]);
  },
});
