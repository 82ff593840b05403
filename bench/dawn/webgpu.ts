/**
 * WebGPU without a browser: Dawn's, from the file dawn.node of the package `webgpu`, which lies beside the bundle. Imported
 * before anything that looks for `navigator.gpu`.
 */
import { createRequire } from 'node:module';

interface Dawn {
  /** @param toggles - Dawn's own: `enable-dawn-features=…`, `backend=vulkan` */
  create(toggles: readonly string[]): GPU;
  /** Classes and constants as a browser has them. */
  readonly globals: object;
}

/** Names of toggles, one after the other, from the environment. */
const toggles = (process.env['DAWN_FLAGS'] ?? '').split(/\s+/).filter(Boolean);

const { create, globals } = createRequire(import.meta.url)('./dawn.node') as Dawn;
Object.assign(globalThis, globals);
// Node 20 has no navigator of its own.
globalThis.navigator ??= {} as Navigator;
// Dawn's instance lives as long as somebody refers to it, and all have to find the same one.
Object.defineProperty(globalThis.navigator, 'gpu', { value: create(toggles), configurable: true });
