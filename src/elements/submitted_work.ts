/** When the GPU is done with what a run gave it to do: whoever waits for it never has requests queue behind one another. */
import type { Tape } from '../engine';

export async function submittedWorkOf(tape: Tape): Promise<void> {
  if (tape.released) return;
  // The device is known by what it holds; a lost one rejects, and the engine tells.
  await tape.signal('y').storage?.device.queue.onSubmittedWorkDone().catch(() => undefined);
}
