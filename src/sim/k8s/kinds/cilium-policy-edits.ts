/** How Cilium's policies are written: what an edit that a person would try looks like. */
import { ipFamily } from '../../base/ip.ts';
import type { FieldPath } from '../../base/origin.ts';
import type { OwnPolicy } from '../cluster-state.ts';
import type { EditAsk, Json, NamedEnd, OwnEdit, OwnPolicyEdits, YamlEdit } from '../own-edits.ts';
import { asRecord, asRecords } from './schema.ts';

type JsonObject = { readonly [key: string]: Json };

const NAMESPACE = 'k8s:io.kubernetes.pod.namespace';
const SIDE = { ingress: 'from', egress: 'to' } as const;
/** What an address may be, but for one of the outside: which it is comes out when it is tried. */
const ENTITIES = ['host', 'remote-node', 'kube-apiserver'];

const block = (ip: string): string => `${ip}/${ipFamily(ip) === 4 ? 32 : 128}`;

/** Selectors of a pod; its namespace is said where it is not the policy's own. */
function selectorsOf({ namespace }: OwnPolicy, { pod }: NamedEnd): readonly JsonObject[] {
  return (pod?.labels ?? []).map((labels): JsonObject => {
    const matchLabels = {
      ...labels,
      ...(pod === undefined || pod.namespace === namespace ? {} : { [NAMESPACE]: pod.namespace }),
    };
    return Object.keys(matchLabels).length === 0 ? {} : { matchLabels };
  });
}

/** The field for an end, and one item of it. */
function peersOf(policy: OwnPolicy, { direction, end }: EditAsk): readonly (readonly [string, Json])[] {
  const side = SIDE[direction];
  if (end.pod !== undefined) {
    return selectorsOf(policy, end).map((selector) => [`${side}Endpoints`, selector] as const);
  }
  return [
    ...ENTITIES.map((entity) => [`${side}Entities`, entity] as const),
    ...end.ips.map((ip) => [`${side}CIDR`, block(ip)] as const),
  ];
}

const portItems = ({ ports }: EditAsk): readonly JsonObject[] =>
  ports.map(({ port, protocol }) => ({ port: String(port), protocol }));

const rules: OwnPolicyEdits['rules'] = (policy, action, ask) => {
  if (action === 'pass') return [];
  const list = action === 'deny' ? `${ask.direction}Deny` : ask.direction;
  const echo = ask.family === 4 ? { type: 8, family: 'IPv4' } : { type: 128, family: 'IPv6' };
  const traffic: JsonObject =
    ask.ports.length === 0 ? { icmps: [{ fields: [echo] }] } : { toPorts: [{ ports: portItems(ask) }] };
  return peersOf(policy, ask).map(([field, item]) => ({
    path: [...(policy.origin.path ?? ['spec']), list],
    values: [{ [field]: [item], ...traffic }],
  }));
};

const widen: OwnPolicyEdits['widen'] = (policy, rule, written, ask, missing) => {
  const path = rule.origin.path ?? [];
  const own = asRecord(written);
  if (missing === 'peer') {
    return peersOf(policy, ask).flatMap(([field, item]): readonly OwnEdit[] =>
      Array.isArray(own[field])
        ? [{ kind: 'add-peer', edits: [{ do: 'append', path: [...path, field], value: item }] }]
        : [],
    );
  }
  const [only] = ask.ports;
  return asRecords(own.toPorts).flatMap((item, i): readonly OwnEdit[] => {
    const at = [...path, 'toPorts', i, 'ports'];
    if (only === undefined || !Array.isArray(item.ports)) return [];
    return [
      {
        kind: 'add-port',
        edits: portItems(ask).map((value): YamlEdit => ({ do: 'append', path: at, value })),
      },
      ...asRecords(item.ports).flatMap((one, j): readonly OwnEdit[] => {
        const protocol = one.protocol ?? 'ANY';
        if (one.endPort !== undefined || (protocol !== 'ANY' && protocol !== only.protocol)) return [];
        const edit: YamlEdit = { do: 'replace', path: [...at, j, 'port'], value: String(only.port) };
        return [{ kind: 'change-port', edits: [edit] }];
      }),
    ];
  });
};

const narrow: OwnPolicyEdits['narrow'] = (_rule, written, { direction, end: { pod, ips } }, matching) => {
  const own = asRecord(written);
  const path = _rule.origin.path ?? [];
  const found: OwnEdit[] = [];
  const items = matching.filter((at) => at.length === 2);
  if (items.length === 0) return [];
  const field = String(items[0]?.[0]);
  const all = Array.isArray(own[field]) ? own[field].length : 0;
  if (items.every((at) => at[0] === field) && items.length < all) {
    const indexes = items.map((at) => Number(at[1])).toSorted((a, b) => b - a);
    found.push({
      kind: 'remove-peer',
      edits: indexes.map((i): YamlEdit => ({ do: 'remove', path: [...path, field, i] })),
    });
  }
  for (const labels of pod?.labels ?? []) {
    const [first, ...more] = Object.entries(labels);
    if (first === undefined || more.length > 0) continue;
    const edits = items.map((at): YamlEdit | undefined => leftOut(path, at, first));
    if (edits.every((edit) => edit !== undefined)) found.push({ kind: 'narrow-peer', edits });
  }
  if (field === `${SIDE[direction]}CIDRSet`) {
    const edits = items.flatMap((at) =>
      ips.map((ip): YamlEdit => ({ do: 'append', path: [...path, ...at, 'except'], value: block(ip) })),
    );
    found.push({ kind: 'narrow-peer', edits });
  }
  return found;
};

/** A selector that takes every pod but those with a label. */
function leftOut(
  path: FieldPath,
  at: FieldPath,
  [key, value]: readonly [string, string],
): YamlEdit | undefined {
  if (!String(at[0]).endsWith('Endpoints')) return undefined;
  return {
    do: 'append',
    path: [...path, ...at, 'matchExpressions'],
    value: { key, operator: 'NotIn', values: [value] },
  };
}

export const ciliumEdits: OwnPolicyEdits = { rules, widen, narrow };
