/** What a model of blocks needs beside what every model does: fetched with the first of them (fetched_blocks.ts). */
export { BlockLayerRun, checkBlock } from './block_layer_run';
export { blockShaders } from './block_shaders';
export { programWeights } from './block_weights';
