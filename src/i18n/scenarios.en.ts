/** Title and one line about each starting scenario; the keys are the slugs in `content/scenarios`. */
export const scenarios = {
  'service-to-remote-pod': {
    title: 'Client → Service → pod on another node',
    summary: 'A virtual address becomes a pod address, and the packet crosses the overlay.',
  },
  'localhost-in-a-pod': {
    title: 'localhost inside a pod',
    summary: 'Containers of one pod share one network: addresses, ports, loopback.',
  },
  'pods-on-one-node': {
    title: 'Two pods on one node',
    summary: 'Through veth pairs and the bridge: ARP and MAC addresses, no routing.',
  },
  'pods-on-two-nodes': {
    title: 'Two pods on two nodes',
    summary: 'Routed on both nodes and wrapped in VXLAN between them.',
  },
  'dns-search-list': {
    title: 'DNS: search list and ndots',
    summary: 'How a short name becomes a full one, and what a name outside costs.',
  },
  'headless-stateful-set': {
    title: 'Headless Service and StatefulSet',
    summary: 'DNS answers with the pods themselves, each with a name of its own.',
  },
  'node-port-from-outside': {
    title: 'NodePort from a laptop',
    summary: 'A second hop and a lost client address; externalTrafficPolicy: Local keeps it.',
  },
  'pod-to-the-internet': {
    title: 'From a pod to the internet',
    summary: 'On leaving the cluster the pod borrows its node’s address.',
  },
  'pod-reaches-itself': {
    title: 'Hairpin: a pod reaches itself',
    summary: 'Through its own Service and back by the port that it came in.',
  },
  'default-deny-with-allow': {
    title: 'Default deny, and one allowed',
    summary: 'Two NetworkPolicies under Calico: the frontend gets through, the stranger does not.',
  },
  'policy-nobody-enforces': {
    title: 'A policy that nobody enforces',
    summary: 'The same policies under plain Flannel: stored, and without effect. Mend it.',
  },
  'egress-forgot-dns': {
    title: 'The egress policy that forgot DNS',
    summary: 'The address works and the name times out. Mend the policy.',
  },
  'wrong-target-port': {
    title: 'Refused: find the mistake',
    summary: 'The Service is there and the pods are ready, and still the connection is refused.',
  },
  'service-without-endpoints': {
    title: 'A Service without endpoints',
    summary: 'The selector finds no pod: who refuses the connection, and how? Mend it.',
  },
  'study-notes-service': {
    title: 'my-service, port 80 to 9376',
    summary: 'The Service of every textbook, with three pods that really listen on 9376.',
  },
  'cluster-ip-out-of-range': {
    title: 'A clusterIP that is out of range',
    summary: 'An address copied from old documentation: the API server refuses it. Mend it.',
  },
};
