/** From the output to a loss and back: what the head says, how far off it is, and the gradient it sends to the output. */
import type { BufferSet } from './buffer_set';
import { foldedGroups, type Command } from './command_list';
import { bound, type BackwardModel } from './gpu_weights';
import type { Bound } from './kernel';
import { padded } from './layer_layout';
import { productCommand, type Operand } from './linear';
import { outputOf, type RunBuffers } from './run_buffers';

/** How what the head says is judged. */
export type LossKind = 'cross-entropy' | 'squared error';

export class HeadGradient {
  /** [T, B] classes; no class where nothing is asked for. */
  readonly #targets: GPUBuffer;
  /** [T, B, C] numbers, for squared errors. */
  readonly #values: GPUBuffer;
  /** [M, T, B] each row's part of the mean loss, and whether it was right. */
  readonly said: GPUBuffer;
  /** [M] whether a loss that is not finite was met. */
  readonly standing: GPUBuffer;
  /** What came back at the scores. */
  readonly d_logits: Operand;
  /** Scores, loss, and the gradient at the output. */
  readonly commands: readonly Command[];

  constructor(
    private readonly run: RunBuffers,
    backward: BackwardModel,
    buffers: BufferSet,
    kind: LossKind,
    d_y: Bound,
  ) {
    const { model, shape, forward, batch } = run;
    const { steps, sequences } = shape;
    const models = model.seeds.length;
    const width = model.classes!;
    const classes = padded(width);
    const last = run.layers[run.layers.length - 1];
    const inner = last.layer.directions * padded(last.layer.width);
    const rows = { models, directions: 1, steps, sequences };
    const y = outputOf(last, steps);
    const count = models * steps * sequences;
    const logits = buffers.storage('logits', count * classes);
    this.#targets = buffers.storage('targets', steps * sequences);
    this.#values = kind === 'squared error' ? buffers.storage('values', steps * sequences * width) : buffers.nothing;
    this.said = buffers.storage('said', 2 * count);
    this.standing = buffers.storage('standing', models);
    const modelStride = steps * sequences * classes;
    this.d_logits = { buffer: logits, place: { offset: 0, modelStride, stepStride: sequences * classes, sequenceStride: classes, groupStride: 0, groupWidth: classes, activation: 'identity' } };
    const head = forward.layout.head!;
    const [w, w_turned] = head.tied ? [backward.turned, forward.weights] : [forward.weights, backward.turned];
    const toLogits = { w: bound(w, head.w), bias: bound(forward.weights, head.bias), y: logits, inner, columns: classes, row: classes };
    const toOutput = { w: bound(w_turned, head.w_turned), y: d_y, inner: classes, columns: inner, row: inner };
    const sizes = buffers.uniform(kind, [count, steps * sequences, width]);
    const [gx, gy] = foldedGroups(count, 64, run.gpu.limits.maxComputeWorkgroupsPerDimension);
    const judged = { batch: batch.buffer, targets: this.#targets, said: this.said, standing: this.standing };
    const { kernels } = forward;
    const judge = kernels.asked(kind === 'cross-entropy' ? 'kernels/cross_entropy' : 'kernels/squared_error');
    const judgedBy = judge.bind(kind === 'cross-entropy' ? { ...judged, cross_entropy: sizes, logits } : { ...judged, squared_error: sizes, values: this.#values, told: logits });
    this.commands = [
      productCommand(buffers, kernels, batch.buffer, 'logits', rows, y, toLogits),
      { kernel: judge, bindGroup: judgedBy, groups: [gx, gy, 1] },
      productCommand(buffers, kernels, batch.buffer, 'gradient at the output', rows, this.d_logits, toOutput),
    ];
  }

  /** Sends what should have been said. */
  upload(targets: Int32Array, values: Float32Array | undefined): void {
    const { queue } = this.run.gpu.device;
    queue.writeBuffer(this.#targets, 0, targets as Int32Array<ArrayBuffer>);
    if (values) queue.writeBuffer(this.#values, 0, values as Float32Array<ArrayBuffer>);
  }
}
