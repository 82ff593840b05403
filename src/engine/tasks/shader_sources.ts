/** All of the project's WGSL in one text, in the order of its paths. On its own, so that only who reads it loads it. */
const files: Record<string, string> = import.meta.glob('../../../shaders/**/*.wgsl', { query: '?raw', import: 'default', eager: true });

export const shaderSources = Object.keys(files)
  .toSorted()
  .map((path) => files[path])
  .join('\n');
