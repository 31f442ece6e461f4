import { cidrWithin, parseCidrStrict } from '../../base/ip.ts';
import type { FieldPath } from '../../base/origin.ts';
import { metadataRules } from './metadata.ts';
import { between, dnsSubdomain, objectCidr, portOrName } from './names.ts';
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

const DIRECTIONS = [
  ['ingress', 'from'],
  ['egress', 'to'],
] as const;

function ruleRules(direction: string, peers: string): Rules {
  const at = `spec.${direction}`;
  return {
    ...simulated(at, `${at}.${peers}`, `${at}.ports`, `${at}.${peers}.ipBlock`),
    [`${at}.ports.port`]: { support: 'simulated', check: portOrName, refers: 'port-name' },
    [`${at}.ports.endPort`]: { support: 'simulated', check: between(1, 65535) },
    [`${at}.ports.protocol`]: { support: 'simulated', enum: ['TCP', 'UDP', 'SCTP'], default: 'TCP' },
    [`${at}.${peers}.podSelector`]: { support: 'simulated' },
    ...selectorRules(`${at}.${peers}.podSelector`),
    [`${at}.${peers}.namespaceSelector`]: { support: 'simulated' },
    ...selectorRules(`${at}.${peers}.namespaceSelector`),
    [`${at}.${peers}.ipBlock.cidr`]: { support: 'simulated', check: objectCidr },
    [`${at}.${peers}.ipBlock.except`]: { support: 'simulated' },
  };
}

export const networkPolicy: KindSpec = {
  kind: 'NetworkPolicy',
  apiVersion: 'networking.k8s.io/v1',
  scope: 'namespaced',
  effect: 'simulated',
  affects: 'all',
  type: 'NetworkPolicy',
  rules: {
    ...metadataRules,
    spec: { support: 'simulated' },
    'spec.podSelector': { support: 'simulated', default: {} },
    ...selectorRules('spec.podSelector'),
    'spec.policyTypes': { support: 'simulated', enum: ['Ingress', 'Egress'] },
    ...ruleRules('ingress', 'from'),
    ...ruleRules('egress', 'to'),
  },
  nameCheck: dnsSubdomain,
  complete: (body: Body) => {
    body.spec ??= { podSelector: {} };
    const spec = asRecord(body.spec);
    if (Array.isArray(spec.policyTypes) && spec.policyTypes.length > 0) return;
    // networking/v1 defaults: Ingress always, Egress when there is at least one egress rule.
    spec.policyTypes = asRecords(spec.egress).length > 0 ? ['Ingress', 'Egress'] : ['Ingress'];
  },
  validate,
};

function validate(body: Body, report: Report): void {
  const spec = asRecord(body.spec);
  validateSelector(asRecord(spec.podSelector), ['spec', 'podSelector'], report);
  if (Array.isArray(spec.policyTypes) && spec.policyTypes.length > 2) {
    report('networkpolicy/too-many-types', ['spec', 'policyTypes'], {});
  }
  for (const [direction, peers] of DIRECTIONS) {
    const rules = asRecords(spec[direction]);
    rules.forEach((rule, i) => {
      const at = ['spec', direction, i];
      asRecords(rule.ports).forEach((port, j) => validatePort(port, [...at, 'ports', j], report));
      asRecords(rule[peers]).forEach((peer, j) => validatePeer(peer, [...at, peers, j], report));
      noteOrPeers(asRecords(rule[peers]), peers, [...at, peers], report);
      const before = rules[i - 1];
      // `- ports:` where `  ports:` was meant: the rule above then admits every port, and this one every peer.
      if (
        before !== undefined &&
        hasItems(before[peers]) &&
        !hasItems(before.ports) &&
        hasItems(rule.ports) &&
        rule[peers] === undefined
      ) {
        report(
          'networkpolicy/split-rule',
          [...at, 'ports'],
          { peers },
          {
            key: true,
            fix: {
              code: 'fix/remove-dash',
              params: {},
              newText: '  ports',
              at: { place: 'key-and-dash', path: [...at, 'ports'] },
            },
          },
        );
      }
    });
    const types = Array.isArray(spec.policyTypes) ? spec.policyTypes : [];
    const type = direction === 'ingress' ? 'Ingress' : 'Egress';
    if (rules.length > 0 && !types.includes(type)) {
      report('networkpolicy/unused-rules', ['spec', direction], { type }, { key: true });
    }
  }
}

/** `- podSelector` below `- namespaceSelector`: two peers, where one with both may be meant. */
function noteOrPeers(list: readonly Body[], peers: string, at: FieldPath, report: Report): void {
  list.forEach((peer, i) => {
    const before = list[i - 1];
    if (before === undefined || !isAlone(before, 'namespaceSelector') || !isAlone(peer, 'podSelector'))
      return;
    const selector = asRecord(peer.podSelector);
    // Every pod of the own namespace beside those of others is meant so.
    if (Object.keys(selector).length === 0) return;
    const path = [...at, i, 'podSelector'];
    const fix = {
      code: 'fix/remove-dash',
      params: {},
      newText: '  podSelector',
      at: { place: 'key-and-dash', path },
    } as const;
    report('networkpolicy/or-peers', path, { peers }, { key: true, fix });
  });
}

function isAlone(peer: Body, key: string): boolean {
  return peer[key] !== undefined && Object.keys(peer).length === 1;
}

function hasItems(value: unknown): boolean {
  return Array.isArray(value) && value.length > 0;
}

function validatePort(port: Body, path: FieldPath, report: Report): void {
  if (port.endPort === undefined) return;
  const value = Number(port.endPort);
  if (port.port === undefined) report('networkpolicy/end-port-alone', [...path, 'endPort'], { value });
  else if (typeof port.port === 'string')
    report('networkpolicy/end-port-named', [...path, 'endPort'], { value });
  else if (value < Number(port.port)) report('networkpolicy/end-port-below', [...path, 'endPort'], { value });
}

function validatePeer(peer: Body, path: FieldPath, report: Report): void {
  if (Object.keys(peer).length === 0) {
    report('networkpolicy/empty-peer', path, {});
    return;
  }
  for (const key of ['podSelector', 'namespaceSelector']) {
    if (peer[key] !== undefined) validateSelector(asRecord(peer[key]), [...path, key], report);
  }
  if (peer.ipBlock === undefined) return;
  if (peer.podSelector !== undefined || peer.namespaceSelector !== undefined) {
    report('networkpolicy/mixed-peer', path, {});
  }
  const block = asRecord(peer.ipBlock);
  const outer = parseCidrStrict(String(block.cidr));
  (Array.isArray(block.except) ? block.except.map(String) : []).forEach((text, i) => {
    const at = [...path, 'ipBlock', 'except', i];
    const inner = parseCidrStrict(text);
    if (inner === undefined || inner.hostBits) objectCidr(text, at, report);
    if (inner === undefined) return;
    if (
      outer !== undefined &&
      (!cidrWithin(outer.cidr, inner.cidr) || inner.cidr.prefixLength <= outer.cidr.prefixLength)
    ) {
      report('networkpolicy/except-outside', at, { value: text, cidr: String(block.cidr) });
    }
  });
}
