/** When the GPU is done with what a run gave it to do: whoever waits for it never has requests queue behind one another. */
import type { Tape } from '../engine';

export async function submittedWorkOf(tape: Tape): Promise<void> {
  if (tape.released) return;
  // The device is known by what it holds, which of some signals is nothing; a lost one rejects, and the engine tells.
  const storage = tape.signals.map((info) => tape.signal(info.name, info).storage).find((place) => place !== undefined);
  await storage?.device.queue.onSubmittedWorkDone().catch(() => undefined);
}
