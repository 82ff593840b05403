/** How the learning rate moves from update to update. */
import { OptionError } from '../errors';
import type { Schedule } from './trainer';

/** A schedule with everything set: the part of the learning rate that update u (1 for the first) takes. */
export type CheckedSchedule = (update: number) => number;

/** Throws OptionError for a schedule that there is not, or that cannot be followed. */
export function checkedSchedule(schedule: Schedule = { name: 'constant' }): CheckedSchedule {
  if (schedule.name === 'constant') return () => 1;
  if (schedule.name !== 'cosine') {
    throw new OptionError('schedule', `schedule: "${String((schedule as { name: unknown }).name)}" given; there are constant, cosine.`);
  }
  const { updates, floor = 0, warmUp = 0 } = schedule;
  if (!(Number.isSafeInteger(updates) && updates >= 1)) throw new OptionError('schedule.updates', `schedule.updates: ${updates} given; a cosine needs the number of updates it goes over, a whole number of at least 1.`);
  if (!(floor >= 0 && floor <= 1)) throw new OptionError('schedule.floor', `schedule.floor: ${floor} given; it is a part of the learning rate, from 0 to 1.`);
  if (!(Number.isSafeInteger(warmUp) && warmUp >= 0)) throw new OptionError('schedule.warmUp', `schedule.warmUp: ${warmUp} given; it is a number of updates, a whole number of at least 0.`);
  return (update) => {
    const warm = warmUp > 0 ? Math.min(1, update / warmUp) : 1;
    const along = Math.min(1, update / updates);
    return warm * (floor + ((1 - floor) * (1 + Math.cos(Math.PI * along))) / 2);
  };
}
