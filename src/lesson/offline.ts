/** What has been opened works without a network: a service worker keeps what the page has fetched. */
import { scriptUrl } from '../engine';

/** As scripts/offline.mjs names it, beside the page. */
const WORKER = './service-worker.js';

/** Settles once it is registered, or where there can be none: an old browser, a page that is not served securely, a policy against it. */
export async function keepOffline(): Promise<void> {
  const { serviceWorker } = navigator;
  if (!serviceWorker) return;
  const tell = (addresses: readonly string[]) => serviceWorker.controller?.postMessage(addresses);
  const namesOf = (entries: PerformanceEntryList) => entries.map(({ name }) => name);
  // What was fetched before a worker was in charge; and what was on its way then.
  serviceWorker.addEventListener('controllerchange', () => tell([location.href, ...namesOf(performance.getEntriesByType('resource'))]));
  new PerformanceObserver((list) => tell(namesOf(list.getEntries()))).observe({ type: 'resource' });
  try {
    await serviceWorker.register(scriptUrl(WORKER), { updateViaCache: 'none' });
  } catch {
    // Without it the page works as long as there is a network.
  }
}
