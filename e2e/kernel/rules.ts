/**
 * The tables of a flannel + kube-proxy node, written by hand after FLANNEL's and kube-proxy's sources, apart from the
 * simulator's: chain names are words instead of hashes, which no packet can tell.
 */

export interface ServiceRules {
  readonly name: string;
  readonly clusterIp: string;
  readonly port: number;
  readonly proto: 'tcp' | 'udp';
  readonly nodePort?: number;
  /** Which traffic policy is Local, if one is. */
  readonly local?: 'external' | 'internal';
  /** Empty: the Service has no endpoints. */
  readonly endpoints: readonly { readonly ip: string; readonly port: number; readonly node: string }[];
}

const POD_SUBNET = '10.244.0.0/16';

/** What `iptables-restore` gets on one node. */
export function nodeTables(
  node: string,
  services: readonly ServiceRules[],
  cni: { readonly filter: readonly string[]; readonly nat: readonly string[] },
): string {
  const nat: string[] = [];
  const filter: string[] = [];
  for (const service of services) nat.push(...natRules(service, node));
  for (const service of services) filter.push(...filterRules(service, node));
  const chains = [...nat, ...cni.nat].flatMap((rule) => /^-A (\S+)/.exec(rule)?.[1] ?? []);
  const own = [...new Set(chains)].filter(
    (chain) =>
      !/^(PRE|POST)ROUTING$|^(IN|OUT)PUT$|^KUBE-(SERVICES|NODEPORTS|POSTROUTING|MARK-MASQ)$/.test(chain),
  );
  const cniFilter = [...new Set(cni.filter.flatMap((rule) => /^-A (\S+)/.exec(rule)?.[1] ?? []))].filter(
    (chain) => !['FORWARD', 'INPUT', 'OUTPUT'].includes(chain),
  );
  return `*filter
:INPUT ACCEPT [0:0]
:FORWARD ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
:KUBE-EXTERNAL-SERVICES - [0:0]
:KUBE-FIREWALL - [0:0]
:KUBE-FORWARD - [0:0]
:KUBE-NODEPORTS - [0:0]
:KUBE-PROXY-FIREWALL - [0:0]
:KUBE-SERVICES - [0:0]
${cniFilter.map((chain) => `:${chain} - [0:0]`).join('\n')}
-A INPUT -m conntrack --ctstate NEW -j KUBE-PROXY-FIREWALL
-A INPUT -j KUBE-NODEPORTS
-A INPUT -m conntrack --ctstate NEW -j KUBE-EXTERNAL-SERVICES
-A INPUT -j KUBE-FIREWALL
-A FORWARD -m conntrack --ctstate NEW -j KUBE-PROXY-FIREWALL
-A FORWARD -j KUBE-FORWARD
-A FORWARD -m conntrack --ctstate NEW -j KUBE-SERVICES
-A FORWARD -m conntrack --ctstate NEW -j KUBE-EXTERNAL-SERVICES
-A OUTPUT -m conntrack --ctstate NEW -j KUBE-PROXY-FIREWALL
-A OUTPUT -m conntrack --ctstate NEW -j KUBE-SERVICES
-A OUTPUT -j KUBE-FIREWALL
-A KUBE-FIREWALL ! -s 127.0.0.0/8 -d 127.0.0.0/8 -m conntrack ! --ctstate RELATED,ESTABLISHED,DNAT -j DROP
-A KUBE-FORWARD -m conntrack --ctstate INVALID -j DROP
-A KUBE-FORWARD -m mark --mark 0x4000/0x4000 -j ACCEPT
-A KUBE-FORWARD -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
${filter.join('\n')}
${cni.filter.join('\n')}
COMMIT
*nat
:PREROUTING ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
:POSTROUTING ACCEPT [0:0]
:KUBE-SERVICES - [0:0]
:KUBE-NODEPORTS - [0:0]
:KUBE-POSTROUTING - [0:0]
:KUBE-MARK-MASQ - [0:0]
${own.map((chain) => `:${chain} - [0:0]`).join('\n')}
-A PREROUTING -j KUBE-SERVICES
-A OUTPUT -j KUBE-SERVICES
-A POSTROUTING -j KUBE-POSTROUTING
-A KUBE-POSTROUTING -m mark ! --mark 0x4000/0x4000 -j RETURN
-A KUBE-POSTROUTING -j MARK --xor-mark 0x4000
-A KUBE-POSTROUTING -j MASQUERADE --random-fully
-A KUBE-MARK-MASQ -j MARK --or-mark 0x4000
${nat.join('\n')}
-A KUBE-SERVICES -m addrtype --dst-type LOCAL -j KUBE-NODEPORTS
${cni.nat.join('\n')}
COMMIT
`;
}

