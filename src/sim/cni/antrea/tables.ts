/** The tables that exist without proxyAll, TrafficControl, multicast and L7 policies, in order, and their miss flows. */
import type { Origin } from '../../base/origin.ts';
import type { OvsAction, OvsFlow, OvsMatch } from '../../net/ovs/config.ts';
import { COOKIE } from './names.ts';

const NAMES = [
  'PipelineRootClassifier',
  'ARPSpoofGuard',
  'ARPResponder',
  'Classifier',
  'SpoofGuard',
  'UnSNAT',
  'ConntrackZone',
  'ConntrackState',
  'PreRoutingClassifier',
  'SessionAffinity',
  'ServiceLB',
  'EndpointDNAT',
  'AntreaPolicyEgressRule',
  'EgressRule',
  'EgressDefaultRule',
  'EgressMetric',
  'L3Forwarding',
  'EgressMark',
  'L3DecTTL',
  'SNATMark',
  'SNAT',
  'L2ForwardingCalc',
  'IngressSecurityClassifier',
  'AntreaPolicyIngressRule',
  'IngressRule',
  'IngressDefaultRule',
  'IngressMetric',
  'ConntrackCommit',
  'Output',
] as const;

export type TableName = (typeof NAMES)[number];

export const TABLES = NAMES.map((name, id) => ({ id, name }));

/** A flow of one feature; `Category` decides its cookie. */
export interface FlowSpec {
  readonly table: TableName;
  readonly priority: number;
  readonly match: OvsMatch;
  readonly actions: readonly OvsAction[];
}

export const goto = (table: TableName): OvsAction => ({ act: 'goto', table });
export const resubmit = (table: TableName): OvsAction => ({ act: 'resubmit', table });
export const set = (to: Extract<OvsAction, { act: 'set' }>['to'], value: string): OvsAction => ({
  act: 'set',
  to,
  value,
});

/** Marks in registers, as `set_field` writes them and matches ask for them. */
export const REG = {
  fromTunnel: ['reg0', '0x1/0xf'],
  fromGateway: ['reg0', '0x2/0xf'],
  fromPod: ['reg0', '0x3/0xf'],
  toTunnel: ['reg0', '0x10/0xf0'],
  toGateway: ['reg0', '0x20/0xf0'],
  rewriteMac: ['reg0', '0x200/0x200'],
  serviceWithoutEndpoint: ['reg0', '0x4000/0x4000'],
  outputToPort: ['reg0', '0x200000/0x600000'],
  endpointToSelect: ['reg4', '0x10000/0x70000'],
  endpointSelected: ['reg4', '0x20000/0x70000'],
  endpointToLearn: ['reg4', '0x30000/0x70000'],
  remoteEndpoint: ['reg4', '0x4000000/0x4000000'],
  fromExternal: ['reg4', '0x8000000/0x8000000'],
  fromLocal: ['reg4', '0x10000000/0x10000000'],
} as const;

export const mark = (name: keyof typeof REG): OvsAction => set(REG[name][0], REG[name][1]);

const DROPS: readonly TableName[] = [
  'PipelineRootClassifier',
  'ARPSpoofGuard',
  'ARPResponder',
  'Classifier',
  'SpoofGuard',
  'Output',
];

/** Of the last table but one of a stage, where a packet goes that nothing matched. */
const MISSES: Partial<Record<TableName, readonly OvsAction[]>> = {
  SessionAffinity: [mark('endpointToSelect')],
  L3Forwarding: [mark('toGateway'), goto('L2ForwardingCalc')],
  EgressMark: [mark('toGateway'), goto('L2ForwardingCalc')],
};

export function missFlows(origin: Origin): readonly OvsFlow[] {
  return NAMES.map((table, i): OvsFlow => {
    const next = NAMES[i + 1];
    const actions = MISSES[table] ?? (DROPS.includes(table) || next === undefined ? [] : [goto(next)]);
    return { table, priority: 0, cookie: COOKIE.default, match: {}, actions, origin };
  });
}

export function flowsOf(specs: readonly FlowSpec[], cookie: string, origin: Origin): readonly OvsFlow[] {
  return specs.map((spec) => ({ ...spec, cookie, origin }));
}
