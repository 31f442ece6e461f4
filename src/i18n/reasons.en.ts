import { addressPort, isIpv6, protocolName } from './family.ts';
import type { ReasonCode, ReasonParams } from '../sim/trace/reasons.ts';

/** `title`: the headline of the Why card. `info`: a few words for the event list. `detail`: one or two sentences of why. */
export type ReasonText = {
  [C in ReasonCode]: {
    readonly title: (p: ReasonParams[C]) => string;
    readonly info: (p: ReasonParams[C]) => string;
    readonly detail?: (p: ReasonParams[C]) => string;
  };
};

const plural = (n: number, one: string, many: string): string => `${n} ${n === 1 ? one : many}`;

/** Places are `node/NAME`, `external/NAME` and `namespace/pod`. */
const refuser = (at: string): string =>
  at.startsWith('node/')
    ? `node ${at.slice(5)}`
    : at.startsWith('external/')
      ? `the host ${at.slice(9)}`
      : 'the pod';

function verdictTitle(program: string, act: string, to: string): string {
  switch (act) {
    case 'redirect':
      return `${program} sends it out of ${to}`;
    case 'redirect-ingress':
      return `${program} lets it arrive on ${to}`;
    case 'redirect-peer':
      return `${program} puts it straight into the pod behind ${to}`;
    case 'redirect-neigh':
      return `${program} sends it out of ${to} itself`;
    case 'shot':
      return `${program} drops it: ${to}`;
    default:
      return `${program} lets it go on`;
  }
}

