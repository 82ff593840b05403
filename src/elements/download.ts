/** Hands the reader a file. */
export function download(content: Uint8Array<ArrayBuffer> | Blob, name: string): void {
  const address = URL.createObjectURL(content instanceof Blob ? content : new Blob([content], { type: 'application/octet-stream' }));
  const link = document.createElement('a');
  link.href = address;
  link.download = name;
  link.click();
  // The browser has begun to read by the next task; Safari wants a little longer.
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}
