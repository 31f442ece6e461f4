import { describe, expect, test } from 'vitest';
import type { Pod } from '../cluster-state.ts';
import { settleText } from './cluster-fixture.ts';

const template = (app: string, spec = '') =>
  `template: {metadata: {labels: {app: ${app}}}, spec: {containers: [{name: c, image: nginx}]${spec === '' ? '' : `, ${spec}`}}}`;

function workload(kind: string, name: string, more: string, spec = ''): string {
  return `kind: ${kind}\nmetadata: {name: ${name}}\nspec:\n  selector: {matchLabels: {app: ${name}}}\n  ${more}\n  ${template(name, spec)}\n`;
}

const pod = (name: string, spec = '') =>
  `kind: Pod\nmetadata: {name: ${name}}\nspec: {containers: [{name: c, image: nginx}]${spec === '' ? '' : `, ${spec}`}}\n`;

const mine = (text: string): readonly Pod[] =>
  settleText(text).cluster.pods.filter((p) => p.namespace === 'default');
const nodesOf = (text: string) => mine(text).map((p) => p.node);
const TOLERATE = 'tolerations: [{operator: Exists}]';

describe('workloads make pods', () => {
  test('Deployment: ReplicaSet and pods named as upstream names them', () => {
    const pods = mine(workload('Deployment', 'web', 'replicas: 3'));
    expect(pods).toHaveLength(3);
    for (const p of pods) {
      expect(p.name).toMatch(/^web-[bcdf-hj-np-tv-xz2456789]{6,10}-[bcdf-hj-np-tv-xz2456789]{5}$/);
      expect(p.owners.map((o) => o.kind)).toEqual(['ReplicaSet', 'Deployment']);
      expect(p.labels['pod-template-hash']).toBe(p.name.split('-')[1]);
      expect(p.shortName).toBe('web');
      expect(p.origin).toMatchObject({
        object: { kind: 'Deployment', name: 'web' },
        path: ['spec', 'template'],
      });
      expect(p.origin.via?.map((v) => v.kind)).toEqual(['ReplicaSet', 'Pod']);
    }
  });

  test('scaling keeps the pods that stay; another image makes other pods', () => {
    const names = (text: string) => mine(text).map((p) => p.name);
    const three = names(workload('Deployment', 'web', 'replicas: 3'));
    const two = names(workload('Deployment', 'web', 'replicas: 2'));
    expect(two.every((n) => three.includes(n))).toBe(true);
    const other = names(workload('Deployment', 'web', 'replicas: 3').replace('nginx', 'httpd'));
    expect(other.some((n) => three.includes(n))).toBe(false);
  });

  test.each([
    ['Deployment, default', workload('Deployment', 'a', 'minReadySeconds: 0'), 1],
    ['Deployment, none', workload('Deployment', 'a', 'replicas: 0'), 0],
    ['ReplicaSet', workload('ReplicaSet', 'a', 'replicas: 2'), 2],
    ['DaemonSet leaves the control plane out', workload('DaemonSet', 'a', 'minReadySeconds: 0'), 2],
    ['DaemonSet that tolerates it', workload('DaemonSet', 'a', 'minReadySeconds: 0', TOLERATE), 3],
    [
      'DaemonSet on chosen nodes',
      workload('DaemonSet', 'a', 'minReadySeconds: 0', 'nodeSelector: {no: where}'),
      0,
    ],
    ['Job', `kind: Job\nmetadata: {name: a}\nspec: {${template('a', 'restartPolicy: Never')}}`, 1],
    [
      'Job in parallel',
      `kind: Job\nmetadata: {name: a}\nspec: {parallelism: 3, completions: 2, ${template('a', 'restartPolicy: Never')}}`,
      2,
    ],
    [
      'Job, suspended',
      `kind: Job\nmetadata: {name: a}\nspec: {suspend: true, ${template('a', 'restartPolicy: Never')}}`,
      0,
    ],
  ])('%s', (_, text, count) => {
    expect(mine(text)).toHaveLength(count);
  });

  test('StatefulSet: ordinals, names, labels', () => {
    const pods = mine(
      workload('StatefulSet', 'db', 'replicas: 2\n  serviceName: db\n  ordinals: {start: 5}'),
    );
    expect(
      pods.map((p) => [p.name, p.hostname, p.subdomain, p.labels['apps.kubernetes.io/pod-index']]),
    ).toEqual([
      ['db-5', 'db-5', 'db', '5'],
      ['db-6', 'db-6', 'db', '6'],
    ]);
  });

  test('what kubectl printed of the pods and ReplicaSets counts', () => {
    const text = `
${workload('Deployment', 'web', 'replicas: 2')}
---
kind: ReplicaSet
metadata: {name: web-abc, labels: {app: web}, ownerReferences: [{apiVersion: apps/v1, kind: Deployment, name: web, uid: u1, controller: true}]}
spec: {replicas: 2, selector: {matchLabels: {app: web}}, ${template('web')}}
---
kind: Pod
metadata: {name: web-abc-one, labels: {app: web}, ownerReferences: [{apiVersion: apps/v1, kind: ReplicaSet, name: web-abc, uid: u2, controller: true}]}
spec: {nodeName: kind-worker2, containers: [{name: c, image: nginx}]}
status: {phase: Running, podIP: 10.244.2.77, conditions: [{type: Ready, status: "False"}]}
`;
    const pods = mine(text);
    expect(pods).toHaveLength(2);
    expect(pods.every((p) => p.name.startsWith('web-abc-'))).toBe(true);
    const given = pods.find((p) => p.name === 'web-abc-one');
    expect(given).toMatchObject({
      node: 'kind-worker2',
      ips: ['10.244.2.77'],
      ready: false,
      shortName: 'web',
    });
    expect(given?.owners.map((o) => o.name)).toEqual(['web-abc', 'web']);
  });
});

