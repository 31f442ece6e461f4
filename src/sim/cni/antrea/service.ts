/**
 * AntreaProxy without proxyAll (featureService): flows and groups for the ClusterIPs, for pods of the node alone. Node ports,
 * load balancers and external addresses are kube-proxy's. A Service without an endpoint is refused by the agent.
 */
import type { Ip } from '../../base/ip.ts';
import { ipFamily } from '../../base/ip.ts';
import type { Origin } from '../../base/origin.ts';
import type { ClusterNode, ClusterState, Protocol } from '../../k8s/cluster-state.ts';
import type { OvsAction, OvsBucket, OvsFlow, OvsGroup } from '../../net/ovs/config.ts';
import { usableEndpoints } from '../../service/endpoint-choice.ts';
import { endpointsOfPort, slicesOf, type PortEndpoint } from '../../service/endpoint-list.ts';
import { COOKIE, CT_ZONE, SNAT_CT_ZONE, VIRTUAL_SERVICE_IP } from './names.ts';
import { flowsOf, goto, mark, resubmit, set, type FlowSpec } from './tables.ts';

/** The agent's handler of packets for Services without endpoints. */
export const REJECT_USERDATA = '04';

export interface ServiceFlows {
  readonly flows: readonly OvsFlow[];
  readonly groups: readonly OvsGroup[];
}

const PROTO: Readonly<Record<Protocol, 'tcp' | 'udp' | 'sctp'>> = { TCP: 'tcp', UDP: 'udp', SCTP: 'sctp' };

function hexIp(ip: Ip): string {
  return `0x${ip
    .split('.')
    .reduce((sum, part) => sum * 256 + Number(part), 0)
    .toString(16)}`;
}

const hex = (n: number): string => `0x${n.toString(16)}`;

export function serviceFlows(
  cluster: ClusterState,
  node: ClusterNode,
  local: ReadonlySet<Ip>,
  gatewayIp: Ip,
  origin: Origin,
): ServiceFlows {
  const flows: OvsFlow[] = [...flowsOf(fixed(gatewayIp), COOKIE.service, origin)];
  const groups: OvsGroup[] = [];
  const endpoints = new Map<string, OvsFlow>();
  const hairpins = new Map<Ip, OvsFlow>();
  const nodeIps = new Set(cluster.nodes.flatMap((one) => one.ips));
  for (const service of cluster.services) {
    if (service.type === 'ExternalName' || service.headless) continue;
    const ip = service.clusterIPs.find((one) => ipFamily(one) === 4);
    if (ip === undefined) continue;
    for (const port of service.ports) {
      const all = endpointsOfPort(slicesOf(cluster.endpointSlices, service), port, 4);
      const usable = usableEndpoints(service, port, all, node);
      const chosen = service.internalTrafficPolicy === 'Local' ? usable.local : usable.cluster;
      const from: Origin = { ...port.origin, by: 'antrea-agent' };
      const proto = PROTO[port.protocol];
      const id = groups.length + 1;
      const affinity = service.sessionAffinity === 'ClientIP';
      const name = `${service.namespace}/${service.name}`;
      groups.push({
        id,
        service: name,
        buckets:
          chosen.length === 0
            ? [{ weight: 100, actions: [mark('serviceWithoutEndpoint'), resubmit('EndpointDNAT')] }]
            : chosen.map((endpoint) => bucket(endpoint, affinity, local, nodeIps)),
        origin: from,
      });
      flows.push(
        ...flowsOf(
          [
            {
              table: 'ServiceLB',
              priority: 200,
              match: { proto, reg4: '0x10000/0x70000', nw_dst: ip, tp_dst: String(port.port) },
              actions: [
                mark('rewriteMac'),
                mark(affinity ? 'endpointToLearn' : 'endpointSelected'),
                set('reg7', hex(id)),
                { act: 'group', group: id },
              ],
            },
            ...(affinity ? [learnFlow(ip, port.port, proto, service.sessionAffinityTimeoutSeconds, id)] : []),
          ],
          COOKIE.service,
          from,
        ),
      );
      for (const endpoint of chosen) {
        const key = `${proto} ${endpoint.address}`;
        if (!endpoints.has(key)) endpoints.set(key, dnat(endpoint, proto, from));
        if (local.has(endpoint.ip) && !hairpins.has(endpoint.ip)) {
          hairpins.set(endpoint.ip, hairpin(endpoint.ip, from));
        }
      }
    }
  }
  return { flows: [...flows, ...endpoints.values(), ...hairpins.values()], groups };
}

function bucket(
  endpoint: PortEndpoint,
  affinity: boolean,
  local: ReadonlySet<Ip>,
  nodeIps: ReadonlySet<Ip>,
): OvsBucket {
  const remote =
    endpoint.endpoint.nodeName !== undefined && !local.has(endpoint.ip) && !nodeIps.has(endpoint.ip);
  return {
    weight: 100,
    actions: [
      ...(remote ? [mark('remoteEndpoint')] : []),
      set('reg3', hexIp(endpoint.ip)),
      set('reg4', `${hex(endpoint.port)}/0xffff`),
      resubmit(affinity ? 'ServiceLB' : 'EndpointDNAT'),
    ],
    to: endpoint.address,
    ...(endpoint.endpoint.pod !== undefined && { pod: endpoint.endpoint.pod }),
  };
}

