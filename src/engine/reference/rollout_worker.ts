/** The worker's side: rollouts by message, several at a time, each of which can be called off. */
import { modelShape, type ModelSpec } from '../model/spec';
import type { Inputs } from '../model/inputs';
import type { Parameters } from '../model/parameters';
import { inSlices } from './driver';
import { rollout, type RolloutRecord } from './rollout';

export type ToWorker =
  | { readonly run: number; readonly spec: ModelSpec; readonly parameters: Parameters; readonly inputs: Inputs }
  | { readonly cancel: number };

export type FromWorker =
  | { readonly ready: true }
  | { readonly run: number; readonly record: RolloutRecord }
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

async function carryOut({ run, spec, parameters, inputs }: Extract<ToWorker, { run: number }>): Promise<void> {
  const controller = new AbortController();
  running.set(run, controller);
  try {
    const record = await inSlices(rollout(modelShape(spec), parameters, inputs), controller.signal, SLICE_IN_WORKER);
    const buffers = record.flatMap((layer) => layer.flatMap(({ states, saved }) => [...states, ...saved].map((array) => array.buffer as ArrayBuffer)));
    scope.postMessage({ run, record }, buffers);
  } catch (error) {
    scope.postMessage({ run, error });
  } finally {
    running.delete(run);
  }
}
