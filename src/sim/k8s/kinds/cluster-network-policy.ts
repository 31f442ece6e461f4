/**
 * Cluster-wide policies of policy.networking.k8s.io (network-policy-api): ClusterNetworkPolicy v1alpha2, and the two
 * v1alpha1 kinds that it replaced. Custom resources: their schemas' checks are the API server's for any CRD.
 */
import { parseCidrStrict } from '../../base/ip.ts';
import type { FieldPath } from '../../base/origin.ts';
import { metadataRules } from './metadata.ts';
import { between, dnsSubdomain } from './names.ts';
import {
  asRecord,
  asRecords,
  type Body,
  type KindSpec,
  type Report,
  type Rules,
  simulated,
} from './schema.ts';
import { selectorRules, validateSelector } from './selector.ts';

const GROUP = 'policy.networking.k8s.io';
const DIRECTIONS = [
  ['ingress', 'from'],
  ['egress', 'to'],
] as const;

const SHARED_TYPES = {
  Subject: 'namespaces:LabelSelector pods:NamespacedPod',
  NamespacedPod: 'namespaceSelector:LabelSelector podSelector:LabelSelector!',
  IngressPeer: 'namespaces:LabelSelector pods:NamespacedPod',
  EgressPeer: 'namespaces:LabelSelector pods:NamespacedPod nodes:LabelSelector networks:[s domainNames:[s',
  Range: 'start:i! end:i!',
};

function selectors(at: string): Rules {
  return {
    ...simulated(
      at,
      `${at}.namespaces`,
      `${at}.pods`,
      `${at}.pods.namespaceSelector`,
      `${at}.pods.podSelector`,
    ),
    ...selectorRules(`${at}.namespaces`),
    ...selectorRules(`${at}.pods.namespaceSelector`),
    ...selectorRules(`${at}.pods.podSelector`),
  };
}

function directionRules(direction: string, peers: string, actions: readonly string[]): Rules {
  const at = `spec.${direction}`;
  return {
    ...simulated(at, `${at}.name`),
    [`${at}.action`]: { support: 'simulated', enum: actions },
    ...selectors(`${at}.${peers}`),
    ...(peers === 'from'
      ? {}
      : {
          ...simulated(`${at}.to.nodes`, `${at}.to.networks`, `${at}.to.domainNames`),
          ...selectorRules(`${at}.to.nodes`),
        }),
  };
}

const portCheck = between(1, 65535);

function protocolRules(direction: string): Rules {
  const at = `spec.${direction}.protocols`;
  const of = (protocol: string): Rules => ({
    ...simulated(`${at}.${protocol}`, `${at}.${protocol}.destinationPort`),
    [`${at}.${protocol}.destinationPort.number`]: { support: 'simulated', check: portCheck },
    ...rangeRules(`${at}.${protocol}.destinationPort.range`),
  });
  return { ...simulated(at, `${at}.destinationNamedPort`), ...of('tcp'), ...of('udp'), ...of('sctp') };
}

function rangeRules(at: string): Rules {
  return {
    ...simulated(at),
    [`${at}.start`]: { support: 'simulated', check: portCheck },
    [`${at}.end`]: { support: 'simulated', check: portCheck },
  };
}

/** `ports` of the v1alpha1 kinds. */
function portRules(direction: string): Rules {
  const at = `spec.${direction}.ports`;
  const protocol = { support: 'simulated', enum: ['TCP', 'UDP', 'SCTP'], default: 'TCP' } as const;
  return {
    ...simulated(at, `${at}.namedPort`, `${at}.portNumber`),
    [`${at}.portNumber.protocol`]: protocol,
    [`${at}.portNumber.port`]: { support: 'simulated', check: portCheck },
    ...rangeRules(`${at}.portRange`),
    [`${at}.portRange.protocol`]: protocol,
  };
}

/** They compared a peer's namespace with the subject's; taken out again in February 2024. */
const REMOVED = {
  sameLabels: 'network-policy-api v0.1.7',
  notSameLabels: 'network-policy-api v0.1.7',
} as const;

export const clusterNetworkPolicy: KindSpec = {
  removedFields: REMOVED,
  kind: 'ClusterNetworkPolicy',
  apiVersion: `${GROUP}/v1alpha2`,
  scope: 'cluster',
  effect: 'simulated',
  affects: 'all',
  type: 'ClusterNetworkPolicy',
  types: {
    ...SHARED_TYPES,
    ClusterNetworkPolicy: 'apiVersion:s kind:s metadata:ObjectMeta spec:Spec! status:a',
    Spec: 'tier:s! priority:i! subject:Subject! ingress:[IngressRule egress:[EgressRule',
    IngressRule: 'name:s action:s! from:[IngressPeer! protocols:[Protocol',
    EgressRule: 'name:s action:s! to:[EgressPeer! protocols:[Protocol',
    Protocol: 'tcp:ProtocolPort udp:ProtocolPort sctp:ProtocolPort destinationNamedPort:s',
    ProtocolPort: 'destinationPort:Port',
    Port: 'number:i range:Range',
  },
  rules: {
    ...metadataRules,
    ...simulated('spec'),
    'spec.tier': { support: 'simulated', enum: ['Admin', 'Baseline'] },
    'spec.priority': { support: 'simulated', check: between(0, 1000) },
    ...selectors('spec.subject'),
    ...directionRules('ingress', 'from', ['Accept', 'Deny', 'Pass']),
    ...directionRules('egress', 'to', ['Accept', 'Deny', 'Pass']),
    ...protocolRules('ingress'),
    ...protocolRules('egress'),
  },
  nameCheck: dnsSubdomain,
  validate: (body, report) => validate(body, report, 25),
};

