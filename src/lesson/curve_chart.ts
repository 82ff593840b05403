/** One chart of curves, over updates or whatever else goes across. This file loads the charting library, so it is imported when the first curve is drawn. */
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { aligned, type CurvePoints } from './curve_points';

export interface ChartCurve {
  readonly name: string;
  readonly points: CurvePoints;
  /** Any CSS colour, asked for at every drawing: the page may have become dark. */
  readonly colour: () => string;
  readonly dash: readonly number[];
}

export interface ChartAxis {
  readonly log: boolean;
  /** Fixed ends, or undefined where they follow from the numbers. */
  readonly range: readonly [number, number] | undefined;
  readonly format: (value: number) => string;
  /** What goes across: updates, evenly from 0, unless given. */
  readonly across?: { readonly label: string; readonly log: boolean };
}

const HEIGHT = 210;

export class CurveChart {
  #plot: uPlot | undefined;
  #key = '';
  readonly #size = new ResizeObserver(([{ contentRect }]) => {
    const width = Math.floor(contentRect.width);
    requestAnimationFrame(() => this.#plot?.setSize({ width, height: HEIGHT }));
  });

  /** @param box - where it is drawn; its text colour is that of the axes */
  constructor(private readonly box: HTMLElement) {
    this.#size.observe(box);
  }

  /** Draws these curves; the chart stays the same one while there are as many of the same names. */
  show(curves: readonly ChartCurve[], axis: ChartAxis): void {
    const { updates, values } = aligned(curves.map(({ points }) => points));
    const data = [updates, ...values] as uPlot.AlignedData;
    const key = JSON.stringify([curves.map(({ name, dash }) => [name, dash]), axis.log, axis.range, axis.across]);
    if (key === this.#key && this.#plot) {
      this.#plot.setData(data);
      return;
    }
    this.#key = key;
    this.#plot?.destroy();
    this.#plot = new uPlot(this.#options(curves, axis), data, this.box);
  }

  /** Draws again, in the colours of the page as it is now. */
  redraw(): void {
    this.#plot?.redraw(false);
  }

  #options(curves: readonly ChartCurve[], { log, range, format, across }: ChartAxis): uPlot.Options {
    const ink = () => getComputedStyle(this.box).color;
    const lines = { stroke: () => faint(ink()), width: 1 };
    // On a logarithmic axis the powers alone: lines between them would be a wall.
    const grid = across?.log ? { ...lines, filter: powers(10) } : lines;
    const columns = across?.log ? { ...lines, filter: powers(2) } : lines;
    return {
      width: Math.floor(this.box.clientWidth) || 320,
      height: HEIGHT,
      legend: { show: false },
      cursor: { show: false },
      scales: { x: across?.log ? { time: false, distr: 3, log: 2 } : { time: false, range: (_plot, _low, high) => [0, Math.max(10, high ?? 10)] }, y: { distr: log ? 3 : 1, ...(range ? { range: () => [...range] as [number, number] } : {}) } },
      axes: [
        { stroke: ink, grid: columns, ticks: columns, label: across?.label ?? 'updates', labelSize: 20, size: 34, font: FONT, labelFont: FONT },
        { stroke: ink, grid, ticks: grid, size: across ? 62 : 52, font: FONT, values: (_plot, splits) => splits.map((value) => (value === null ? '' : format(value))) },
      ],
      // On an axis of lengths every point was measured by itself, and is shown.
      series: [{}, ...curves.map(({ name, colour, dash }) => ({ label: name, stroke: colour, width: 2, dash: [...dash], spanGaps: true, points: { show: across !== undefined, size: 6, fill: colour } }))],
    };
  }
}

const FONT = '12px system-ui, sans-serif';

/** Of the places of an axis, those at whole powers. */
function powers(base: number): (plot: uPlot, splits: number[]) => (number | null)[] {
  return (_plot, splits) => splits.map((value) => (Math.abs(Math.log(value) / Math.log(base) - Math.round(Math.log(value) / Math.log(base))) < 1e-9 ? value : null));
}

function faint(colour: string): string {
  return colour.replace(/^rgb\((.*)\)$/, 'rgba($1, 0.16)');
}
