// What scripts/elements_manifest.mjs uses of the analyzer, whose own declarations tell only of its browser build.

declare module '@custom-elements-manifest/analyzer/index.js' {
  import type typescript from 'typescript-5.9';

  /** The compiler that the analyzer's own code knows the syntax trees of. */
  export const ts: typeof typescript;
  export function create(options: { modules: typescript.SourceFile[]; plugins: object[]; context: { dev: boolean } }): unknown;
}

declare module '@custom-elements-manifest/analyzer/src/features/framework-plugins/lit/lit.js' {
  export function litPlugin(): object[];
}
