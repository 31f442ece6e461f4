/** What the card of a pod's runtime says: where each fact stands, what is known and from where, and its words in both languages. */
import { describe, expect, it, test } from 'vitest';
import { runtime as en } from '../i18n/runtime.en.ts';
import { runtime as ko } from '../i18n/runtime.ko.ts';
import { layerWords, limitWords, namesOf, packetWords, runtimeWords } from '../i18n/runtime-text.ts';
import { podRuntime, type PodRuntime } from './pod-runtime.ts';
import { simulate } from './simulate.ts';

const CLASSES = `apiVersion: node.k8s.io/v1
kind: RuntimeClass
metadata: {name: gvisor}
handler: runsc
---
apiVersion: node.k8s.io/v1
kind: RuntimeClass
metadata: {name: kata}
handler: kata-fc
overhead:
  podFixed:
    memory: 0.125Gi
    cpu: 250m
scheduling:
  nodeSelector:
    sandbox: "yes"
  tolerations:
    - {key: sandbox, operator: Exists, effect: NoSchedule}
---
`;
const POD = (name: string, spec: string): string =>
  `apiVersion: v1\nkind: Pod\nmetadata: {name: ${name}}\nspec:\n  containers: [{name: c, image: nginx}]\n${spec}---\n`;
const NODE = (version: string, handlers: string): string =>
  `apiVersion: v1\nkind: Node\nmetadata: {name: one, labels: {sandbox: "yes"}}\nstatus: {nodeInfo: {containerRuntimeVersion: "${version}"}, runtimeHandlers: ${handlers}}\n---\n`;
const ALL =
  '[{name: ""}, {name: runc}, {name: crun}, {name: runsc}, {name: kata}, {name: kata-clh}, {name: kata-fc}, {name: nvidia}]';

function told(text: string, pod: string): PodRuntime {
  const found = podRuntime(simulate({ files: [{ name: 'a.yaml', text }] }), pod);
  if (found === undefined) throw new Error(`no pod ${pod}`);
  return found;
}
const line = (range: { readonly line: number } | undefined): number | undefined => range?.line;

describe('where it is chosen', () => {
  const text = `${CLASSES}${POD('a', '  runtimeClassName: kata\n')}${NODE('containerd://2.1.4', ALL)}`;
  const card = told(text, 'default/a');

  it('the pod’s line, the class’, the node’s', () => {
    expect([line(card.runtimeClass?.chosen), line(card.runtimeClass?.range)]).toEqual([25, 9]);
    expect(card).toMatchObject({ handler: 'kata-fc', node: 'one', knownBy: 'name' });
    expect(card.containerRuntime).toMatchObject({ name: 'containerd', version: '2.1.4', by: 'node' });
    expect(card.containerRuntime.handlers?.names).toEqual([
      'runc',
      'crun',
      'runsc',
      'kata',
      'kata-clh',
      'kata-fc',
      'nvidia',
    ]);
    expect(line(card.containerRuntime.handlers?.range)).toBe(30);
  });

  it('what the class adds, each at its line', () => {
    expect(card.overhead.map((one) => [one.text, line(one.range)])).toEqual([
      ['memory: 128Mi', 12],
      ['cpu: 250m', 13],
    ]);
    expect(card.scheduling.map((one) => [one.text, line(one.range)])).toEqual([
      ['nodeSelector sandbox=yes', 16],
      ['toleration sandbox:NoSchedule op=Exists', 18],
    ]);
  });

  it('the pod’s device and the other end of its pair, as the world has them', () => {
    const s = simulate({ files: [{ name: 'a.yaml', text }] });
    const own = s.world.netns.get('default/a');
    expect(card.network.addresses).toEqual(own?.addresses.filter((a) => a.dev === 'eth0').map((a) => a.ip));
    const hostEnd = s.world.netns.get('node/one')?.links.find(({ name }) => name === card.network.hostDevice);
    expect(hostEnd).toMatchObject({ kind: 'veth', peer: { netns: 'default/a', name: 'eth0' } });
    expect(card.network.mac).toBe(own?.links.find(({ name }) => name === 'eth0')?.mac);
  });
});

