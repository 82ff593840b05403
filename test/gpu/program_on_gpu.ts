/** Any program run on the GPU by itself, forward and back, for claims about its kernels. */
import { BatchUniform, PLAIN_BATCH } from '../../src/engine/gpu/batch_uniform';
import { BlockBack } from '../../src/engine/gpu/block_back';
import { BlockLayout, type Strip } from '../../src/engine/gpu/block_layout';
import { BlockRun } from '../../src/engine/gpu/block_run';
import { earlierStrip, packState, statePlace, unpackState } from '../../src/engine/gpu/block_states';
import { blockWeights } from '../../src/engine/gpu/block_weights';
import { BufferSet } from '../../src/engine/gpu/buffer_set';
import { ready, record } from '../../src/engine/gpu/command_list';
import { acquireGpu, type Gpu } from '../../src/engine/gpu/device';
import { KernelCache } from '../../src/engine/gpu/kernel';
import { padded } from '../../src/engine/gpu/layer_layout';
import { outerSumCommands } from '../../src/engine/gpu/outer_sums';
import { addBlock, packRows, packWeights } from '../../src/engine/gpu/pack';
import { Readback } from '../../src/engine/gpu/readback';
import { placesFor } from '../../src/engine/gpu/run_shape';
import type { ArenaRange } from '../../src/engine/gpu/weight_layout';
import { sumPlaces, sumStrides } from '../../src/engine/gpu/weight_sums';
import { placeOf, statesOf, type Program } from '../../src/engine/blocks/program';
import { size, type Tensor } from '../../src/engine/math/tensor';
import type { Extent } from '../../src/engine/reference/ops/run';
import '../shaders/all_shaders';

/** What a run left behind, as the reference has it: [M, T, B, width] without padding. */
export interface GpuRecord {
  readonly tensors: ReadonlyMap<string, Float32Array>;
  readonly d_tensors: ReadonlyMap<string, Float32Array>;
  readonly d_parameters: ReadonlyMap<string, Float32Array>;
  readonly final: ReadonlyMap<string, Float32Array>;
  readonly d_initial: ReadonlyMap<string, Float32Array>;
  /** Dispatches of the forward and the backward pass, sums of weights among the latter. */
  readonly dispatches: readonly [forward: number, backward: number];
}

export interface GpuPoint {
  readonly x: ArrayLike<number>;
  readonly parameters: ReadonlyMap<string, ArrayLike<number>>;
  readonly initial?: ReadonlyMap<string, ArrayLike<number>>;
  readonly d_y: ArrayLike<number>;
  readonly d_final?: ReadonlyMap<string, ArrayLike<number>>;
}

export class ProgramOnGpu {
  private constructor(
    private readonly gpu: Gpu,
    private readonly kernels: KernelCache,
  ) {}

  static async create(): Promise<ProgramOnGpu> {
    const gpu = await acquireGpu();
    return new ProgramOnGpu(gpu, new KernelCache(gpu.device));
  }

  release(): void {
    this.gpu.release();
  }

