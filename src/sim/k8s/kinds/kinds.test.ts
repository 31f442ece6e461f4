import { describe, expect, it } from 'vitest';
import { diagnostics as en } from '../../../i18n/diagnostics.en.ts';
import { fields as enFields } from '../../../i18n/fields.en.ts';
import { fields as koFields } from '../../../i18n/fields.ko.ts';
import { helpKey } from '../editor/help-key.ts';
import type { Manifest } from '../manifest.ts';
import { parseScenario } from '../parse/parse-scenario.ts';
import { rareKinds } from './rare-kinds.ts';
import { allKinds, kindNames } from './registry.ts';
import { elementType, type Field, fieldsAt, type KindSpec, refKindOf } from './schema.ts';

const parse = (text: string) => parseScenario([{ name: 'a.yaml', text }]);

function only(text: string): Manifest {
  const parsed = parse(text);
  expect(parsed.refused).toEqual([]);
  return parsed.manifests[0] as Manifest;
}

const TEMPLATE = '{metadata: {labels: {app: a}}, spec: {containers: [{name: a, image: nginx}]}}';
const SELECTOR = 'selector: {matchLabels: {app: a}}';

describe('static defaults', () => {
  const rows: { name: string; text: string; body: object }[] = [
    {
      name: 'Service',
      text: 'apiVersion: v1\nkind: Service\nmetadata: {name: a}\nspec: {ports: [{port: 80}]}',
      body: {
        spec: {
          type: 'ClusterIP',
          sessionAffinity: 'None',
          internalTrafficPolicy: 'Cluster',
          ports: [{ port: 80, protocol: 'TCP', targetPort: 80 }],
        },
      },
    },
    {
      name: 'NodePort Service with affinity',
      text: 'apiVersion: v1\nkind: Service\nmetadata: {name: a}\nspec: {type: NodePort, sessionAffinity: ClientIP, clusterIP: 10.96.1.1, ports: [{port: 80, targetPort: http}]}',
      body: {
        spec: {
          externalTrafficPolicy: 'Cluster',
          sessionAffinityConfig: { clientIP: { timeoutSeconds: 10800 } },
          clusterIPs: ['10.96.1.1'],
          ports: [{ targetPort: 'http' }],
        },
      },
    },
    {
      name: 'Pod',
      text: 'apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec: {containers: [{name: a, image: "nginx:1", ports: [{containerPort: 80}]}]}',
      body: {
        spec: {
          restartPolicy: 'Always',
          dnsPolicy: 'ClusterFirst',
          terminationGracePeriodSeconds: 30,
          containers: [{ imagePullPolicy: 'IfNotPresent', ports: [{ containerPort: 80, protocol: 'TCP' }] }],
        },
      },
    },
    {
      name: 'Deployment',
      text: `apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: a}\nspec: {${SELECTOR}, template: ${TEMPLATE}}`,
      body: {
        spec: {
          replicas: 1,
          revisionHistoryLimit: 10,
          progressDeadlineSeconds: 600,
          strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: '25%', maxUnavailable: '25%' } },
          template: { spec: { restartPolicy: 'Always' } },
        },
      },
    },
    {
      name: 'StatefulSet',
      text: `apiVersion: apps/v1\nkind: StatefulSet\nmetadata: {name: a}\nspec: {${SELECTOR}, template: ${TEMPLATE}}`,
      body: {
        spec: { replicas: 1, podManagementPolicy: 'OrderedReady', updateStrategy: { type: 'RollingUpdate' } },
      },
    },
    {
      name: 'Job',
      text: 'apiVersion: batch/v1\nkind: Job\nmetadata: {name: a}\nspec: {template: {spec: {restartPolicy: Never, containers: [{name: a, image: b}]}}}',
      body: {
        spec: {
          parallelism: 1,
          completions: 1,
          completionMode: 'NonIndexed',
          backoffLimit: 6,
          suspend: false,
        },
      },
    },
    {
      name: 'NetworkPolicy without egress rules',
      text: 'apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: a}\nspec: {podSelector: {}, egress: []}',
      body: { spec: { policyTypes: ['Ingress'] } },
    },
    {
      name: 'NetworkPolicy with egress rules',
      text: 'apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: a}\nspec: {egress: [{ports: [{port: 53}]}]}',
      body: {
        spec: {
          podSelector: {},
          policyTypes: ['Ingress', 'Egress'],
          egress: [{ ports: [{ port: 53, protocol: 'TCP' }] }],
        },
      },
    },
    {
      name: 'a NetworkPolicy of nothing',
      text: 'apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: a}',
      body: { spec: { podSelector: {}, policyTypes: ['Ingress'] } },
    },
    {
      name: 'Cluster',
      text: 'apiVersion: kind.x-k8s.io/v1alpha4\nkind: Cluster\nnodes: [{}, {role: worker}]',
      body: { nodes: [{ role: 'control-plane' }, { role: 'worker' }] },
    },
    {
      name: 'Playground',
      text: 'apiVersion: packetwalk.dev/v1alpha1\nkind: Playground\ncni: calico\nprobes: [{from: a/b, to: c}]',
      body: { cni: { name: 'calico', options: {} }, probes: [{ tool: 'curl' }] },
    },
    {
      name: 'EndpointSlice',
      text: 'apiVersion: discovery.k8s.io/v1\nkind: EndpointSlice\nmetadata: {name: a}\naddressType: IPv4\nports: [{port: 80}]',
      body: { endpoints: [], ports: [{ name: '', port: 80, protocol: 'TCP' }] },
    },
  ];
  it.each(rows)('$name', ({ text, body }) => {
    expect(only(text).body).toMatchObject(body);
  });

  it('namespaces', () => {
    const ns = only('apiVersion: v1\nkind: Namespace\nmetadata: {name: a, namespace: ""}');
    expect(ns.metadata).toMatchObject({ name: 'a', labels: { 'kubernetes.io/metadata.name': 'a' } });
    expect(ns.ref).toEqual({ apiVersion: 'v1', kind: 'Namespace', name: 'a' });
    expect(only('apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}').ref.namespace).toBe('default');
  });
});

