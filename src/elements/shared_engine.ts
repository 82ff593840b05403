/**
 * One engine per page and kind, however many elements ask: all of them draw from one GPU device, made when the
 * first one needs it. A lost device is forgotten, so that the next call makes a new one. A GPU that is lost again and
 * again at once (a driver that dies on every picture) is given up for the page: `auto` then computes on the CPU.
 */
import { createEngine, type Engine } from '../engine';

export type DeviceChoice = 'auto' | 'gpu' | 'cpu';

/** So many losses within so many milliseconds are no accident. */
const LOSSES = 3;
const WITHIN = 60_000;

let lostAt: number[] = [];

const engines = new Map<DeviceChoice, Promise<Engine>>();

/** The page's engine of that kind. Rejects as `createEngine` does; a failed start is tried anew by the next call. */
export function sharedEngine(device: DeviceChoice): Promise<Engine> {
  const existing = engines.get(device);
  if (existing) return existing;
  const started = device === 'gpu' ? theGpu() : device === 'auto' && isGivenUp() ? onTheCpu() : createEngine({ device });
  engines.set(device, started);
  const forget = () => {
    if (engines.get(device) === started) engines.delete(device);
  };
  started.then(
    (engine) =>
      engine.lost.then(() => {
        if (device === 'auto') lostAt = [...lostAt, performance.now()].slice(-LOSSES);
        forget();
      }),
    forget,
  );
  return started;
}

function isGivenUp(): boolean {
  return lostAt.length === LOSSES && lostAt[LOSSES - 1] - lostAt[0] < WITHIN;
}

function onTheCpu(): Promise<Engine> {
  return createEngine({ device: 'cpu', reason: `The GPU was lost ${LOSSES} times in a row; reload the page to try it again.` });
}

/** `auto` takes the GPU wherever there is one; asking for it by name must not open a second device. */
async function theGpu(): Promise<Engine> {
  const engine = await sharedEngine('auto').catch(() => undefined);
  return engine?.kind === 'gpu' ? engine : createEngine({ device: 'gpu' });
}
