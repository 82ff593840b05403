/** The activations of shaders/lib/activation.wgsl against float64. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { linkShader } from '../../src/engine/gpu/linker';
import { shaderFiles } from '../../src/engine/gpu/shader_files';
import { activationNumber, activations, type Activation } from '../../src/engine/math/activation';

let device: GPUDevice;

beforeAll(async () => {
  const adapter = await navigator.gpu.requestAdapter();
  device = await adapter!.requestDevice();
});

afterAll(() => device.destroy());

const EACH = `
import package::lib::activation::activate;
@group(0) @binding(0) var<storage, read_write> values: array<f32>;
override ACTIVATION: u32;
@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  if (id.x < arrayLength(&values)) {
    values[id.x] = activate(ACTIVATION, values[id.x]);
  }
}`;

/** Dense around 0 and around the seam of tanh's two forms, and out to where everything has long saturated. */
function inputs(): Float32Array {
  const near = Array.from({ length: 40_001 }, (_, i) => (i - 20_000) / 1000);
  const seam = Array.from({ length: 2001 }, (_, i) => 0.35 + (i - 1000) * 1e-7);
  const tiny = Array.from({ length: 37 }, (_, i) => 10 ** -i);
  const far = Array.from({ length: 401 }, (_, i) => (i - 200) * 50);
  const extreme = [3e38, -3e38, 88, 89, -88, -89, 43.9, 44, 45];
  return Float32Array.from([...near, ...seam, ...seam.map((a) => -a), ...tiny, ...tiny.map((a) => -a), ...far, ...extreme]);
}

async function onGpu(activation: Activation, values: Float32Array): Promise<Float32Array> {
  const { code } = linkShader('each', undefined, new Map([...shaderFiles, ['each', EACH]]));
  const pipeline = await device.createComputePipelineAsync({
    layout: 'auto',
    compute: { module: device.createShaderModule({ code }), constants: { ACTIVATION: activationNumber[activation] } },
  });
  const buffer = device.createBuffer({ size: values.byteLength, usage: GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST });
  const staging = device.createBuffer({ size: values.byteLength, usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST });
  device.queue.writeBuffer(buffer, 0, values as Float32Array<ArrayBuffer>);
  const encoder = device.createCommandEncoder();
  const pass = encoder.beginComputePass();
  pass.setPipeline(pipeline);
  pass.setBindGroup(0, device.createBindGroup({ layout: pipeline.getBindGroupLayout(0), entries: [{ binding: 0, resource: { buffer } }] }));
  pass.dispatchWorkgroups(Math.ceil(values.length / 64));
  pass.end();
  encoder.copyBufferToBuffer(buffer, 0, staging, 0, values.byteLength);
  device.queue.submit([encoder.finish()]);
  await staging.mapAsync(GPUMapMode.READ);
  return new Float32Array(staging.getMappedRange().slice(0));
}

// The golden bounds assume 1e-6 absolute; WGSL's own tanh is allowed 1e-5. A swapped sign or a lost clamp is off by 1.
it.each(Object.keys(activations) as Activation[])('%s is within 1e-6 of float64 for every finite input', async (activation) => {
  const given = inputs();
  const found = await onGpu(activation, given);
  let worst = { error: 0, at: 0 };
  given.forEach((a, i) => {
    const error = Math.abs(found[i] - activations[activation](a));
    if (!(error <= worst.error)) worst = { error, at: a };
  });
  expect(worst.error, `at ${worst.at}`).toBeLessThanOrEqual(1e-6);
});

// A state near 0 carries a vanishing signal: tanh must keep its digits there, not only be close in absolute terms.
it('tanh keeps relative accuracy near 0, to 3e-6', async () => {
  const given = inputs().filter((a) => Math.abs(a) < 1 && Math.abs(a) > 1e-37);
  const found = await onGpu('tanh', given);
  const worst = given.reduce((most, a, i) => Math.max(most, Math.abs(found[i] / Math.tanh(a) - 1)), 0);
  expect(worst).toBeLessThanOrEqual(3e-6);
});
