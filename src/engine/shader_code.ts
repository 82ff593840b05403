/** What a shader outside the engine needs in order to read a signal where it lies. */
import { activationNumber } from './math/activation';
import type { SignalStorage } from './engine';

/** The linked WGSL of a shader below shaders/ (`paint/heatmap`). Loaded on first use: the CPU path never needs it. */
export async function shaderCode(entry: string): Promise<string> {
  const { linkShader } = await import('./gpu/linker');
  return linkShader(entry).code;
}

/** A signal's place as shaders/lib/view.wgsl's View: eight words. */
export function viewNumbers(place: Omit<SignalStorage, 'device' | 'buffer' | 'lengths'>, directionStride = 0): number[] {
  return [
    place.offset,
    place.modelStride,
    directionStride,
    place.stepStride,
    place.sequenceStride,
    place.groupStride,
    place.groupWidth,
    activationNumber[place.activation],
  ];
}
