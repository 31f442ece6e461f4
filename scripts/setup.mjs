/**
 * Gets what the tests need beyond npm's packages: a Chromium and, as root on Debian, the network tools of the kernel
 * and wire suites. Does nothing where they are there already. Says plainly what it could not get.
 */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

const NETWORK_TOOLS = {
  ip: 'iproute2',
  iptables: 'iptables',
  nft: 'nftables',
  ipset: 'ipset',
  conntrack: 'conntrack',
  tcpdump: 'tcpdump',
  tshark: 'tshark',
  capinfos: 'tshark',
  sysctl: 'procps',
  ping: 'iputils-ping',
  nc: 'netcat-openbsd',
  curl: 'curl',
  python3: 'python3',
};

const has = (command) => spawnSync('sh', ['-c', `command -v ${command}`], { stdio: 'ignore' }).status === 0;
const isRoot = process.getuid?.() === 0;
const isDebian = existsSync('/etc/debian_version');

function aptInstall(packages) {
  if (packages.length === 0) return true;
  if (!isRoot || !isDebian) return false;
  console.log(`setup: installing ${packages.join(' ')}`);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const run = (args) => spawnSync('apt-get', args, { stdio: ['ignore', 'ignore', 'inherit'], env }).status === 0;
  return run(['update', '-qq']) && run(['install', '-y', '-qq', '--no-install-recommends', ...packages]);
}

/** Path of a Chromium: CHROMIUM_PATH, Playwright's own, or the system's. Undefined where there is none. */
async function findChromium() {
  const { chromium } = await import('playwright');
  const candidates = [process.env.CHROMIUM_PATH, chromium.executablePath(), '/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
  return candidates.find((path) => path && existsSync(path));
}

/** Ensures browser and tools; returns the browser's path. Exits with 1 where no browser can be had. */
export async function setUp() {
  const missing = [...new Set(Object.entries(NETWORK_TOOLS).filter(([command]) => !has(command)).map(([, pkg]) => pkg))];
  const fonts = spawnSync('sh', ['-c', 'fc-list :lang=ko | grep -q .']).status === 0 ? [] : ['fonts-noto-cjk', 'fontconfig'];
  let browser = await findChromium();
  if (browser === undefined && !(isRoot && isDebian)) {
    spawnSync('npx', ['playwright', 'install', 'chromium'], { stdio: 'inherit' });
    browser = await findChromium();
  }
  const wanted = [...(process.platform === 'linux' ? [...missing, ...fonts] : []), ...(browser === undefined ? ['chromium'] : [])];
  if (wanted.length > 0 && !aptInstall(wanted)) console.log(`setup: could not install ${wanted.join(' ')}`);
  browser ??= await findChromium();
  if (browser === undefined) {
    console.error('setup: no Chromium: install one and set CHROMIUM_PATH');
    process.exit(1);
  }
  return browser;
}

if (process.argv[1] === new URL(import.meta.url).pathname) await setUp();
