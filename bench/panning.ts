/**
 * What does it cost to pan over ten thousand steps of 512 units? A heatmap of that many numbers is scrolled by some pixels
 * a frame, at its own size, at a pixel an entry and with several entries to a pixel; all of its scripts are timed, the
 * update as well as the painting.
 */
import '../src/elements/define/rnn-heatmap';
import type { RnnHeatmap } from '../src/elements/rnn-heatmap';
import { spread, type Spread } from './spread';
import { atMost, type Verdict } from './targets';

const [ROWS, COLUMNS] = [512, 10_000];
const PIXELS_A_FRAME = 24;
/** ms of scripts. */
const MOST_A_FRAME = 4;

export interface Panning {
  readonly zoom: number;
  /** CSS pixels of the canvas. */
  readonly pixels: number;
  /** ms of scripts in one frame. */
  readonly script: Spread;
}

/** Scripts of the page since it was last asked, in ms. */
function stopwatch(heatmap: RnnHeatmap): () => number {
  let passed = 0;
  const timed = <Given extends unknown[], Result>(work: (...given: Given) => Result) =>
    function (this: unknown, ...given: Given): Result {
      const began = performance.now();
      try {
        return work.apply(this, given);
      } finally {
        passed += performance.now() - began;
      }
    };
  const element = heatmap as unknown as { performUpdate(): void };
  element.performUpdate = timed(element.performUpdate.bind(heatmap));
  const { requestAnimationFrame: ask } = globalThis;
  globalThis.requestAnimationFrame = (callback) => ask(timed(callback));
  return () => {
    const all = passed;
    passed = 0;
    return all;
  };
}

export async function run(report: (line: string) => void, { quick }: { quick: boolean }): Promise<{ panned: readonly Panning[]; verdicts: readonly Verdict[] }> {
  const frame = globalThis.requestAnimationFrame.bind(globalThis);
  const nextFrame = () => new Promise((resolve) => frame(resolve));
  const heatmap = document.createElement('rnn-heatmap');
  const script = stopwatch(heatmap);
  heatmap.rows = ROWS;
  heatmap.values = Float32Array.from({ length: ROWS * COLUMNS }, (_, i) => Math.sin((i % COLUMNS) / (20 + i / COLUMNS)));
  document.body.append(heatmap);
  const panned: Panning[] = [];
  for (const zoom of [1, 0.25, 0.1]) {
    heatmap.zoom = zoom;
    heatmap.firstColumn = heatmap.firstRow = 0;
    for (let k = 0; k < 30; k++) await nextFrame();
    const viewport = heatmap.shadowRoot!.querySelector('.viewport')!;
    const times: number[] = [];
    script();
    for (let k = 0; k < (quick ? 60 : 240); k++) {
      viewport.scrollLeft += PIXELS_A_FRAME;
      viewport.scrollTop += k % 3;
      await nextFrame();
      await nextFrame();
      times.push(script());
    }
    const { clientWidth, clientHeight } = heatmap.shadowRoot!.querySelector('canvas')!;
    const result = { zoom, pixels: clientWidth * clientHeight, script: spread(times) };
    const { median, most } = result.script;
    report(`panning ${ROWS} × ${COLUMNS} at zoom ${zoom}, ${clientWidth} × ${clientHeight} pixels: scripts ${median.toFixed(2)} ms a frame, ${most.toFixed(2)} at most`);
    panned.push(result);
  }
  heatmap.remove();
  return { panned, verdicts: panned.map(({ zoom, script: { median } }) => atMost('panning', `scripts in a frame at zoom ${zoom}`, median, MOST_A_FRAME, 'ms', 2)) };
}
