// A page that has been opened works without a network where there is no GPU, either.
import { worksOffline } from '../../e2e/offline_page';
import { test } from '../../e2e/quiet_page';

test('what has been opened works without a network, on the CPU', async ({ page, context }) => {
  await page.addInitScript(() => Object.defineProperty(Navigator.prototype, 'gpu', { get: () => undefined }));
  await worksOffline(page, context);
});
