/**
 * The paints of one frame. All canvases of a page are painted in one callback of its next frame, and what they ask of a
 * device goes there in one submit, however many they are.
 */

const waiting = new Set<() => void>();
let recorded: Map<GPUDevice, GPUCommandEncoder> | undefined;

/** Has this painted in the next frame, with all others. Returns what calls it off. */
export function paintNextFrame(paint: () => void): () => void {
  if (waiting.size === 0) requestAnimationFrame(paintAll);
  waiting.add(paint);
  return () => void waiting.delete(paint);
}

/** Records a picture with the others of the frame; outside of one it is submitted by itself. */
export function recordPicture(device: GPUDevice, record: (encoder: GPUCommandEncoder) => void): void {
  const encoder = recorded?.get(device) ?? device.createCommandEncoder({ label: 'pictures' });
  record(encoder);
  if (recorded) recorded.set(device, encoder);
  else device.queue.submit([encoder.finish()]);
}

function paintAll(): void {
  const paints = [...waiting];
  waiting.clear();
  recorded = new Map();
  try {
    for (const paint of paints) {
      try {
        paint();
      } catch (error) {
        reportError(error); // the other pictures are none the worse for it
      }
    }
  } finally {
    for (const [device, encoder] of recorded) device.queue.submit([encoder.finish()]);
    recorded = undefined;
  }
}
