/**
 * What the adapter itself can do: multiply-adds, bytes, dispatches and answers a second. Each rate comes from a long and a
 * short run, whose difference has no fixed cost in it; the best of several counts, since a limit is asked for.
 */
import { spread } from './spread';

/** The adapter's limits. */
export interface Roofline {
  /** Multiply-adds of float32 per ms. */
  readonly multiplyAdds: number;
  /** Bytes read and written per ms by a kernel that copies. */
  readonly bytes: number;
  /** ms from one dispatch to the next that depends on it. */
  readonly dispatchGap: number;
  /** ms from a submit of next to nothing to its result on the host. */
  readonly roundTrip: number;
  /** The same for four dispatches of next to nothing, the middle one of many: a browser looks for finished work now and then. */
  readonly answer: number;
}

const REPEATS = 5;

export async function run(report: (line: string) => void): Promise<{ roofline: Roofline }> {
  const adapter = await navigator.gpu?.requestAdapter({ powerPreference: 'high-performance' });
  if (!adapter) throw new Error('WebGPU found no adapter');
  const device = await adapter.requestDevice();
  const roofline = {
    multiplyAdds: await multiplyAdds(device),
    bytes: await copiedBytes(device),
    dispatchGap: await dispatchGap(device),
    roundTrip: Math.min(...(await roundTrips(device, 0))),
    answer: spread(await roundTrips(device, 4)).median,
  };
  device.destroy();
  report(`multiply-adds       ${(roofline.multiplyAdds / 1e6).toFixed(2)} G/s`);
  report(`copy, read + write  ${(roofline.bytes / 1e6).toFixed(2)} GB/s`);
  report(`dependent dispatch  ${(1000 * roofline.dispatchGap).toFixed(0)} µs`);
  report(`submit and map      ${roofline.roundTrip.toFixed(2)} ms at least; with four dispatches ${roofline.answer.toFixed(2)} ms, as a rule`);
  return { roofline };
}

/** Enough workgroups for every core, each with eight independent chains of vec4f. */
async function multiplyAdds(device: GPUDevice): Promise<number> {
  const workgroups = 256;
  const [short, long] = [1000, 5000];
  const kernel = (rounds: number) => /* wgsl */ `
    @group(0) @binding(0) var<storage, read_write> sums: array<vec4f>;
    @compute @workgroup_size(64)
    fn main(@builtin(global_invocation_id) id: vec3u) {
      let factor = vec4f(0.999, 0.998, 0.997, 0.996) - f32(id.x) * 1e-9;
      var a = vec4f(f32(id.x));
      var b = a + 1.0; var c = a + 2.0; var d = a + 3.0; var e = a + 4.0; var f = a + 5.0; var g = a + 6.0; var h = a + 7.0;
      for (var i = 0u; i < ${rounds}u; i++) {
        a = a * factor + factor; b = b * factor + factor; c = c * factor + factor; d = d * factor + factor;
        e = e * factor + factor; f = f * factor + factor; g = g * factor + factor; h = h * factor + factor;
      }
      sums[id.x] = a + b + c + d + e + f + g + h;
    }`;
  const sums = storage(device, workgroups * 64 * 16);
  const time = async (rounds: number) => best(device, dispatches(device, kernel(rounds), [sums], workgroups, 1));
  const perRound = workgroups * 64 * 8 * 4;
  const rate = ((long - short) * perRound) / ((await time(long)) - (await time(short)));
  sums.destroy();
  return rate;
}

async function copiedBytes(device: GPUDevice): Promise<number> {
  const bytes = 32 * 2 ** 20; // 32,768 workgroups: within every device's limit
  const kernel = /* wgsl */ `
    @group(0) @binding(0) var<storage, read_write> source: array<vec4f>;
    @group(0) @binding(1) var<storage, read_write> copy: array<vec4f>;
    @compute @workgroup_size(64)
    fn main(@builtin(global_invocation_id) id: vec3u) {
      copy[id.x] = source[id.x];
    }`;
  const [source, copy] = [storage(device, bytes), storage(device, bytes)];
  const time = (count: number) => best(device, dispatches(device, kernel, [source, copy], bytes / 16 / 64, count));
  const rate = (2 * bytes * (6 - 1)) / ((await time(6)) - (await time(1)));
  source.destroy();
  copy.destroy();
  return rate;
}

/** Adds one to a few numbers: next to nothing. */
const COUNT = /* wgsl */ `
  @group(0) @binding(0) var<storage, read_write> count: array<u32>;
  @compute @workgroup_size(64)
  fn main(@builtin(global_invocation_id) id: vec3u) {
    count[id.x] += 1u;
  }`;

async function dispatchGap(device: GPUDevice): Promise<number> {
  const count = storage(device, 64 * 4);
  const time = (times: number) => best(device, dispatches(device, COUNT, [count], 1, times));
  const gap = ((await time(1100)) - (await time(100))) / 1000;
  count.destroy();
  return gap;
}

/** ms from a submit of so many dispatches to a result on the host, again and again. */
async function roundTrips(device: GPUDevice, count: number): Promise<number[]> {
  const source = storage(device, 256);
  const copy = device.createBuffer({ size: 256, usage: GPUBufferUsage.COPY_DST | GPUBufferUsage.MAP_READ });
  const counted = dispatches(device, COUNT, [source], 1, count);
  const times: number[] = [];
  for (let i = 0; i < 10 * REPEATS; i++) {
    const start = performance.now();
    const encoder = device.createCommandEncoder();
    encoder.copyBufferToBuffer(source, 0, copy, 0, 256);
    device.queue.submit([counted(), encoder.finish()]);
    await copy.mapAsync(GPUMapMode.READ);
    copy.unmap();
    times.push(performance.now() - start);
  }
  source.destroy();
  copy.destroy();
  return times;
}

function storage(device: GPUDevice, size: number): GPUBuffer {
  return device.createBuffer({ size, usage: GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC });
}

/** Records that many dispatches of a kernel into one pass. */
function dispatches(device: GPUDevice, code: string, buffers: readonly GPUBuffer[], workgroups: number, count: number): () => GPUCommandBuffer {
  const pipeline = device.createComputePipeline({ layout: 'auto', compute: { module: device.createShaderModule({ code }) } });
  const entries = buffers.map((buffer, binding) => ({ binding, resource: { buffer } }));
  const bindGroup = device.createBindGroup({ layout: pipeline.getBindGroupLayout(0), entries });
  return () => {
    const encoder = device.createCommandEncoder();
    const pass = encoder.beginComputePass();
    pass.setPipeline(pipeline);
    pass.setBindGroup(0, bindGroup);
    for (let i = 0; i < count; i++) pass.dispatchWorkgroups(workgroups);
    pass.end();
    return encoder.finish();
  };
}

/** The shortest of a few runs, in ms, after one that warms up. */
async function best(device: GPUDevice, record: () => GPUCommandBuffer): Promise<number> {
  let least = Infinity;
  for (let i = 0; i <= REPEATS; i++) {
    const commands = record();
    const start = performance.now();
    device.queue.submit([commands]);
    await device.queue.onSubmittedWorkDone();
    if (i > 0) least = Math.min(least, performance.now() - start);
  }
  return least;
}
