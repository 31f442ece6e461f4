import type { Area, Evidence, FeatureId } from '../content/fidelity/fidelity.ts';
import type { Fidelity } from '../sim/plugin.ts';

const meaning: Readonly<Record<Fidelity, string>> = {
  exact: 'Compared with the real thing: a kernel, a program, its output.',
  modelled: 'Read in its source or specification; a test holds the reading.',
  sketched: 'Only the shape: real ones differ.',
};
const areas: Readonly<Record<Area, string>> = {
  box: 'The Linux box',
  services: 'Services and kube-proxy',
  cni: 'CNI plug-ins',
  policy: 'Network policies',
  dns: 'DNS',
  objects: 'Objects and controllers',
  tools: 'Probes',
  outputs: 'Tables and exports',
  faults: 'Faults and comparison',
};
const evidence: Readonly<Record<Evidence, string>> = {
  kernel: 'Linux kernel',
  tool: 'real program',
  source: 'source code',
  walk: 'walks',
  property: 'random cases',
};
const features: Readonly<Record<FeatureId, string>> = {
  walk: 'Every frame of a walk on every interface: order, addresses, ports, TTL, flags, MACs, outer headers, ICMP quotes',
  conntrack: 'The connections that a walk leaves in conntrack',
  planted: 'The comparison itself: a planted wrong DNAT, route, tunnel or forwarding entry is found',
  netfilter: 'The order of netfilter, NAT in both directions, REJECT, MTU, retransmission',
  ipv6: 'IPv6: neighbour discovery, hop limits, ICMPv6, ip6tables and NAT, VXLAN over IPv6',
  tunnels: 'IPIP and WireGuard: outer headers, handshake, allowed IPs; VXLAN is among the frames above',
  nftables: 'nftables: statements, sets, verdict maps, base chains beside iptables',
  policyRouting: 'Policy routing: rules, tables, throw and unreachable routes',
  multipath: 'Several next hops, proxy ARP, a direct answer',
  ipvs: 'IPVS: hooks, schedulers, persistence, connection states, ICMP',
  sctp: 'SCTP: chunks, checksum, handshake, shutdown, connection tracking',
  programs: 'Programs on tc and socket hooks with their maps',
  sound: 'Any walk of any small cluster is sound; a reply returns to the address that was asked',
  iptablesMode: 'Chain names, rules, probabilities, order; the walks through them',
  nftablesMode: 'Names, maps, rules; the walks through them',
  ipvsMode: 'Sets, chains, virtual servers, kube-ipvs0; policies hold through them',
  noProxy: 'A cluster without kube-proxy: nothing serves a ClusterIP, unless the CNI does',
  serviceWalks:
    'ClusterIP, hairpin, NodePort from outside, from a node and from a pod; no endpoints; source addresses',
  balance: 'Which endpoints a Service can lead to, and how often each: 400 connections a case',
  endpointChoice: 'The choice of endpoints: readiness, terminating ones, both traffic policies, hints',
  serviceFields: 'Every Service field in every mode: verdict, who is reached, source address',
  families: 'IP families of a Service: defaults, refusals, and walks over both in every mode',
  hints: 'Hints of trafficDistribution and topology-mode: Auto',
  healthChecks: 'Health check node ports: status, headers, body',
  loadBalancer: 'The cloud’s load balancer, as a router (VIP) or a proxy (Proxy)',
  flannel:
    'vxlan and host-gw, IPv4 and IPv6: links, routes, chains, and walks across nodes; wireguard by its source, its peers beside the real wg',
  calico:
    'VXLAN, and IPIP and no encapsulation by their source: routes, policy chains with Felix’ own rule hashes, sets, and walks across nodes',
  cilium:
    'Tunnel and native routing, with and without the kube-proxy replacement: who is reached, TTLs, identities',
  antrea: 'Pods on an Open vSwitch bridge, ClusterIPs by AntreaProxy, with a tunnel and without',
  kindnet: 'Links, routes, masquerading beside the real ptp plug-in; policies through its queue',
  'aws-vpc': 'Second cards, rules and tables for each pod, a fabric that answers ARP',
  weave:
    'Bridge, masquerading and weave-npc’s rules, with a plain switch in the place of the Open vSwitch datapath; the datapath and its flows by source alone',
  azure: 'Transparent mode with a node subnet',
  bridge:
    'Links, addresses, routes, sysctls and rules beside the real plug-ins, in twelve configurations, four of them dual stack',
  kubenet: 'Kubernetes 1.16’s own network: bridge, hairpin, masquerading',
  nodeSubnets:
    'Nodes in several subnets: the router between them, what is wrapped across it, which routes the kernel refuses',
  hostPort: 'hostPort, by portmap or the kubelet’s own way',
  addresses: 'Which address a pod is given, and what happens when a node has none left',
  nearMiss: 'Near misses are told exactly where a policy denies, in the matcher’s own words',
  policyFix: 'Each smallest fix lets its walk through or stops it, and opens and closes what it says',
  podReach: 'One pod both ways: whom it may talk to and who may talk to it, with what decides',
  matrixDiff: 'The matrix after an edit, and the cells that it marks',
  policyMeaning: 'Selectors, peers, ports, endPort, policyTypes, with a row for each trap',
  policyCalico: 'Calico’s chains come to the answer that the API promises',
  policyCilium: 'Cilium’s policy maps come to the same answer, but for two known differences',
  policyCiliumOwn:
    'CiliumNetworkPolicy and its cluster-wide kind at L3 and L4: who refuses what in which words, what the rules mean, and evaluator, walk and matrix agree',
  policyAntrea: 'Antrea’s flows come to the same answer',
  policyWeave:
    'weave-npc’s rules come to the same answer, but for four known differences: named ports, endPort, rules that policyTypes does not name, sets that share a name',
  policyKindnet: 'kindnet’s queue comes to the same answer',
  matrix: 'The matrix says what the walks say',
  coredns: 'Answers: A, AAAA, SRV, PTR, CNAME, headless and external names, truncation, Corefile plug-ins',
  resolver: 'The client’s resolver: search list, ndots, A and AAAA, retries, refusals, silence',
  podDns: 'A pod’s resolv.conf as the kubelet forms it, with its limits and events',
  addressOrder: 'Which of several addresses a program tries first',
  parsing: 'YAML reading with exact places, beside the YAML library and on hostile text',
  validation: 'Fields, defaults and the API server’s own messages',
  controllers: 'Controllers, scheduler, EndpointSlices, events',
  quotas: 'LimitRange and ResourceQuota: what is filled in, refused and counted, and with which words',
  podSecurity:
    'Pod Security’s checks and words by level and version, what is refused or warned about; RuntimeClass',
  cel: 'ValidatingAdmissionPolicy in CEL: what it matches, parameters, variables, messages, failures, actions; Gatekeeper’s constraints in CEL',
  webhooks:
    'Admission webhooks: which are called, in which order, what a failed call means; the pod that Istio’s injector makes',
  kubectl: 'What kubectl get -o yaml prints can be pasted as it is',
  unmodelled: 'A field that is not modelled makes exactly the walks that it could change “unknown”',
  verdicts: 'The verdict, and what the client itself sees',
  fragments: 'Fragments: cut, put together and cut again, in tunnels and of tunnels, both families',
  images: 'On which ports well-known images listen',
  tables: 'Every printed table: ip, bridge, iptables-save, nft, ipset, conntrack, ss, wg',
  accepted: 'The real commands take every scenario’s tables, each CNI with each mode',
  bytes: 'The bytes of packets, checksums included, as tshark reads them',
  pcapng: 'Captures for Wireshark: no malformed packet, no wrong checksum',
  lab: 'The script that builds the cluster out of network namespaces, and takes it down',
  faults: 'What each fault breaks, what it does not, what the client sees',
  align: 'Two walks side by side: every step once, equal clusters equal throughout',
};
/** What is left out, uncertain, or a choice that a machine may make otherwise. */
const open: Readonly<Record<Area, readonly string[]>> = {
  box: [
    'Multicast, TLS, and what eBPF programs and Open vSwitch make of fragments are not modelled: such walks end as “unknown”.',
    'ICMP redirects and the ICMP rate limit, windows and congestion, ageing of entries during a probe, races between packets are left out.',
    'IPVS and SCTP were held against their source only: no kernel here has them.',
    'IPv6 without duplicate address detection, router advertisements, MLD, extension headers and policy routing.',
    'rp_filter differs between distributions: here it is 1 on Calico’s interfaces, 2 on other new ones.',
  ],
  services: [
    'nftables mode of 1.36: its source could not be read; what a 1.36.2 node prints and the pull requests were. It changes no walk.',
    'ipvs mode: graceful termination is left out. Which server comes first is chance.',
    'Clouds’ load balancers differ; health checks know at once.',
    'Addresses and node ports that are not written follow from the Service’s name; a real API server draws them.',
  ],
  cni: [
    'Cilium’s programs were read, not run. Encryption, DSR, XDP, Maglev, the host firewall, and the proxies that L7 rules other than HTTP’s and toFQDNs need are left out.',
    'Antrea’s flows were read as far as they could be, not run: no kernel here has Open vSwitch.',
    'Calico without host endpoints, tiers, its own policies, flow logs and eBPF.',
    'kindnet: the queue was read, not seen at work. AWS: the fabric’s check of source addresses, prefix delegation and security groups are left out.',
    'Azure: its overlay, the default for new AKS clusters, is left out.',
    'A plug-in that is not modelled for IPv6 makes walks over IPv6 “unknown”.',
  ],
  policy: [
    'ICMP passes only rules without ports, as Calico does; the API leaves it undefined.',
    'Cilium: an ipBlock never means a pod or a node, and a named port in an egress rule has to be one number for all peers.',
    'A matrix cell from a pod on another node’s host network that only an ipBlock could allow is “unknown”.',
  ],
  dns: [
    'musl’s resolver, happy eyeballs, CoreDNS’ cache and its shuffle of answers are not modelled.',
    'The “5 s DNS race” did not occur on Linux 6.18 and is not modelled.',
    'Names of the internet are not real: every one leads to one host.',
  ],
  objects: [
    'Time: a Job’s pod is shown while it runs; there is no rolling update.',
    'Volumes, resources, Ingress, Gateway API and meshes are not modelled.',
    'Of webhooks Istio’s injector alone has an answer; what any other says is unknown, and so is what a sidecar does with packets.',
    'A quota counts what is in the documents and the pods of workloads; of what other controllers make it counts nothing.',
  ],
  tools: [
    'curl asks one plain HTTP/1.1 request; images answer with a small page or nothing, not with their protocol.',
    'Timeouts are fixed: nc, curl and ping 5 s, dig three times 5 s.',
  ],
  outputs: [
    'ipvsadm’s text and the match -m ipvs were loaded nowhere: no kernel here has the module.',
    'What a kernel lacks, lab says, and leaves out.',
  ],
  faults: ['Used-up ports were read in the kernel’s source, not provoked on a kernel.'],
};

export const fidelity = {
  title: 'What was verified, and against what',
  intro:
    'Where the simulator does not know, a walk ends as “unknown”. Where it answers, this is what its answer was held against. The tests run on every change.',
  meaning,
  areas,
  evidence,
  features,
  unknowns: open,
  all: 'All areas',
  areaFilter: 'Areas',
  labelFilter: 'Show only',
  yours: 'Your cluster',
  heldAgainst: 'Held against',
  tests: (p: { n: number }) => (p.n === 1 ? '1 test' : `${p.n} tests`),
  sourceCount: (p: { n: number }) => (p.n === 1 ? '1 source' : `${p.n} sources`),
  sources: 'Read in',
  unknown: 'Left out or uncertain',
  own: 'has to agree with itself',
  none: 'Nothing of this kind here.',
  shown: (p: { n: number }) => (p.n === 1 ? '1 row' : `${p.n} rows`),
  more: 'The same at length, with releases: docs/fidelity.md in the source.',
};
