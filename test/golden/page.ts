/** The page in which scripts/validate.mjs runs cases on the GPU: one engine for all of them. */
import { createEngine, type Engine, type RecurrentForm } from '../../src/engine/index';
import { parseCase } from './golden_case';
import { judge, type CaseVerdict } from './verdict';

export interface GoldenPage {
  /** Makes the engine; resolves to its description. */
  describe(): Promise<string>;
  judge(text: string, name: string, forward: boolean, forms: readonly RecurrentForm[]): Promise<CaseVerdict[]>;
}

let engine: Promise<Engine> | undefined;

/** The page's engine; another one after the device was lost, so that one bad case does not take the rest with it. */
function gpuEngine(): Promise<Engine> {
  engine ??= createEngine({ device: 'gpu' }).then((made) => {
    void made.lost.then(() => (engine = undefined));
    return made;
  });
  return engine;
}

const page: GoldenPage = {
  describe: async () => (await gpuEngine()).description,
  async judge(text, name, forward, forms) {
    const golden = parseCase(text, name);
    if ('notACase' in golden) return [];
    const verdicts: CaseVerdict[] = [];
    for (const form of forms) verdicts.push(await judge(await gpuEngine(), golden, forward, form));
    return verdicts;
  },
};
Object.assign(globalThis, { goldenPage: page });