describe('places', () => {
  const text = `apiVersion: v1
kind: Service
metadata:
  name: web
spec:
  selector:
    app: web
  ports:
  - name: http
    port: 80
  - port: 81
    targetPort: 8081
    name: other
`;
  const parsed = parse(text);
  const object = parsed.manifests[0]!.ref;
  const lines = text.split('\n');
  it.each([
    { name: 'a value', path: ['spec', 'ports', 0, 'port'], line: 10, reads: '80' },
    {
      name: 'a defaulted field: the sibling it came from',
      path: ['spec', 'ports', 0, 'targetPort'],
      line: 10,
      reads: '80',
    },
    { name: 'a written field', path: ['spec', 'ports', 1, 'targetPort'], line: 12, reads: '8081' },
    { name: 'a map entry', path: ['spec', 'selector', 'app'], line: 7, reads: 'web' },
    { name: 'an absent field: the key of its parent', path: ['spec', 'type'], line: 5, reads: 'spec' },
    { name: 'an absent item: the key of its list', path: ['spec', 'ports', 7], line: 8, reads: 'ports' },
    { name: 'the object', path: [], line: 1, reads: 'apiVersion: v1' },
  ])('$name', ({ path, line, reads }) => {
    const range = parsed.locate({ object, path });
    expect(range?.line).toBe(line);
    const end = range!.endLine === line ? range!.endColumn - 1 : undefined;
    expect(lines[line - 1]?.slice(range!.column - 1, end)).toBe(reads);
  });

  it('keys, exact paths only, and nothing of other objects', () => {
    expect(parsed.rangeOf(object, ['spec', 'ports'], true)).toMatchObject({
      line: 8,
      column: 3,
      endColumn: 8,
    });
    expect(parsed.rangeOf(object, ['spec', 'type'])).toBeUndefined();
    expect(parsed.locate({ object: { kind: 'Pod', name: 'x' } })).toBeUndefined();
  });

  it('finds a refused object, too', () => {
    const bad = parse('apiVersion: v1\nkind: Service\nmetadata: {name: x}\nspec: {ports: [{port: 0}]}');
    expect(bad.manifests).toEqual([]);
    expect(bad.locate({ object: bad.refused[0]!.object, path: ['spec'] })?.line).toBe(4);
  });
});

describe('settings of our own', () => {
  it('one bad entry does not lose the rest', () => {
    const parsed = parse(
      'apiVersion: packetwalk.dev/v1alpha1\nkind: Playground\ncni: calico\nprobes:\n- {from: a/b, to: c, tool: wget}\n- {from: a/b}\n- {from: a/b, to: d, port: x}\nexternal: [{name: h, ip: banana, listen: [80]}]\n',
    );
    expect(parsed.diagnostics.map((d) => d.code).sort()).toEqual([
      'value/enum',
      'value/ip',
      'value/required',
      'value/type',
      'value/type',
    ]);
    expect(parsed.refused).toEqual([]);
    expect(parsed.manifests[0]?.body).toMatchObject({
      cni: { name: 'calico' },
      probes: [
        { from: 'a/b', to: 'c', tool: 'curl' },
        { from: 'a/b', to: '' },
        { from: 'a/b', to: 'd' },
      ],
      external: [{ name: 'h' }],
    });
    expect(
      parse('apiVersion: packetwalk.dev/v1alpha1\nkind: Playground\ncni: [x]\nseed: y\n').manifests[0]?.body,
    ).toMatchObject({
      cni: { name: 'flannel' },
      seed: 1,
    });
  });
});

