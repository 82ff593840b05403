/** The golden set as part of a bundle: what an engine with a GPU is judged by where no folder can be read. */
import type { RecurrentForm } from '../../src/engine/index';
import { isCase, parseCase, type GoldenCase } from './golden_case';
import { formsOf, unsupportedReason } from './run_case';

const texts = import.meta.glob<string>('../fixtures/golden/*.json', { query: '?raw', import: 'default', eager: true });
const files = import.meta.glob<string>('../fixtures/golden/*.safetensors', { query: '?url&inline', import: 'default', eager: true });

/** Every case that the engines support. */
export const goldenCases: readonly GoldenCase[] = Object.entries(texts)
  .map(([file, text]) => parseCase(text, file))
  .filter(isCase)
  .filter((each) => unsupportedReason(each) === undefined);

/** Each of them in every form that there is of it: undefined where there is but one. */
export const goldenRuns: readonly { readonly golden: GoldenCase; readonly form: RecurrentForm | undefined }[] = goldenCases.flatMap((golden) => {
  const forms: readonly (RecurrentForm | undefined)[] = formsOf(golden.kind).length > 0 ? formsOf(golden.kind) : [undefined];
  return forms.map((form) => ({ golden, form }));
});

/** The bytes of a file beside the cases. Rejects if there is none. */
export async function goldenFile(name: string): Promise<Uint8Array> {
  const address = files[`../fixtures/golden/${name}`];
  if (!address) throw new Error(`there is no ${name} beside the golden cases`);
  return new Uint8Array(await (await fetch(address)).arrayBuffer());
}
