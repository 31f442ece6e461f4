import { describe, expect, it } from 'vitest';
import { settle } from '../controllers/settle.ts';
import type { CiliumPeer, CiliumPolicy } from '../cluster-state.ts';
import { parseScenario } from '../parse/parse-scenario.ts';

const head = (kind: string): string =>
  `apiVersion: cilium.io/v2\nkind: ${kind}\nmetadata: {name: p${kind === 'CiliumNetworkPolicy' ? ', namespace: default' : ''}}\n`;

function read(spec: string, kind: 'CiliumNetworkPolicy' | 'CiliumClusterwideNetworkPolicy', more = '') {
  const parsed = parseScenario([{ name: 'a.yaml', text: `${head(kind)}${spec}\n${more}` }]);
  const { cluster } = settle(parsed, [], ['iptables']);
  return { parsed, policies: cluster.ciliumPolicies };
}

function one(spec: string, kind: 'CiliumNetworkPolicy' | 'CiliumClusterwideNetworkPolicy', more = '') {
  const { parsed, policies } = read(`spec: ${spec}`, kind, more);
  expect(parsed.diagnostics.filter((d) => d.severity === 'error')).toEqual([]);
  return policies[0] as CiliumPolicy;
}
const cnp = (spec: string, more = ''): CiliumPolicy => one(spec, 'CiliumNetworkPolicy', more);
const ccnp = (spec: string): CiliumPolicy => one(spec, 'CiliumClusterwideNetworkPolicy');

describe('Cilium finds it invalid, and takes no rule of the object', () => {
  const rows: { name: string; spec: string; says: string }[] = [
    {
      name: 'no rule at all: ingress is an empty list',
      spec: '{endpointSelector: {}, ingress: []}',
      says: 'rule must have at least one of Ingress, IngressDeny, Egress, EgressDeny',
    },
    {
      name: 'nodeSelector in a namespaced policy',
      spec: '{nodeSelector: {}, ingress: [{}]}',
      says: 'rule cannot have NodeSelector',
    },
    {
      name: 'two kinds of peers in one rule',
      spec: '{endpointSelector: {}, egress: [{toCIDR: [10.0.0.0/8], toEntities: [world]}]}',
      says: 'combining ToCIDR and ToEntities is not supported yet',
    },
    {
      name: 'icmps beside toPorts',
      spec: '{endpointSelector: {}, ingress: [{toPorts: [{ports: [{port: "80"}]}], icmps: [{fields: [{type: 8}]}]}]}',
      says: 'the ICMPs block may only be present without ToPorts. Define a separate rule to use ToPorts',
    },
    {
      name: 'nodes without the flag',
      spec: '{endpointSelector: {}, ingress: [{fromNodes: [{matchLabels: {a: b}}]}]}',
      says: 'FromNodes/ToNodes rules can only be applied when the "enable-node-selector-labels" flag is set',
    },
    {
      name: 'an exception outside its range',
      spec: '{endpointSelector: {}, egress: [{toCIDRSet: [{cidr: 10.0.0.0/8, except: [192.168.0.0/16]}]}]}',
      says: 'allow CIDR prefix 10.0.0.0/8 does not contain exclude CIDR prefix 192.168.0.0/16',
    },
    {
      name: 'a range in the port',
      spec: '{endpointSelector: {}, ingress: [{toPorts: [{ports: [{port: "80-90"}]}]}]}',
      says: 'unable to parse port: strconv.ParseUint: parsing "80-90": invalid syntax',
    },
    {
      name: 'a port too high',
      spec: '{endpointSelector: {}, ingress: [{toPorts: [{ports: [{port: "70000"}]}]}]}',
      says: 'unable to parse port: strconv.ParseUint: parsing "70000": value out of range',
    },
    {
      name: 'HTTP rules for any protocol',
      spec: '{endpointSelector: {}, ingress: [{toPorts: [{ports: [{port: "80"}], rules: {http: [{}]}}]}]}',
      says: 'L7 rules can only apply to TCP (not ANY) except for DNS rules',
    },
    {
      name: 'HTTP rules for all ports',
      spec: '{endpointSelector: {}, ingress: [{toPorts: [{ports: [{port: "0", protocol: TCP}], rules: {http: [{}]}}]}]}',
      says: 'L7 rules can not be used when a port is 0',
    },
    {
      name: 'DNS rules on the way in',
      spec: '{endpointSelector: {}, ingress: [{toPorts: [{ports: [{port: "53"}], rules: {dns: [{matchPattern: "*"}]}}]}]}',
      says: 'L7 protocol DNS is not supported on ingress yet',
    },
    {
      name: 'In without values',
      spec: '{endpointSelector: {matchExpressions: [{key: a, operator: In}]}, ingress: [{}]}',
      says: "invalid label selector: matchExpressions[0].values: Required value: must be specified when `operator` is 'In' or 'NotIn'",
    },
    {
      name: 'an ICMPv6 name for IPv4',
      spec: '{endpointSelector: {}, ingress: [{icmps: [{fields: [{type: PacketTooBig}]}]}]}',
      says: 'ICMP type PacketTooBig not found in IPv4',
    },
  ];
  it.each(rows)('$name', ({ spec, says }) => {
    const kind = 'CiliumNetworkPolicy';
    const { parsed, policies } = read(`spec: ${spec}`, kind);
    expect(parsed.refused).toEqual([]);
    expect(parsed.manifests.length).toBe(1);
    const said = parsed.diagnostics.filter((d) => d.code === 'ciliumpolicy/invalid');
    expect(said.map((d) => d.params['message'])).toEqual([`Invalid ${kind} spec: ${says}`]);
    expect(policies).toEqual([]);
  });

  it('one bad spec of several is enough', () => {
    const { policies } = read(
      'specs: [{endpointSelector: {}, ingress: [{}]}, {endpointSelector: {}, ingress: []}]',
      'CiliumNetworkPolicy',
    );
    expect(policies).toEqual([]);
  });
});

