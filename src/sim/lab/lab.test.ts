import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { NetnsConfig } from '../net/config.ts';
import type { World } from '../net/world.ts';
import { simulate } from '../simulate.ts';
import { labScript } from './lab.ts';
import { labName } from './names.ts';
import { commentText, hereDocument, word } from './shell-text.ts';

const hasBash = spawnSync('bash', ['-c', 'true']).status === 0;

const CLUSTER = `apiVersion: packetwalk.dev/v1alpha1
kind: Playground
cni: flannel
external: [{name: laptop, ip: 172.18.0.100}]
---
apiVersion: v1
kind: Pod
metadata: {name: web, labels: {app: web}}
spec: {nodeName: kind-worker, containers: [{name: c, image: nginx}]}
---
apiVersion: v1
kind: Service
metadata: {name: web}
spec: {type: NodePort, selector: {app: web}, ports: [{name: http, port: 80, nodePort: 30080}]}
`;
const worldOf = (text: string): World => simulate({ files: [{ name: 'app.yaml', text }] }).world;

it('asks for what the ipvs mode needs, and builds it where the kernel has it', () => {
  const mode =
    'apiVersion: kind.x-k8s.io/v1alpha4\nkind: Cluster\nnodes: [{role: control-plane}, {role: worker}]\nnetworking: {kubeProxyMode: ipvs}\n---\n';
  const script = labScript(worldOf(mode + CLUSTER));
  for (const line of [
    /^\s*ask dummy .* ip link add try0 type dummy$/m,
    /^\s*ask ip_vs .* ipvsadm -Ln$/m,
    /link add kube-ipvs0 index 3 address \S+ mtu 1500 txqueuelen 0 type dummy/,
    /addr(ess)? add \S+\/32 dev kube-ipvs0/,
    /ipvsadm -R/,
    /^-A -t 10\.96\.0\.1:443 -s rr$/m,
    /net\.ipv4\.vs\.conntrack=1/,
  ]) {
    expect(script).toMatch(line);
  }
  expect(script).not.toMatch(/link set kube-ipvs0 up/);
});

it('draws keys for WireGuard, and tells each device of its peers’', () => {
  const world = worldOf(
    CLUSTER.replace('cni: flannel', 'cni: {name: flannel, options: {backend: wireguard}}'),
  );
  const script = labScript(world);
  const count = [...world.netns.values()].filter(({ links }) =>
    links.some(({ kind }) => kind === 'wireguard'),
  ).length;
  expect(script).toContain(`for number in {0..${count - 1}}; do SECRET[number]=$(wg genkey);`);
  expect(script).toMatch(
    /^\s*ask wireguard .* 'wg genkey >\/dev\/null && ip link add try0 type wireguard'$/m,
  );
  const sets = script.split('\n').filter((line) => line.includes(' wg set flannel-wg '));
  expect(sets).toHaveLength(count);
  expect(sets[0]).toContain(
    'listen-port 51820 private-key <(echo "${SECRET[0]}") peer "${PUBLIC[1]}" endpoint ',
  );
  for (const { links } of world.netns.values()) {
    for (const link of links) {
      // A key of the simulated cluster has no private half.
      if (link.kind === 'wireguard') expect(script).not.toContain(link.publicKey);
    }
  }
});

describe('words and documents', () => {
  it.each([
    ['kind-worker', 'kind-worker'],
    ["it's", `'it'\\''s'`],
    ['$(id)', `'$(id)'`],
    ['', `''`],
    ['a b', `'a b'`],
  ])('%j is %s', (text, quoted) => {
    expect(word(text)).toBe(quoted);
  });

  it('keeps a comment on its line', () => {
    expect(commentText('a\nb\u2028c\rd\u0000e')).toBe('a b c d e');
  });

  it('ends a document with a mark that no line is', () => {
    expect(hereDocument('cat', ['RULES\nRULES_2', 'x'], 'RULES')).toEqual([
      `cat <<'RULES_3'`,
      'RULES',
      'RULES_2',
      'x',
      'RULES_3',
    ]);
  });

  it('gives every place a name of its own', () => {
    const places = [
      'a/b.c',
      'a/b_c',
      'a/b c',
      'a/b$c',
      'a/b/c',
      'a.b/c',
      `x/${'y'.repeat(300)}`,
      `x/${'y'.repeat(301)}`,
    ];
    const names = places.map(labName);
    expect(new Set(names).size).toBe(places.length);
    for (const name of names) expect(name).toMatch(/^[A-Za-z0-9._-]{1,200}$/);
  });
});