export const reasons: ReasonText = {
  // processes
  'process.resolve': {
    title: (p) => `${p.tool} needs an address for the name ${p.name}`,
    info: (p) => `looks up ${p.name}`,
    detail: () =>
      'A packet carries addresses, not names. The resolver in the client’s own container asks the nameserver of its /etc/resolv.conf first.',
  },
  'process.resolved': {
    title: (p) => `${p.name} is ${p.address}`,
    info: (p) => `${p.name} = ${p.address}`,
    detail: () => 'From here on only the address counts: the packet does not know which name was asked for.',
  },
  'process.nxdomain': {
    title: (p) => `The name ${p.name} does not exist`,
    info: () => 'no such name',
    detail: () =>
      'DNS itself worked: every question came back with an answer, and none had an address. No connection is tried.',
  },
  'process.dns-failed': {
    title: (p) => `${p.name} could not be looked up`,
    info: (p) => `DNS failed: ${p.rcode}`,
    detail: (p) =>
      `The resolver gave up (${p.rcode}). The Service may be fine: without an address nothing is ever sent to it.`,
  },
  'process.connect': {
    title: (p) => `${p.tool} opens a connection to ${p.address}`,
    info: (p) => `connect ${p.address}`,
    detail: () => 'The program only calls connect(); the kernel does everything that follows.',
  },
  'process.connected': {
    title: (p) => `Connected to ${p.address}`,
    info: () => 'connected',
    detail: () =>
      'SYN, SYN-ACK, ACK: both sides know of the connection. The client believes that it talks to this address, whatever was rewritten on the way.',
  },
  'process.request': {
    title: (p) => `The client sends ${p.method} ${p.url}`,
    info: (p) => `${p.method} ${p.url}`,
    detail: () =>
      'The request travels in the connection that the handshake made. Each node already remembers how to translate its addresses, so no NAT rule is asked again.',
  },
  'process.response': {
    title: (p) => `The server answered with status ${p.status}`,
    info: (p) => `HTTP ${p.status}`,
    detail: () =>
      'An HTTP status comes from the program. To the network any status is a packet that was delivered.',
  },
  'process.echo': {
    title: (p) => `ping sends an echo request to ${p.address}`,
    info: (p) => `ping ${p.address}`,
    detail: () =>
      'ICMP has no ports. Rules that match TCP or UDP ports, such as those of a Service, do not match it.',
  },
  'process.query': {
    title: (p) => `The resolver asks for the ${p.type} record of ${p.name}`,
    info: (p) => `${p.type}? ${p.name}`,
    detail: () =>
      'A program’s name with fewer dots than ndots (5 in a pod) is tried with each suffix of the search list before it is tried as it stands; dig asks for exactly what is typed.',
  },
  'process.truncated': {
    title: (p) => `The answer for ${p.name} was cut: it did not fit a datagram`,
    info: () => 'TC: again over TCP',
    detail: () =>
      'Without EDNS a DNS answer over UDP has at most 512 bytes. The server leaves out what does not fit and sets the TC bit, and the resolver asks once more over TCP.',
  },
  'process.answer': {
    title: (p) =>
      p.rcode === 'NOERROR'
        ? p.count === 0
          ? `${p.name} exists, but has no ${p.type} record`
          : `DNS answers ${p.name} with ${plural(p.count, `${p.type} record`, `${p.type} records`)}`
        : `DNS answers ${p.rcode} for ${p.name}`,
    info: (p) => (p.rcode === 'NOERROR' ? plural(p.count, 'answer', 'answers') : p.rcode),
    detail: (p) =>
      p.rcode === 'NXDOMAIN'
        ? 'Nothing has that name. The resolver goes on to the next suffix of its search list, if one is left.'
        : 'CoreDNS answers cluster names from what the API server told it about Services and EndpointSlices, and passes other names on. No packet goes to the Service itself.',
  },
  'process.refused': {
    title: (p) => `The client sees: connection refused by ${p.address}`,
    info: () => 'connection refused',
    detail: () =>
      'A refusal came back (RST or ICMP port unreachable), so the client knows at once. Whoever sent it, the message names the address that the client dialled.',
  },
  'process.reset': {
    title: (p) => `The client sees: connection reset by ${p.address}`,
    info: () => 'connection reset',
    detail: () => 'An established connection was ended by a RST.',
  },
  'process.timeout': {
    title: (p) => `The client hears nothing and gives up after ${p.seconds} s`,
    info: (p) => `timeout after ${p.seconds} s`,
    detail: () =>
      'Silence is what a drop looks like from outside: nothing tells the client where the packet was lost, or why.',
  },
  'process.unreachable': {
    title: (p) => `The client sees: ${p.address} is unreachable`,
    info: () => 'unreachable',
    detail: () =>
      'The client’s own kernel, or a router that answered with an ICMP error, says that there is no way there.',
  },
  'process.too-big': {
    title: (p) => `The client sees: message too long (MTU ${p.mtu})`,
    info: (p) => `too long for MTU ${p.mtu}`,
    detail: () => 'The packet must not be fragmented (DF is set), and it does not fit in one piece.',
  },
  'process.closed': {
    title: () => 'The client closes the connection',
    info: () => 'closed',
    detail: () => 'Each side sends its FIN. Conntrack keeps the entry for a while in TIME_WAIT.',
  },
  'process.forward-dns': {
    title: (p) => `${p.name} is not a name of the cluster: CoreDNS asks ${p.upstream}`,
    info: (p) => `forwards to ${p.upstream}`,
    detail: () =>
      'CoreDNS owns only the cluster’s domain; its forward plug-in passes every other name on, as a client of its own.',
  },
  // L7 proxies
  'l7.host': {
    title: (p) => `${p.process} serves ${p.host} with ${p.server}`,
    info: (p) => p.server,
    detail: () =>
      'The Host header of the request chose it: an exact name before a wildcard, a wildcard before any host.',
  },
  'l7.no-host': {
    title: (p) => `${p.process} knows no host ${p.host}`,
    info: (p) => `no host ${p.host}`,
    detail: () => 'No rule names this host, and none is for every host.',
  },
  'l7.miss': {
    title: (p) => `${p.route} does not match: its ${missedField(p)} is ${p.got}, and ${p.wanted} is wanted`,
    info: (p) => `${p.route}: no`,
    detail: () => 'Routes are asked in order, and the first that matches decides. This one was asked before.',
  },
  'l7.missing': {
    title: (p) => `${p.route} does not match: the request has no ${missedField(p)}`,
    info: (p) => `${p.route}: no`,
    detail: () => 'Routes are asked in order, and the first that matches decides. This one was asked before.',
  },
  'l7.route': {
    title: (p) => `${p.process}: ${p.method} ${p.path} matches ${p.route}`,
    info: (p) => p.route,
    detail: () => 'The first route that matches the request decides where it goes.',
  },
  'l7.no-route': {
    title: (p) => `${p.host} has no route for ${p.path}`,
    info: (p) => `no route for ${p.path}`,
    detail: () => 'The host is known, but none of its paths matches. Another host is not tried.',
  },
  'l7.split': {
    title: (p) => `The request goes to ${p.service}, which gets ${p.weight} of ${p.total}`,
    info: (p) => `${p.service} (${p.weight}/${p.total})`,
    detail: () => 'Several backends share the requests by their weights; chance chose this one.',
  },
  'l7.redirect': {
    title: (p) => `${p.process} sends the client to ${p.location} (${p.status})`,
    info: (p) => `${p.status} → ${p.location}`,
    detail: () => 'No backend is asked: the client is told another address and may ask there.',
  },
  'l7.respond': {
    title: (p) => `${p.process} answers ${p.status} itself: ${RESPONDS[p.because] ?? p.because}`,
    info: (p) => `${p.status} by ${p.process}`,
    detail: () => 'No backend was asked.',
  },
  // sockets
  'proxy.forward': {
    title: (p) => `${p.process} asks ${p.address} itself: ${p.method} ${p.path}`,
    info: (p) => (p.as === '' ? 'a connection of its own' : `as ${p.as}`),
    detail: (p) =>
      p.service !== undefined
        ? `The client’s connection ends here. What follows is another one, from the proxy’s own address, straight to an endpoint of ${p.service}: the Service’s address, and kube-proxy, have no part in it.`
        : p.as === ''
          ? 'The client’s connection ends here. What follows is another one, with another source address; the client’s identity goes along in the packet’s mark.'
          : `The client’s connection ends here. What follows is another one, and yet it has the client’s address and port: its socket is transparent.`,
  },
  'proxy.answered': {
    title: (p) => `${p.process} has the answer, ${p.status}, and passes it on`,
    info: (p) => `HTTP ${p.status}`,
    detail: () => 'On the client’s own connection, with headers of the proxy’s added.',
  },
  'proxy.failed': {
    title: (p) => `${p.process} gets no answer from ${p.address} and says so: ${p.status}`,
    info: (p) => `HTTP ${p.status}`,
    detail: (p) =>
      `${p.why === 'protocol' ? 'What came back is no HTTP.' : p.tries === 1 ? 'It tried once.' : `It tried ${p.tries} times.`} The client’s connection is fine: it hears of the failure in HTTP, from the proxy.`,
  },
  'socket.originate': {
    title: (p) =>
      p.flags === ''
        ? `The kernel builds a ${protocolName(p.proto)} packet`
        : `The kernel builds a ${protocolName(p.proto)} packet: ${p.flags}`,
    info: (p) => (p.flags === '' ? protocolName(p.proto) : p.flags),
    detail: () =>
      'The socket knows the destination; the route decides the source address and the interface. The TTL starts at 64 unless the program sets another.',
  },
  'socket.deliver': {
    title: (p) =>
      p.meant === undefined
        ? `Delivered: ${p.process} listens on port ${p.port}/${p.proto}`
        : `Delivered: ${p.process} takes what was meant for ${p.meant}`,
    info: (p) => `delivered to ${p.process}`,
    detail: (p) =>
      p.meant === undefined
        ? 'The destination address is one of this network namespace’s own, and a socket is bound to the port.'
        : `Its socket listens on port ${p.port} and is transparent: it answers in the name of ${p.meant}, and the client never knows.`,
  },
  'socket.deliver-reply': {
    title: (p) => `The reply reaches the client’s socket on port ${p.port}`,
    info: () => 'delivered',
    detail: () =>
      'The socket compares all four numbers: had the source address not been translated back, it would not know this packet.',
  },
  'socket.no-listener-tcp': {
    title: (p) => `Connection refused by ${refuser(p.at)}: nothing listens on ${addressPort(p.ip, p.port)}`,
    info: (p) => `${p.port} closed: RST`,
    detail: (p) =>
      p.listening === ''
        ? 'The packet arrived; no process here listens on any TCP port. The kernel answers with RST, which the client reads as “connection refused”.'
        : `The packet arrived at the right pod, on the wrong port: it listens on ${p.listening}. The kernel answers with RST, which the client reads as “connection refused”.`,
  },
  'socket.no-listener-udp': {
    title: (p) => `Refused by ${refuser(p.at)}: nothing listens on ${addressPort(p.ip, p.port)}/UDP`,
    info: (p) => `${p.port}/UDP closed`,
    detail: (p) =>
      p.listening === ''
        ? 'No process here has a UDP socket. The kernel answers with ICMP port unreachable.'
        : `The packet arrived; the pod listens on ${p.listening}. The kernel answers with ICMP port unreachable.`,
  },
  'socket.no-listener-sctp': {
    title: (p) => `Refused by ${refuser(p.at)}: nothing listens on ${addressPort(p.ip, p.port)}/SCTP`,
    info: (p) => `${p.port}/SCTP closed: ABORT`,
    detail: (p) =>
      p.listening === ''
        ? 'The packet arrived; no process here has an SCTP socket. The kernel answers with ABORT, which the client reads as “connection refused”.'
        : `The packet arrived; the pod listens on ${p.listening}. The kernel answers with ABORT, which the client reads as “connection refused”.`,
  },
  'socket.no-connection': {
    title: (p) => `No socket here knows this packet (${p.flags})`,
    info: (p) => `unknown connection: ${p.flags}`,
    detail: () =>
      'No connection has these four numbers. That is what a reply looks like whose addresses were not translated back; the kernel answers with RST.',
  },
  'socket.echo-reply': {
    title: (p) => `${p.ip} answers the ping`,
    info: () => 'echo reply',
    detail: () => 'The kernel itself answers an echo request; no process is asked.',
  },
  // interfaces
  'link.transmit': {
    title: (p) => `The packet leaves through ${p.iface}`,
    info: (p) => `out ${p.iface}`,
    detail: () => 'This is what tcpdump on the interface shows as sent: after the netfilter hooks here.',
  },
  'link.receive': {
    title: (p) => `The packet arrives at ${p.iface}`,
    info: (p) => `in ${p.iface}`,
    detail: () =>
      'This is what tcpdump on the interface shows as received: before any netfilter hook here saw it.',
  },
  'link.not-for-me': {
    title: (p) => `The frame is addressed to ${p.mac}, not to this interface`,
    info: () => 'other MAC: ignored',
    detail: () =>
      'A flooded frame reaches every port; an interface drops what is not for its own MAC address.',
  },
  'link.mtu': {
    title: (p) => `${p.length} bytes do not fit through an MTU of ${p.mtu}`,
    info: (p) => `${p.length} > MTU ${p.mtu}`,
    detail: () =>
      'The MTU counts from the IP header on. A tunnel’s device has a smaller one, to leave room for the outer headers.',
  },
  'link.down': {
    title: (p) => `${p.iface} is down`,
    info: () => 'link down',
    detail: () => 'An interface that is not up neither sends nor receives.',
  },
  'link.no-card': {
    title: (p) =>
      p.mac === ''
        ? 'Nobody on this link takes the frame'
        : `Nobody on this link has the MAC address ${p.mac}`,
    info: () => 'no such MAC: lost',
    detail: () =>
      'The frame reaches nobody, and nobody is told. The sender’s neighbour entry is wrong or stale.',
  },
  'link.loop': {
    title: (p) => `The packet goes round and round through ${p.iface}`,
    info: () => 'loop: given up',
    detail: () =>
      'A tunnel sends into itself: each round wraps the packet once more. Linux gives up as well.',
  },
  'link.dummy': {
    title: (p) => `${p.iface} is a dummy device: what is sent out of it is gone`,
    info: () => 'dummy device',
    detail: () => 'A dummy device is there for the addresses on it. There is no wire behind it.',
  },
  // bridge
  'bridge.forward': {
    title: (p) => `${p.bridge} forwards the frame to the port ${p.port}`,
    info: (p) => `${p.bridge} → ${p.port}`,
    detail: (p) =>
      `The bridge has learnt that ${p.mac} is behind ${p.port}. It looks at MAC addresses only, so the TTL stays.`,
  },
  'bridge.flood': {
    title: (p) => `${p.bridge} floods the frame to ${plural(p.ports, 'port', 'ports')}`,
    info: (p) => `floods ${plural(p.ports, 'port', 'ports')}`,
    detail: () => 'It is a broadcast, or the bridge has not learnt yet which port the address is behind.',
  },
  'bridge.up': {
    title: (p) => `${p.bridge} hands the frame up to the node itself`,
    info: (p) => `${p.bridge} → host`,
    detail: (p) =>
      `The frame is addressed to ${p.bridge} itself, the pods’ default gateway, or to everyone: the node’s own network stack goes on with it.`,
  },
  'bridge.no-hairpin': {
    title: (p) => `A bridge does not send a frame back out of ${p.port}, where it came from`,
    info: () => 'no hairpin: dropped',
    detail: () =>
      'A pod that reaches itself through its Service needs hairpin mode on its port of the bridge; it is off here.',
  },
  'bridge.nf-dnat-bridged': {
    title: (p) => `The new destination is on ${p.bridge} too: the frame stays on the bridge`,
    info: () => 'bridged after DNAT',
    detail: () =>
      'With bridge-nf-call-iptables the NAT rules ran inside the bridge. It looks up the new destination’s MAC and forwards the frame: no routing, so the TTL stays.',
  },
  // netfilter
  'rule.accept': {
    title: (p) => `A rule of ${p.chain} accepts the packet`,
    info: () => 'accept',
    detail: (p) =>
      `ACCEPT ends the table ${p.table} at this hook; the next tables and hooks still see the packet.`,
  },
  'rule.return': {
    title: (p) => `${p.chain} has nothing more to say: back to the caller`,
    info: () => 'return',
    detail: () => 'RETURN goes on with the rule after the one that jumped here.',
  },
  'rule.mark': {
    title: (p) => `The packet is marked ${p.mark}`,
    info: (p) => `mark ${p.mark}`,
    detail: (p) =>
      p.chain === 'KUBE-MARK-MASQ'
        ? 'The mark exists in this kernel only, never on the wire. It is kube-proxy’s note to itself: masquerade this in POSTROUTING.'
        : 'The mark exists in this kernel only, never on the wire; a later rule will ask for it.',
  },
  'rule.policy': {
    title: (p) =>
      p.policy === 'DROP'
        ? `No rule of ${p.chain} matched, and the chain’s policy is DROP`
        : `No rule of ${p.chain} objected: the chain’s policy is ${p.policy}`,
    info: (p) => `policy ${p.policy}`,
    detail: (p) => `The end of the built-in chain ${p.chain} in ${p.table}.`,
  },
  'rule.drop': {
    title: (p) => `A rule of ${p.chain} drops the packet`,
    info: () => 'DROP',
    detail: (p) =>
      `${p.comment === '' ? '' : `Its comment says “${p.comment}”. `}DROP is silent: nobody is told, and the sender waits until it times out.`,
  },
  'rule.redirect-nowhere': {
    title: (p) => `REDIRECT finds no address on ${p.iface}: the packet is dropped`,
    info: () => 'no address',
    detail: () =>
      'REDIRECT writes the address of the device that the packet came in by. A device without one leaves nothing to write.',
  },
  'rule.tproxy': {
    title: (p) => `TPROXY gives the packet to the proxy on port ${p.port}, unchanged`,
    info: (p) => `to port ${p.port}, mark ${p.mark}`,
    detail: (p) =>
      `Addresses and ports stay as they are: the proxy will see whom the client meant. The mark ${p.mark} is for the routing rule that now takes the packet for this host’s own.`,
  },
  'rule.tproxy-none': {
    title: (p) => `TPROXY finds no transparent socket on port ${p.port}: the packet is dropped`,
    info: () => 'no proxy',
    detail: () => 'Nobody listens there with IP_TRANSPARENT. The rule drops what it cannot hand over.',
  },
  'rule.tproxy-forwarded': {
    title: (p) => `TPROXY gave the packet a socket, and the route ${p.prefix} leads away: dropped`,
    info: () => 'not routed here',
    detail: () =>
      'TPROXY changes no address, so the packet’s own destination decides. Without a routing rule for the mark and a route of type local, the host would forward what a socket here already has, and drops it.',
  },
  'rule.reject': {
    title: (p) =>
      p.chain === 'KUBE-IPVS-FILTER'
        ? 'The address is a Service’s, and this is none of its ports: the node refuses'
        : p.chain.startsWith('KUBE')
          ? 'The Service has no endpoint: the node refuses on its behalf'
          : `A rule of ${p.chain} refuses the packet`,
    info: (p) => (p.with === 'tcp-reset' ? 'REJECT: RST' : 'REJECT: ICMP'),
    detail: (p) =>
      p.chain === 'KUBE-IPVS-FILTER'
        ? `The address lies on kube-ipvs0, so the node’s own programs could be reached through it. kube-proxy’s last rule lets in what a virtual server takes and answers everything else with ${p.with}: a ping too.`
        : p.chain.startsWith('KUBE')
          ? `Nothing ready is behind this Service port, so kube-proxy wrote a REJECT rule (${p.with}). The client sees “connection refused” at once.`
          : `REJECT answers with ${p.with}, so the sender learns of it at once.`,
  },
  'nft.map': {
    title: (p) => `${p.map} knows ${p.key}: ${p.verdict}`,
    info: (p) => `map ${p.map}`,
    detail: (p) =>
      `A verdict map of the table ${p.table} is asked once, by hash: it costs the same for ten Services as for ten thousand.`,
  },
  'nft.remember': {
    title: (p) => `${p.key} is remembered for this endpoint`,
    info: () => 'affinity',
    detail: (p) =>
      `The rule puts ${p.key} into the set ${p.set}, or renews it there, for ${p.seconds} s: until then its connections go to the same endpoint.`,
  },
  'service.masquerade-mark': {
    title: (p) => `The packet is marked ${p.mark}`,
    info: (p) => `mark ${p.mark}`,
    detail: () =>
      'The mark exists in this kernel only, never on the wire. It is kube-proxy’s note to itself: masquerade this on the way out.',
  },
  'service.no-endpoints': {
    title: () => 'The Service has no endpoint: the node refuses on its behalf',
    info: () => 'reject: ICMP',
    detail: (p) =>
      `Nothing ready is behind ${p.service}, so kube-proxy lists it among the Services without endpoints. The client sees “connection refused” at once.`,
  },
  'service.no-local-endpoints': {
    title: () => 'No endpoint of the Service is on this node: the packet is dropped',
    info: () => 'drop',
    detail: (p) =>
      `${p.service} has endpoints elsewhere, but its traffic policy is Local, so this node may not use them. Dropping is silent: the client waits until it times out.`,
  },
  'service.no-such-port': {
    title: (p) =>
      p.port === ''
        ? `${p.ip} is a Service’s address, and no Service port is ${p.proto}`
        : `${p.ip} is a Service’s address, but not on ${p.proto} port ${p.port}`,
    info: () => 'reject: ICMP',
    detail: () =>
      'In nftables mode kube-proxy rejects what is addressed to a ClusterIP and to none of its ports, so the client learns of it at once. In iptables mode such a packet matches nothing and leaves the node.',
  },
  'service.unallocated': {
    title: (p) => `No Service has ${p.ip}`,
    info: () => 'drop',
    detail: () =>
      'The address is in the range of Service addresses and nobody has it. In nftables mode kube-proxy drops such packets, so that they do not leave the node.',
  },
  'conntrack.new': {
    title: () => 'This node has not seen the connection before',
    info: () => 'new entry',
    detail: () =>
      'Conntrack notes both directions. The nat table is asked for the first packet only; all later ones follow what is decided now.',
  },
  'conntrack.insert-failed': {
    title: () => 'No source port is left for this connection, so the packet is dropped',
    info: () => 'no free port',
    detail: () =>
      'Masquerading needs a port of the node that no other connection to the same destination uses. All are taken: conntrack cannot insert the entry (`insert_failed` in `conntrack -S`), and nobody is told.',
  },
  'conntrack.found': {
    title: (p) => `The node remembers this connection (${p.state})`,
    info: (p) => p.state,
    detail: () =>
      'Address translation comes from the entry, not from rules: a rule changed meanwhile would not matter.',
  },
  'conntrack.invalid': {
    title: () => 'This packet fits no connection that the node knows',
    info: () => 'INVALID',
    detail: () =>
      'Conntrack calls it INVALID, and no NAT is applied to it. A rule that kube-proxy wrote drops such packets in FORWARD.',
  },
  'nat.dnat': {
    title: (p) => `The node wrote ${p.to} over the Service’s address`,
    info: () => 'DNAT',
    detail: (p) =>
      `Nothing listens on ${p.from}. kube-proxy wrote rules for it on every node, and one of this node’s just matched.`,
  },
  'nat.masquerade': {
    title: (p) => `The node put its own address ${p.to} in place of the sender’s`,
    info: () => 'masquerade',
    detail: (p) =>
      `MASQUERADE takes the address of the interface that the packet leaves by, ${p.iface} (the node’s, if that has none). The server sees it, and its reply comes back through this node.`,
  },
  'nat.snat': {
    title: (p) => `The source ${p.from} became ${p.to}`,
    info: () => 'SNAT',
    detail: () => 'The server sees the new address, and its reply comes back to it.',
  },
  'nat.back-dst': {
    title: (p) => `The reply’s destination is turned back into ${p.to}`,
    info: () => 'un-SNAT',
    detail: () => 'Conntrack undoes the source translation of the request: the real client gets its reply.',
  },
  'nat.back-src': {
    title: (p) => `The reply carries ${p.to} as its source again`,
    info: () => 'un-DNAT',
    detail: (p) =>
      `Conntrack undoes the translation of the request. Without it the client would get a reply from ${p.from}, which it never talked to.`,
  },
  // IPVS
  'ipvs.schedule': {
    title: (p) => `${p.hook}: IPVS found virtual server ${p.from} and chose ${p.to} (${p.scheduler})`,
    info: (p) => `IPVS: ${p.scheduler}`,
    detail: (p) =>
      `${
        p.hook === 'INPUT'
          ? 'The address is one of this node’s own (kube-proxy puts every Service’s on kube-ipvs0), so the packet came up to INPUT.'
          : 'The address is one of this node’s own (kube-proxy puts every Service’s on kube-ipvs0), and IPVS looks at what the node itself sends as well.'
      } ${
        p.servers === 1
          ? 'One look-up found the virtual server; it has a single real server.'
          : `One look-up found the virtual server, and its scheduler took one of ${p.servers} real servers.`
      }${p.servers > 1 && p.scheduler === 'rr' ? ' Round robin takes them in turn; which comes first is chance, for kube-proxy adds them in no fixed order.' : ''}`,
  },
  'ipvs.persistent': {
    title: (p) => `${p.hook}: IPVS keeps this client of ${p.from} at ${p.to}`,
    info: () => 'IPVS: persistent',
    detail: (p) =>
      `Session affinity: the virtual server is persistent for ${p.seconds} s, and a template remembers where this client’s last connection went. The scheduler is not asked.`,
  },
  'ipvs.dnat': {
    title: (p) => `IPVS knows the connection: on to ${p.to}`,
    info: () => 'IPVS: DNAT',
    detail: (p) =>
      `Its own connection table says which real server took the connection to ${p.from}; every further packet follows.`,
  },
  'ipvs.back-src': {
    title: (p) => `The reply carries ${p.to} as its source again`,
    info: () => 'IPVS: un-DNAT',
    detail: (p) =>
      `IPVS finds its connection and puts the virtual server back in place of ${p.from}. Conntrack never called this a NAT: IPVS undoes what IPVS did.`,
  },
  'ipvs.no-server': {
    title: (p) => `The virtual server ${p.virtual} has no real server`,
    info: () => 'IPVS: no server',
    detail: () =>
      'Nothing ready is behind this Service port. No rule refuses it: IPVS itself answers with ICMP port unreachable, from the Service’s own address.',
  },
  'ipvs.server-gone': {
    title: (p) => `${p.real} is no longer a server of ${p.virtual}`,
    info: () => 'IPVS: server gone',
    detail: () =>
      'The connection belongs to a real server that was taken away, and a packet of it cannot be given to another one. It is dropped in silence.',
  },
  // Open vSwitch
  'ovs.flow': {
    title: (p) => `A flow of table ${p.table} matches`,
    info: (p) => `${p.table}: ${p.actions}`,
    detail: (p) =>
      `${p.match === '' ? 'No other flow of the table matched, so its last one did' : `The flow asks for ${p.match}`}. ${p.bridge} does: ${p.actions}.`,
  },
  'ovs.group': {
    title: (p) => `Group ${p.group} chose ${p.to}`,
    info: (p) => `group ${p.group}: ${p.to}`,
    detail: (p) =>
      p.of === 1
        ? 'The group has one bucket, for the one endpoint there is.'
        : `One bucket of ${p.of}, by the hash of the connection. The next table translates to it; later packets follow the connection.`,
  },
  'ovs.learn': {
    title: (p) => `A new flow in table ${p.table} remembers the choice`,
    info: (p) => `learn: ${p.match}`,
    detail: (p) =>
      `For ${p.seconds} seconds a packet with ${p.match} is led to the same endpoint: the bridge wrote itself a flow.`,
  },
  'ovs.output': {
    title: (p) => `${p.bridge} sends it out by ${p.port}`,
    info: (p) => `output: ${p.port}`,
    detail: () => 'The tables before this one wrote the number of the port into a register.',
  },
  'ovs.drop': {
    title: (p) => `A flow of table ${p.table} drops the packet`,
    info: (p) => `${p.table}: drop`,
    detail: (p) =>
      p.match === ''
        ? 'No flow of the table allows it, and the flow for everything else has no action: drop.'
        : `The flow asks for ${p.match} and has no action: drop.`,
  },
  'ovs.miss': {
    title: (p) => `Table ${p.table} has no flow for it`,
    info: (p) => `${p.table}: no flow`,
    detail: () => 'OpenFlow drops what no flow of a table matches.',
  },
  'ovs.no-output': {
    title: (p) => `The tables of ${p.bridge} end without a port`,
    info: () => 'no output',
    detail: () => 'No flow said where the packet should go, so it goes nowhere.',
  },
  'ovs.in-port': {
    title: (p) => `${p.port} is where it came in`,
    info: (p) => `not back to ${p.port}`,
    detail: () => 'OpenFlow sends nothing out of the port it came in by, unless a flow says IN_PORT.',
  },
  'ovs.ttl': {
    title: (p) => `The TTL ran out in ${p.bridge}`,
    info: () => 'TTL expired',
    detail: () => 'The action dec_ttl drops the packet. A bridge sends no ICMP error about it.',
  },
  'ovs.reject': {
    title: () => 'The agent refuses the connection',
    info: () => 'to the controller: reject',
    detail: (p) =>
      `A flow sends the packet up to the controller of ${p.bridge}, which is the agent in user space. It answers in the name of the destination.`,
  },
  // a datapath without OpenFlow
  'odp.flow': {
    title: (p) => `A flow of ${p.datapath} matches`,
    info: (p) => p.actions,
    detail: (p) =>
      `An earlier packet between these two MAC addresses left the flow ${p.flow} in the kernel, so nobody is asked. It does: ${p.actions}.`,
  },
  'odp.miss': {
    title: (p) => `${p.datapath} has no flow for it`,
    info: (p) => `up to ${p.program}`,
    detail: (p) =>
      `No flow for ${p.flow} is in the kernel’s datapath yet, so the packet goes up to the program that owns it: ${p.program}, in user space.`,
  },
  'odp.install': {
    title: (p) => `${p.program} puts a flow into ${p.datapath}`,
    info: (p) => `new flow: ${p.actions}`,
    detail: (p) =>
      `From now on the kernel does this by itself for ${p.flow}: ${p.actions}. That is the fast path: the next packets never see user space.`,
  },
  'odp.output': {
    title: (p) =>
      p.port === p.datapath
        ? `${p.datapath} hands a copy up to the node itself`
        : `${p.datapath} sends it out by ${p.port}`,
    info: (p) => `output: ${p.port}`,
    detail: () => 'The actions of the flow, or of the program that was asked, name the port.',
  },
  'weaver.peer': {
    title: (p) => `weaver knows the peer behind ${p.mac}`,
    info: (p) => `to ${p.peer}, VNI ${p.vni}`,
    detail: (p) =>
      `It saw this MAC address come from ${p.peer} before. The VXLAN number is made of the two peers’ short ids: the sender’s is the low 12 bits, the receiver’s the 12 above.`,
  },
  'weaver.local': {
    title: (p) => `weaver knows ${p.mac} on this node`,
    info: (p) => `to ${p.port}`,
    detail: (p) => `The address was seen at ${p.port}, so the frame goes out there.`,
  },
  'weaver.flood': {
    title: (p) => (p.broadcast ? 'weaver floods a broadcast' : `weaver has never seen ${p.mac}`),
    info: (p) => `to ${p.peers} other ${p.peers === 1 ? 'peer' : 'peers'}`,
    detail: (p) =>
      p.broadcast
        ? 'Weave is one Ethernet over all nodes: a broadcast goes to the other ports and, through the tunnel, to every other peer.'
        : 'An address that nobody was seen to have goes everywhere, as in any switch that learns. No flow is made of it.',
  },
  'unknown.controller': {
    title: () => 'The packet goes to the controller',
    info: () => 'not modelled',
    detail: (p) => `What the controller of ${p.bridge} does with it is not modelled.`,
  },
  // programs on hooks
  'program.found': {
    title: (p) => `${p.program} looked up ${p.key}`,
    info: (p) => `${p.map}: found`,
    detail: (p) =>
      `The entry is in the map ${p.map}, which the node’s agent fills or an earlier packet left there.`,
  },
  'program.missed': {
    title: (p) => `${p.program} found nothing under ${p.key}`,
    info: (p) => `${p.map}: no entry`,
    detail: (p) => `The map ${p.map} has no such entry, and that too is an answer.`,
  },
  'program.wrote': {
    title: (p) => `${p.program} noted ${p.key}`,
    info: (p) => `${p.map}: new entry`,
    detail: (p) => `Later packets of the same conversation find it in ${p.map}.`,
  },
  'program.verdict': {
    title: (p) => verdictTitle(p.program, p.act, p.to),
    info: (p) => (p.to === '' ? p.act : `${p.act} ${p.to}`),
    detail: (p) =>
      p.act === 'redirect-peer' || p.act === 'redirect-neigh'
        ? 'The packet skips the rest of this node’s stack: no iptables rule and no route of it is asked.'
        : 'A program on a device’s hook decides where the packet goes next.',
  },
  'program.drop': {
    title: (p) => `${p.program} dropped the packet: ${p.text}`,
    info: (p) => `${p.text} (${p.code})`,
    detail: (p) => `Cilium counts it under drop reason ${p.code}. The sender hears nothing.`,
  },
  'program.no-service': {
    title: (p) => `No endpoint is behind ${p.address}`,
    info: () => 'no backend',
    detail: (p) => `${p.program} answers with “port unreachable” itself, so the client learns of it at once.`,
  },
  'program.l3': {
    title: (p) => `${p.program} took one hop off the TTL: ${p.ttl}`,
    info: (p) => `TTL ${p.ttl}`,
    detail: (p) =>
      p.mac === ''
        ? 'The program routes the packet, so it does what a router does.'
        : `The program routes the packet, so it does what a router does: the TTL falls, and the frame is addressed to ${p.mac}.`,
  },
  'program.tunnel': {
    title: (p) => `${p.program} sends it through the tunnel to ${p.remote}`,
    info: (p) => `tunnel key ${p.id}`,
    detail: (p) =>
      `The tunnel’s key, the VNI on the wire, is ${p.id}: the sender’s security identity. The other node’s policies need not guess who it was.`,
  },
  'program.to-proxy': {
    title: (p) =>
      p.port === 0
        ? `${p.program} hands the answer to the node’s proxy`
        : `${p.program} hands the packet to the node’s proxy`,
    info: (p) => `mark ${p.mark}`,
    detail: (p) =>
      p.port === 0
        ? 'The connection is the proxy’s own. The mark brings the packet to this host, where its socket waits.'
        : `The policy asks for HTTP, which a program on a hook cannot read. The mark ${p.mark} names the proxy’s port ${p.port}, its bytes swapped; TPROXY’s rule for that mark takes it from here.`,
  },
  'program.dnat': {
    title: (p) => `${p.program} wrote ${p.to} over the Service’s address`,
    info: () => 'DNAT (eBPF)',
    detail: (p) =>
      `Nothing listens on ${p.from}. The program found it in its map of Services and chose one backend.`,
  },
  'program.snat': {
    title: (p) => `${p.program} changed the source ${p.from} to ${p.to}`,
    info: () => 'SNAT (eBPF)',
    detail: () => 'The other end sees the new address, and its reply comes back to this node.',
  },
  'program.back-dst': {
    title: (p) => `The reply’s destination is turned back into ${p.to}`,
    info: () => 'un-SNAT (eBPF)',
    detail: (p) =>
      `${p.program} found the connection in its own NAT map; the kernel’s conntrack has no part in it.`,
  },
  'program.back-src': {
    title: (p) => `The reply carries ${p.to} as its source again`,
    info: () => 'un-DNAT (eBPF)',
    detail: (p) =>
      `The connection’s entry names the Service. Otherwise the client would get an answer from ${p.from}, which it never addressed.`,
  },
  'program.arp': {
    title: (p) => `${p.program} answered the question for ${p.ip} itself`,
    info: () => 'ARP answer',
    detail: () =>
      'Whatever address a pod asks for, the program on the node’s end of its cable answers with that end’s own MAC.',
  },
  'program.neighbour': {
    title: (p) => `${p.program} answered the question for ${p.ip} itself`,
    info: () => 'Neighbour advertisement',
    detail: () =>
      'For the pod’s gateway and for pods of its node the program on the node’s end of its cable answers with that end’s own MAC.',
  },
  'program.socket': {
    title: (p) => `${p.call} to ${p.from} became one to ${p.to}`,
    info: () => 'socket LB',
    detail: () =>
      'This happens inside the system call, before any packet exists: the Service’s address never appears on the wire, and no NAT is needed on the way back.',
  },
  'program.socket-refused': {
    title: (p) => `connect() to ${p.address} failed at once`,
    info: () => 'no backend',
    detail: (p) =>
      `The Service has no endpoint, so ${p.program} refuses the call: “no route to host”. No packet was sent.`,
  },
  'tunnel.no-key': {
    title: (p) => `${p.iface} was given a packet without a tunnel key`,
    info: () => 'no tunnel key',
    detail: () =>
      'This device learns where to send from the program that hands it a packet; this one came another way.',
  },
  // routing and neighbours
  'route.local': {
    title: (p) => `${p.ip} is an address of this very network namespace`,
    info: () => 'local',
    detail: () =>
      'The local table is asked first: the packet goes up to this place’s own sockets (INPUT), not on to another.',
  },
  'route.taken': {
    title: (p) => `Table ${p.table} takes ${p.ip} for this host, though the address is another’s`,
    info: (p) => `local, by table ${p.table}`,
    detail: () =>
      'A routing rule for the packet’s mark is asked before all others. Its table has one route of type local for everything: the packet goes up to a socket here, unchanged.',
  },
  'route.forward': {
    title: (p) =>
      p.via === '' ? `The route sends it out of ${p.dev}` : `The route sends it to ${p.via} through ${p.dev}`,
    info: (p) => `via ${p.dev}`,
    detail: (p) =>
      `${p.prefix} is the longest prefix that holds the destination.${p.via === '' ? ' The destination is on this link itself.' : ''} The node acts as a router here.`,
  },
  'route.balance': {
    title: (p) => `Load balancing: ${p.via} takes this connection`,
    info: (p) => `→ ${p.via}`,
    detail: (p) =>
      `The route to ${p.prefix} has ${p.hops} next hops. The hash of addresses and ports picks one, so all packets of a connection go the same way. The destination address stays as it is.`,
  },
  'route.output': {
    title: (p) =>
      p.via === ''
        ? `The destination is on the link ${p.dev}`
        : `Off to the gateway ${p.via} through ${p.dev}`,
    info: (p) => `via ${p.dev}`,
    detail: (p) =>
      `${p.prefix} is the longest prefix that holds the destination${p.src === '' ? '' : `; the source address becomes ${p.src}`}.`,
  },
  'route.none': {
    title: (p) => `No route leads to ${p.ip}`,
    info: () => 'no route',
    detail: () => 'No prefix of the routing table holds the destination, and there is no default route.',
  },
  'route.blackhole': {
    title: (p) => `The route for ${p.prefix} is a black hole: the packet is dropped in silence`,
    info: () => 'blackhole',
    detail: () =>
      'The block belongs to this node, but no pod has that address. Without this row the packet would leave again by the default route.',
  },
  'route.unreachable': {
    title: (p) => `The route for ${p.prefix} is of type unreachable: the packet is refused`,
    info: () => 'unreachable',
    detail: () =>
      'Somebody wrote that route to refuse these addresses: the sender is told "host unreachable" by ICMP.',
  },
  'route.ttl-expired': {
    title: () => 'The packet passed too many routers: its TTL ran out',
    info: () => 'TTL 0',
    detail: () =>
      'Each router takes one from the TTL; the one that reaches zero drops the packet and tells the sender by ICMP.',
  },
  'route.ttl': {
    title: (p) => `A router takes one from the TTL: ${p.from} → ${p.to}`,
    info: (p) => `ttl ${p.from} → ${p.to}`,
    detail: () => 'Only routing does this. A bridge forwards frames and leaves the TTL alone.',
  },
  'route.no-forwarding': {
    title: () => 'This node does not forward packets for others',
    info: () => 'no forwarding',
    detail: (p) => `${p.sysctl} is 0: what is not addressed to the node itself is dropped.`,
  },
  'route.rp-filter': {
    title: (p) => `${p.ip} should not come in through ${p.iface}`,
    info: () => 'rp_filter: dropped',
    detail: () =>
      'Reverse path filtering: a reply to that source would leave by another interface (strict), or has no route at all (loose). So the source is taken to be forged.',
  },
  'route.martian': {
    title: (p) => `${p.ip} must not appear on ${p.iface}`,
    info: () => 'martian: dropped',
    detail: () => 'An address like 127.0.0.1 has no business on a link; the kernel drops it.',
  },
  'neighbour.known': {
    title: (p) => `${p.ip} has the MAC address ${p.mac}`,
    info: (p) => `${p.ip} is at ${p.mac}`,
    detail: (p) => `The neighbour table knew it (${p.state}): nobody has to be asked.`,
  },
  'neighbour.ask': {
    title: (p) => `Who has ${p.ip}? Asked on ${p.iface}`,
    info: (p) => (isIpv6(p.ip) ? `ND who has ${p.ip}` : `ARP who has ${p.ip}`),
    detail: (p) =>
      isIpv6(p.ip)
        ? 'An Ethernet frame needs a MAC address. IPv6 has no ARP: a neighbour solicitation goes to the group of all addresses that end in the same three bytes; the packet waits for the answer.'
        : 'An Ethernet frame needs a MAC address. The question is a broadcast; the packet waits for the answer.',
  },
  'neighbour.answer': {
    title: (p) => `${p.ip} is at ${p.mac}`,
    info: (p) => (isIpv6(p.ip) ? 'ND advertisement' : 'ARP reply'),
    detail: () => 'The owner of the address answers, to the asker alone.',
  },
  'neighbour.proxy-answer': {
    title: (p) => `The node answers for ${p.ip}: it is at ${p.mac}`,
    info: (p) => (isIpv6(p.ip) ? 'proxy ND advertisement' : 'proxy ARP reply'),
    detail: (p) =>
      isIpv6(p.ip)
        ? `proxy_ndp is on at ${p.iface}, and the address is among its proxy neighbours (ip -6 neigh show proxy): every packet for it goes through the node.`
        : `proxy_arp is on at ${p.iface}. The address need not exist anywhere: the pod only needs a MAC to send to, and so every packet goes through the node.`,
  },
  'neighbour.fabric-answer': {
    title: (p) => `The network itself answers: ${p.ip} is at ${p.mac}`,
    info: () => 'ARP reply of the cloud',
    detail: () =>
      'A cloud network floods no broadcast. It knows which card has which address, pods’ addresses included, and answers in the name of that card.',
  },
  'neighbour.learnt': {
    title: (p) => `Noted: ${p.ip} is at ${p.mac}`,
    info: () => 'neighbour learnt',
    detail: () => 'The entry is good for about half a minute; the waiting packet goes out.',
  },
  'neighbour.failed': {
    title: (p) => `Nobody answers for ${p.ip}`,
    info: (p) => (isIpv6(p.ip) ? 'ND failed' : 'ARP failed'),
    detail: (p) =>
      `Asked ${plural(p.tries, 'time', 'times')}, one second apart. The kernel gives up and reports “${isIpv6(p.ip) ? 'address' : 'host'} unreachable”.`,
  },
  // fragments
  'ip.fragment': {
    title: (p) => `${p.length} bytes leave in ${p.pieces} pieces of at most ${p.mtu}`,
    info: (p) => `cut into ${p.pieces} for MTU ${p.mtu}`,
    detail: () =>
      'The packet may be cut. Each piece has an IP header of its own with the same identification, and only the first has the ports. If one is lost, all is.',
  },
  'ip.segments': {
    title: (p) => `${p.segments} TCP segments that went as one packet part here`,
    info: (p) => `${p.segments} segments apart`,
    detail: (p) =>
      `Segmentation offload kept ${p.length} bytes together up to here. Each segment now gets headers of its own, the tunnel’s too.`,
  },
  'ip.fragment-waits': {
    title: (p) => `The piece from byte ${p.offset} on waits for the others of packet ${p.id}`,
    info: (p) => `piece from byte ${p.offset} waits`,
    detail: () =>
      'Connection tracking and sockets look at whole packets only. After 30 s without the rest, the pieces are thrown away.',
  },
  'ip.defrag': {
    title: (p) => `${p.pieces} pieces are one packet of ${p.length} bytes again`,
    info: (p) => `${p.pieces} pieces put together`,
    detail: () =>
      'Connection tracking puts a packet together before it looks, and the packet is cut again where it leaves. Where nothing is tracked, only the receiver does.',
  },
  // tunnels
  'vxlan.encap': {
    title: (p) => `The frame goes into a bigger envelope, addressed to node ${p.remote}`,
    info: (p) => `VXLAN to ${p.remote}`,
    detail: (p) =>
      `The wire between the nodes knows no pod addresses. It carries a UDP datagram (port ${p.port}, VNI ${p.vni}) from node to node; the pod’s frame is its content, unread. This encapsulation costs ${isIpv6(p.remote) ? 70 : 50} bytes.`,
  },
  'vxlan.decap': {
    title: () => 'The outer envelope is taken off; the pod’s frame goes on',
    info: (p) => `from VXLAN, VNI ${p.vni}`,
    detail: (p) =>
      `It came from node ${p.remote}. The outer headers are gone for good; the inner packet is as it was put in.`,
  },
  'vxlan.no-fdb': {
    title: (p) => `The tunnel does not know which node has ${p.mac}`,
    info: () => 'no FDB entry: dropped',
    detail: () =>
      'The device learns nothing by itself (nolearning): without a forwarding entry that the CNI wrote there is nowhere to send to.',
  },
  'geneve.encap': {
    title: (p) => `The frame goes into a bigger envelope, addressed to node ${p.remote}`,
    info: (p) => `Geneve to ${p.remote}`,
    detail: (p) =>
      `The wire between the nodes knows no pod addresses. It carries a UDP datagram (port ${p.port}, VNI ${p.vni}) from node to node; the pod’s frame is its content, unread. This encapsulation costs ${isIpv6(p.remote) ? 70 : 50} bytes.`,
  },
  'geneve.decap': {
    title: () => 'The outer envelope is taken off; the pod’s frame goes on',
    info: (p) => `from Geneve, VNI ${p.vni}`,
    detail: (p) =>
      `It came from node ${p.remote}. The outer headers are gone for good; the inner packet is as it was put in.`,
  },
  'ipip.encap': {
    title: (p) => `A second IP header goes in front, addressed to node ${p.remote}`,
    info: (p) => `IPIP to ${p.remote}`,
    detail: (p) =>
      `The wire between the nodes knows no pod addresses. The packet gets an outer IP header (protocol 4) to ${p.remote}, the gateway of the route that led here; TTL and DF are copied from the packet inside. It costs 20 bytes: there is neither UDP nor a MAC address inside.`,
  },
  'ipip.decap': {
    title: () => 'The outer IP header is taken off; the pod’s packet goes on',
    info: () => 'from IPIP',
    detail: (p) => `It came from node ${p.remote}. The packet inside is as it was put in.`,
  },
  'wireguard.encap': {
    title: (p) => `The packet is encrypted and sent to node ${p.remote}`,
    info: (p) => `WireGuard to ${p.remote}`,
    detail: (p) =>
      `The allowed IPs of the device say which peer the destination belongs to. Between the nodes there is only a UDP datagram (port ${p.port}); nobody on the way can read what is inside. Headers and tag cost ${isIpv6(p.remote) ? 80 : 60} bytes, and the packet is padded to a multiple of 16.`,
  },
  'wireguard.decap': {
    title: (p) => `Decrypted: a packet from the peer at ${p.remote}`,
    info: () => 'from WireGuard',
    detail: () => 'Its source is among the allowed IPs of that peer; any other would be dropped here.',
  },
  'wireguard.initiate': {
    title: (p) => `There are no keys for ${p.remote} yet: a handshake begins`,
    info: (p) => `handshake initiation to ${p.remote}:${p.port}`,
    detail: () =>
      'The packet waits. The first of two messages (148 bytes) proposes a key; without an answer it is sent again every five seconds.',
  },
  'wireguard.respond': {
    title: (p) => `The handshake is answered to ${p.remote}`,
    info: (p) => `handshake response to ${p.remote}:${p.port}`,
    detail: () =>
      'The message was made with the key of a peer that is configured here. The answer (92 bytes) completes the key that both sides now share.',
  },
  'wireguard.session': {
    title: (p) => `Both sides have the keys: the packets that waited go to ${p.remote}`,
    info: () => 'handshake complete',
    detail: () => 'The keys are good for three minutes; a new handshake replaces them in time.',
  },
  'wireguard.no-peer': {
    title: (p) => `No peer is allowed to have ${p.ip}`,
    info: () => 'no peer: dropped',
    detail: () =>
      'A WireGuard device sends only to a peer whose allowed IPs contain the destination. A program gets “Required key not available”.',
  },
  'wireguard.not-allowed': {
    title: (p) => `The peer at ${p.remote} may not send from ${p.ip}`,
    info: () => 'source not allowed: dropped',
    detail: () => 'The source of a decrypted packet must be among the allowed IPs of the peer that sent it.',
  },
  'wireguard.unknown': {
    title: (p) => `A message from ${p.remote} was made with a key that is not known here`,
    info: () => 'unknown key: dropped',
    detail: () => 'WireGuard answers nothing to a stranger.',
  },
  // errors and time
  'icmp.unreachable': {
    title: (p) => `An ICMP error goes back: ${p.text}`,
    info: (p) => `ICMP 3/${p.code}`,
    detail: () =>
      'It quotes the headers of the packet that failed, so that the sender’s kernel can find the socket.',
  },
  'icmp.time-exceeded': {
    title: () => 'An ICMP error goes back: time to live exceeded',
    info: () => 'ICMP 11/0',
    detail: () => 'traceroute finds its way by these errors.',
  },
  'icmp.frag-needed': {
    title: (p) => `An ICMP error goes back: fragmentation needed, MTU ${p.mtu}`,
    info: (p) => `ICMP 3/4, mtu ${p.mtu}`,
    detail: () => 'The sender learns how big its packets may be on this path, and sends smaller ones.',
  },
  'icmp6.unreachable': {
    title: (p) => `An ICMPv6 error goes back: ${p.text}`,
    info: (p) => `ICMPv6 1/${p.code}`,
    detail: () =>
      'It quotes the packet that failed, as much as fits in 1280 bytes, so that the sender’s kernel can find the socket.',
  },
  'icmp6.time-exceeded': {
    title: () => 'An ICMPv6 error goes back: the hop limit was used up',
    info: () => 'ICMPv6 3/0',
    detail: () => 'IPv6 calls the TTL “hop limit”. traceroute finds its way by these errors.',
  },
  'icmp6.too-big': {
    title: (p) => `An ICMPv6 error goes back: packet too big, MTU ${p.mtu}`,
    info: (p) => `ICMPv6 2/0, mtu ${p.mtu}`,
    detail: () =>
      'An IPv6 router never cuts a packet into pieces: only the sender may. It learns how big its packets may be on this path, never less than 1280 bytes.',
  },
  'tcp.retransmit': {
    title: (p) => `Still no answer after ${p.after} s: the SYN is sent again (try ${p.retry + 1})`,
    info: (p) => `SYN again +${p.after} s`,
    detail: () =>
      'Linux from 6.5 on sends again after 1, 2, 3, 4, 5, 7, ... s; older kernels doubled the wait from the first retry on.',
  },
  'tcp.retransmit-data': {
    title: (p) => `No acknowledgement after ${p.after} s: ${p.bytes} bytes are sent again (time ${p.retry})`,
    info: (p) => `${p.bytes} bytes again +${p.after} s`,
    detail: () =>
      'First the last segment goes again as a probe: its acknowledgement would show what is missing. Then the first one that is missing, after 0.2 s, and each time after twice as long. Only a new acknowledgement ends it; the connection itself looks alive all the while.',
  },
  'tcp.mtu-reduced': {
    title: (p) => `The sender learns: no more than ${p.mtu} bytes fit on the way to ${p.ip}`,
    info: (p) => `path MTU ${p.mtu}, segments of ${p.mss}`,
    detail: (p) =>
      `Its kernel remembers that for ten minutes (ip route show cache prints it), sends at most ${p.mss} bytes a segment from now on, and sends at once again what was lost.`,
  },
  // policy
  'policy.allow': {
    title: (p) => `Policy ${p.policy} lets it ${p.direction === 'ingress' ? 'in to' : 'out of'} ${p.pod}`,
    info: (p) => `${p.direction} allowed by ${p.policy}`,
    detail: (p) =>
      `Rule ${p.rule + 1} of ${p.list ?? `spec.${p.direction}`} admits it. One rule of one policy is enough; replies need none.`,
  },
  'policy.deny': {
    title: (p) => {
      const where = p.direction === 'ingress' ? `in to ${p.pod}` : `out of ${p.pod}`;
      return p.rule === undefined
        ? `No policy lets this packet ${where}`
        : `Policy ${p.policies} does not let this packet ${where}`;
    },
    info: (p) => (p.rule === undefined ? `${p.direction} denied` : `${p.direction} denied by ${p.policies}`),
    detail: (p) =>
      p.list !== undefined
        ? `Rule ${(p.rule ?? 0) + 1} of ${p.list} of this ${p.kind} denies it. A denial goes before every rule that allows, of whatever policy.`
        : p.rule !== undefined
          ? `Rule ${p.rule + 1} of spec.${p.direction} of this ${p.kind} says Deny. The first rule that matches decides, and no policy after it can let the packet through.`
          : `${p.policies} ${p.policies.includes(',') ? 'select' : 'selects'} the pod for ${p.direction}: what no rule admits is dropped. Policies see the address after the Service’s was translated: the pod’s IP and the target port.`,
  },
  'policy.http-allow': {
    title: (p) =>
      `${p.kind} ${p.policy} lets ${p.method} ${p.path} ${p.direction === 'ingress' ? 'in to' : 'out of'} ${p.pod}`,
    info: (p) => `HTTP allowed by ${p.policy}`,
    detail: (p) =>
      p.http < 0
        ? `Rule ${p.rule + 1} of ${p.list ?? `spec.${p.direction}`} admits the connection and says nothing of HTTP: every request passes, whatever other rules ask for.`
        : `Item ${p.http + 1} of rules.http in rule ${p.rule + 1} of ${p.list ?? `spec.${p.direction}`} holds in all that it says. One item is enough.`,
  },
  'policy.http-deny': {
    title: (p) =>
      `${p.kind} ${p.policy} does not let ${p.method} ${p.path} ${p.direction === 'ingress' ? 'in to' : 'out of'} ${p.pod}`,
    info: () => '403: denied by policy',
    detail: (p) => {
      const item = `Item ${p.http + 1} of rules.http in rule ${p.rule + 1} of ${p.list ?? `spec.${p.direction}`} comes nearest`;
      const others = p.more === 0 ? '' : ` (and misses in ${p.more} more)`;
      const missed =
        p.field === 'header'
          ? p.got === ''
            ? `it wants the header ${p.wants}, and the request has none`
            : `it wants the header ${p.wants}, and the request has ${p.got}`
          : `it wants the ${p.field} ${p.wants}, as a regular expression for the whole, and the request has ${p.got}`;
      return `${p.http < 0 ? 'No rule for HTTP lets it through' : `${item}: ${missed}${others}`}. The connection itself was accepted: the proxy answers with 403 and “Access denied”.`;
    },
  },
  'policy.pass': {
    title: (p) => `Policy ${p.policy} leaves it to the policies after its tier`,
    info: (p) => `${p.direction} passed on by ${p.policy}`,
    detail: (p) =>
      `Rule ${p.rule + 1} of spec.${p.direction} of this ${p.kind} says Pass: the rest of its tier is skipped, and the next tier decides.`,
  },
  // the simulator's own limits
  'unknown.field': {
    title: (p) => `Unknown: ${p.field} of ${p.object} is not simulated`,
    info: (p) => `${p.field} is not simulated`,
    detail: () =>
      'The API accepts this field and it could change this walk. Rather than guess, the verdict is left open.',
  },
  'unknown.fragmentation': {
    title: () => 'Unknown: what becomes of a fragment here is not simulated',
    info: (p) => `a fragment of ${p.length} bytes`,
    detail: () =>
      'What programs and Open vSwitch make of fragments is not simulated. Rather than guess, the verdict is left open.',
  },
};

/** Why a proxy answers by itself (sim/l7/config.ts, RespondBecause). */
const RESPONDS: Readonly<Record<string, string>> = {
  'no-host': 'no rule is for this host',
  'no-route': 'no path of this host matches',
  'no-service': 'the backend’s Service does not exist',
  'no-port': 'the backend’s Service has no such port',
  'no-endpoints': 'the backend’s Service has no ready endpoint',
  'no-backend': 'the rule names no backend with a weight',
  'invalid-filter': 'the controller cannot do what the rule’s filters ask',
  'resource-backend': 'the backend is an object that this controller cannot serve',
  denied: 'the list of addresses in its annotation cannot be read',
  'source-not-allowed': 'the client’s address is not on the list',
  'invalid-reference': 'the backend may not be referred to from here',
};

function missedField({ field, name }: { readonly field: string; readonly name: string }): string {
  return name === '' ? field : `${field === 'query' ? 'query parameter' : field} ${name}`;
}