function natRules(service: ServiceRules, node: string): string[] {
  const { name, clusterIp, port, proto, nodePort, endpoints } = service;
  if (endpoints.length === 0) return [];
  const id = name.toUpperCase();
  const here = endpoints.filter((endpoint) => endpoint.node === node);
  const vip = `-d ${clusterIp} -p ${proto} -m ${proto} --dport ${port}`;
  const inside = service.local === 'internal' ? 'SVL' : 'SVC';
  const rules: string[] = [];
  if (inside === 'SVC' || here.length > 0) {
    rules.push(
      `-A KUBE-SERVICES ${vip} -j KUBE-${inside}-${id}`,
      `-A KUBE-${inside}-${id} ! -s ${POD_SUBNET} ${vip} -j KUBE-MARK-MASQ`,
    );
  }
  if (nodePort !== undefined) {
    rules.push(`-A KUBE-NODEPORTS -p ${proto} -m ${proto} --dport ${nodePort} -j KUBE-EXT-${id}`);
    if (service.local === 'external') {
      rules.push(
        `-A KUBE-EXT-${id} -s ${POD_SUBNET} -j KUBE-SVC-${id}`,
        `-A KUBE-EXT-${id} -m addrtype --src-type LOCAL -j KUBE-MARK-MASQ`,
        `-A KUBE-EXT-${id} -m addrtype --src-type LOCAL -j KUBE-SVC-${id}`,
      );
      if (here.length > 0) rules.push(`-A KUBE-EXT-${id} -j KUBE-SVL-${id}`);
    } else {
      rules.push(`-A KUBE-EXT-${id} -j KUBE-MARK-MASQ`, `-A KUBE-EXT-${id} -j KUBE-SVC-${id}`);
    }
  }
  if (inside === 'SVC') rules.push(...choose(service, `KUBE-SVC-${id}`, endpoints));
  if (service.local !== undefined) rules.push(...choose(service, `KUBE-SVL-${id}`, here));
  for (const { ip, port: to } of endpoints) {
    const chain = `KUBE-SEP-${id}-${ip}`;
    rules.push(
      `-A ${chain} -s ${ip} -j KUBE-MARK-MASQ`,
      `-A ${chain} -p ${proto} -m ${proto} -j DNAT --to-destination ${ip}:${to}`,
    );
  }
  return rules;
}

function choose({ name }: ServiceRules, chain: string, endpoints: ServiceRules['endpoints']): string[] {
  return endpoints.map(({ ip }, index) => {
    const left = endpoints.length - index;
    const chance = left > 1 ? `-m statistic --mode random --probability ${(1 / left).toFixed(10)} ` : '';
    return `-A ${chain} ${chance}-j KUBE-SEP-${name.toUpperCase()}-${ip}`;
  });
}

function filterRules(service: ServiceRules, node: string): string[] {
  const { clusterIp, port, proto, nodePort, endpoints, local } = service;
  const none = endpoints.length === 0;
  if (!none && (local === undefined || endpoints.some((endpoint) => endpoint.node === node))) return [];
  const target = none ? 'REJECT' : 'DROP';
  const rules: string[] = [];
  if (none || local === 'internal') {
    rules.push(`-A KUBE-SERVICES -d ${clusterIp} -p ${proto} -m ${proto} --dport ${port} -j ${target}`);
  }
  if (nodePort !== undefined && (none || local === 'external')) {
    rules.push(
      `-A KUBE-EXTERNAL-SERVICES -p ${proto} -m addrtype --dst-type LOCAL -m ${proto} --dport ${nodePort} -j ${target}`,
    );
  }
  return rules;
}

/** flanneld's `--ip-masq` and `--iptables-forward-rules`. */
export function flannelTables(podCidr: string): { filter: string[]; nat: string[] } {
  return {
    filter: [
      '-A FORWARD -j FLANNEL-FWD',
      `-A FLANNEL-FWD -s ${POD_SUBNET} -j ACCEPT`,
      `-A FLANNEL-FWD -d ${POD_SUBNET} -j ACCEPT`,
    ],
    nat: [
      '-A POSTROUTING -j FLANNEL-POSTRTG',
      '-A FLANNEL-POSTRTG -m mark --mark 0x4000/0x4000 -j RETURN',
      `-A FLANNEL-POSTRTG -s ${podCidr} -d ${POD_SUBNET} -j RETURN`,
      `-A FLANNEL-POSTRTG -s ${POD_SUBNET} -d ${podCidr} -j RETURN`,
      `-A FLANNEL-POSTRTG ! -s ${POD_SUBNET} -d ${podCidr} -j RETURN`,
      `-A FLANNEL-POSTRTG -s ${POD_SUBNET} ! -d 224.0.0.0/4 -j MASQUERADE --random-fully`,
      `-A FLANNEL-POSTRTG ! -s ${POD_SUBNET} -d ${POD_SUBNET} -j MASQUERADE --random-fully`,
    ],
  };
}
