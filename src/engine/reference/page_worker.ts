/**
 * The page's one worker, shared by all who have work for it, reference engines above all: started for the first, ended with the last.
 * A script of the page's own origin starts it directly. One from another origin (a CDN file) may not be a worker, but a
 * blob that imports it may. Where the page's policy forbids both there is none, and the runs are done in slices.
 */
import { ReleasedError } from '../errors';
import type { Rows } from '../math/clustered_order';
import type { Inputs } from '../model/inputs';
import type { CheckedLoss } from '../model/loss';
import { vocabularySize, type Parameters } from '../model/parameters';
import { isRecurrent, type LayerSpec, type ModelShape, type ModelSpec } from '../model/spec';
import { scriptUrl } from '../script_url';
import type { Snapshot, Tally } from '../training/trainer';
import type { BackwardRecord } from './backward';
import type { NonFinite } from './non_finite';
import type { RolloutRecord } from './rollout_record';
import type { Asked, FromWorker, Task, ToWorker } from './reference_worker';
import type { TrainingHost } from './training_queue';
import type { UpdateRules } from './training_state';
import { workerScript } from './worker_script';

/** A worker that has said it is ready. */
export interface ReferenceWorker {
  run(model: ModelShape, parameters: Parameters, inputs: Inputs, abort: AbortSignal): Promise<RolloutRecord>;
  backward(model: ModelShape, parameters: Parameters, inputs: Inputs, record: RolloutRecord, loss: CheckedLoss, abort: AbortSignal): Promise<BackwardRecord>;
  /** Numbers of the rows, in the order of their clusters. */
  cluster(rows: Rows, abort: AbortSignal, progress?: (fraction: number) => void): Promise<Uint32Array>;
  /** A training that lives in the worker until it is released. */
  training(model: ModelShape, rules: UpdateRules, start: Snapshot): Promise<TrainingHost>;
  terminate(): void;
}

/** A worker whose script has not come after this long is taken to be forbidden. */
const START_MILLISECONDS = 10_000;

let started: Promise<ReferenceWorker | undefined> | undefined;
let users = 0;

/** Takes a share in the page's worker, starting it if need be; undefined where the page allows none. */
export async function pageWorker(): Promise<ReferenceWorker | undefined> {
  users++;
  started ??= startWorker([() => moduleWorker(workerScript.address), () => blobWorker(workerScript)]);
  return started;
}

/** Gives a share back. The last one ends the worker. */
export function leavePageWorker(): void {
  if (--users > 0) return;
  const ending = started;
  started = undefined;
  void ending?.then((worker) => worker?.terminate());
}

/** A worker from a script of this origin. Throws elsewhere. */
export function moduleWorker(address: string): Worker {
  return new Worker(scriptUrl(absolute(address)), { type: 'module', name: 'rnn-heatmap' });
}

/** A worker that imports a script of any origin, or is given its text. */
export function blobWorker({ address, text }: { readonly address: string; readonly text?: string }): Worker {
  const url = URL.createObjectURL(new Blob([text ?? `import ${JSON.stringify(absolute(address))};`], { type: 'text/javascript' }));
  // The text imports nothing. As a classic script it also starts where Chromium starts no module, in a sandboxed frame.
  const worker = new Worker(scriptUrl(url), { type: text === undefined ? 'module' : 'classic', name: 'rnn-heatmap' });
  // The address has been read by the time the worker speaks or fails.
  for (const event of ['message', 'error']) worker.addEventListener(event, () => URL.revokeObjectURL(url), { once: true });
  return worker;
}

/** The first of these workers that gets as far as saying it is ready. */
export async function startWorker(attempts: readonly (() => Worker)[]): Promise<ReferenceWorker | undefined> {
  for (const attempt of attempts) {
    try {
      const worker = attempt();
      if (await isReady(worker)) return referenceWorker(worker);
      worker.terminate();
    } catch {
      // Another origin, or forbidden by the page's policy: on to the next way.
    }
  }
  return undefined;
}

function absolute(address: string): string {
  return new URL(address, import.meta.url).href;
}

function isReady(worker: Worker): Promise<boolean> {
  return new Promise((resolve) => {
    const patience = setTimeout(() => resolve(false), START_MILLISECONDS);
    const settle = (ready: boolean) => {
      clearTimeout(patience);
      resolve(ready);
    };
    worker.addEventListener('message', () => settle(true), { once: true });
    worker.addEventListener(
      'error',
      (event) => {
        event.preventDefault();
        settle(false);
      },
      { once: true },
    );
  });
}