test('pods that kubectl printed without their ReplicaSet belong to their Deployment', () => {
  const text = `kind: Pod
metadata: {name: coredns-7d-x, namespace: kube-system, labels: {k8s-app: kube-dns, pod-template-hash: 7d}, ownerReferences: [{apiVersion: apps/v1, kind: ReplicaSet, name: coredns-7d, uid: u, controller: true}]}
spec: {nodeName: kind-worker, containers: [{name: coredns, image: coredns}]}
`;
  const dns = settleText(text).cluster.pods.filter((p) => p.namespace === 'kube-system');
  expect(dns.map((p) => [p.name, p.shortName])).toEqual([['coredns-7d-x', 'coredns']]);
});

describe('the scheduler', () => {
  test.each<[name: string, text: string, nodes: (string | undefined)[]]>([
    ['nodeName, even past a taint', pod('a', 'nodeName: kind-control-plane'), ['kind-control-plane']],
    [
      'a taint keeps away',
      `${pod('a')}---\n${pod('b')}---\n${pod('c')}`,
      ['kind-worker', 'kind-worker2', 'kind-worker'],
    ],
    [
      'a toleration lets in',
      `${pod('a', TOLERATE)}---\n${pod('b', TOLERATE)}---\n${pod('c', TOLERATE)}`,
      ['kind-worker', 'kind-worker2', 'kind-worker'],
    ],
    ['nodeSelector', pod('a', 'nodeSelector: {kubernetes.io/hostname: kind-worker2}'), ['kind-worker2']],
    [
      'required node affinity',
      pod(
        'a',
        'affinity: {nodeAffinity: {requiredDuringSchedulingIgnoredDuringExecution: {nodeSelectorTerms: [{matchExpressions: [{key: kubernetes.io/hostname, operator: In, values: [kind-worker2]}]}]}}}',
      ),
      ['kind-worker2'],
    ],
    [
      'replicas of one owner are spread before the emptier node counts',
      `${pod('a', 'nodeName: kind-worker')}---\n${workload('Deployment', 'web', 'replicas: 2')}`,
      ['kind-worker', 'kind-worker', 'kind-worker2'],
    ],
    [
      'anti-affinity',
      workload(
        'Deployment',
        'web',
        'replicas: 3',
        'affinity: {podAntiAffinity: {requiredDuringSchedulingIgnoredDuringExecution: [{topologyKey: kubernetes.io/hostname, labelSelector: {matchLabels: {app: web}}}]}}',
      ),
      ['kind-worker', 'kind-worker2', undefined],
    ],
    [
      'host ports clash',
      workload('Deployment', 'web', 'replicas: 3', 'hostNetwork: true').replaceAll(
        'image: nginx',
        'image: nginx, ports: [{containerPort: 80}]',
      ),
      ['kind-worker', 'kind-worker2', undefined],
    ],
  ])('%s', (_, text, nodes) => {
    expect([...nodesOf(text)].map(String).sort()).toEqual([...nodes].map(String).sort());
  });

  test.each([
    [
      'nodeSelector: {disk: ssd}',
      "0/3 nodes are available: 1 node(s) had untolerated taint(s), 2 node(s) didn't match Pod's node affinity/selector. no new claims to deallocate, preemption: 0/3 nodes are available: 3 Preemption is not helpful for scheduling.",
    ],
    [
      'nodeSelector: {disk: ssd}, tolerations: [{operator: Exists}]',
      "0/3 nodes are available: 3 node(s) didn't match Pod's node affinity/selector. no new claims to deallocate, preemption: 0/3 nodes are available: 3 Preemption is not helpful for scheduling.",
    ],
  ])('says why: %s', (spec, message) => {
    const { cluster, diagnostics } = settleText(pod('a', spec));
    expect(cluster.pods.find((p) => p.name === 'a')).toMatchObject({
      node: undefined,
      phase: 'Pending',
      ips: [],
    });
    expect(cluster.events).toContainEqual(
      expect.objectContaining({ type: 'Warning', reason: 'FailedScheduling', message }),
    );
    expect(diagnostics.find((d) => d.code === 'pod/unschedulable')?.params).toMatchObject({ message });
  });

  test('CoreDNS stays on the control plane, whatever else comes', () => {
    const { cluster } = settleText(workload('Deployment', 'web', 'replicas: 20'));
    const dns = cluster.pods.filter((p) => p.namespace === 'kube-system');
    expect(dns.map((p) => [p.node, p.ips[0]])).toEqual([
      ['kind-control-plane', '10.244.0.2'],
      ['kind-control-plane', '10.244.0.3'],
    ]);
  });
});