describe('the API server refuses it', () => {
  const rows: { name: string; spec: string; code: string }[] = [
    {
      name: 'an entity that the CRD does not list, though Cilium has it',
      spec: '{endpointSelector: {}, ingress: [{fromEntities: [world-ipv4]}]}',
      code: 'value/enum',
    },
    {
      name: 'a protocol in small letters',
      spec: '{endpointSelector: {}, ingress: [{toPorts: [{ports: [{port: "80", protocol: tcp}]}]}]}',
      code: 'value/enum',
    },
    {
      name: 'fromRequires, which 1.19 took away',
      spec: '{endpointSelector: {}, ingress: [{fromRequires: [{}]}]}',
      code: 'clusterpolicy/too-many',
    },
    {
      name: 'rules of layer 7 that deny',
      spec: '{endpointSelector: {}, ingressDeny: [{toPorts: [{ports: [{port: "80"}], rules: {http: [{}]}}]}]}',
      code: 'field/unknown',
    },
    {
      name: 'a port without a port',
      spec: '{endpointSelector: {}, ingress: [{toPorts: [{ports: [{protocol: TCP}]}]}]}',
      code: 'value/required',
    },
  ];
  it.each(rows)('$name', ({ spec, code }) => {
    const { parsed } = read(`spec: ${spec}`, 'CiliumNetworkPolicy');
    expect(parsed.diagnostics.map((d) => d.code)).toContain(code);
  });
});

/** Without where they are written. */
const meant = (peers: readonly CiliumPeer[] | undefined) => peers?.map(({ at: _at, ...peer }) => peer);

