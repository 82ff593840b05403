/** The worker's side: rollouts and backward passes by message, several at a time, each of which can be called off. */
import { modelShape, type ModelSpec } from '../model/spec';
import type { Inputs } from '../model/inputs';
import type { Parameters } from '../model/parameters';
import type { CheckedLoss } from '../model/loss';
import { backward, type BackwardRecord } from './backward';
import { inSlices } from './driver';
import { rollout, type RolloutRecord } from './rollout';

/** A run, or with `back` the way back through one. */
export interface Task {
  readonly spec: ModelSpec;
  readonly parameters: Parameters;
  readonly inputs: Inputs;
  readonly back?: { readonly record: RolloutRecord; readonly loss: CheckedLoss };
}

export type ToWorker = { readonly run: number; readonly task: Task } | { readonly cancel: number };

export type FromWorker =
  | { readonly ready: true }
  | { readonly run: number; readonly record: RolloutRecord | BackwardRecord }
  | { readonly run: number; readonly error: unknown };

/** How long the worker goes without looking for messages, such as a cancellation. */
const SLICE_IN_WORKER = 30;

const scope = globalThis as unknown as {
  postMessage(message: FromWorker, transfer?: Transferable[]): void;
  addEventListener(type: 'message', listener: (event: MessageEvent<ToWorker>) => void): void;
};
const running = new Map<number, AbortController>();

scope.addEventListener('message', ({ data }) => {
  if ('cancel' in data) running.get(data.cancel)?.abort();
  else void carryOut(data);
});
scope.postMessage({ ready: true });

async function carryOut({ run, task }: Extract<ToWorker, { run: number }>): Promise<void> {
  const controller = new AbortController();
  running.set(run, controller);
  try {
    const { spec, parameters, inputs, back } = task;
    const model = modelShape(spec);
    const work: Generator<void, RolloutRecord | BackwardRecord> = back ? backward(model, parameters, inputs, back.record, back.loss) : rollout(model, parameters, inputs);
    const record = await inSlices(work, controller.signal, SLICE_IN_WORKER);
    scope.postMessage({ run, record }, [...buffersIn(record)]);
  } catch (error) {
    scope.postMessage({ run, error });
  } finally {
    running.delete(run);
  }
}

/** The memory of all arrays in a record, to be handed over rather than copied. */
function buffersIn(record: unknown): Set<ArrayBuffer> {
  if (record instanceof Float64Array) return new Set([record.buffer as ArrayBuffer]);
  if (typeof record !== 'object' || record === null) return new Set();
  const parts = record instanceof Map ? [...record.values()] : Object.values(record);
  return new Set(parts.flatMap((part) => [...buffersIn(part)]));
}
