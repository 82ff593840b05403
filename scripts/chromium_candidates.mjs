// @ts-check
// Where a Chromium may be, and the command lines under which one may have WebGPU: pure lists, in the
// order they are tried.
import { posix, win32 } from 'node:path';

/** Keep the browser from calling home during a test. */
const quiet = [
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--no-first-run',
];

/**
 * The command lines to try: the machine's own GPU first, then SwiftShader, Chromium's software GPU.
 * All of SwiftShader's flags are needed: with fewer, compute works but drawing a WebGPU canvas kills
 * the GPU process.
 *
 * @param {{platform: NodeJS.Platform, root: boolean}} machine
 * @returns {{name: string, args: string[]}[]}
 */
export function flagSets({ platform, root }) {
  // Chromium refuses to run its sandbox as root, and only then is it given up.
  const common = [...(root ? ['--no-sandbox'] : []), ...quiet, '--enable-unsafe-webgpu'];
  // On Linux Chromium leaves Vulkan, the only way to a GPU there, switched off.
  const hardware = platform === 'linux' ? ['--enable-features=Vulkan', '--use-angle=vulkan'] : [];
  return [
    { name: 'hardware', args: [...common, ...hardware] },
    {
      name: 'software',
      args: [
        ...common,
        '--use-webgpu-adapter=swiftshader',
        '--enable-features=Vulkan',
        '--use-vulkan=swiftshader',
        '--use-angle=swiftshader',
      ],
    },
  ];
}

/**
 * Paths that may be a Chromium, best first: the one asked for, Playwright's own, the system's.
 *
 * @param {{platform: NodeJS.Platform, env: Record<string, string | undefined>, playwright: string | null}} machine
 * @returns {string[]}
 */
export function candidatePaths({ platform, env, playwright }) {
  const paths = [env['CHROMIUM_PATH'] ?? '', playwright ?? ''];
  if (platform === 'darwin') {
    for (const folder of ['/Applications', posix.join(env['HOME'] ?? '/', 'Applications')]) {
      for (const name of ['Google Chrome', 'Chromium', 'Microsoft Edge', 'Google Chrome Canary']) {
        paths.push(`${folder}/${name}.app/Contents/MacOS/${name}`);
      }
    }
  } else if (platform === 'win32') {
    for (const folder of [env['PROGRAMFILES'], env['PROGRAMFILES(X86)'], env['LOCALAPPDATA']]) {
      if (!folder) continue;
      for (const name of ['Google\\Chrome', 'Chromium']) {
        paths.push(win32.join(folder, name, 'Application', 'chrome.exe'));
      }
      paths.push(win32.join(folder, 'Microsoft\\Edge', 'Application', 'msedge.exe'));
    }
  } else {
    const names = [
      'chromium',
      'chromium-browser',
      'google-chrome-stable',
      'google-chrome',
      'google-chrome-beta',
      'microsoft-edge-stable',
    ];
    const folders = [...(env['PATH'] ?? '').split(':'), '/usr/bin', '/usr/local/bin', '/snap/bin'];
    for (const name of names) for (const folder of folders) if (folder) paths.push(posix.join(folder, name));
    paths.push('/opt/google/chrome/chrome');
  }
  return [...new Set(paths.filter((path) => path !== ''))];
}
