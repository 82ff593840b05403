// What the engine makes of a device that goes away, on one that does so when told to.
import { describe, expect, test } from 'vitest';
import { DeviceLostError } from '../../src/engine';
import { acquireGpu } from '../../src/engine/gpu/device';

/** A device, and what takes it away. */
function device(): { device: GPUDevice; lose(message: string): void } {
  let lose!: (info: GPUDeviceLostInfo) => void;
  const lost = new Promise<GPUDeviceLostInfo>((resolve) => (lose = resolve));
  const made = { adapterInfo: { description: 'made up' }, limits: {}, lost, addEventListener: () => undefined } as unknown as GPUDevice;
  return { device: made, lose: (message) => lose({ message, reason: 'unknown' } as GPUDeviceLostInfo) };
}

describe('what was asked of a device', () => {
  const broken = new Error('A valid external Instance reference no longer exists.');

  test('and fails because the device is lost is told as that, though the device tells later', async () => {
    const { device: own, lose } = device();
    const gpu = await acquireGpu(own);
    const asked = gpu.done(Promise.reject(broken));
    setTimeout(() => lose('driver reset'), 20);
    await expect(asked).rejects.toThrow(DeviceLostError);
    await expect(asked).rejects.toThrow('driver reset');
  });

  test('and fails of itself is told as it was, and comes as it is where it does not fail', async () => {
    const gpu = await acquireGpu(device().device);
    await expect(gpu.done(Promise.reject(broken))).rejects.toBe(broken);
    expect(await gpu.done(Promise.resolve(3))).toBe(3);
  });
});