describe('the configuration', () => {
  const config = (version: string, handler: string): PodRuntime['config'] =>
    told(
      `${CLASSES.replace('handler: runsc', `handler: ${handler}`)}${POD('a', '  runtimeClassName: gvisor\n')}${NODE(version, ALL)}`,
      'default/a',
    ).config;

  test.each([
    ['containerd://2.1.4', 'runsc', `[plugins.'io.containerd.cri.v1.runtime'.containerd.runtimes.runsc]`],
    ['containerd://1.7.27', 'runsc', `[plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runsc]`],
    ['cri-o://1.34.1', 'runsc', '[crio.runtime.runtimes.runsc]'],
    ['cri-o://1.34.1', 'kata-clh', '[crio.runtime.runtimes.kata-clh]'],
  ])('%s, %s, as documented', (version, handler, first) => {
    const { lines, written } = config(version, handler);
    expect([lines[0], written]).toEqual([first, false]);
  });

  it('Firecracker has a block device’s snapshotter, others have not', () => {
    const snapshotter = (handler: string) =>
      config('containerd://2.1.4', handler).lines.includes('  snapshotter = "devmapper"');
    expect([snapshotter('kata-fc'), snapshotter('kata-clh')]).toEqual([true, false]);
  });

  it('as it is written in kind’s patch', () => {
    const patch =
      '[plugins."io.containerd.grpc.v1.cri".containerd.runtimes.safe]\nruntime_type = "io.containerd.runsc.v1"';
    const text = `apiVersion: kind.x-k8s.io/v1alpha4\nkind: Cluster\ncontainerdConfigPatches: [${JSON.stringify(patch)}]\n---\n${CLASSES.replace('runsc', 'safe')}${POD('a', '  runtimeClassName: gvisor\n')}`;
    const card = told(text, 'default/a');
    expect(card.config).toEqual({
      file: '/etc/containerd/config.toml',
      lines: patch.split('\n'),
      written: true,
    });
    expect(card).toMatchObject({ sandbox: { kind: 'gvisor' }, knownBy: 'type' });
    expect(card.containerRuntime.by).toBe('kind');
  });
});

describe('the node’s default', () => {
  test.each([
    ['containerd://2.1.4', 'runc'],
    ['cri-o://1.34.1', 'crun'],
    ['cri-o://1.30.2', 'runc'],
  ])('of %s is %s', (version, handler) => {
    const card = told(`${POD('a', '')}${NODE(version, ALL)}`, 'default/a');
    expect(card).toMatchObject({ handler, sandbox: { kind: handler }, layers: ['app', 'host'] });
    expect(card.runtimeClass).toBeUndefined();
  });
});

describe('what the pod asks for and cannot have', () => {
  const asked = (spec: string, className = 'gvisor') =>
    told(`${CLASSES}${POD('a', `  runtimeClassName: ${className}\n${spec}`)}`, 'default/a')
      .limits.filter((one) => one.asked !== undefined)
      .map((one) => [one.limit, one.asked?.text, line(one.asked?.range)]);

  test.each([
    ['  hostNetwork: true\n', 'host-network', 'spec.hostNetwork'],
    ['  hostPID: true\n', 'host-processes', 'spec.hostPID'],
    ['  hostIPC: true\n', 'host-processes', 'spec.hostIPC'],
    [
      '  securityContext: {seLinuxOptions: {type: spc_t}}\n',
      'selinux',
      'spec.securityContext.seLinuxOptions',
    ],
  ])('%s', (spec, limit, field) => {
    expect(asked(spec)).toEqual([[limit, field, 26]]);
  });

  it('of a container', () => {
    const spec =
      '  initContainers:\n  - name: i\n    image: nginx\n    securityContext: {privileged: true}\n';
    expect(asked(spec)).toEqual([['privileged', 'spec.initContainers[0].securityContext.privileged', 29]]);
    expect(asked(spec.replace('true', 'false'))).toEqual([]);
  });

  it('of Firecracker alone: a directory of the node', () => {
    const spec = '  volumes: [{name: v, hostPath: {path: /srv}}]\n  nodeName: kind-worker\n';
    expect(asked(spec, 'kata').map(([limit]) => limit)).toEqual(['host-path']);
    expect(asked(spec)).toEqual([]);
  });
});

it('a pod that a controller made is read from its template', () => {
  const text = `${CLASSES}apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      runtimeClassName: gvisor
      containers: [{name: c, image: nginx}]
`;
  const s = simulate({ files: [{ name: 'a.yaml', text }] });
  const pod = s.cluster.pods.find((one) => one.name.startsWith('web-'))?.name ?? '';
  const card = podRuntime(s, `default/${pod}`);
  expect([card?.sandbox?.kind, line(card?.runtimeClass?.chosen)]).toEqual(['gvisor', 28]);
});

it('a node without the handler: no layers are claimed beyond what would be, and the kubelet’s words', () => {
  const text = `${CLASSES}${POD('a', '  runtimeClassName: gvisor\n')}${NODE('containerd://2.1.4', '[{name: runc}]')}`;
  expect(told(text, 'default/a').refusal).toBe(
    'unable to get OCI runtime for sandbox "…": no runtime for "runsc" is configured',
  );
});

