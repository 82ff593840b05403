// @ts-check
// Tries one Chromium under one command line: is there an adapter, does a compute shader's result come
// back, and does what is drawn to a WebGPU canvas reach the screen? All three, since each has been
// seen to work without the next.

/**
 * The adapter's name and the browser's version, or why this browser cannot be used.
 *
 * @param {{executablePath: string, args: string[]}} options
 * @returns {Promise<{adapter: string, version: string} | {reason: string}>}
 */
export async function probe(options) {
  const { chromium } = await import('playwright');
  let browser;
  try {
    browser = await chromium.launch({ ...options, headless: true, timeout: 30_000 });
  } catch (error) {
    return { reason: `does not start: ${firstLine(error)}` };
  }
  try {
    // A GPU process that dies over and over leaves promises that never settle.
    return await within(30_000, probePage(browser));
  } catch (error) {
    return { reason: firstLine(error) };
  } finally {
    await within(10_000, browser.close()).catch(() => {});
  }
}

/** @param {import('playwright').Browser} browser */
async function probePage(browser) {
  // A viewport of 64 × 64 stalls every screenshot of headless Chromium.
  const page = await browser.newPage({ viewport: { width: 500, height: 500 } });
  // navigator.gpu exists in secure contexts only; localhost is one, and no server has to answer.
  await page.route('http://localhost/', (route) =>
    route.fulfill({ contentType: 'text/html', body: '<canvas width="32" height="32"></canvas>' }),
  );
  await page.goto('http://localhost/');
  const adapter = await page.evaluate(computeAndDraw);
  await page.waitForTimeout(100);
  const screenshot = await page.locator('canvas').screenshot({ timeout: 10_000 });
  const [red, green, blue] = await page.evaluate(middlePixel, screenshot.toString('base64'));
  if (!(red < 40 && green > 215 && blue < 40)) {
    throw new Error(`a green WebGPU canvas shows as rgb(${red}, ${green}, ${blue})`);
  }
  return { adapter, version: browser.version() };
}

/** Runs in the page: doubles four numbers, then fills the canvas with green. Returns the adapter's name. */
async function computeAndDraw() {
  if (!navigator.gpu) throw new Error('navigator.gpu is missing');
  const adapter = await navigator.gpu.requestAdapter();
  if (!adapter) throw new Error('no WebGPU adapter');
  const device = await adapter.requestDevice();

  const size = 16;
  const numbers = device.createBuffer({
    size,
    usage: GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST,
  });
  const result = device.createBuffer({ size, usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST });
  device.queue.writeBuffer(numbers, 0, new Float32Array([1, 2, 3, 4]));
  const module = device.createShaderModule({
    code: `@group(0) @binding(0) var<storage, read_write> numbers: array<f32>;
      @compute @workgroup_size(4) fn main(@builtin(global_invocation_id) id: vec3u) { numbers[id.x] *= 2.0; }`,
  });
  const pipeline = await device.createComputePipelineAsync({ layout: 'auto', compute: { module } });
  const encoder = device.createCommandEncoder();
  const pass = encoder.beginComputePass();
  pass.setPipeline(pipeline);
  pass.setBindGroup(
    0,
    device.createBindGroup({
      layout: pipeline.getBindGroupLayout(0),
      entries: [{ binding: 0, resource: { buffer: numbers } }],
    }),
  );
  pass.dispatchWorkgroups(1);
  pass.end();
  encoder.copyBufferToBuffer(numbers, 0, result, 0, size);
  device.queue.submit([encoder.finish()]);
  await result.mapAsync(GPUMapMode.READ);
  const doubled = new Float32Array(result.getMappedRange()).join(' ');
  if (doubled !== '2 4 6 8') throw new Error(`a compute shader gave ${doubled} for 2 4 6 8`);

  const context = document.querySelector('canvas')?.getContext('webgpu');
  if (!context) throw new Error('a canvas has no WebGPU context');
  context.configure({ device, format: navigator.gpu.getPreferredCanvasFormat() });
  const drawing = device.createCommandEncoder();
  drawing
    .beginRenderPass({
      colorAttachments: [
        {
          view: context.getCurrentTexture().createView(),
          clearValue: [0, 1, 0, 1],
          loadOp: 'clear',
          storeOp: 'store',
        },
      ],
    })
    .end();
  device.queue.submit([drawing.finish()]);
  await device.queue.onSubmittedWorkDone();

  const { vendor, architecture, device: model, description, isFallbackAdapter } = adapter.info;
  const name = description || [vendor, architecture, model].filter(Boolean).join(' ') || 'unnamed adapter';
  return isFallbackAdapter ? `${name} (software)` : name;
}

/** Runs in the page: decodes a PNG. @param {string} png base64 @returns {Promise<number[]>} */
async function middlePixel(png) {
  const bytes = Uint8Array.from(atob(png), (letter) => letter.charCodeAt(0));
  const picture = await createImageBitmap(new Blob([bytes], { type: 'image/png' }));
  const context = new OffscreenCanvas(picture.width, picture.height).getContext('2d');
  if (!context) throw new Error('no 2D canvas');
  context.drawImage(picture, 0, 0);
  return [...context.getImageData(picture.width >> 1, picture.height >> 1, 1, 1).data];
}

/** @template T @param {number} milliseconds @param {Promise<T>} promise @returns {Promise<T>} */
async function within(milliseconds, promise) {
  /** @type {NodeJS.Timeout | undefined} */
  let timer;
  const tooLate = new Promise((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer in ${milliseconds / 1000} s`)), milliseconds);
  });
  try {
    return await Promise.race([promise, /** @type {Promise<never>} */ (tooLate)]);
  } finally {
    clearTimeout(timer);
  }
}

/** @param {unknown} error */
function firstLine(error) {
  const { message } = /** @type {Error} */ (error);
  return message.replace(/^(browserType|page|locator)\.\w+: /, '').split('\n', 1)[0] ?? message;
}
