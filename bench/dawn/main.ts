/**
 * The bench without a browser, `npm run bench:gpu`: one bundled file that needs nothing but Node, dawn.node beside it and the
 * driver of a GPU. It says what the adapter is and can do, has us and TensorFlow.js carry out the same cases in turns, each
 * checked against float64 first, times both forms of the recurrence from narrow to wide, compares with what PyTorch wrote,
 * and leaves its figures as JSON.
 */
import './webgpu';
import { writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { gpuCases, type TrainingCase } from '../cases';
import { entrants, OURS } from '../contenders';
import { byWidth } from '../forms';
import { run as roofline } from '../roofline';
import { aligned, targetTable } from '../table';
import type { Verdict } from '../targets';
import { golden } from './golden';
import { liveFrame, stepBesideProducts } from './goals';
import { inTurns, type CaseResult, type Effort, type Timing } from './in_turns';
import { goalVerdicts } from './verdicts';

const usage = 'node bench_gpu.mjs [--only PATTERN] [--small] [--quick] [--json FILE]';

/** What a run leaves behind. */
export interface GpuRun {
  readonly date: string;
  readonly adapter: string;
  readonly driver: string;
  readonly runtime: string;
  readonly processors: number;
  questions: Record<string, unknown>;
  cases: CaseResult[];
  verdicts: readonly Verdict[];
}

const PEER = 'tfjs_webgpu';
const chosenEntrants = entrants.filter(({ name }) => [OURS, PEER].includes(name));

const HEADER = ['', 'wall ms', 'range', 'CPU ms', 'first ms', 'disp.', 'passes', 'submits', 'made', 'off by'];

const { values: options } = parseArgs({
  options: {
    /** A regular expression over the names of questions and cases. */
    only: { type: 'string', default: '' },
    /** Without what takes a software adapter minutes; so it is chosen by itself there. */
    small: { type: 'boolean', default: false },
    /** Two short turns: to see whether all is well. */
    quick: { type: 'boolean', default: false },
    json: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
});
if (options.help) console.log(usage);
else process.exit(await main());

async function main(): Promise<number> {
  const only = new RegExp(options.only);
  const adapter = await navigator.gpu.requestAdapter({ powerPreference: 'high-performance' });
  if (!adapter) {
    console.error('bench:gpu: WebGPU found no adapter; is a Vulkan, Metal or D3D12 driver installed?');
    return 1;
  }
  const { vendor, architecture, device, description } = adapter.info;
  const run: GpuRun = {
    date: new Date().toISOString(),
    adapter: device || description || vendor,
    driver: [vendor, architecture, description].filter(Boolean).join(' '),
    runtime: `Node ${process.versions.node}`,
    processors: availableParallelism(),
    questions: {},
    cases: [],
    verdicts: [],
  };
  const small = options.small || isSoftware(run);
  console.log(`${run.adapter} (${run.driver}), ${run.runtime}, ${run.processors} processors${small ? '; small shapes only' : ''}`);

  const questions: Readonly<Record<string, () => Promise<unknown>>> = {
    golden: () => golden(console.log),
    roofline: () => roofline(console.log),
    forms: () => byWidth(console.log, small ? 128 : 1024),
    products: () => stepBesideProducts(console.log, training(small ? 'training lstm M' : 'training lstm H512'), small ? 2 : 10),
    frame: () => liveFrame(console.log, training('training lstm M'), small ? 3 : 50),
  };
  for (const [name, ask] of Object.entries(questions)) {
    if (!only.test(name)) continue;
    console.log(`\n── ${name}`);
    run.questions[name] = await ask();
    save(run);
  }

  const effort: Effort = options.quick ? { rounds: 2, turn: 50 } : { rounds: 7, turn: 500 };
  for (const what of gpuCases(!small).filter(({ name }) => only.test(name))) {
    console.log(`\n── ${what.name}`);
    const result = await inTurns(chosenEntrants, what, effort);
    console.log(caseLines(result));
    run.cases.push(result);
    save(run);
  }
  run.verdicts = goalVerdicts(run, small);
  save(run);
  console.log(targetTable(run.verdicts));
  const wrong = run.cases.some(({ outcomes }) => outcomes[OURS]?.state !== 'timed');
  const { failures = [] } = (run.questions['golden'] ?? {}) as { failures?: readonly string[] };
  return wrong || failures.length > 0 ? 1 : 0;
}

/** Dawn does not say so in Node, but those that are software say their names. */
function isSoftware({ adapter, driver }: GpuRun): boolean {
  return /swiftshader|llvmpipe|lavapipe|warp|basic render/i.test(`${adapter} ${driver}`);
}

function training(name: string): TrainingCase {
  const found = gpuCases(true).find((each) => each.name === name);
  if (found?.kind !== 'training') throw new Error(`no training is named ${name}`);
  return found;
}

function save(run: GpuRun): void {
  if (options.json) writeFileSync(options.json, `${JSON.stringify(run, null, 2)}\n`);
}

function caseLines({ outcomes }: CaseResult): string {
  const rows = chosenEntrants.flatMap(({ name, title }) => {
    const outcome = outcomes[name];
    if (!outcome || outcome.state === 'absent') return [];
    if (outcome.state === 'timed') return [[title, ...figures(outcome.timing), outcome.deviation.toExponential(0)]];
    return [[title, outcome.state === 'wrong' ? `wrong: off by ${outcome.deviation.toExponential(1)}, not timed` : `failed: ${outcome.reason.split('\n')[0]}`]];
  });
  return aligned([HEADER, ...rows]);
}

function figures({ wall, cpu, first, calls: { dispatches, passes, submits, made } }: Timing): string[] {
  const [median, least, most] = [wall.median, wall.least, wall.most].map((time) => time.toFixed(time < 10 ? 2 : 1));
  return [median, `${least}–${most}`, cpu.toFixed(1), first.toFixed(0), ...[dispatches, passes, submits, made].map(String)];
}
