/** Requests through the node's Envoy, under each of Cilium's settings: both connections, who is asked, what is refused. */
import { describe, expect, it } from 'vitest';
import { simulate, walk } from '../../../simulate.ts';
import { tableOf } from '../../../tables.ts';
import type { Trace } from '../../../trace/trace.ts';
import { CASES, caseOf, clusterText, settingsText, type Case } from '../fixture.ts';
import { proxyPort, toProxyMark } from '../names.ts';

/** What the pods have: nginx, on port 80. */
function text(one: Case, policies: string): string {
  return clusterText(one, policies)
    .replaceAll(/, annotations: \{packetwalk.dev\/listen: "8080\/TCP"\}/g, '')
    .replaceAll('8080', '80')
    .replaceAll('example.com/app', 'nginx');
}

/** Names are looked up all the same. */
const DNS = '{toEndpoints: [{matchLabels: {"k8s:io.kubernetes.pod.namespace": kube-system}}]}';

function policy(app: string, direction: 'ingress' | 'egress', items: string, more = ''): string {
  const dns = direction === 'egress' ? `, ${DNS}` : '';
  return `apiVersion: cilium.io/v2
kind: CiliumNetworkPolicy
metadata: {name: web}
spec:
  endpointSelector: {matchLabels: {app: ${app}}}
  ${direction}: [{toPorts: [{ports: [{port: "80", protocol: TCP}], rules: {http: [${items}]}}]}${dns}${more}]
`;
}

function built(one: Case, policies = '') {
  const simulation = simulate({ files: [{ name: 'cluster.yaml', text: text(one, policies) }] });
  expect(simulation.diagnostics.filter((d) => d.severity === 'error')).toEqual([]);
  const ip = (pod: string): string =>
    simulation.cluster.pods.find((p) => `default/${p.name}` === pod)?.ips[0] ?? '';
  return { simulation, ip };
}

const GET = '{method: GET, path: "/public.*"}';

function segments({ segments: list }: Trace): readonly string[] {
  return list.filter((s) => s.purpose !== 'dns').map((s) => `${s.purpose} by ${s.client}: ${s.verdict}`);
}

describe.each(CASES)('$name', (one) => {
  const native = one.options.routingMode === 'native';

  it.each([
    {
      name: 'into a pod of the same node',
      pod: 'default/near',
      direction: 'ingress',
      to: 'default/near',
      at: 'kind-worker',
      sees: '10.244.1.1',
    },
    {
      name: 'into a pod of another node',
      pod: 'default/far',
      direction: 'ingress',
      to: 'default/far',
      at: 'kind-worker2',
      sees: '10.244.2.1',
    },
    {
      name: 'out of a pod, same node',
      pod: 'default/client',
      direction: 'egress',
      to: 'default/near',
      at: 'kind-worker',
      sees: '10.244.1.1',
    },
    {
      name: 'out of a pod, another node',
      pod: 'default/client',
      direction: 'egress',
      to: 'default/far',
      at: 'kind-worker',
      // Without a tunnel it is the pod's address that says whose the packet is.
      sees: native ? '10.244.1.2' : '10.244.1.1',
    },
  ] as const)('$name: the server sees $sees', ({ pod, direction, to, at, sees }) => {
    const { simulation: s, ip } = built(one, policy(pod.slice('default/'.length), direction, GET));
    const ask = { from: 'default/client', tool: 'curl', to: `http://${ip(to)}/public/1` } as const;
    const passed = walk(s, ask);
    expect([passed.verdict, passed.clientSees, passed.http?.status]).toEqual(['delivered', 'http', 200]);
    expect(passed.server).toMatchObject({ netns: to, sees: { ip: sees } });
    expect(segments(passed)).toEqual([
      'probe by default/client: delivered',
      `upstream by node/${at}: delivered`,
    ]);
    expect(passed.http?.request?.headers).toMatchObject({
      host: ip(to),
      'x-forwarded-proto': 'http',
      'x-envoy-internal': 'true',
      'x-envoy-expected-rq-timeout-ms': '3600000',
      'x-request-id': expect.stringMatching(
        /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
      ),
    });
    expect(passed.http?.headers).toMatchObject({ server: 'envoy', 'x-envoy-upstream-service-time': '0' });
    expect(passed.policy).toMatchObject({ [direction]: 'allowed', http: 'allowed' });

    const refused = walk(s, { ...ask, method: 'POST' });
    expect([refused.verdict, refused.clientSees, refused.http?.status]).toEqual(['delivered', 'http', 403]);
    expect(refused.reason).toEqual({
      code: 'policy.http-deny',
      params: {
        direction,
        pod,
        kind: 'CiliumNetworkPolicy',
        policy: 'default/web',
        rule: 0,
        http: 0,
        method: 'POST',
        path: '/public/1',
        field: 'method',
        wants: 'GET',
        got: 'POST',
        more: 0,
      },
    });
    expect(segments(refused)).toEqual(['probe by default/client: delivered']);
    expect(refused.policy).toMatchObject({ [direction]: 'allowed', http: 'denied' });
    const answer = refused.steps.findLast((x) => x.packet?.payload?.kind === 'http-response')?.packet
      ?.payload;
    expect(answer).toMatchObject({ reasonPhrase: 'Forbidden', body: 'Access denied\r\n' });
  });

  it('through a Service', () => {
    const trace = walk(built(one, policy('far', 'ingress', GET)).simulation, {
      from: 'default/client',
      tool: 'curl',
      to: 'http://far/public',
    });
    expect([trace.http?.status, trace.server?.netns]).toEqual([200, 'default/far']);
  });

  it('from outside, by a node port of either node', () => {
    for (const node of ['172.18.0.3', '172.18.0.4']) {
      const asked = { from: 'external/laptop', tool: 'curl', to: `http://${node}:30080/public` } as const;
      const trace = walk(built(one, policy('near', 'ingress', GET)).simulation, asked);
      expect([node, trace.http?.status, trace.server?.netns]).toEqual([node, 200, 'default/near']);
    }
  });

  it('a connection alone is accepted by the proxy, whatever is behind it', () => {
    const s = built(one, policy('near', 'ingress', GET)).simulation;
    const trace = walk(s, { from: 'default/client', tool: 'nc', to: 'default/near', port: 80 });
    expect([trace.clientSees, trace.server?.netns]).toEqual(['connected', 'node/kind-worker']);
  });
});

