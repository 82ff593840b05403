/** Every shader that ships compiles, silently, on the specification's default limits as well as on this adapter's. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cells, createEngine } from '../../src/engine';
import { KernelCache } from '../../src/engine/gpu/kernel';
import { linkShader } from '../../src/engine/gpu/linker';
import { permutations, type Permutation } from '../../src/engine/gpu/permutations';
import { shaderFiles } from '../shaders/all_shaders';

let device: GPUDevice;

beforeAll(async () => {
  const adapter = await navigator.gpu.requestAdapter();
  // No limits asked for: the defaults.
  device = await adapter!.requestDevice({ requiredFeatures: adapter!.features.has('subgroups') ? ['subgroups'] : [] });
});

afterAll(() => device.destroy());

describe('every permutation', () => {
  it('is in the list: each kernel and each paint shader stands there, and nothing that does not exist', () => {
    const entries = [...shaderFiles.keys()].filter((file) => /^(kernels|paint)\//.test(file));
    expect([...new Set(permutations.map(({ entry }) => entry))].toSorted()).toEqual(entries.toSorted());
  });

  const compiles = ({ neighbours }: Permutation) => neighbours !== 'quads' || (device.features.has('subgroups') && navigator.gpu.wgslLanguageFeatures.has('subgroup_id'));

  it.each(permutations)('compiles without a message: $entry $variant $neighbours', async (permutation) => {
    const { entry, variant, neighbours } = permutation;
    if (!compiles(permutation)) return;
    const { code, locate } = linkShader(entry, variant, shaderFiles, neighbours);
    const { messages } = await device.createShaderModule({ code }).getCompilationInfo();
    const said = messages.map(({ lineNum, message }) => `${locate(lineNum).file}:${locate(lineNum).line}: ${message}`);
    expect(said).toEqual([]);
  });

  it.each(permutations.filter(({ entry }) => entry.startsWith('kernels/')))('makes a pipeline on default limits: $entry $variant $neighbours', async (permutation) => {
    const { entry, ...making } = permutation;
    if (compiles(permutation)) await new KernelCache(device).asked(entry, making).ready;
  });
});

describe('a shader that does not compile', () => {
  it('is reported at its author’s file and line', async () => {
    const files = new Map(shaderFiles);
    files.set('cells/rnn', files.get('cells/rnn')!.replace('let a = a_ih[0] + a_hh[0];', 'let a = a_ih[0] + nonsense;'));
    const { code, locate } = linkShader('kernels/recurrent_forward', 'rnn', files);
    const { messages } = await device.createShaderModule({ code }).getCompilationInfo().finally(() => undefined);
    const line = files.get('cells/rnn')!.split('\n').findIndex((text) => text.includes('nonsense')) + 1;
    expect(locate(messages[0].lineNum)).toEqual({ file: 'shaders/cells/rnn.wgsl', line });
  });
});

describe('the list of cells', () => {
  it('runs on the GPU, each of them', async () => {
    using engine = await createEngine({ device: 'gpu' });
    for (const { name } of cells) {
      using model = await engine.model({ input: { size: 2 }, layers: [{ cell: name, hidden: 3 }] });
      using tape = await model.run({ x: { shape: [2, 1, 2], data: [1, 2, 3, 4] } });
      expect((await tape.signal('h').extent()).finite).toBe(true);
    }
  });
});
