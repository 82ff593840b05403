// @ts-check
// How a Chromium gets onto a machine that has none: a pure plan, and its steps run without a question.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * @typedef {{say: string, command: string[], seconds: number}} Step  one command with its time limit
 * @typedef {{platform: NodeJS.Platform, distribution: string, root: boolean, ci: boolean}} Machine
 *   distribution: ID of os-release, '' outside Linux
 */

const playwrightCli = join(dirname(dirname(fileURLToPath(import.meta.url))), 'node_modules/playwright/cli.js');

/** @param {string} command what apt-get shall do */
const apt = (command) => ['apt-get', '-y', '-q', '-o', 'DPkg::Lock::Timeout=120', ...command.split(' ')];

/**
 * The commands by which a distribution's package manager installs Chromium, in order; null where it
 * has none to offer. Ubuntu's chromium is a stub that asks for snap, so it is not among them.
 *
 * @param {string} distribution
 * @returns {string[][] | null}
 */
function packageManager(distribution) {
  switch (distribution) {
    case 'debian':
      return [apt('update'), apt('install --no-install-recommends chromium')];
    case 'fedora':
      return [['dnf', 'install', '-y', 'chromium']];
    case 'alpine':
      return [['apk', 'add', 'chromium']];
    case 'arch':
      return [['pacman', '-Sy', '--noconfirm', 'chromium']];
    default:
      return null;
  }
}

/**
 * What to try, in order; a Chromium is looked for again after each group of steps. Debian's package
 * comes before Playwright's download, because it brings the system's libraries with it.
 *
 * @param {Machine} machine
 * @returns {Step[][]}
 */
export function installPlan({ platform, distribution, root, ci }) {
  /** @type {Step[]} */
  const download = [
    {
      say: "Playwright's download",
      command: [process.execPath, playwrightCli, 'install', 'chromium', '--no-shell'],
      seconds: 60,
    },
  ];
  const commands = platform === 'linux' ? packageManager(distribution) : null;
  // A person is not asked for a password; a CI machine either needs none or fails at once.
  if (!commands || !(root || ci)) return [download];
  const system = commands.map((command) => ({
    say: `${distribution}'s package`,
    command: root ? command : ['sudo', '-n', ...command],
    seconds: 480,
  }));
  return distribution === 'debian' ? [system, download] : [download, system];
}

/**
 * The command a person can type when nothing of the plan worked.
 *
 * @param {Machine} machine
 */
export function commandToType({ platform, distribution, root }) {
  if (platform === 'darwin') return 'brew install --cask google-chrome';
  if (platform === 'win32') return 'winget install Google.Chrome';
  const commands = packageManager(distribution);
  if (!commands) return 'npx playwright install --with-deps chromium';
  return commands
    .map((command) => (root ? command : ['sudo', ...command]).filter((word) => !/^-q$|Lock|^-o$/.test(word)).join(' '))
    .join(' && ');
}

/** @returns {Machine} */
export function thisMachine() {
  let distribution = '';
  try {
    distribution = /^ID="?([\w-]+)/m.exec(readFileSync('/etc/os-release', 'utf8'))?.[1] ?? '';
  } catch {
    // not Linux, or one that does not say
  }
  return {
    platform: process.platform,
    distribution,
    root: process.getuid?.() === 0,
    ci: Boolean(process.env['CI']),
  };
}

/**
 * Runs steps one after the other until one fails; their output is the caller's.
 *
 * @param {Step[]} steps
 */
export function runSteps(steps) {
  for (const { say, command, seconds } of steps) {
    const [program, ...args] = command;
    console.log(`chromium: installing through ${say}: ${command.join(' ')} (at most ${seconds} s)`);
    const { status, error, signal } = spawnSync(/** @type {string} */ (program), args, {
      stdio: ['ignore', 'inherit', 'inherit'],
      timeout: seconds * 1000,
      killSignal: 'SIGKILL',
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    });
    if (status !== 0) {
      console.log(`chromium: that did not work (${error?.message ?? (signal ? `ended by ${signal}` : `exit code ${status}`)})`);
      return;
    }
  }
}
