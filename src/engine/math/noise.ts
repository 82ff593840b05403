/**
 * Random bits that are a function of where they are used, not of what was drawn before: nothing is stored between forward
 * and backward, and the GPU finds the same ones. PCG's output function (O'Neill 2014; the form of Jarzynski and Olano 2020)
 * on unsigned 32-bit numbers, exact in JavaScript and in WGSL (shaders/lib/noise.wgsl, the same line order).
 */

/** Scrambles 32 bits, one to one. */
export function scramble(bits: number): number {
  const state = (Math.imul(bits, 747796405) + 2891336453) >>> 0;
  const word = Math.imul((state >>> ((state >>> 28) + 4)) ^ state, 277803737) >>> 0;
  return ((word >>> 22) ^ word) >>> 0;
}

/** A key for one of many: scrambles a number into a key. */
export function keyed(key: number, number: number): number {
  return scramble((scramble(key) + number) >>> 0);
}

/** The least bits of a unit that is kept when a part of all, in [0, 1), is dropped. */
export function keptFrom(part: number): number {
  return Math.floor(part * 2 ** 32);
}

/** Key of row (t, b) of what a layer hands on, in one model of a bundle; `keyed(key, unit)` are its units' bits. */
export function rowKey(key: number, layer: number, model: number, row: number): number {
  return keyed(keyed(keyed(key, layer), model), row);
}
