/**
 * The worker's side: rollouts, backward passes and clusterings by message, several at a time, each of which can be called
 * off; and trainings, which stay here from update to update.
 */
import { clusteredOrder, type Rows } from '../math/clustered_order';
import { modelShape, type ModelSpec } from '../model/spec';
import type { Inputs } from '../model/inputs';
import type { Parameters } from '../model/parameters';
import type { CheckedLoss } from '../model/loss';
import type { CheckedBatch } from '../training/batch';
import type { Pass } from '../training/stepper';
import type { Snapshot } from '../training/trainer';
import { backward, type BackwardRecord } from './backward';
import { inSlices } from './driver';
import { rollout } from './rollout';
import type { RolloutRecord } from './rollout_record';
import { TrainingQueue } from './training_queue';
import type { UpdateRules } from './training_state';

/** A run, or with `back` the way back through one. */
export interface Task {
  readonly spec: ModelSpec;
  readonly parameters: Parameters;
  readonly inputs: Inputs;
  readonly back?: { readonly record: RolloutRecord; readonly loss: CheckedLoss };
}

/** What is asked of a training, `begin` first. */
export type Asked =
  | { readonly begin: { readonly spec: ModelSpec; readonly rules: UpdateRules; readonly start: Snapshot } }
  | { readonly update: { readonly batches: readonly CheckedBatch[]; readonly pass: Pass } }
  | { readonly restore: Snapshot }
  | { readonly tell: 'snapshot' | 'nonFinite' }
  | { readonly release: true };

export type ToWorker =
  | { readonly run: number; readonly task: Task }
  | { readonly run: number; readonly cluster: Rows }
  | { readonly cancel: number }
  | { readonly run: number; readonly training: number; readonly asked: Asked };

export type FromWorker =
  | { readonly ready: true }
  | { readonly run: number; readonly progress: number }
  | { readonly run: number; readonly answer: unknown }
  | { readonly run: number; readonly error: unknown };

/** How long the worker goes without looking for messages, such as a cancellation. */
const SLICE_IN_WORKER = 30;

const scope = globalThis as unknown as {
  postMessage(message: FromWorker, transfer?: Transferable[]): void;
  addEventListener(type: 'message', listener: (event: MessageEvent<ToWorker>) => void): void;
};
const running = new Map<number, AbortController>();
const trainings = new Map<number, TrainingQueue>();

scope.addEventListener('message', ({ data }) => {
  if ('cancel' in data) running.get(data.cancel)?.abort();
  else if ('asked' in data) void answer(data.run, () => train(data.training, data.asked));
  else if ('cluster' in data) void answer(data.run, () => carryOut(data.run, clusteredOrder(data.cluster, (progress) => scope.postMessage({ run: data.run, progress }))));
  else void answer(data.run, () => carryOut(data.run, workOf(data.task)));
});
scope.postMessage({ ready: true });

/** Sends back what comes of the work, or its error. */
async function answer(run: number, work: () => unknown): Promise<void> {
  try {
    const found = await work();
    scope.postMessage({ run, answer: found }, [...buffersIn(found)]);
  } catch (error) {
    scope.postMessage({ run, error });
  }
}

/** Carries out work that can be called off. */
async function carryOut<Result>(run: number, work: Generator<void, Result>): Promise<Result> {
  const controller = new AbortController();
  running.set(run, controller);
  try {
    return await inSlices(work, controller.signal, SLICE_IN_WORKER);
  } finally {
    running.delete(run);
  }
}

function workOf({ spec, parameters, inputs, back }: Task): Generator<void, RolloutRecord | BackwardRecord> {
  const model = modelShape(spec);
  return back ? backward(model, parameters, inputs, back.record, back.loss) : rollout(model, parameters, inputs);
}

function train(training: number, asked: Asked): unknown {
  if ('begin' in asked) {
    const { spec, rules, start } = asked.begin;
    trainings.set(training, new TrainingQueue(modelShape(spec), rules, start, (work, abort) => inSlices(work, abort, SLICE_IN_WORKER)));
    return undefined;
  }
  const queue = trainings.get(training)!;
  if ('update' in asked) return queue.update(asked.update.batches, asked.update.pass);
  if ('restore' in asked) return queue.restore(asked.restore);
  if ('tell' in asked) return queue[asked.tell]();
  trainings.delete(training);
  return queue.release();
}

/** The memory of all arrays in an answer, to be handed over rather than copied. */
function buffersIn(found: unknown): Set<ArrayBuffer> {
  if (found instanceof Float64Array || found instanceof Float32Array) return new Set([found.buffer as ArrayBuffer]);
  if (typeof found !== 'object' || found === null) return new Set();
  const parts = found instanceof Map ? [...found.values()] : Object.values(found);
  return new Set(parts.flatMap((part) => [...buffersIn(part)]));
}