function learnFlow(
  ip: Ip,
  port: number,
  proto: 'tcp' | 'udp' | 'sctp',
  seconds: number,
  group: number,
): FlowSpec {
  return {
    table: 'ServiceLB',
    priority: 190,
    match: { proto, reg4: '0x30000/0x70000', nw_dst: ip, tp_dst: String(port) },
    actions: [
      {
        act: 'learn',
        table: 'SessionAffinity',
        hardTimeoutSeconds: seconds,
        priority: 200,
        cookie: `0x${(0x1030000000000 + group).toString(16)}`,
        proto,
        fields: ['tp_dst', 'nw_dst', 'nw_src'],
        loads: [
          { to: 'reg4', from: 0, width: 16 },
          { to: 'reg4', from: 26, width: 1 },
          { to: 'reg3', from: 0, width: 32 },
          { to: 'reg4', from: 16, width: 3, value: 2 },
          { to: 'reg0', from: 9, width: 1, value: 1 },
        ],
      },
      mark('endpointSelected'),
      goto('EndpointDNAT'),
    ],
  };
}

function dnat(endpoint: PortEndpoint, proto: 'tcp' | 'udp' | 'sctp', origin: Origin): OvsFlow {
  return {
    table: 'EndpointDNAT',
    priority: 200,
    cookie: COOKIE.service,
    match: { proto, reg3: hexIp(endpoint.ip), reg4: `${hex(0x20000 + endpoint.port)}/0x7ffff` },
    actions: [
      {
        act: 'ct',
        commit: true,
        table: 'AntreaPolicyEgressRule',
        zone: CT_ZONE,
        nat: { dst: `${endpoint.ip}:${endpoint.port}` },
        exec: [
          { to: 'ct_mark', value: '0x10/0x10' },
          { to: 'ct_mark', fromReg: 0, bits: 4 },
        ],
      },
    ],
    origin,
  };
}

const SNAT_MARKS: Extract<OvsAction, { act: 'ct' }> = {
  act: 'ct',
  commit: true,
  table: 'SNAT',
  zone: CT_ZONE,
  exec: [
    { to: 'ct_mark', value: '0x20/0x20' },
    { to: 'ct_mark', value: '0x40/0x40' },
  ],
};

/** A pod that reaches itself through a Service. */
function hairpin(ip: Ip, origin: Origin): OvsFlow {
  return {
    table: 'SNATMark',
    priority: 190,
    cookie: COOKIE.service,
    match: { ct_state: '+new+trk', proto: 'ip', nw_src: ip, nw_dst: ip },
    actions: [SNAT_MARKS],
    origin,
  };
}

function fixed(gatewayIp: Ip): readonly FlowSpec[] {
  const snat = (src: Ip, hairpinned: boolean): OvsAction => ({
    act: 'ct',
    commit: true,
    table: 'L2ForwardingCalc',
    zone: SNAT_CT_ZONE,
    nat: { src },
    exec: [
      { to: 'ct_mark', value: '0x10/0x10' },
      ...(hairpinned ? [{ to: 'ct_mark' as const, value: '0x40/0x40' }] : []),
    ],
  });
  return [
    {
      table: 'PreRoutingClassifier',
      priority: 200,
      match: { proto: 'ip' },
      actions: [resubmit('SessionAffinity'), resubmit('ServiceLB')],
    },
    {
      table: 'EndpointDNAT',
      priority: 200,
      match: { reg0: '0x4000/0x4000' },
      actions: [{ act: 'controller', userdata: REJECT_USERDATA }],
    },
    {
      table: 'EndpointDNAT',
      priority: 190,
      match: { reg4: '0x20000/0x70000' },
      actions: [mark('endpointToSelect'), resubmit('ServiceLB')],
    },
    {
      table: 'SNATMark',
      priority: 200,
      match: { ct_state: '+new+trk', proto: 'ip', reg0: '0x22/0xff' },
      actions: [SNAT_MARKS],
    },
    {
      table: 'SNATMark',
      priority: 200,
      match: { ct_state: '+new+trk', proto: 'ip', reg0: '0x12/0xff', reg4: '0x200000/0x2200000' },
      actions: [{ ...SNAT_MARKS, exec: [{ to: 'ct_mark', value: '0x20/0x20' }] }],
    },
    {
      table: 'SNAT',
      priority: 200,
      match: { ct_state: '+new+trk', ct_mark: '0x40/0x40', proto: 'ip', reg0: '0x2/0xf' },
      actions: [snat(VIRTUAL_SERVICE_IP, true)],
    },
    {
      table: 'SNAT',
      priority: 200,
      match: { ct_state: '+new+trk', ct_mark: '0x40/0x40', proto: 'ip', reg0: '0x3/0xf' },
      actions: [snat(gatewayIp, true)],
    },
    {
      table: 'SNAT',
      priority: 200,
      match: { ct_state: '-new-rpl+trk', ct_mark: '0x20/0x20', proto: 'ip' },
      actions: [{ act: 'ct', table: 'L2ForwardingCalc', zone: SNAT_CT_ZONE, nat: {} }],
    },
    {
      table: 'SNAT',
      priority: 190,
      match: { ct_state: '+new+trk', ct_mark: '0x20/0x20', proto: 'ip', reg0: '0x2/0xf' },
      actions: [snat(gatewayIp, false)],
    },
  ];
}
