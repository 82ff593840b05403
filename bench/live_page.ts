/**
 * A page on which a network is trained and eight heatmaps follow it, with a count of what it asks of the GPU. It does as it is
 * told by live.ts, through `globalThis.live`.
 */
import '../src/elements/define';

/** What follows the training: states, gates, and what a loss sends back to both. */
const SIGNALS = ['h', 'c', 'i', 'f', 'g', 'o', 'd_h', 'd_c'];

export interface LiveCounts {
  readonly frames: number;
  readonly updates: number;
  readonly submits: number;
  /** The most submits that were under way at once. */
  readonly mostInFlight: number;
  /** GPU objects made: `kind label`. */
  readonly made: readonly string[];
  /** Buffers mapped for reading, and the largest of them in bytes, by label. */
  readonly reads: Readonly<Record<string, { readonly count: number; readonly bytes: number }>>;
}

export interface Live {
  /** Resolves when every heatmap is drawn and the network trains. */
  readonly started: Promise<string>;
  /** Counts from now on. */
  restart(): void;
  counts(): LiveCounts;
}

declare global {
  var live: Live;
}

interface Counting {
  frames: number;
  submits: number;
  mostInFlight: number;
  made: string[];
  reads: Record<string, { count: number; bytes: number }>;
  firstUpdate: number;
}

let counting: Counting;
let inFlight = 0;

globalThis.live = {
  started: start(),
  restart() {
    counting = nothingCounted(updates());
  },
  counts() {
    const { firstUpdate, ...counts } = counting;
    return { ...counts, updates: updates() - firstUpdate };
  },
};

function nothingCounted(firstUpdate: number): Counting {
  return { frames: 0, submits: 0, mostInFlight: 0, made: [], reads: {}, firstUpdate };
}

function updates(): number {
  return document.querySelector('rnn-model')?.training.updates ?? 0;
}

async function start(): Promise<string> {
  counting = nothingCounted(0);
  watch();
  const heatmaps = SIGNALS.map((signal) => `<rnn-heatmap for="learner" signal="${signal}"></rnn-heatmap>`).join('');
  document.body.innerHTML = `<rnn-model id="learner" device="gpu" cell="lstm" hidden="32" embedding="16" task="keyed_latch" task-settings="distance:16" batch="16" updates="1000000"></rnn-model>${heatmaps}`;
  const model = document.querySelector('rnn-model')!;
  await until(() => document.querySelectorAll('rnn-heatmap').length === SIGNALS.length && [...document.querySelectorAll('rnn-heatmap')].every(({ shadowRoot }) => shadowRoot?.querySelector('[role="grid"]')), () => model.state.message);
  await model.train();
  await until(() => model.training.updates > 20, () => model.training.message);
  requestAnimationFrame(function frame() {
    counting.frames++;
    requestAnimationFrame(frame);
  });
  return model.state.engine!.description;
}

/** @param said - what the page says of itself, for the error */
async function until(holds: () => boolean, said: () => string): Promise<void> {
  const patience = performance.now() + 60_000;
  while (!holds()) {
    if (performance.now() > patience) throw new Error(`live: nothing to measure within a minute. ${said()}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** Counts what goes through WebGPU's prototypes from now on. */
function watch(): void {
  const before = (prototype: object, name: string, note: (self: object, given: readonly unknown[]) => void) => {
    const original = Reflect.get(prototype, name) as (...given: unknown[]) => unknown;
    Reflect.set(prototype, name, function (this: object, ...given: unknown[]) {
      note(this, given);
      return original.apply(this, given);
    });
  };
  for (const kind of ['Buffer', 'BindGroup', 'BindGroupLayout', 'PipelineLayout', 'ShaderModule', 'ComputePipeline', 'ComputePipelineAsync', 'RenderPipeline', 'RenderPipelineAsync', 'Texture', 'QuerySet']) {
    before(GPUDevice.prototype, `create${kind}`, (_, [descriptor]) => counting.made.push(`${kind} ${(descriptor as { label?: string } | undefined)?.label ?? ''}`));
  }
  before(GPUBuffer.prototype, 'mapAsync', (self, [, , size]) => {
    const { label, size: whole } = self as GPUBuffer;
    const known = counting.reads[label] ?? { count: 0, bytes: 0 };
    counting.reads[label] = { count: known.count + 1, bytes: Math.max(known.bytes, (size as number | undefined) ?? whole) };
  });
  const { submit } = GPUQueue.prototype;
  GPUQueue.prototype.submit = function (this: GPUQueue, commands) {
    submit.call(this, commands);
    counting.submits++;
    counting.mostInFlight = Math.max(counting.mostInFlight, ++inFlight);
    void this.onSubmittedWorkDone().then(() => inFlight--);
    return undefined;
  };
}
