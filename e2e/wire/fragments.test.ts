import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { answerCapture, type AnswerOptions } from '../../src/cli/answers.ts';
import { cliTexts } from '../../src/cli/texts.ts';
import { pcapng } from '../../src/sim/packet/pcapng.ts';
import { simulate } from '../../src/sim/simulate.ts';
import { faults, lacking, dissect } from './tshark.ts';

const why = lacking();
const folder = mkdtempSync(join(tmpdir(), 'packetwalk-fragments-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function pod(name: string, node: string, ips: readonly string[]): string {
  return `---
apiVersion: v1
kind: Pod
metadata: {name: ${name}, annotations: {packetwalk.dev/listen: "9000/UDP"}}
spec: {nodeName: ${node}, containers: [{name: main, image: example.test/x}]}
status: {podIP: "${ips[0]}", podIPs: [${ips.map((ip) => `{ip: "${ip}"}`).join(', ')}]}
`;
}

function cluster(fault: string): string {
  return `kind: Cluster
apiVersion: kind.x-k8s.io/v1alpha4
networking: {ipFamily: dual}
nodes: [{role: control-plane}, {role: worker}, {role: worker}]
---
apiVersion: packetwalk.dev/v1alpha1
kind: Playground
cni: flannel
faults: [${fault}]
${pod('client', 'kind-worker', ['10.244.1.2', 'fd00:10:244:1::2'])}${pod('far', 'kind-worker2', ['10.244.2.2', 'fd00:10:244:2::2'])}`;
}

const datagram = { from: 'default/client', port: 9000, proto: 'udp', bytes: 2000 } as const;

interface Row {
  readonly name: string;
  readonly fault: string;
  readonly question: AnswerOptions;
  /** The interface that is read by itself: what passes several is there several times. */
  readonly device: string;
  /** Bytes behind the IP header of what tshark puts together, in order. Nobody answers the datagrams. */
  readonly whole: readonly number[];
}

const rows: readonly Row[] = [
  {
    name: 'a datagram',
    fault: '',
    question: { ...datagram, to: '10.244.2.2' },
    device: 'default/client:eth0',
    whole: [2008],
  },
  {
    name: 'a ping',
    fault: '',
    question: { from: 'default/client', to: '10.244.2.2', tool: 'ping', bytes: 8000 },
    device: 'default/far:eth0',
    whole: [8008, 8008],
  },
  {
    name: 'a datagram of IPv6',
    fault: '',
    question: { ...datagram, to: 'fd00:10:244:2::2' },
    device: 'default/client:eth0',
    whole: [2008],
  },
  {
    name: 'pieces inside a tunnel',
    fault: '',
    question: { ...datagram, to: '10.244.2.2' },
    device: 'node/kind-worker:eth0',
    whole: [2008],
  },
  {
    name: 'the tunnel’s own packets',
    fault: '{fault: mtu, interface: eth0, mtu: 1400}',
    question: { from: 'default/client', to: '10.244.2.2', tool: 'ping', bytes: 1400 },
    device: 'node/kind-worker:eth0',
    whole: [1458, 1458],
  },
];

describe.skipIf(why !== undefined)('tshark puts fragments together', () => {
  it.each([...rows])('$name', ({ name, fault, question, device, whole }) => {
    const simulation = simulate({ files: [{ name: 'cluster.yaml', text: cluster(fault) }] });
    expect(simulation.diagnostics.filter(({ severity }) => severity === 'error')).toEqual([]);
    const capture = answerCapture(simulation, question, cliTexts('en'));
    const on = capture.devices.findIndex((d) => d.name === device);
    expect(on, name).toBeGreaterThanOrEqual(0);
    const frames = capture.frames.filter((f) => f.device === on).map((f) => ({ ...f, device: 0 }));
    const file = join(folder, 'walk.pcapng');
    writeFileSync(file, pcapng({ ...capture, devices: capture.devices.slice(on, on + 1), frames }));
    expect(reassembled(file)).toEqual(whole);
    expect(dissect(file, true).flatMap(faults)).toEqual([]);
  });
});

function reassembled(file: string): readonly number[] {
  const columns = ['ip.reassembled.length', 'ipv6.reassembled.length'].flatMap((name) => ['-e', name]);
  const text = execFileSync(
    'tshark',
    ['-n', '-r', file, '-d', 'udp.port==8472,vxlan', '-T', 'fields', '-E', 'separator=|', ...columns],
    { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] },
  );
  return text
    .split('\n')
    .flatMap((line) => line.split('|'))
    .filter((cell) => cell !== '')
    .map(Number);
}
