// @ts-check
// What a browser fetches of a build, from the manifest that Vite leaves beside it.

/**
 * The files that a browser fetches for these entries of a build's manifest: they and what they import, each once.
 *
 * @param {import('vite').Manifest} manifest
 * @param {readonly string[]} entries
 */
export function filesOf(manifest, entries) {
  /** @type {Set<string>} */
  const keys = new Set();
  /** @param {string} key */
  const visit = (key) => {
    if (keys.has(key)) return;
    if (!manifest[key]) throw new Error(`size: the build has no ${key}`);
    keys.add(key);
    manifest[key].imports?.forEach(visit);
  };
  entries.forEach(visit);
  return [...keys].map((key) => manifest[key].file);
}
