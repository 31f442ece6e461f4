/** The flannel cluster of scenario.yaml, set up by hand: an independent witness beside the lab's script. */
import type { ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { flannelNode } from './flannel.ts';
import { bareNode, HandRig, nodes, outside } from './hand-rig.ts';
import type { Rig } from './rig.ts';
import type { ServiceRules } from './rules.ts';
import { flannelTables, nodeTables } from './rules.ts';
import { attempt, background, bash, end } from './shell.ts';

const far = { ip: '10.244.2.2', port: 8080, node: 'kind-worker2' };
const service = (name: string, last: number, rest: Partial<ServiceRules>): ServiceRules => ({
  name,
  clusterIp: `10.96.20.${last}`,
  port: 80,
  proto: 'tcp',
  endpoints: [],
  ...rest,
});

const services: readonly ServiceRules[] = [
  service('far', 20, { nodePort: 30080, endpoints: [far] }),
  service('near', 21, { endpoints: [{ ip: '10.244.1.3', port: 8080, node: 'kind-worker' }] }),
  service('self', 22, { endpoints: [{ ip: '10.244.1.2', port: 8080, node: 'kind-worker' }] }),
  service('empty', 24, { nodePort: 30081 }),
  service('dgrams', 25, {
    port: 9000,
    proto: 'udp',
    endpoints: [{ ip: '10.244.2.3', port: 9000, node: 'kind-worker2' }],
  }),
  service('kept', 26, { nodePort: 30082, local: 'external', endpoints: [far] }),
  service('wrong', 28, { endpoints: [{ ...far, port: 9998 }] }),
  service('wrongudp', 28, { port: 9000, proto: 'udp', endpoints: [{ ...far, port: 9998 }] }),
  service('selfport', 30, {
    nodePort: 30083,
    endpoints: [{ ip: '10.244.1.2', port: 8080, node: 'kind-worker' }],
  }),
  service('inside', 27, { local: 'internal', endpoints: [far] }),
];

function buildByHand(rig: HandRig): string {
  const script = [outside(rig)];
  for (const node of nodes) script.push(bareNode(rig, node));
  for (const node of nodes) script.push(flannelNode(rig, node));
  for (const node of nodes) {
    const tables = nodeTables(node.name, services, flannelTables(node.podCidr));
    script.push(`ip netns exec ${rig.netns(`node/${node.name}`)} iptables-restore <<'RULES'\n${tables}RULES`);
  }
  return script.join('\n');
}

async function listener(rig: HandRig, place: string, listen: readonly string[]): Promise<ChildProcess> {
  const script = fileURLToPath(new URL('./listen.py', import.meta.url));
  const child = background('ip', ['netns', 'exec', rig.netns(place), 'python3', script, ...listen]);
  await new Promise<void>((resolve, reject) => {
    child.stdout?.once('data', () => resolve());
    child.once('exit', () => reject(new Error(`listener of ${place} ended`)));
  });
  return child;
}

export function flannelByHand(): Rig {
  const rig = new HandRig('hand');
  const script = buildByHand(rig);
  const children: ChildProcess[] = [];
  return {
    places: rig.places,
    interfaces: rig.interfaces,
    netns: (place) => rig.netns(place),
    switch: { netns: rig.netns('external/switch'), bridges: ['br0', 'br1'] },
    up: async () => {
      bash(script, 120_000);
      for (const { place, listen } of rig.listeners) children.push(await listener(rig, place, listen));
    },
    down: async () => {
      await Promise.all(children.map(end));
      attempt(rig.down());
    },
  };
}
