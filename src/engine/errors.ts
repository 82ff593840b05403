/**
 * Every way the engine can refuse, as types. A message names the thing that is wrong, what was given, what is
 * allowed and, where there is one, the remedy; it reaches the caller as a rejected promise.
 */

/** The root of all errors thrown on purpose by the engine. `code` is stable; the message is for people. */
export class EngineError extends Error {
  constructor(
    readonly code: string,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.name = new.target.name;
  }
}

/** A model, run or element option that is outside what is allowed. */
export class OptionError extends EngineError {
  constructor(
    readonly option: string,
    message: string,
  ) {
    super('option', message);
  }
}

/** A tensor whose shape is not the one expected. */
export class ShapeError extends EngineError {
  constructor(
    readonly tensor: string,
    readonly expected: string,
    readonly found: string,
    remedy = '',
  ) {
    super('shape', `${tensor}: expected ${expected}, found ${found}.${remedy ? ` ${remedy}` : ''}`);
  }
}

/** A file that is not what it claims to be. */
export class FormatError extends EngineError {
  constructor(
    readonly part: string,
    message: string,
  ) {
    super('format', `${part}: ${message}`);
  }
}

/** NaN or infinity where a number is needed. */
export class NonFiniteError extends EngineError {
  constructor(
    readonly tensor: string,
    readonly index: number,
    readonly value: number,
  ) {
    super('non-finite', `${tensor}: entry ${index} is ${value}; every entry must be a finite number.`);
  }
}

/** Training met a number that is not finite, and stopped. The trainer's `lastGood` snapshot can be restored. */
export class DivergedError extends EngineError {
  constructor(
    /** The first tensor found with such a number. */
    readonly tensor: string,
    readonly update: number,
    /** The model of a bundle. */
    readonly model: number,
    /** The time step, where the tensor has steps. */
    readonly step?: number,
  ) {
    const where = step === undefined ? tensor : `${tensor} at step ${step + 1}`;
    super('diverged', `Training stopped at update ${update}: ${where} is no longer a finite number. Go back to the last good snapshot, and use a smaller learning rate or clipping.`);
  }
}

/** A signal that this tape does not have. */
export class UnknownSignalError extends EngineError {
  constructor(
    readonly signal: string,
    readonly available: readonly string[],
    remedy = '',
  ) {
    super('unknown-signal', `There is no signal "${signal}" here; available are ${available.join(', ')}.${remedy ? ` ${remedy}` : ''}`);
  }
}

/** WebGPU is missing, or it offers no adapter. */
export class NoAdapterError extends EngineError {
  constructor(message: string) {
    super('no-adapter', message);
  }
}

/** The GPU was taken away (driver reset, sleep, another page). A new engine works at once. */
export class DeviceLostError extends EngineError {
  constructor(
    /** As the browser has it. */
    readonly reason: string,
  ) {
    super('device-lost', `The GPU device was lost (${reason}). Create a new engine, or run again, to go on.`);
  }
}

/** The device could not give the memory asked for. */
export class OutOfMemoryError extends EngineError {
  constructor(readonly bytes: number) {
    super('out-of-memory', `The device has no room for another ${formatBytes(bytes)}. Use a smaller batch, fewer steps or fewer units.`);
  }
}

/** A shape that cannot fit this device; thrown before anything is allocated. */
export class LimitError extends EngineError {
  constructor(
    readonly limit: string,
    readonly needed: number,
    readonly allowed: number,
    remedy: string,
  ) {
    super('limit', `This needs ${limit} ${needed.toLocaleString('en')}, and the device allows ${allowed.toLocaleString('en')}. ${remedy}`);
  }
}

/** A tape, model or engine used after its release. */
export class ReleasedError extends EngineError {
  constructor(readonly thing: string) {
    super('released', `This ${thing} was released; its numbers are gone. Run the model again.`);
  }
}

function formatBytes(bytes: number): string {
  if (bytes < 1024) return `${bytes} bytes`;
  if (bytes < 1024 ** 2) return `${(bytes / 1024).toFixed(0)} KiB`;
  if (bytes < 1024 ** 3) return `${(bytes / 1024 ** 2).toFixed(1)} MiB`;
  return `${(bytes / 1024 ** 3).toFixed(2)} GiB`;
}
