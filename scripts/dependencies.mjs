// @ts-check
// Whether node_modules holds what package-lock.json asks for: a pure decision over npm's two lock
// files (the committed one, and the hidden one npm leaves inside node_modules when it has finished),
// so that a fresh clone, an interrupted install, a changed lockfile and a folder carried over from
// another platform are all seen, and nothing is asked of the network when all is well.
// Contents are compared, not times: a checkout gives every file a new one.

/**
 * @typedef {{version?: string, link?: boolean, optional?: boolean, devOptional?: boolean, peer?: boolean,
 *   os?: string[], cpu?: string[], libc?: string[]}} LockEntry
 * @typedef {{packages: Record<string, LockEntry>}} Lockfile
 * @typedef {{os: string, cpu: string, libc: 'glibc' | 'musl' | null}} Platform
 */

/**
 * Why the packages have to be installed, in words; null when they are complete.
 *
 * @param {Lockfile} lock package-lock.json
 * @param {Lockfile | null} installed node_modules/.package-lock.json, null if it is not there
 * @param {(folder: string) => boolean} holdsPackage is there a package.json in this folder of the project?
 * @param {Platform} platform
 * @returns {string | null}
 */
export function reasonToInstall(lock, installed, holdsPackage, platform) {
  if (!installed) return 'node_modules is missing or its install was interrupted';
  for (const [folder, wanted] of Object.entries(lock.packages)) {
    if (folder === '' || wanted.link) continue;
    const found = installed.packages[folder];
    if (!found) {
      if (wanted.optional && !isForPlatform(wanted, platform)) continue;
      return `node_modules is older than package-lock.json: ${folder} is not installed`;
    }
    if (found.version !== wanted.version) {
      return `node_modules is older than package-lock.json: ${folder} is ${found.version}, not ${wanted.version}`;
    }
    if (!holdsPackage(folder)) return `node_modules is incomplete: ${folder} is gone`;
  }
  return null;
}

/**
 * Is this optional package a native binding for exactly this platform? One that names no system and
 * no processor is some binding's own dependency, which npm decides about.
 *
 * @param {LockEntry} entry
 * @param {Platform} platform
 */
function isForPlatform({ os, cpu, libc }, platform) {
  if (!os || !cpu) return false;
  if (libc && !(platform.libc && libc.includes(platform.libc))) return false;
  return os.includes(platform.os) && cpu.includes(platform.cpu);
}

/** The platform this process runs on, in npm's words. @returns {Platform} */
export function thisPlatform() {
  /** @type {Platform['libc']} */
  let libc = null;
  if (process.platform === 'linux') {
    const { header } = /** @type {{header: {glibcVersionRuntime?: string}}} */ (process.report.getReport());
    libc = header.glibcVersionRuntime ? 'glibc' : 'musl';
  }
  return { os: process.platform, cpu: process.arch, libc };
}