describe('field support', () => {
  const pod = (rest: string): string =>
    `apiVersion: v1\nkind: Pod\nmetadata: {name: a, namespace: ns}\nspec: {containers: [{name: a, image: b}]${rest}}`;
  it('names what an unmodelled field could change', () => {
    expect(parse(pod(', hostAliases: [{ip: 10.0.0.1, hostnames: [x]}]')).unmodelled).toEqual([
      expect.objectContaining({
        field: 'spec.hostAliases',
        affects: { kind: 'pod', name: 'ns/a' },
      }),
    ]);
    const calico = 'apiVersion: projectcalico.org/v3\nkind: HostEndpoint\nmetadata: {name: a}\nspec: {}';
    expect(parse(calico).unmodelled[0]?.affects).toEqual({ kind: 'all' });
  });

  it('everyday fields give no diagnostic', () => {
    const text = `apiVersion: v1
kind: Pod
metadata: {name: a}
spec:
  serviceAccountName: x
  securityContext: {runAsNonRoot: true, fsGroup: 1000}
  volumes: [{name: d, emptyDir: {sizeLimit: 1Gi}}, {name: c, configMap: {name: x, items: [{key: a, path: b}]}}]
  imagePullSecrets: [{name: x}]
  priorityClassName: high
  containers:
  - name: a
    image: b
    env: [{name: A, value: "1"}, {name: B, valueFrom: {fieldRef: {fieldPath: status.podIP}}}]
    envFrom: [{configMapRef: {name: x}}]
    resources: {requests: {cpu: 100m, memory: 64Mi}, limits: {cpu: 1, memory: 1.5Gi}}
    volumeMounts: [{name: d, mountPath: /d, readOnly: true}]
    livenessProbe: {httpGet: {path: /, port: http, httpHeaders: [{name: a, value: b}]}, periodSeconds: 5}
    startupProbe: {exec: {command: [a]}}
    lifecycle: {preStop: {exec: {command: [sleep, "5"]}}}
    securityContext: {capabilities: {drop: [ALL], add: [NET_BIND_SERVICE]}, readOnlyRootFilesystem: true}
    ports: [{containerPort: 80, name: http}]
`;
    expect(parse(text).diagnostics).toEqual([]);
  });

  it('the Corefile is read, other ConfigMaps are said to have no effect', () => {
    const map = (name: string, ns: string): string =>
      `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ${name}, namespace: ${ns}}\ndata: {Corefile: x}`;
    expect(parse(map('coredns', 'kube-system')).diagnostics).toEqual([]);
    expect(parse(map('coredns', 'default')).diagnostics.map((d) => en[d.code]?.(d.params))).toEqual([
      'ConfigMap is accepted; it has no effect on how packets travel.',
    ]);
  });
});

/** Every field of a kind with its rules, some levels deep. */
function walk(spec: KindSpec, visit: (field: Field) => void): void {
  const seen = new Set<string>();
  const below = (type: string, at: string, depth: number): void => {
    for (const field of fieldsAt(spec, type, at)?.values() ?? []) {
      visit(field);
      seen.add(field.path);
      const element = elementType(field.type);
      if (element.length > 1 && depth < 11) below(element, field.path, depth + 1);
    }
  };
  if (spec.type !== undefined) below(spec.type, '', 0);
  for (const path of Object.keys(spec.rules ?? {}))
    expect(seen, `${spec.kind}: a rule for no field`).toContain(path);
}

describe('the tables', () => {
  it.each(allKinds().map((k) => [`${k.apiVersion} ${k.kind}`, k] as const))(
    '%s: every rule is for a field that exists',
    (_, spec) => {
      walk(spec, (field) => expect(field.type).not.toBe(''));
    },
  );

  it('every field that matters has help in both languages', () => {
    const missing: string[] = [];
    for (const spec of allKinds()) {
      if (spec.effect === 'none' || spec.effect === 'not-simulated') continue;
      walk(spec, (field) => {
        if (field.support !== 'simulated') return;
        const key = helpKey(refKindOf(spec), field.path);
        if (enFields[key] === undefined) missing.push(key);
      });
    }
    expect([...new Set(missing)]).toEqual([]);
    expect(Object.keys(koFields).sort()).toEqual(Object.keys(enFields).sort());
  });
});

it('knows every rare kind by name before its code is there', () => {
  const rare = new Set(rareKinds.map((spec) => spec.kind));
  expect([...rare].filter((kind) => !kindNames().includes(kind))).toEqual([]);
  expect(allKinds().length).toBe(new Set(allKinds().map((spec) => `${spec.apiVersion} ${spec.kind}`)).size);
});
