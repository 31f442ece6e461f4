/** How Calico's policies are written: what an edit that a person would try looks like. */
import { ipFamily } from '../../base/ip.ts';
import type { FieldPath } from '../../base/origin.ts';
import type { Labels, OwnPolicy } from '../cluster-state.ts';
import type { EditAsk, Json, NamedEnd, OwnEdit, OwnPolicyEdits, YamlEdit } from '../own-edits.ts';
import { LABEL_NAMESPACE, NAME_LABEL, portRange, type UpstreamEntity, type UpstreamRule } from './rules.ts';

type JsonObject = { readonly [key: string]: Json };

const ACTION = { allow: 'Allow', deny: 'Deny', pass: 'Pass' } as const;
const SIDE = { ingress: 'source', egress: 'destination' } as const;

/** An expression that names a pod by its labels. */
function expression(labels: Labels): string {
  const terms = Object.entries(labels).map(([key, value]) => `${key} == '${value}'`);
  return terms.length === 0 ? 'all()' : terms.join(' && ');
}

const net = (ip: string): string => `${ip}/${ipFamily(ip) === 4 ? 32 : 128}`;

/** Ends of a rule that mean one: a pod by its labels and where it is, anything else by its addresses. */
function entities({ namespace }: OwnPolicy, { pod, ips }: NamedEnd): readonly JsonObject[] {
  if (pod === undefined) return [{ nets: ips.map(net) }];
  return pod.labels.map((labels) => ({
    selector: expression(labels),
    ...(namespace === pod.namespace ? {} : { namespaceSelector: `${NAME_LABEL} == '${pod.namespace}'` }),
  }));
}

const rules: OwnPolicyEdits['rules'] = (policy, action, ask) => {
  const { direction, end, ports, family } = ask;
  const icmp = family === 4 ? 'ICMP' : 'ICMPv6';
  const traffic = ports.length === 0 ? [{ protocol: icmp }] : ports;
  return entities(policy, end).map((entity) => ({
    path: ['spec', direction],
    values: traffic.map((one): JsonObject => {
      const target: JsonObject = 'port' in one ? { ports: [one.port] } : {};
      const ends: JsonObject =
        direction === 'egress'
          ? { destination: { ...entity, ...target } }
          : 'port' in one
            ? { source: entity, destination: target }
            : { source: entity };
      return { action: ACTION[action], protocol: one.protocol, ...ends };
    }),
  }));
};

const widen: OwnPolicyEdits['widen'] = (policy, rule, written, ask, missing) => {
  const upstream = written as UpstreamRule;
  const path = rule.origin.path ?? [];
  if (missing === 'port') return portEdits(upstream, path, ask);
  const side = SIDE[ask.direction];
  const entity = upstream[side] ?? {};
  const { pod, ips } = ask.end;
  if (entity.nets !== undefined && entity.selector === undefined) {
    const edits = ips.map(
      (ip): YamlEdit => ({ do: 'append', path: [...path, side, 'nets'], value: net(ip) }),
    );
    return [{ kind: 'add-peer', edits }];
  }
  const { selector, namespaceSelector } = entity;
  if (pod === undefined || selector === undefined || namespaceSelector !== undefined) return [];
  // A policy of a namespace looks nowhere else.
  if (policy.namespace !== undefined && policy.namespace !== pod.namespace) return [];
  const where = policy.namespace === undefined ? ` && ${LABEL_NAMESPACE} == '${pod.namespace}'` : '';
  return pod.labels.map((labels): OwnEdit => {
    const value = `${inBrackets(selector)} || ${inBrackets(`${expression(labels)}${where}`)}`;
    return { kind: 'add-peer', edits: [{ do: 'replace', path: [...path, side, 'selector'], value }] };
  });
};

function inBrackets(text: string): string {
  return /&&|\|\|/.test(text) ? `(${text})` : text;
}

/** A rule is of one protocol: of another it takes another rule. */
function portEdits(
  { protocol, destination }: UpstreamRule,
  path: FieldPath,
  { ports }: EditAsk,
): readonly OwnEdit[] {
  const listed = destination?.ports;
  const [only] = ports;
  if (listed === undefined || only === undefined) return [];
  if (ports.some((one) => one.protocol !== String(protocol).toUpperCase())) return [];
  const at = [...path, 'destination', 'ports'];
  return [
    { kind: 'add-port', edits: ports.map(({ port }): YamlEdit => ({ do: 'append', path: at, value: port })) },
    ...listed.flatMap((port, i): readonly OwnEdit[] => {
      const range = portRange(port);
      if (range === undefined || range.from !== range.to) return [];
      return [{ kind: 'change-port', edits: [{ do: 'replace', path: [...at, i], value: only.port }] }];
    }),
  ];
}

const narrow: OwnPolicyEdits['narrow'] = (rule, written, { direction, end: { pod, ips } }) => {
  const path = rule.origin.path ?? [];
  const side = SIDE[direction];
  const entity: UpstreamEntity = (written as UpstreamRule)[side] ?? {};
  const at = [...path, side];
  const nets = entity.nets ?? [];
  const own = ips.map(net);
  const exact = nets.flatMap((one, i) => (own.includes(one) || ips.includes(one) ? [i] : []));
  const byAddress: OwnEdit[] =
    nets.length === 0 && pod !== undefined
      ? []
      : [
          ...(exact.length > 0 && exact.length < nets.length
            ? [
                {
                  kind: 'remove-peer' as const,
                  edits: exact
                    .toReversed()
                    .map((i): YamlEdit => ({ do: 'remove', path: [...at, 'nets', i] })),
                },
              ]
            : []),
          {
            kind: 'narrow-peer',
            edits: own.map((value): YamlEdit => ({ do: 'append', path: [...at, 'notNets'], value })),
          },
        ];
  const byLabel = (pod?.labels ?? []).flatMap((labels): readonly OwnEdit[] => {
    if (Object.keys(labels).length === 0) return [];
    const value = expression(labels);
    const { notSelector } = entity;
    const edit: YamlEdit =
      (written as UpstreamRule)[side] === undefined
        ? { do: 'set', path: at, value: { notSelector: value } }
        : {
            do: 'set',
            path: [...at, 'notSelector'],
            value: notSelector === undefined ? value : `${inBrackets(notSelector)} || ${inBrackets(value)}`,
          };
    return [{ kind: 'narrow-peer', edits: [edit] }];
  });
  return [...byAddress, ...byLabel];
};

export const calicoEdits: OwnPolicyEdits = { rules, widen, narrow };
