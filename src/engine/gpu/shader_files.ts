/**
 * The texts of shaders, as far as they have been loaded. What every run takes is here from the start; what only a way back or
 * only blocks take comes with the first model that asks for one (way_back_shaders.ts, block_shaders.ts).
 */

const root = '../../../shaders/';

// `linked` marks the texts whose comments a build leaves out (scripts/shaders.mjs).
const always: Record<string, string> = import.meta.glob(
  ['../../../shaders/{cells,paint}/**/*.wgsl', '../../../shaders/lib/neighbours/*.wgsl', '../../../shaders/lib/{activation,batch,cell_step,dispatch,layer,noise,signal,view}.wgsl', '../../../shaders/kernels/{recurrent_forward,product,gather,extent}.wgsl'],
  { query: '?raw&linked', import: 'default', eager: true },
);

const files = new Map<string, string>();

/** Every shader file that is loaded, by its path below shaders/ without ending. */
export const shaderFiles: ReadonlyMap<string, string> = files;

/** @param sources - texts by path from here */
export function addShaders(sources: Readonly<Record<string, string>>): void {
  for (const [path, text] of Object.entries(sources)) files.set(path.slice(root.length, -'.wgsl'.length), text);
}

addShaders(always);
