/** Running commands on the machine, and asking whether it can carry the rig at all. */
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';

/** Runs a bash script that stops at its first failing line. */
export function bash(script: string, timeoutMs = 60_000): string {
  return execFileSync('bash', ['-euo', 'pipefail', '-c', script], {
    encoding: 'utf8',
    timeout: timeoutMs,
    maxBuffer: 64 * 1024 * 1024,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

export interface Ran {
  readonly status: number;
  readonly output: string;
}

/** Runs one command to its end, whatever its exit status, with standard error joined to its output. */
export function attempt(script: string, timeoutMs = 20_000): Ran {
  try {
    return { status: 0, output: bash(`exec 2>&1\n${script}`, timeoutMs) };
  } catch (error) {
    const failed = error as { status?: number | null; stdout?: string };
    return { status: failed.status ?? -1, output: failed.stdout ?? '' };
  }
}

export function background(command: string, args: readonly string[]): ChildProcess {
  return spawn(command, args, { stdio: ['pipe', 'pipe', 'pipe'] });
}

/** Ends a child and waits for it: first politely, so that tcpdump writes its file out. */
export function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((resolve) => {
    const force = setTimeout(() => child.kill('SIGKILL'), 3000);
    child.once('exit', () => {
      clearTimeout(force);
      resolve();
    });
    child.kill('SIGTERM');
  });
}

export const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

const TOOLS = ['ip', 'bridge', 'iptables-restore', 'conntrack', 'tshark', 'python3', 'nc', 'ping', 'curl'];

/** Why the rig cannot run here; undefined if it can. */
export function lacking(): string | undefined {
  if (process.platform !== 'linux') return `needs Linux, this is ${process.platform}`;
  if (process.getuid?.() !== 0) return 'needs root, to make network namespaces';
  const missing = TOOLS.filter((tool) => attempt(`command -v ${tool}`).status !== 0);
  if (missing.length > 0) return `lacks ${missing.join(', ')}`;
  const name = `pwk${process.pid.toString(36)}-try`;
  const made = attempt(
    `ip netns add ${name}; trap 'ip netns del ${name}' EXIT
     ip -n ${name} link add br0 type bridge; ip -n ${name} link add vx0 type vxlan id 1 dstport 8472 local 127.0.0.1
     ip netns exec ${name} iptables -t nat -A POSTROUTING -j MASQUERADE`,
  );
  return made.status === 0
    ? undefined
    : `cannot make a bridge, a vxlan device and nat rules: ${made.output.trim()}`;
}