function referenceWorker(worker: Worker): ReferenceWorker {
  const waiting = new Map<number, { resolve(answer: unknown): void; reject(reason: unknown): void; progress?(fraction: number): void }>();
  let runs = 0;
  let trainings = 0;
  worker.addEventListener('message', ({ data }: MessageEvent<FromWorker>) => {
    if ('ready' in data) return;
    const waiter = waiting.get(data.run);
    if ('progress' in data) return waiter?.progress?.(data.progress);
    waiting.delete(data.run);
    if ('error' in data) waiter?.reject(data.error);
    else waiter?.resolve(data.answer);
  });
  const post = (message: ToWorker) => worker.postMessage(message);

  const ask = (training: number, asked: Asked) =>
    new Promise<unknown>((resolve, reject) => {
      const run = runs++;
      waiting.set(run, { resolve, reject });
      post({ run, training, asked });
    });

  /** Where no answer is waited for. What goes wrong there goes wrong in the answers that are. */
  const tell = (training: number, asked: Asked) => void ask(training, asked).catch(() => undefined);

  const carryOut = (work: { readonly task: Task } | { readonly cluster: Rows }, abort: AbortSignal, progress?: (fraction: number) => void) =>
    new Promise<unknown>((resolve, reject) => {
      abort.throwIfAborted();
      const run = runs++;
      const callOff = () => {
        post({ cancel: run });
        waiting.delete(run);
        reject(abort.reason as Error);
      };
      abort.addEventListener('abort', callOff, { once: true });
      const settled = () => abort.removeEventListener('abort', callOff);
      waiting.set(run, {
        resolve: (record) => (settled(), resolve(record)),
        reject: (reason) => (settled(), reject(reason as Error)),
        progress,
      });
      post({ run, ...work });
    });

  return {
    run: (model, parameters, inputs, abort) => carryOut({ task: taskOf(model, parameters, inputs) }, abort) as Promise<RolloutRecord>,
    backward: (model, parameters, inputs, record, loss, abort) => carryOut({ task: { ...taskOf(model, parameters, inputs), back: { record, loss } } }, abort) as Promise<BackwardRecord>,
    cluster: (rows, abort, progress) => carryOut({ cluster: rows }, abort, progress) as Promise<Uint32Array>,
    async training(model, rules, start) {
      const training = trainings++;
      await ask(training, { begin: { spec: specOf(model), rules, start } });
      return {
        update: (batches, pass) => ask(training, { update: { batches, pass } }) as Promise<Tally | undefined>,
        snapshot: () => ask(training, { tell: 'snapshot' }) as Promise<Snapshot>,
        nonFinite: () => ask(training, { tell: 'nonFinite' }) as Promise<NonFinite | undefined>,
        restore: (snapshot) => tell(training, { restore: snapshot }),
        release: () => tell(training, { release: true }),
      };
    },
    terminate() {
      worker.terminate();
      for (const { reject } of waiting.values()) reject(new ReleasedError('engine'));
      waiting.clear();
    },
  };
}

function taskOf(model: ModelShape, parameters: Parameters, inputs: Inputs): Task {
  return { spec: specOf(model), parameters: model.tied ? parameters : withoutEmbedding(parameters), inputs: { ...inputs, words: undefined } };
}

/** The description that makes the same model again on the other side: cells and blocks have functions, which no message carries. */
function specOf({ input, layers, classes, tied, seeds }: ModelShape): ModelSpec {
  return {
    input: 'size' in input ? input : { embedding: input.embedding, vocab: vocabularySize(input.vocab) },
    layers: layers.map((layer): LayerSpec => {
      if (!isRecurrent(layer)) return { ...layer.options, block: layer.block.name };
      const { cell, hidden, width, directions, bias } = layer;
      return { cell: cell.name, hidden, projection: width === hidden ? undefined : width, bidirectional: directions === 2, bias };
    }),
    output: classes === undefined ? undefined : { classes, tied },
    seeds,
  };
}

/** The table of words goes with the inputs; only a tied head needs it as a parameter too. */
function withoutEmbedding(parameters: Parameters): Parameters {
  return new Map([...parameters].filter(([name]) => name !== 'embedding.weight'));
}
