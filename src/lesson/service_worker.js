// The service worker of the built page: what has been opened once is there without a network. It fetches nothing by itself.
//
// Files under assets/ have their contents in their names and never change, so what is kept of them is as good as new. All
// else is asked for first, and taken from here only where that fails: a new build reaches a reader on the next visit. Its
// worker, which knows what was built, takes over at once and does away with what only the build before it had.
const CACHE = 'rnn-heatmap';

/** @type {readonly string[]} What was built, by its path beside this file; written in by scripts/offline.mjs. */
const BUILT = FILES;

const built = new Set(BUILT.map((file) => new URL(file, self.registration.scope).href));
const assets = new URL('assets/', self.registration.scope).href;

self.addEventListener('install', () => self.skipWaiting());

self.addEventListener('activate', (event) => event.waitUntil(forgetOthers().then(() => self.clients.claim())));

// Pages tell what they fetched before this worker was in charge.
self.addEventListener('message', (event) => event.waitUntil(Promise.allSettled(event.data.map(keep))));

self.addEventListener('fetch', (event) => {
  const { request } = event;
  if (request.method === 'GET' && built.has(fileAt(request.url))) event.respondWith(answer(request));
});

/** The file that an address names: without settings, and with the name of a folder's page. */
function fileAt(address) {
  return address.replace(/[?#].*$/s, '').replace(/\/$/, '/index.html');
}

async function answer(request) {
  const file = fileAt(request.url);
  const cache = await caches.open(CACHE);
  const kept = await cache.match(file);
  if (kept && file.startsWith(assets)) return kept;
  try {
    const response = await fetch(request);
    // Where there is no room to keep it, it is shown all the same.
    if (response.status === 200) await cache.put(file, response.clone()).catch(() => undefined);
    return response;
  } catch (error) {
    if (kept) return kept;
    throw error;
  }
}

async function keep(address) {
  const file = fileAt(address);
  const cache = await caches.open(CACHE);
  if (!built.has(file) || (await cache.match(file))) return;
  // It has just been fetched, so a browser that keeps anything has it.
  const response = await fetch(address, { cache: 'force-cache' });
  // A redirected answer cannot stand for a page.
  if (response.status === 200 && !response.redirected) await cache.put(file, response);
}

async function forgetOthers() {
  const cache = await caches.open(CACHE);
  const requests = await cache.keys();
  await Promise.all(requests.filter(({ url }) => !built.has(url)).map((request) => cache.delete(request)));
}
