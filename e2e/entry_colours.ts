import type { Locator } from '@playwright/test';

/** Colours at the middle of every entry of a heatmap as they stand on the screen. */
export async function entryColours(canvas: Locator, rows = 8, columns = 8): Promise<string[]> {
  const png = (await canvas.screenshot()).toString('base64');
  return canvas.page().evaluate(
    async ([data, R, C]) => {
      const image = await createImageBitmap(new Blob([Uint8Array.from(atob(data), (c) => c.charCodeAt(0))]));
      const context = new OffscreenCanvas(image.width, image.height).getContext('2d', { willReadFrequently: true })!;
      context.drawImage(image, 0, 0);
      return Array.from({ length: R * C }, (_, i) => {
        const [x, y] = [((i % C) + 0.5) * (image.width / C), (Math.floor(i / C) + 0.5) * (image.height / R)];
        return [...context.getImageData(x, y, 1, 1).data].join();
      });
    },
    [png, rows, columns] as const,
  );
}
