/** What steps of a layer's output feel of each input, where the engine takes many losses back side by side on its own device. */
import type { InfluencePlace, Tape } from './engine';
import { outputWidth, type Layer } from './model/spec';

/** Whether it does so for this tape. */
export function takesLosses(tape: Tape, by: 'fastest' | 'gpu' | 'cpu'): boolean {
  return tape.inputNorms !== undefined && (by === 'gpu' || (by === 'fastest' && tape.engine.adapter?.software === false));
}

/** All entries of a layer's output, or the one given. */
export function entriesOf(layer: Layer, unit?: number): number[] {
  return unit === undefined ? Array.from({ length: outputWidth(layer) }, (_, u) => u) : [unit];
}

/** [steps asked for][T] ‖∂y_t/∂x_s‖_F over the entries given. */
export async function feltAt(tape: Tape, place: InfluencePlace, asked: readonly number[], entries: readonly number[], abort?: AbortSignal, progress?: (fraction: number) => void): Promise<Float64Array[]> {
  const { width } = tape.model.shape.layers[place.layer];
  const losses = asked.flatMap((step) => entries.map((u) => ({ step, direction: Math.floor(u / width), unit: u % width })));
  const norms = await tape.inputNorms!(losses, place, abort, progress);
  const { steps } = tape.inputs;
  return asked.map((_, t) => Float64Array.from({ length: steps }, (_step, s) => Math.hypot(...entries.map((_entry, e) => norms[(t * entries.length + e) * steps + s]))));
}