describe('what the kubelet makes of a pod', () => {
  const one = (spec: string, more = '') =>
    mine(`kind: Pod\nmetadata: {name: a${more}}\nspec: {nodeName: kind-worker, ${spec}}\n`)[0];

  test('two containers on one port: the second cannot run', () => {
    const text = `kind: Pod\nmetadata: {name: a}\nspec: {containers: [{name: one, image: nginx}, {name: two, image: nginx}]}`;
    const { cluster, diagnostics } = settleText(text);
    const a = cluster.pods.find((p) => p.name === 'a');
    expect(a).toMatchObject({ ready: false, blockedBy: { code: 'pod/crash-loop' } });
    expect(a?.listening.map((l) => [l.port, l.container])).toEqual([[80, 'one']]);
    expect(diagnostics.find((d) => d.code === 'pod/port-in-use')?.params).toMatchObject({
      container: 'two',
      other: 'one',
      port: 80,
    });
    expect(cluster.events.map((e) => e.reason)).toContain('BackOff');
  });

  test.each<[name: string, spec: string, ready: boolean]>([
    ['no probe', 'containers: [{name: c, image: nginx}]', true],
    [
      'a probe that is answered',
      'containers: [{name: c, image: nginx, readinessProbe: {httpGet: {port: 80}}}]',
      true,
    ],
    [
      'a probe on a closed port',
      'containers: [{name: c, image: nginx, readinessProbe: {tcpSocket: {port: 8080}}}]',
      false,
    ],
    [
      'a probe on a named port',
      'containers: [{name: c, image: nginx, ports: [{name: web, containerPort: 80}], readinessProbe: {httpGet: {port: web}}}]',
      true,
    ],
    [
      'a probe by command',
      'containers: [{name: c, image: nginx, readinessProbe: {exec: {command: ["true"]}}}]',
      true,
    ],
    [
      'a startup probe on a closed port',
      'containers: [{name: c, image: nginx, startupProbe: {tcpSocket: {port: 8080}}}]',
      false,
    ],
    [
      'a readiness gate that nobody sets',
      'readinessGates: [{conditionType: x.io/y}], containers: [{name: c, image: nginx}]',
      false,
    ],
  ])('readiness, %s', (_, spec, ready) => {
    expect(one(spec)?.ready).toBe(ready);
  });

  test('hostNetwork: the node’s address, the node’s resolver policy', () => {
    expect(one('hostNetwork: true, containers: [{name: c, image: nginx}]')).toMatchObject({
      hostNetwork: true,
      ips: ['172.18.0.3'],
    });
  });

  test('the annotation overrides what images do', () => {
    const a = one(
      'containers: [{name: c, image: nginx}]',
      ', annotations: {packetwalk.dev/listen: "8080/TCP,53/UDP"}',
    );
    expect(a?.listening.map((l) => `${l.port}/${l.protocol} ${l.app}`)).toEqual([
      '8080/TCP http',
      '53/UDP dns',
    ]);
  });

  test('an unknown image listens on its containerPorts', () => {
    const a = one(
      'containers: [{name: c, image: me/app, ports: [{containerPort: 9376}, {containerPort: 514, protocol: UDP}]}]',
    );
    expect(a?.listening.map((l) => `${l.port}/${l.protocol}`)).toEqual(['9376/TCP', '514/UDP']);
    expect(a?.listening[0]?.origin.path).toEqual(['spec', 'containers', 0, 'ports', 0, 'containerPort']);
  });

  test('a sidecar listens, a plain init container is gone', () => {
    const a = one(
      'initContainers: [{name: i, image: redis}, {name: s, image: httpd, restartPolicy: Always}], containers: [{name: c, image: busybox}]',
    );
    expect(a?.listening.map((l) => l.container)).toEqual(['s']);
  });

  test('finished pods have no network', () => {
    const { cluster } = settleText(`${pod('a')}status: {phase: Succeeded}\n`);
    expect(cluster.pods.find((p) => p.name === 'a')).toMatchObject({
      phase: 'Succeeded',
      ips: [],
      ready: false,
      listening: [],
    });
  });
});
