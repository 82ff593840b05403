import { expect } from 'vitest';
import type { EngineError } from '../../../src/engine/index';

type Refusal = new (...parameters: never[]) => EngineError;

/** That something is refused by an error of this type, in words that hold all these parts. */
export async function refused(what: (() => unknown) | Promise<unknown>, type: Refusal, ...parts: string[]): Promise<void> {
  const error = await Promise.resolve()
    .then(() => (typeof what === 'function' ? what() : what))
    .then(
      () => undefined,
      (reason: unknown) => reason,
    );
  expect(error).toBeInstanceOf(type);
  for (const part of parts) expect((error as Error).message).toContain(part);
}
