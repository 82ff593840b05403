import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { serviceWorkerFor } from '../../scripts/offline.mjs';

const source = readFileSync('src/lesson/service_worker.js', 'utf8');

test('the service worker knows what was built, each file once, and another build has another worker', () => {
  const worker = serviceWorkerFor(source, ['index.html', 'assets/b.js', 'assets/a.js', 'index.html']);
  expect(worker).toContain('const BUILT = ["assets/a.js","assets/b.js","index.html"];');
  expect(serviceWorkerFor(source, ['assets/a.js', 'index.html', 'assets/b.js'])).toBe(worker);
  expect(serviceWorkerFor(source, ['assets/c.js', 'index.html', 'assets/b.js'])).not.toBe(worker);
});

test('a dollar sign in a name is only a dollar sign', () => {
  expect(serviceWorkerFor(source, ["$'$&.js"])).toContain(`["$'$&.js"]`);
});

test('a worker without a place for the list is no worker', () => {
  expect(() => serviceWorkerFor('self.skipWaiting();', [])).toThrow('no place for the list of files');
});
