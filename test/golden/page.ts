/** The page in which scripts/validate.mjs runs cases on the GPU: one engine for all of them. */
import { createEngine, type RecurrentForm } from '../../src/engine/index';
import type { Bench } from './bench';
import { parseCase } from './golden_case';
import { gpuPieces } from './gpu_pieces';
import { formsOf } from './run_case';
import { judge, type CaseVerdict } from './verdict';

export interface GoldenPage {
  /** Makes the engine; resolves to its description. */
  describe(): Promise<string>;
  /** @param index - the case's, among those whose files can be asked for */
  judge(text: string, name: string, index: number, forward: boolean): Promise<CaseVerdict[]>;
}

declare global {
  /** The bytes of a file beside case `index`, in base64; from scripts/validate.mjs. */
  function goldenFile(index: number, name: string): Promise<string>;
}

type Made = Omit<Bench, 'file'>;

let made: Promise<Made> | undefined;

/** The page's engine; another one after the device was lost, so that one bad case does not take the rest with it. */
function gpu(): Promise<Made> {
  made ??= Promise.all([createEngine({ device: 'gpu' }), gpuPieces()]).then(([engine, pieces]) => {
    void engine.lost.then(() => (made = undefined));
    return { engine, pieces };
  });
  return made;
}

async function fileBeside(index: number, name: string): Promise<Uint8Array> {
  return Uint8Array.from(atob(await goldenFile(index, name)), (byte) => byte.charCodeAt(0));
}

const page: GoldenPage = {
  describe: async () => (await gpu()).engine.description,
  async judge(text, name, index, forward) {
    const golden = parseCase(text, name);
    if ('notACase' in golden) return [];
    const verdicts: CaseVerdict[] = [];
    const forms: readonly (RecurrentForm | undefined)[] = formsOf(golden.kind).length ? formsOf(golden.kind) : [undefined];
    for (const form of forms) verdicts.push(await judge({ ...(await gpu()), file: (file) => fileBeside(index, file) }, golden, forward, form));
    return verdicts;
  },
};
Object.assign(globalThis, { goldenPage: page });