it('says 503 for a server that refuses, after four tries', () => {
  const { simulation: s, ip } = built(caseOf('tunnel without kube-proxy'), policy('near', 'ingress', GET));
  const near = s.world.netns.get('default/near');
  if (near === undefined) throw new Error('nobody there');
  const netns = new Map(s.world.netns).set(near.id, { ...near, listeners: [] });
  const asked = { from: 'default/client', tool: 'curl', to: `http://${ip('default/near')}/public` } as const;
  const trace = walk({ ...s, world: { ...s.world, netns } }, asked);
  expect([trace.verdict, trace.http?.status]).toEqual(['delivered', 503]);
  expect(segments(trace).filter((line) => line.startsWith('upstream'))).toEqual(
    Array<string>(4).fill('upstream by node/kind-worker: rejected'),
  );
});

describe('rules side by side', () => {
  const one = caseOf('tunnel without kube-proxy');
  const status = (policies: string, path: string, method = 'GET'): number | undefined => {
    const { simulation, ip } = built(one, policies);
    const to = `http://${ip('default/near')}${path}`;
    return walk(simulation, { from: 'default/client', tool: 'curl', to, method }).http?.status;
  };
  const items = (more = ''): string =>
    policy('near', 'ingress', '{method: GET}, {method: POST, path: /form}', more);

  it.each([
    { name: 'the first item', path: '/x', method: 'GET', expected: 200 },
    { name: 'the second', path: '/form', method: 'POST', expected: 200 },
    { name: 'half of each', path: '/x', method: 'POST', expected: 403 },
  ])('$name', ({ path, method, expected }) => {
    expect(status(items(), path, method)).toBe(expected);
  });

  it.each([
    {
      name: 'a rule for the same port that says nothing of HTTP',
      more: ', {toPorts: [{ports: [{port: "80"}]}]}',
      expected: 200,
    },
    {
      name: 'one for the client, on every port',
      more: ', {fromEndpoints: [{matchLabels: {app: client}}]}',
      expected: 200,
    },
    { name: 'one for somebody else', more: ', {fromEndpoints: [{matchLabels: {app: far}}]}', expected: 403 },
    { name: 'one for another port', more: ', {toPorts: [{ports: [{port: "81"}]}]}', expected: 403 },
  ])('$name: $expected', ({ more, expected }) => {
    expect(status(items(more), '/x', 'DELETE')).toBe(expected);
  });

  it('an empty list asks for nothing, and nobody is handed over', () => {
    const { simulation, ip } = built(one, policy('near', 'ingress', ''));
    const trace = walk(simulation, {
      from: 'default/client',
      tool: 'curl',
      to: `http://${ip('default/near')}/`,
    });
    expect([trace.http?.status, segments(trace).length]).toEqual([200, 1]);
  });

  it('what cannot be read here is unknown', () => {
    const { simulation, ip } = built(
      one,
      policy('near', 'ingress', '{headerMatches: [{name: X, secret: {name: s}}]}'),
    );
    const trace = walk(simulation, {
      from: 'default/client',
      tool: 'curl',
      to: `http://${ip('default/near')}/`,
    });
    expect(trace.verdict).toBe('unknown');
  });

  it('names the item that comes nearest, at its line', () => {
    const { simulation, ip } = built(one, items());
    const to = `http://${ip('default/near')}/x`;
    const trace = walk(simulation, { from: 'default/client', tool: 'curl', to, method: 'POST' });
    expect(trace.reason.params).toMatchObject({
      rule: 0,
      http: 0,
      field: 'method',
      wants: 'GET',
      got: 'POST',
    });
    const { origin } = trace.steps[trace.decidedBy] ?? {};
    expect(origin?.object).toMatchObject({ kind: 'CiliumNetworkPolicy', name: 'web' });
    expect(origin?.path).toEqual(['spec', 'ingress', 0, 'toPorts', 0, 'rules', 'http', 0]);
    expect(origin?.range?.file).toBe('cluster.yaml');
  });

  it('a policy at each end: two proxies, one after the other', () => {
    const both = `${policy('client', 'egress', GET)}---\n${policy('far', 'ingress', GET).replace('name: web', 'name: far')}`;
    const { simulation, ip } = built(one, both);
    const ask = { from: 'default/client', tool: 'curl', to: `http://${ip('default/far')}/public` } as const;
    const trace = walk(simulation, ask);
    expect([trace.http?.status, trace.server?.netns, trace.server?.sees.ip]).toEqual([
      200,
      'default/far',
      '10.244.2.1',
    ]);
    expect(trace.segments.map(({ purpose, client, cause }) => [purpose, client, cause?.segment])).toEqual([
      ['probe', 'default/client', undefined],
      ['upstream', 'node/kind-worker', 0],
      ['upstream', 'node/kind-worker2', 1],
    ]);
    expect(trace.policy).toMatchObject({ egress: 'allowed', ingress: 'allowed', http: 'allowed' });
  });

  it('leaves the listener, its rules and its port in the tables', () => {
    const { simulation } = built(one, policy('near', 'ingress', GET));
    const port = String(proxyPort('kind-worker', 'ingress'));
    const shown = (command: string): string =>
      tableOf(simulation, 'node/kind-worker', command)
        .map((line) => line.text)
        .join('\n');
    const mark = toProxyMark(Number(port)).toString(16);
    expect(shown('iptables-save -t mangle')).toContain(
      `-A CILIUM_PRE_mangle -p tcp -m mark --mark 0x${mark} -m comment --comment "cilium: TPROXY to host cilium-http-ingress proxy" -j TPROXY --on-port ${port} --on-ip 127.0.0.1 --tproxy-mark 0x200/0xffffffff`,
    );
    expect(shown('ss -ltnp')).toContain(`127.0.0.1:${port}`);
    expect(shown('ip rule')).toContain(
      '9:\tfrom all fwmark 0x200/0xf00 lookup 2004\n100:\tfrom all lookup local',
    );
    expect(shown('ip route show table 2004')).toBe('local default dev lo proto kernel scope host ');
    expect(shown('cilium-dbg bpf policy get --all -n')).toMatch(
      new RegExp(`Allow +Ingress +0 +80/TCP +${port}`),
    );
  });
});

it.each(['tunnel without kube-proxy', 'native beside kube-proxy'])('over IPv6: %s', (name) => {
  const one = caseOf(name);
  const pods = text(one, '').slice(settingsText(one).length).split('apiVersion: v1\nkind: Service')[0] ?? '';
  const settings = settingsText(one).replace('networking: {', 'networking: {ipFamily: dual, ');
  for (const direction of ['ingress', 'egress'] as const) {
    const policies = policy(direction === 'ingress' ? 'far' : 'client', direction, GET);
    const s = simulate({ files: [{ name: 'a.yaml', text: `${settings}${pods}${policies}` }] });
    const far = s.cluster.pods.find((p) => p.name === 'far')?.ips[1] ?? '';
    const asked = { from: 'default/client', tool: 'curl', to: `http://[${far}]/public` } as const;
    const trace = walk(s, asked);
    expect([direction, trace.http?.status, trace.server?.netns]).toEqual([direction, 200, 'default/far']);
    expect(trace.segments.map((x) => x.purpose)).toEqual(['probe', 'upstream']);
    expect(walk(s, { ...asked, method: 'POST' }).http?.status).toBe(403);
  }
});
