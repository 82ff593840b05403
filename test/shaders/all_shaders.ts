/** Every shader that ships, loaded. */
import { blockShaders } from '../../src/engine/gpu/block_shaders';
import { addShaders, shaderFiles } from '../../src/engine/gpu/shader_files';
import { wayBackShaders } from '../../src/engine/gpu/way_back_shaders';

addShaders({ ...wayBackShaders, ...blockShaders });

export { shaderFiles };
