/** What can be broken on purpose: what each fault is called, and what a person will notice. */
export const faultList = {
  intro: 'Each switch writes an entry into your Playground document; undo takes it back.',
  where: 'Where',
  everywhere: 'every node',
  needsNode: 'Choose a node first.',
  needsService: 'Needs a Service with endpoints.',
  needsTunnel: 'This network has no tunnel.',
  needsUdp: 'Needs a client pod and a Service with a UDP port.',
  names: {
    mtu: 'Pods with an MTU of 1500',
    'port-blocked': 'A firewall blocks a port',
    'icmp-blocked': 'A firewall blocks “fragmentation needed”',
    'route-missing': 'A route is missing',
    'rp-filter': 'Strict reverse path filter',
    'bridge-nf-off': 'bridge-nf-call-iptables = 0',
    'ip-forward-off': 'ip_forward = 0',
    'kube-proxy-stopped': 'kube-proxy stopped, rules are stale',
    'conntrack-remembers': 'conntrack remembers an endpoint that is gone',
    'ports-exhausted': 'No source port left for masquerading',
    'node-down': 'A node loses its network',
  },
  notes: {
    mtu: 'Small packets pass, large ones do not fit the tunnel. Try a ping with 1450 bytes (with pmtudisc: dont it is cut), or an upload of 4000 with curl.',
    'port-blocked': 'The tunnel’s UDP port is dropped: pods on one node still talk, nodes do not.',
    'icmp-blocked':
      'With too large an MTU the sender never learns why nothing arrives: a connection opens, then hangs.',
    'route-missing': 'Packets for the other node’s pods take the default route.',
    'rp-filter':
      'Packets that come in where their answer would not leave are dropped; symmetric paths do not mind.',
    'bridge-nf-off': 'A Service whose endpoint sits on the same bridge times out; others work.',
    'ip-forward-off': 'The node no longer forwards for its pods.',
    'kube-proxy-stopped': 'The rules still lead to a pod that is gone.',
    'conntrack-remembers':
      'A UDP client that keeps its socket is still sent to the old endpoint; a new socket is not.',
    'ports-exhausted': 'Whatever needs masquerading is dropped without a word.',
    'node-down': 'Its pods are unreachable; the rules lead there until the node is found NotReady.',
  },
};