  async run(program: Program, { models, steps, sequences, lengths, first }: Extent, { x, parameters, initial = new Map(), d_y, d_final = new Map() }: GpuPoint): Promise<GpuRecord> {
    const { gpu } = this;
    const { queue } = gpu.device;
    const buffers = new BufferSet(gpu);
    const readback = new Readback(gpu, this.kernels);
    try {
      const extent = { models, steps, sequences, earlier: placesFor(first) };
      const [arena, turnedArena] = [new Arena(), new Arena()];
      const places = blockWeights(program, new BlockLayout(program, extent, 'run'), models, 'the program', arena, turnedArena, (name) => name);
      const given = new Map([...parameters].map(([name, data]): [string, Tensor<Float32Array>] => [name, { shape: [data.length], data: Float32Array.from(data) }]));
      const layout = { blocks: places.blocks, entries: arena.end, turnedEntries: turnedArena.end };
      const model = { seeds: Array.from({ length: models }, (_, m) => m) };
      const [weights, turned] = (['weights', 'turned'] as const).map((which) => {
        const values = packWeights(given, model as never, layout as never, which);
        const buffer = buffers.storage(which, Math.max(64, values.length));
        queue.writeBuffer(buffer, 0, values as Float32Array<ArrayBuffer>);
        return buffer;
      });
      const width = placeOf(program, 'x').row;
      const wide = padded(width);
      const source = buffers.storage('x', models * steps * sequences * wide);
      queue.writeBuffer(source, 0, packRows(Float32Array.from(x), width) as Float32Array<ArrayBuffer>);
      const ends = buffers.storage('lengths', sequences);
      queue.writeBuffer(ends, 0, Int32Array.from({ length: sequences }, (_, b) => lengths?.[b] ?? steps));
      const batch = buffers.uniform('batch', PLAIN_BATCH);
      new BatchUniform(queue, batch).write({ weight: 1 });
      const earlier = buffers.uniform('earlier', [first]);
      const run = new BlockRun({
        buffers,
        program,
        extent,
        kernels: this.kernels,
        weights,
        places,
        lengths: ends,
        batch,
        earlier,
        source: { buffer: source, place: { offset: 0, modelStride: steps * sequences * wide, stepStride: sequences * wide, sequenceStride: wide, groupStride: 0, groupWidth: wide, activation: 'identity' } },
        sourceColumns: Array.from({ length: width }, (_, i) => i),
        label: 'the program',
      });
      const layoutBack = new BlockLayout(program, extent, 'gradients');
      const back = new BlockBack({ buffers, run, turned, each: 1, layout: layoutBack, d_tensors: buffers.storage('d_tensors', layoutBack.entries) });
      for (const [name, values] of initial) {
        if (earlierStrip(run.layout, name)) run.writeEarlier(name, values, first);
        else run.writeState(name, values);
      }
      for (const [name, values] of d_final) {
        const place = statePlace(back.layout, name, 'after');
        if (place) queue.writeBuffer(back.d_tensors, 4 * place.offset, packState(place, values));
      }
      const d_out = back.strip(program.output);
      const rows = models * steps * sequences;
      const own = d_y.length / rows;
      const arriving = new Float32Array(rows * d_out.row);
      for (let row = 0; row < rows; row++) {
        if (lengths && Math.floor(row / sequences) % steps >= lengths[row % sequences]) continue;
        d_out.columns.forEach((column, i) => column >= 0 && (arriving[row * d_out.row + i] = d_y[row * own + column]));
      }
      queue.writeBuffer(back.d_tensors, 4 * d_out.offset, arriving);
      const sums = sumPlaces([...places.sums.values()].flatMap((each) => Object.values(each)), 1);
      const gradients = buffers.storage('gradients', Math.max(4, sums.entries));
      const sumCommands = outerSumCommands(buffers, this.kernels, 'sums', { steps, sequences, tokens: buffers.nothing, batch, gradients }, back.sumJobs(), sums);
      const backwardCommands = [...back.commands, ...back.positionSums(gradients, (sum) => sums.offsets.get(sum)!), ...sumCommands];
      await ready([...run.commands, ...backwardCommands]);
      const encoder = gpu.device.createCommandEncoder();
      record(encoder, 'forward', run.commands);
      record(encoder, 'backward', backwardCommands);
      queue.submit([encoder.finish()]);

      const [tensors, d_tensors, summed] = await Promise.all([readback.buffer(run.tensors), readback.buffer(back.d_tensors), readback.buffer(gradients)]);
      const stripOf = (values: Float32Array, { offset, row, columns }: Strip) => {
        const count = columns.filter((column) => column >= 0).length;
        const found = new Float32Array(rows * count);
        for (let r = 0; r < rows; r++) columns.forEach((column, i) => column >= 0 && (found[r * count + column] = values[offset + r * row + i]));
        return found;
      };
      const names = program.tensors.map(({ name }) => name);
      const stateOf = (values: Float32Array, layoutOf: BlockLayout, name: string, which: 'before' | 'after', count: number): [string, Float32Array][] => {
        const place = statePlace(layoutOf, name, which);
        return place ? [[name, unpackState(place, values.subarray(place.offset, place.offset + models * sequences * place.columns.length)).subarray(0, models * sequences * count)]] : [];
      };
      const earlierOf = (values: Float32Array, layoutOf: BlockLayout, name: string) => {
        const { offset, columns } = earlierStrip(layoutOf, name)!;
        const entries = columns.flatMap((column, i) => (column < 0 ? [] : [i]));
        return Float32Array.from({ length: models * sequences * first * entries.length }, (_, i) => {
          const [u, s, b, m] = [i % entries.length, Math.floor(i / entries.length) % first, Math.floor(i / entries.length / first) % sequences, Math.floor(i / entries.length / first / sequences)];
          return values[offset + ((m * placesFor(first) + s) * sequences + b) * columns.length + entries[u]];
        });
      };
      const d_parameters = new Map(program.parameters.map(({ name, shape }) => [name, { shape, data: new Float32Array(models * size(shape)) }]));
      for (const block of places.blocks) for (const part of block.gradients) addBlock(d_parameters, block, sumStrides(sums, part), summed, model as never);
      return {
        tensors: new Map(names.map((name) => [name, stripOf(tensors, run.layout.strip(name))])),
        d_tensors: new Map(names.map((name) => [name, stripOf(d_tensors, back.strip(name))])),
        d_parameters: new Map([...d_parameters].map(([name, { data }]) => [name, data])),
        final: new Map(statesOf(program).flatMap((state) => stateOf(tensors, run.layout, state.name, 'after', state.width))),
        d_initial: new Map(statesOf(program).flatMap((state) => (state.grows ? [[state.name, earlierOf(d_tensors, back.layout, state.name)] as [string, Float32Array]] : stateOf(d_tensors, back.layout, state.name, 'before', state.width)))),
        dispatches: [run.commands.length, backwardCommands.length],
      };
    } finally {
      buffers.destroy();
      gpu.check();
    }
  }
}

/** Hands out ranges one after the other, at multiples of 256 bytes. */
class Arena {
  end = 0;

  take(entries: number): ArenaRange {
    const offset = Math.ceil(this.end / 64) * 64;
    this.end = offset + Math.max(4, entries);
    return { offset, entries: Math.max(4, entries) };
  }
}
