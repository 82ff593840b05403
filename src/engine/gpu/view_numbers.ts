import type { SignalStorage } from '../engine';
import { activationNumber } from '../math/activation';

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
