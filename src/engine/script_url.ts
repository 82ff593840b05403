/**
 * The addresses of our own scripts (workers, the service worker), in the form a page's Trusted Types demand. The policy
 * is named `rnn-heatmap`; it lets pass only this page's origin, the origin this module was loaded from, and blobs.
 */

interface Policy {
  createScriptURL(url: string): string;
}

interface Host {
  trustedTypes?: { createPolicy(name: string, rules: { createScriptURL(url: string): string }): Policy };
  location?: Location;
  /** One policy for all copies of this module on a page: a second one of the same name may be forbidden. */
  [key: symbol]: Policy | undefined;
}

const host = globalThis as unknown as Host;
const shared = Symbol.for('rnn-heatmap policy');

/** The address of a script as `Worker` and the like want it: a TrustedScriptURL where there is such a thing. Throws TypeError where the page's policy forbids it. */
export function scriptUrl(url: string): string {
  if (!host.trustedTypes) return allowed(url);
  host[shared] ??= host.trustedTypes.createPolicy('rnn-heatmap', { createScriptURL: allowed });
  return host[shared].createScriptURL(url);
}

function allowed(url: string): string {
  const { origin, protocol } = new URL(url, import.meta.url);
  const known = [host.location?.origin, new URL(import.meta.url).origin];
  if (protocol === 'blob:' || known.includes(origin)) return url;
  throw new TypeError(`${url} is not one of this project's scripts.`);
}