describe('what the rules mean', () => {
  const NS = 'k8s:io.kubernetes.pod.namespace';

  it('the subject is of the policy’s namespace, whatever is written', () => {
    expect(
      cnp(`{endpointSelector: {matchLabels: {app: web, "${NS}": other}}, ingress: [{}]}`).endpointSelector
        .matchLabels,
    ).toEqual({ 'any:app': 'web', [NS]: 'default' });
    expect(ccnp('{endpointSelector: {}, ingress: [{}]}').endpointSelector.matchLabels).toEqual({});
  });

  const peers: {
    name: string;
    selector: string;
    of?: typeof ccnp;
    labels: object;
    expressions?: object[];
  }[] = [
    {
      name: 'its own namespace',
      selector: '{matchLabels: {app: a}}',
      labels: { 'any:app': 'a', [NS]: 'default' },
    },
    { name: 'everybody of it', selector: '{}', labels: { [NS]: 'default' } },
    {
      name: 'another namespace by name',
      selector: `{matchLabels: {"${NS}": team}}`,
      labels: { [NS]: 'team' },
    },
    {
      name: 'another one without a source',
      selector: '{matchLabels: {io.kubernetes.pod.namespace: team}}',
      labels: { 'any:io.kubernetes.pod.namespace': 'team' },
    },
    {
      name: 'namespaces by their labels',
      selector: '{matchLabels: {io.cilium.k8s.namespace.labels.team: blue}}',
      labels: { 'any:io.cilium.k8s.namespace.labels.team': 'blue' },
    },
    {
      name: 'no pod at all',
      selector: '{matchLabels: {"reserved:host": ""}}',
      labels: { 'reserved:host': '' },
    },
    {
      name: 'of a cluster-wide policy: any namespace, but pods alone',
      of: ccnp,
      selector: '{}',
      labels: {},
      expressions: [{ key: NS, operator: 'Exists' }],
    },
  ];
  it.each(peers)('a peer: $name', ({ selector, of = cnp, labels, expressions = [] }) => {
    const [rule] = of(`{endpointSelector: {}, ingress: [{fromEndpoints: [${selector}]}]}`).ingress;
    expect(meant(rule?.peers)).toEqual([
      { endpoints: { matchLabels: labels, matchExpressions: expressions } },
    ]);
  });

  const lists: { name: string; rule: string; peers: unknown; ports: number | undefined }[] = [
    { name: 'nothing', rule: '{}', peers: undefined, ports: undefined },
    { name: 'ports alone', rule: '{toPorts: [{ports: [{port: "80"}]}]}', peers: undefined, ports: 1 },
    {
      name: 'an empty list of peers',
      rule: '{fromEndpoints: [], toPorts: [{ports: [{port: "80"}]}]}',
      peers: [],
      ports: 1,
    },
    {
      name: 'an empty list of ports',
      rule: '{fromEntities: [world], toPorts: []}',
      peers: [{ entity: 'world' }],
      ports: undefined,
    },
    {
      name: 'a port rule without ports',
      rule: '{fromEntities: [world], toPorts: [{}]}',
      peers: [{ entity: 'world' }],
      ports: 1,
    },
  ];
  it.each(lists)('a rule: $name', ({ rule, peers: expected, ports }) => {
    const [found] = cnp(`{endpointSelector: {}, ingress: [${rule}]}`).ingress;
    expect([meant(found?.peers), found?.ports?.length]).toEqual([expected, ports]);
  });

  it.each([
    ['ingress: [{}]', { ingress: true, egress: false }],
    ['ingressDeny: [{}]', { ingress: true, egress: false }],
    ['ingress: [], egress: [{}]', { ingress: false, egress: true }],
    ['ingress: [{}], enableDefaultDeny: {ingress: false}', { ingress: false, egress: false }],
    ['ingress: [{}], enableDefaultDeny: {egress: true}', { ingress: true, egress: false }],
  ])('isolated by %s', (rest, expected) => {
    expect(cnp(`{endpointSelector: {}, ${rest}}`).defaultDeny).toEqual(expected);
  });

  it.each([
    ['{port: "80"}', { port: 80, protocol: 'ANY' }],
    ['{port: "80", endPort: 90, protocol: TCP}', { port: 80, endPort: 90, protocol: 'TCP' }],
    ['{port: "80", endPort: 80, protocol: TCP}', { port: 80, protocol: 'TCP' }],
    ['{port: HTTP, protocol: TCP}', { port: 'http', protocol: 'TCP' }],
    ['{port: "010", protocol: TCP}', { port: 8, protocol: 'TCP' }],
    ['{port: "0x10", protocol: TCP}', { port: '0x10', protocol: 'TCP' }],
    ['{port: "0", protocol: UDP}', { port: 0, protocol: 'UDP' }],
  ])('a port: %s', (item, expected) => {
    const [rule] = cnp(`{endpointSelector: {}, ingress: [{toPorts: [{ports: [${item}]}]}]}`).ingress;
    expect(rule?.ports?.[0]?.ports).toEqual([expected]);
  });

  it.each([
    ['{type: 8}', { port: 8, protocol: 'ICMP' }],
    ['{type: EchoRequest}', { port: 8, protocol: 'ICMP' }],
    ['{family: IPv6, type: EchoRequest}', { port: 128, protocol: 'ICMPv6' }],
  ])('an ICMP type: %s', (item, expected) => {
    const [rule] = cnp(`{endpointSelector: {}, ingress: [{icmps: [{fields: [${item}]}]}]}`).ingress;
    expect(rule?.ports?.[0]?.ports).toEqual([expected]);
  });

  it('Services, by name and by labels', () => {
    const services =
      '---\napiVersion: v1\nkind: Service\nmetadata: {name: a, namespace: default, labels: {x: blue}}\nspec: {ports: [{port: 80}]}\n---\napiVersion: v1\nkind: Service\nmetadata: {name: b, namespace: default, labels: {x: blue}}\nspec: {ports: [{port: 80}]}\n';
    const named = cnp(
      '{endpointSelector: {}, egress: [{toServices: [{k8sService: {serviceName: a}}]}, {toServices: [{k8sServiceSelector: {selector: {matchLabels: {x: blue}}}}]}, {toServices: [{k8sService: {serviceName: none}}]}]}',
      services,
    );
    expect(named.egress.map((rule) => rule.peers?.map((peer) => peer.service?.name))).toEqual([
      ['a'],
      ['a', 'b'],
      [],
    ]);
  });

  it('HTTP rules are kept as they are, with their places', () => {
    const [rule] = cnp(
      '{endpointSelector: {}, ingress: [{toPorts: [{ports: [{port: "80", protocol: TCP}], rules: {http: [{method: GET, path: "/a/.*"}, {headers: ["X-A: 1"]}]}}]}]}',
    ).ingress;
    const http = rule?.ports?.[0]?.rules?.http ?? [];
    expect(http.map(({ origin: _origin, ...rest }) => rest)).toEqual([
      { method: 'GET', path: '/a/.*', headers: [], headerMatches: [] },
      { headers: ['X-A: 1'], headerMatches: [] },
    ]);
    expect(http[1]?.origin.path).toEqual(['spec', 'ingress', 0, 'toPorts', 0, 'rules', 'http', 1]);
  });

  it('every spec of an object is a policy of its own', () => {
    const { policies } = read(
      'spec: {endpointSelector: {}, ingress: [{}]}\nspecs: [{endpointSelector: {matchLabels: {a: b}}, egressDeny: [{toEntities: [world]}]}]',
      'CiliumNetworkPolicy',
    );
    expect(policies.map(({ at, egress }) => [at, egress.map((rule) => rule.origin.path)])).toEqual([
      ['spec', []],
      ['specs[0]', [['specs', 0, 'egressDeny', 0]]],
    ]);
  });
});
