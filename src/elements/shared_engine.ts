/**
 * One engine per page and kind, however many elements ask: all of them draw from one GPU device, made when the
 * first one needs it. A lost device is forgotten, so that the next call makes a new one.
 */
import { createEngine, type Engine } from '../engine';

export type DeviceChoice = 'auto' | 'gpu' | 'cpu';

const engines = new Map<DeviceChoice, Promise<Engine>>();

/** The page's engine of that kind. Rejects as `createEngine` does; a failed start is tried anew by the next call. */
export function sharedEngine(device: DeviceChoice): Promise<Engine> {
  const existing = engines.get(device);
  if (existing) return existing;
  const started = device === 'gpu' ? theGpu() : createEngine({ device });
  engines.set(device, started);
  const forget = () => {
    if (engines.get(device) === started) engines.delete(device);
  };
  started.then((engine) => engine.lost.then(forget), forget);
  return started;
}

/** `auto` takes the GPU wherever there is one; asking for it by name must not open a second device. */
async function theGpu(): Promise<Engine> {
  const engine = await sharedEngine('auto').catch(() => undefined);
  return engine?.kind === 'gpu' ? engine : createEngine({ device: 'gpu' });
}
