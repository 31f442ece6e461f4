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
  /** Empty: the Service has no endpoints. */
  readonly endpoints: readonly { readonly ip: string; readonly port: number }[];
}

const POD_SUBNET = '10.244.0.0/16';

/** What `iptables-restore` gets on one node. `podCidr` is absent where the CNI masquerades by itself. */
export function nodeTables(
  services: readonly ServiceRules[],
  cni: { readonly filter: readonly string[]; readonly nat: readonly string[] },
): string {
  const nat: string[] = [];
  const filter: string[] = [];
  for (const service of services) nat.push(...natRules(service));
  for (const service of services) filter.push(...filterRules(service));
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

function natRules({ name, clusterIp, port, proto, nodePort, endpoints }: ServiceRules): string[] {
  if (endpoints.length === 0) return [];
  const id = name.toUpperCase();
  const vip = `-d ${clusterIp} -p ${proto} -m ${proto} --dport ${port}`;
  const rules = [`-A KUBE-SERVICES ${vip} -j KUBE-SVC-${id}`];
  if (nodePort !== undefined) {
    rules.push(`-A KUBE-NODEPORTS -p ${proto} -m ${proto} --dport ${nodePort} -j KUBE-EXT-${id}`);
    rules.push(`-A KUBE-EXT-${id} -j KUBE-MARK-MASQ`, `-A KUBE-EXT-${id} -j KUBE-SVC-${id}`);
  }
  rules.push(`-A KUBE-SVC-${id} ! -s ${POD_SUBNET} ${vip} -j KUBE-MARK-MASQ`);
  endpoints.forEach((endpoint, index) => {
    const left = endpoints.length - index;
    const chance = left > 1 ? `-m statistic --mode random --probability ${(1 / left).toFixed(10)} ` : '';
    const chain = `KUBE-SEP-${id}-${index}`;
    rules.push(
      `-A KUBE-SVC-${id} ${chance}-j ${chain}`,
      `-A ${chain} -s ${endpoint.ip} -j KUBE-MARK-MASQ`,
      `-A ${chain} -p ${proto} -m ${proto} -j DNAT --to-destination ${endpoint.ip}:${endpoint.port}`,
    );
  });
  return rules;
}

function filterRules({ clusterIp, port, proto, nodePort, endpoints }: ServiceRules): string[] {
  if (endpoints.length > 0) return [];
  const rules = [`-A KUBE-SERVICES -d ${clusterIp} -p ${proto} -m ${proto} --dport ${port} -j REJECT`];
  if (nodePort !== undefined) {
    rules.push(
      `-A KUBE-EXTERNAL-SERVICES -p ${proto} -m addrtype --dst-type LOCAL -m ${proto} --dport ${nodePort} -j REJECT`,
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
