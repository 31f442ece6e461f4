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
  'nodes-in-two-subnets': {
    title: 'Nodes in two subnets',
    summary: 'Calico wraps packets only where a router lies between the nodes: VXLANCrossSubnet.',
  },
  'dns-search-list': {
    title: 'DNS: search list and ndots',
    summary: 'How a short name becomes a full one, and what looking up an outside name costs.',
  },
  'headless-stateful-set': {
    title: 'Headless Service and StatefulSet',
    summary: 'DNS answers with the pods themselves, each with a name of its own.',
  },
  'dns-answer-too-big': {
    title: 'A DNS answer too big for UDP',
    summary: 'What does not fit 512 bytes is cut, and the resolver asks again over TCP.',
  },
  'packets-too-large': {
    title: 'Packets too large for the tunnel',
    summary:
      'With DF the sender hears how large a packet may be; without it, fragments are cut and put together on the way.',
  },
  'node-port-from-outside': {
    title: 'NodePort from a laptop',
    summary: 'A second hop, and the client’s address is lost; externalTrafficPolicy: Local keeps it.',
  },
  'load-balancer': {
    title: 'LoadBalancer: an address of the cloud',
    summary:
      'The cloud’s load balancer picks a node. Local keeps the client’s address, and health checks find the nodes.',
  },
  'ingress-hosts-and-paths': {
    title: 'Ingress: hosts and paths through ingress-nginx',
    summary:
      'One connection ends at the controller, another goes from it straight to a pod. Which path takes /cart/3, which /cartoons, and why not the others?',
  },
  'canary-through-ingress': {
    title: 'A canary: one request in five goes to the next version',
    summary:
      'Two Ingresses with one host and path. Send it a thousand times and see who answers; with a header you choose.',
  },
  'ingress-without-a-controller': {
    title: 'An Ingress, and nothing happens',
    summary: 'The Ingress is there, its Service answers inside, and from outside nobody does. Mend it.',
  },
  'gateway-canary': {
    title: 'Gateway API: a canary behind Envoy Gateway',
    summary:
      'One document for each role: class, Gateway, route. Which rule takes the request, and what did the rules before it miss?',
  },
  'session-affinity': {
    title: 'Session affinity: stay with one pod',
    summary: 'Chance picks the pod once; then each node remembers its clients for a while.',
  },
  'zone-aware-routing': {
    title: 'Stay in the zone',
    summary: 'Hints on the endpoints keep traffic near: trafficDistribution: PreferSameZone.',
  },
  'external-name': {
    title: 'ExternalName: only an alias',
    summary: 'DNS answers with another name; no rule, no address, no proxy.',
  },
  'service-without-selector': {
    title: 'A Service without a selector',
    summary: 'You write the endpoints: a cluster IP that leads to a database outside.',
  },
  'pod-to-the-internet': {
    title: 'From a pod to the internet',
    summary: 'On leaving the cluster the pod borrows its node’s address.',
  },
  'pod-reaches-itself': {
    title: 'Hairpin: a pod reaches itself',
    summary: 'Out through its own Service, and back in by the very port that it left from.',
  },
  'socket-load-balancer': {
    title: 'The Service address that no wire ever sees',
    summary: 'Cilium rewrites connect() itself: where are the Service’s address and the NAT now?',
  },
  'dual-stack-service': {
    title: 'A Service with both IP families',
    summary:
      'The name has two addresses, and the program tries IPv6 first. Each family has rules of its own.',
  },
  'ipv6-only-cluster': {
    title: 'A cluster without IPv4',
    summary:
      'Neighbours are asked instead of ARP, the tunnel runs over IPv6, and IPv4 addresses are out of reach.',
  },
  'default-deny-with-allow': {
    title: 'Default deny, and one exception',
    summary: 'Two NetworkPolicies under Calico: the frontend gets through, the stranger does not.',
  },
  'admin-has-the-last-word': {
    title: 'The administrator has the last word',
    summary:
      'A ClusterNetworkPolicy keeps guests out although the shop’s own NetworkPolicy lets everybody in.',
  },
  'a-tier-before-the-team': {
    title: 'On Calico a tier goes before',
    summary:
      'The security team’s tier denies a list of addresses, whatever the team’s own policies let out; and a pod gets in by its service account, not by its labels.',
  },
  'a-denial-wins': {
    title: 'On Cilium a denial wins',
    summary:
      'A CiliumNetworkPolicy lets carts in. One in quarantine stays out all the same, and 0.0.0.0/0 is no guest.',
  },
  'a-policy-that-reads-http': {
    title: 'A policy that reads HTTP',
    summary:
      'GET may come in, POST gets a 403 from the node’s Envoy, and whoever only knocks is let in: one connection ends at the proxy, another begins there.',
  },
  'policy-nobody-enforces': {
    title: 'Denied by policy, and still let through',
    summary: 'The policies are in place, and the stranger gets an answer all the same. Mend it.',
  },
  'egress-forgot-dns': {
    title: 'The address works, the name does not',
    summary: 'The app reaches its database by address; by name it times out. Mend the policy.',
  },
  'policy-shuts-out-the-controller': {
    title: '504 from the Ingress: a policy forgot the controller',
    summary:
      'Inside the shop answers. From outside comes a 504, and late. Which connection was dropped, and whose? Mend the policy.',
  },
  'wrong-target-port': {
    title: 'Refused: find the mistake',
    summary: 'The Service is there, its pods are ready, and still the connection is refused. Mend it.',
  },
  'service-without-endpoints': {
    title: 'Refused before it reaches a pod',
    summary: 'The pods are ready, and the connection is refused at once. Who refuses it? Mend it.',
  },
  'pod-security-refuses': {
    title: 'Two Deployments, and one has no pods',
    summary: 'The namespace enforces Pod Security’s level restricted. Why is one Service refused? Mend it.',
  },
  'latest-is-refused': {
    title: 'Refused by a rule in CEL',
    summary:
      'A ValidatingAdmissionPolicy refuses one Deployment. Which expression, and why? Mend it; the rest lives on.',
  },
  'a-webhook-that-is-gone': {
    title: 'Refused by somebody who is gone',
    summary: 'A tool was taken away and its webhook stayed. Nobody answers, and so no pod is made. Mend it.',
  },
  'a-sidecar-nobody-wrote': {
    title: 'Refused for a container that nobody wrote',
    summary:
      'Istio’s injector adds a sidecar to each pod, and Pod Security refuses the pod for it. Walk the steps, and mend it.',
  },
  'sandboxes-have-their-own-sockets': {
    title: 'A sandbox has sockets of its own',
    summary:
      'The same client under runc, gVisor and Kata: one reaches the Service, two reach pods alone, a fourth does not start. Why? Mend it.',
  },
  'study-notes-service': {
    title: 'my-service, port 80 to 9376',
    summary: 'The Service of every textbook, with three pods that really listen on 9376.',
  },
  'cluster-ip-out-of-range': {
    title: 'A clusterIP from another cluster',
    summary: 'The Service is in the YAML, and the client hears “no such name”. Mend it.',
  },
};
