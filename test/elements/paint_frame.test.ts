/** However many canvases a page has, a frame paints them in one callback and one submit. */
import { expect, it, vi } from 'vitest';
import { paintNextFrame, recordPicture } from '../../src/elements/paint/paint_frame';

const nextFrame = () => new Promise((resolve) => requestAnimationFrame(resolve));

/** A device that remembers what it was asked for. */
function fakeDevice() {
  const submits: number[] = [];
  const device = { createCommandEncoder: () => ({ finish: () => ({}) }), queue: { submit: (commands: unknown[]) => submits.push(commands.length) } };
  return { device: device as unknown as GPUDevice, submits };
}

it('records the pictures of a frame into one submit for each device', async () => {
  const [one, other] = [fakeDevice(), fakeDevice()];
  const encoders = new Set<unknown>();
  for (const { device } of [one, one, other, one]) paintNextFrame(() => recordPicture(device, (encoder) => encoders.add(encoder)));
  expect(one.submits).toEqual([]);
  await nextFrame();
  expect([one.submits, other.submits, encoders.size]).toEqual([[1], [1], 2]);
});

it('submits a picture outside of a frame by itself', () => {
  const { device, submits } = fakeDevice();
  recordPicture(device, () => undefined);
  recordPicture(device, () => undefined);
  expect(submits).toEqual([1, 1]);
});

it('leaves out what is called off, and paints the others where one fails', async () => {
  const reported = vi.spyOn(globalThis, 'reportError').mockImplementation(() => undefined);
  const painted: string[] = [];
  paintNextFrame(() => painted.push('off'))();
  paintNextFrame(() => {
    throw new Error('no picture');
  });
  paintNextFrame(() => painted.push('on'));
  await nextFrame();
  expect(painted).toEqual(['on']);
  expect(reported).toHaveBeenCalledOnce();
  reported.mockRestore();
});
