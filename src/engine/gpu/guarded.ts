/** GPU objects that are made or refused whole: what a device has no room for is undone. */
import { OutOfMemoryError } from '../errors';
import type { Gpu } from './device';

/** Makes GPU objects. Rejects with OutOfMemoryError, and undoes what was made, if the device had no room. */
export async function guarded<Made>({ device, check, done }: Gpu, make: () => Made | Promise<Made>, sizeOf: (made: Made) => number, undo: (made: Made) => void): Promise<Made> {
  device.pushErrorScope('out-of-memory');
  let making: Made | Promise<Made>;
  let error: GPUError | null;
  try {
    making = make();
  } finally {
    // The scope covers what is made before the first await, which is every buffer.
    error = await done(device.popErrorScope());
  }
  const made = await making;
  if (error) {
    const bytes = sizeOf(made);
    undo(made);
    throw new OutOfMemoryError(bytes);
  }
  check();
  return made;
}