it('a pod without a node has no layers, and no configuration that nobody wrote', () => {
  const card = told(
    `${CLASSES}${POD('a', '  runtimeClassName: gvisor\n  nodeSelector: {no-such: node}\n')}`,
    'default/a',
  );
  expect(card).toMatchObject({ handler: 'runsc', layers: [], config: { lines: [], written: false } });
  expect(card.node).toBeUndefined();
  for (const t of [en, ko]) {
    expect(layerWords(card, t)).toEqual([]);
    expect(packetWords(card, namesOf(card, t), t)).toEqual({ same: [], other: [] });
  }
});

describe('on the host’s network', () => {
  const handlers = ['runc', 'runsc', 'kata', 'kata-fc'];
  test.each(handlers)('%s: nothing of the node’s is said to be the sandbox’s', (handler) => {
    const text = `${CLASSES.replace('runsc', handler)}${POD('a', '  runtimeClassName: gvisor\n  hostNetwork: true\n')}`;
    const card = told(text, 'default/a');
    const [address = ''] = card.network.addresses;
    expect(address).toMatch(/^172\.18\./);
    for (const t of [en, ko]) {
      const said = layerWords(card, t).map(({ lanes }) => lanes.packets);
      expect(said.join(' ')).not.toMatch(/eth0|tap0_kata|AF_PACKET|virtio-net/);
      expect(said.filter((one) => one.includes(address))).toEqual(handler === 'runc' ? [said[1]] : []);
      expect(packetWords(card, namesOf(card, t), t).reach).toBeUndefined();
    }
  });

  it('runc: the addresses are the node’s', () => {
    const card = told(POD('a', '  hostNetwork: true\n'), 'default/a');
    expect(layerWords(card, en)[1]?.lanes.packets).toMatch(
      /in the node’s own network namespace.* 172\.18\.0\.\d+ is the node’s\.$/,
    );
  });
});

describe('what runs the node', () => {
  test.each([
    ['containerd://2.1.4', 'containerd 2.1.4', undefined],
    ['docker://20.10', 'docker://20.10', en.runtimeNotKnown],
    ['', 'containerd', en.versionUnknown.assumed],
  ])('%s', (version, name, note) => {
    const card = told(`${POD('a', '')}${NODE(version, ALL)}`, 'default/a');
    expect(runtimeWords(card, en)).toEqual({ name, ...(note !== undefined && { note }) });
    expect(card.config.lines.length > 0).toBe(note !== en.runtimeNotKnown);
    expect(card.sources.some((url) => url.includes('containerd/'))).toBe(note !== en.runtimeNotKnown);
  });
});

describe('words', () => {
  const handlers = ['runc', 'crun', 'runsc', 'kata', 'kata-clh', 'kata-qemu', 'kata-dragonball', 'kata-fc'];
  const rows = handlers.flatMap((handler) => [
    ['en', handler, ''] as const,
    ['ko', handler, ''] as const,
    ['ko', handler, '  hostNetwork: true\n'] as const,
  ]);
  test.each(rows)('%s: %s %s', (lang, handler, spec) => {
    const t = { en, ko }[lang];
    const text = `${CLASSES.replace('runsc', handler)}${POD('a', `  runtimeClassName: gvisor\n${spec}`)}`;
    const card = told(text, 'default/a');
    const layers = layerWords(card, t);
    expect(layers.map(({ layer }) => layer)).toEqual(card.layers);
    expect(layers.filter(({ crossing }) => crossing !== undefined)).toHaveLength(card.layers.length - 1);
    const { same, other } = packetWords(card, namesOf(card, t), t);
    const said = [
      ...layers.flatMap(({ title, what, lanes, crossing }) => [
        title,
        what,
        ...Object.values(lanes),
        ...(crossing === undefined ? [] : [crossing.text]),
      ]),
      ...same,
      ...other,
      ...limitWords(card, t).map((one) => one.text),
    ];
    for (const sentence of said) {
      expect(sentence).not.toMatch(/undefined|NaN|\[object|^\s*$/);
      if (lang === 'ko') expect(sentence).not.toMatch(/[은이을과]\([는가를와]\)|\(으\)로/);
    }
    expect(limitWords(card, t)).toHaveLength(card.limits.length);
  });

  it('of a handler that nobody knows: no layers', () => {
    const text = `${CLASSES.replace('runsc', 'nvidia')}${POD('a', '  runtimeClassName: gvisor\n')}`;
    const card = told(text, 'default/a');
    expect([card.sandbox, card.layers, card.limits, layerWords(card, en)]).toEqual([undefined, [], [], []]);
  });
});