describe('the script', () => {
  const script = labScript(worldOf(CLUSTER), { title: 'a web server' });

  it('is the same for the same cluster', () => {
    expect(labScript(worldOf(CLUSTER), { title: 'a web server' })).toBe(script);
  });

  it.each([
    ['sets its mode', 'set -euo pipefail'],
    ['names the namespaces', '[node/kind-worker]=node.kind-worker'],
    [
      'asks for what it needs',
      "ask vxlan 'vxlan devices, and the routes through them' ip link add try0 type vxlan",
    ],
    ['says why a device is there', '# flannel, Pod default/web'],
    [
      'loads the very rules that show prints',
      '-A KUBE-NODEPORTS -p tcp -m comment --comment "default/web:http"',
    ],
    ['starts the listeners', 'listen_in default/web tcp,http,'],
    ['leaves out what needs a device that is not there', 'if has vxlan; then'],
  ])('%s', (_, text) => {
    expect(script).toContain(text);
  });

  it('says that it has no eBPF programs, and makes their devices all the same', () => {
    const cni = '{name: cilium, options: {kubeProxyReplacement: "true"}}';
    const text = labScript(worldOf(CLUSTER.replace('cni: flannel', `cni: ${cni}`)), { title: 'programs' });
    expect(text).toMatch(/ask bpf '.*' false/);
    expect(text).toContain('type vxlan external dstport 8472 nolearning');
    expect(text).toContain('link set cilium_host arp off up');
    expect(text).toMatch(/via 10\.244\.1\.1 dev cilium_host src 10\.244\.1\.1 proto kernel mtu 1450/);
    expect(script).not.toContain('ask bpf');
  });

  it.skipIf(!hasBash)('is bash', () => {
    expect(spawnSync('bash', ['-n'], { input: script }).stderr.toString()).toBe('');
  });
});

/** Every string of a configuration that anybody could have chosen, with an attempt to run a command in it. */
function hostile(world: World, canary: string): World {
  const attack = `x'"\`touch ${canary}\`$(touch ${canary})\nRULES\nLINES\nPROGRAM\n); touch ${canary}; #`;
  const netns = new Map<string, NetnsConfig>();
  for (const [id, config] of world.netns) {
    const origin = { object: { kind: attack, namespace: attack, name: attack }, by: attack };
    const links = config.links.map((link) => ({
      ...link,
      origin,
      ...(link.kind === 'veth' ? { peer: { ...link.peer, netns: `${link.peer.netns}${attack}` } } : {}),
    })) as NetnsConfig['links'];
    const filter = new Map(config.iptables?.filter ?? []);
    filter.set('FORWARD', {
      policy: 'ACCEPT',
      rules: [{ matches: [{ match: 'comment', text: attack }], target: { target: 'ACCEPT' } }],
    });
    netns.set(`${id}${attack}`, {
      ...config,
      id: `${id}${attack}`,
      origin,
      links,
      addresses: config.addresses.map((a) => ({ ...a, origin })),
      routes: config.routes.map((r) => ({ ...r, origin })),
      listeners: config.listeners.map((l) => ({ ...l, process: attack, container: attack, origin })),
      ...(config.iptables === undefined ? {} : { iptables: { ...config.iptables, filter } }),
    });
  }
  return { ...world, netns };
}

describe.skipIf(!hasBash)('run with stand-ins for every tool', () => {
  /** Runs `up` and `down` with stand-ins for every tool, and tells what was touched and loaded. */
  function run(
    script: string,
    folder: string,
    lacks = 'nothing',
  ): { readonly status: number | null; readonly log: string; readonly said: string } {
    const bin = join(folder, 'bin');
    mkdirSync(bin);
    const stub = (name: string, body: string): void => {
      writeFileSync(join(bin, name), `#!/bin/sh\n${body}\n`);
      chmodSync(join(bin, name), 0o755);
    };
    const log = join(folder, 'log');
    writeFileSync(log, '');
    // Reads what it is given only where it is asked to, and writes down its words.
    for (const name of ['ip', 'bridge', 'sysctl', 'modprobe', 'python3', 'ipset']) {
      stub(
        name,
        `case "$*" in *"${lacks}"*) exit 1;; esac; echo "${name} $*" >>'${log}'; case "$*" in *batch*|*restore*) cat >>'${log}';; esac`,
      );
    }
    stub('id', 'echo 0');
    writeFileSync(join(folder, 'lab.sh'), script);
    const ran = spawnSync('bash', ['-c', 'bash lab.sh up && bash lab.sh status && bash lab.sh down'], {
      cwd: folder,
      env: { PATH: `${bin}:/usr/bin:/bin` },
    });
    return { status: ran.status, log: readFileSync(log, 'utf8'), said: ran.stderr.toString() };
  }

  it('names that try to break out run nothing', () => {
    const folder = mkdtempSync(join(tmpdir(), 'packetwalk-hostile-'));
    try {
      const canary = join(folder, 'broken-out');
      const script = labScript(hostile(worldOf(CLUSTER), canary), { title: `x\n$(touch ${canary})` });
      const { status, log } = run(script, folder);
      expect(existsSync(canary)).toBe(false);
      expect(status).toBe(0);
      // The stand-ins were asked for everything, so nothing was cut short either.
      expect(log).toContain('*nat');
      expect(log).toMatch(/route replace 0\.0\.0\.0\/0/);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('what a kernel lacks is said beforehand, and only that is left out', () => {
    const folder = mkdtempSync(join(tmpdir(), 'packetwalk-lacking-'));
    try {
      const { status, log, said } = run(labScript(worldOf(CLUSTER)), folder, 'type vxlan');
      expect(status).toBe(0);
      expect(said).toContain(
        'not built, for this kernel lacks it: vxlan devices, and the routes through them',
      );
      expect(log).not.toContain('dev flannel.1');
      expect(log).toContain('dev cni0');
      expect(log).toContain('*nat');
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('nothing is built where there are no bridges', () => {
    const folder = mkdtempSync(join(tmpdir(), 'packetwalk-lacking-'));
    try {
      const { status, log, said } = run(labScript(worldOf(CLUSTER)), folder, 'type bridge');
      expect(status).toBe(1);
      expect(said).toContain('nothing can be built');
      expect(log).not.toContain('route replace');
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
