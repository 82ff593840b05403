/** A number that any changed bit of any tensor changes, or its name or shape: FNV-1a over names, shapes and bytes. */
import type { StateDict } from '../../src/engine';

export function fingerprint(weights: StateDict): string {
  let hash = 0x811c9dc5;
  const eat = (byte: number) => (hash = Math.imul(hash ^ byte, 0x01000193));
  for (const [name, { shape, data }] of Object.entries(weights)) {
    for (const byte of new TextEncoder().encode(`${name}[${shape.join()}]`)) eat(byte);
    for (const byte of new Uint8Array(Float32Array.from(data).buffer)) eat(byte);
  }
  return (hash >>> 0).toString(16).padStart(8, '0');
}