function v1alpha1(
  kind: string,
  own: { readonly spec: string; readonly rules: Rules; readonly actions: readonly string[] },
): KindSpec {
  return {
    kind,
    apiVersion: `${GROUP}/v1alpha1`,
    scope: 'cluster',
    effect: 'simulated',
    affects: 'all',
    type: kind,
    types: {
      ...SHARED_TYPES,
      [kind]: 'apiVersion:s kind:s metadata:ObjectMeta spec:Spec! status:a',
      Spec: own.spec,
      IngressRule: 'name:s action:s! from:[IngressPeer! ports:[RulePort',
      EgressRule: 'name:s action:s! to:[EgressPeer! ports:[RulePort',
      RulePort: 'portNumber:PortNumber namedPort:s portRange:RulePortRange',
      PortNumber: 'protocol:s port:i!',
      RulePortRange: 'protocol:s start:i! end:i!',
    },
    rules: {
      ...metadataRules,
      ...simulated('spec'),
      ...own.rules,
      ...selectors('spec.subject'),
      ...directionRules('ingress', 'from', own.actions),
      ...directionRules('egress', 'to', own.actions),
      ...portRules('ingress'),
      ...portRules('egress'),
    },
    removedFields: REMOVED,
    nameCheck: dnsSubdomain,
    validate: (body, report) => validate(body, report, 100),
  };
}

export const adminNetworkPolicy: KindSpec = v1alpha1('AdminNetworkPolicy', {
  spec: 'priority:i! subject:Subject! ingress:[IngressRule egress:[EgressRule',
  rules: { 'spec.priority': { support: 'simulated', check: between(0, 1000) } },
  actions: ['Allow', 'Deny', 'Pass'],
});

export const baselineAdminNetworkPolicy: KindSpec = {
  ...v1alpha1('BaselineAdminNetworkPolicy', {
    spec: 'subject:Subject! ingress:[IngressRule egress:[EgressRule',
    rules: {},
    actions: ['Allow', 'Deny'],
  }),
  // The one baseline policy of a cluster has this name.
  nameCheck: (name: string, path, report) => {
    if (name !== 'default') report('clusterpolicy/baseline-name', path, {});
  },
};

function validate(body: Body, report: Report, mostRules: number): void {
  const spec = asRecord(body.spec);
  one(asRecord(spec.subject), ['spec', 'subject'], report);
  for (const [direction, peers] of DIRECTIONS) {
    const rules = asRecords(spec[direction]);
    if (rules.length > mostRules) {
      report('clusterpolicy/too-many', ['spec', direction], { count: rules.length, most: mostRules });
    }
    rules.forEach((rule, i) => {
      const at = ['spec', direction, i];
      const list = asRecords(rule[peers]);
      if (Array.isArray(rule[peers]) && list.length === 0)
        report('clusterpolicy/no-items', [...at, peers], {});
      list.forEach((peer, j) => {
        one(peer, [...at, peers, j], report);
        networks(peer, [...at, peers, j, 'networks'], report);
      });
      for (const field of ['protocols', 'ports']) {
        asRecords(rule[field]).forEach((item, j) => {
          one(item, [...at, field, j], report);
          ranges(item, [...at, field, j], report);
        });
      }
    });
  }
}

/** Exactly one of the fields of a union is set. */
function one(union: Body, path: FieldPath, report: Report): void {
  const set = Object.keys(union);
  if (set.length !== 1) report('clusterpolicy/one-of', path, { count: set.length });
  for (const key of ['namespaces', 'nodes']) {
    if (union[key] !== undefined) validateSelector(asRecord(union[key]), [...path, key], report);
  }
  if (union.pods === undefined) return;
  for (const key of ['namespaceSelector', 'podSelector']) {
    validateSelector(asRecord(asRecord(union.pods)[key]), [...path, 'pods', key], report);
  }
}

function networks(peer: Body, path: FieldPath, report: Report): void {
  if (!Array.isArray(peer.networks)) return;
  if (peer.networks.length === 0) report('clusterpolicy/no-items', path, {});
  peer.networks.map(String).forEach((text, i) => {
    const parsed = parseCidrStrict(text);
    if (parsed === undefined || parsed.hostBits) {
      report('clusterpolicy/cidr', [...path, i], { value: text });
    }
  });
}

/** `start` below `end`, wherever a range stands. */
function ranges(item: Body, path: FieldPath, report: Report): void {
  const places: (readonly [Body, FieldPath])[] = [[asRecord(item.portRange), [...path, 'portRange']]];
  for (const protocol of ['tcp', 'udp', 'sctp']) {
    const port = asRecord(asRecord(item[protocol]).destinationPort);
    if (asRecord(item[protocol]).destinationPort !== undefined) {
      one(port, [...path, protocol, 'destinationPort'], report);
    }
    places.push([asRecord(port.range), [...path, protocol, 'destinationPort', 'range']]);
  }
  for (const [range, at] of places) {
    if (typeof range.start === 'number' && typeof range.end === 'number' && range.start >= range.end) {
      report('clusterpolicy/range', at, {});
    }
  }
}
