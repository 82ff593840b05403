/** What the figure of costs draws: layers, what they have to keep and to multiply by length, and how measured times grow. */
import { growthExponent, multiplyAdds, stateBytes, type CostPoint, type LayerSpec, type ModelShape, type OperationCount } from '../engine';

/** One of the layers that are compared. */
export interface CostSubject {
  readonly name: string;
  /** Whose colour and line it has. */
  readonly cell: string;
  layers(width: number): readonly LayerSpec[];
}

export const costSubjects: readonly CostSubject[] = [
  { name: 'RNN', cell: 'rnn', layers: (hidden) => [{ cell: 'rnn', hidden }] },
  { name: 'LSTM', cell: 'lstm', layers: (hidden) => [{ cell: 'lstm', hidden }] },
  { name: 'Attention', cell: 'attention', layers: () => [{ block: 'attention', norm: 'none' }] },
  { name: 'Mamba', cell: 'mamba', layers: () => [{ block: 'mamba', norm: 'none' }] },
];

export const COST_LENGTHS: readonly number[] = [64, 128, 256, 512, 1024, 2048, 4096];

/** What of a subject is known without measuring, at each length. */
export interface CountedCost {
  readonly bytes: readonly number[];
  readonly operations: readonly number[];
}

export function countedCost(shape: Pick<ModelShape, 'layers'>, count: OperationCount): CountedCost {
  return { bytes: COST_LENGTHS.map((steps) => stateBytes(shape, steps)), operations: COST_LENGTHS.map((steps) => multiplyAdds(count, steps)) };
}

/** Points of one subject and kind, by length. */
export function pointsOf(points: readonly CostPoint[], stack: number, kind: CostPoint['kind']): readonly CostPoint[] {
  return points.filter((point) => point.stack === stack && point.kind === kind);
}

/** The power of the length that counted operations grow by over the same lengths as the last measured points. */
export function countedExponent(measured: readonly CostPoint[], operations: readonly number[]): number | undefined {
  const lengths = measured.filter(({ milliseconds }) => milliseconds !== undefined).map(({ steps }) => steps);
  return growthExponent(lengths.map((steps) => ({ steps, milliseconds: operations[COST_LENGTHS.indexOf(steps)] })));
}

/**
 * Up to which measured length attention took less time than the LSTM: 0 where it never did, Infinity where it did at all.
 * Undefined while nothing can be compared.
 */
export function cheaperUpTo(one: readonly CostPoint[], other: readonly CostPoint[]): number | undefined {
  const both = one.flatMap(({ steps, milliseconds }) => {
    const against = other.find((point) => point.steps === steps)?.milliseconds;
    return milliseconds === undefined || against === undefined ? [] : [{ steps, less: milliseconds < against }];
  });
  if (both.length === 0) return undefined;
  const last = both.findLastIndex(({ less }) => less);
  return last < 0 ? 0 : last === both.length - 1 ? Infinity : both[last].steps;
}

/** `512 B`, `2.05 kB`, `2.1 MB`, by thousands, as the axis has them. */
export function bytesInWords(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB'];
  const power = Math.min(units.length - 1, Math.floor(Math.log10(Math.max(1, bytes)) / 3));
  return `${Number((bytes / 1000 ** power).toPrecision(3))} ${units[power]}`;
}

/** `0.042 ms`, `12 ms`, `1.3 s` */
export function timeInWords(milliseconds: number): string {
  return milliseconds < 1000 ? `${Number(milliseconds.toPrecision(2))} ms` : `${Number((milliseconds / 1000).toPrecision(2))} s`;
}
