/** One line about each starting scenario. */
export const scenarioNotes = {
  'service-to-remote-pod': 'A virtual address becomes a pod address, and the packet crosses the overlay.',
  'localhost-in-a-pod': 'Containers of one pod share one network: addresses, ports, loopback.',
  'pods-on-one-node': 'Through veth pairs and the bridge: ARP and MAC addresses, no routing.',
  'pods-on-two-nodes': 'Routed on both nodes and wrapped in VXLAN between them.',
  'nodes-in-two-subnets':
    'Calico wraps packets only where a router lies between the nodes: VXLANCrossSubnet.',
  'dns-search-list': 'How a short name becomes a full one, and what looking up an outside name costs.',
  'headless-stateful-set': 'DNS answers with the pods themselves, each with a name of its own.',
  'dns-answer-too-big': 'What does not fit 512 bytes is cut, and the resolver asks again over TCP.',
  'packets-too-large':
    'With DF the sender hears how large a packet may be; without it, fragments are cut and put together on the way.',
  'node-port-from-outside':
    'A second hop, and the client’s address is lost; externalTrafficPolicy: Local keeps it.',
  'load-balancer':
    'The cloud’s load balancer picks a node. Local keeps the client’s address, and health checks find the nodes.',
  'ingress-hosts-and-paths':
    'One connection ends at the controller, another goes from it straight to a pod. Which path takes /cart/3, which /cartoons, and why not the others?',
  'canary-through-ingress':
    'Two Ingresses with one host and path. Send it a thousand times and see who answers; with a header you choose.',
  'ingress-without-a-controller':
    'The Ingress is there, its Service answers inside, and from outside nobody does. Mend it.',
  'gateway-canary':
    'One document for each role: class, Gateway, route. Which rule takes the request, and what did the rules before it miss?',
  'session-affinity': 'Chance picks the pod once; then each node remembers its clients for a while.',
  'zone-aware-routing': 'Hints on the endpoints keep traffic near: trafficDistribution: PreferSameZone.',
  'external-name': 'DNS answers with another name; no rule, no address, no proxy.',
  'service-without-selector': 'You write the endpoints: a cluster IP that leads to a database outside.',
  'pod-to-the-internet': 'On leaving the cluster the pod borrows its node’s address.',
  'pod-reaches-itself': 'Out through its own Service, and back in by the very port that it left from.',
  'socket-load-balancer':
    'Cilium rewrites connect() itself: where are the Service’s address and the NAT now?',
  'dual-stack-service':
    'The name has two addresses, and the program tries IPv6 first. Each family has rules of its own.',
  'ipv6-only-cluster':
    'Neighbours are asked instead of ARP, the tunnel runs over IPv6, and IPv4 addresses are out of reach.',
  'default-deny-with-allow':
    'Two NetworkPolicies under Calico: the frontend gets through, the stranger does not.',
  'admin-has-the-last-word':
    'A ClusterNetworkPolicy keeps guests out although the shop’s own NetworkPolicy lets everybody in.',
  'a-tier-before-the-team':
    'The security team’s tier denies a list of addresses, whatever the team’s own policies let out; and a pod gets in by its service account, not by its labels.',
  'a-denial-wins':
    'A CiliumNetworkPolicy lets carts in. One in quarantine stays out all the same, and 0.0.0.0/0 is no guest.',
  'a-policy-that-reads-http':
    'GET may come in, POST gets a 403 from the node’s Envoy, and whoever only knocks is let in: one connection ends at the proxy, another begins there.',
  'policy-nobody-enforces':
    'The policies are in place, and the stranger gets an answer all the same. Mend it.',
  'egress-forgot-dns': 'The app reaches its database by address; by name it times out. Mend the policy.',
  'policy-shuts-out-the-controller':
    'Inside the shop answers. From outside comes a 504, and late. Which connection was dropped, and whose? Mend the policy.',
  'wrong-target-port':
    'The Service is there, its pods are ready, and still the connection is refused. Mend it.',
  'service-without-endpoints':
    'The pods are ready, and the connection is refused at once. Who refuses it? Mend it.',
  'pod-security-refuses':
    'The namespace enforces Pod Security’s level restricted. Why is one Service refused? Mend it.',
  'latest-is-refused':
    'A ValidatingAdmissionPolicy refuses one Deployment. Which expression, and why? Mend it; the rest lives on.',
  'a-webhook-that-is-gone':
    'A tool was taken away and its webhook stayed. Nobody answers, and so no pod is made. Mend it.',
  'a-sidecar-nobody-wrote':
    'Istio’s injector adds a sidecar to each pod, and Pod Security refuses the pod for it. Walk the steps, and mend it.',
  'sandboxes-have-their-own-sockets':
    'The same client under runc, gVisor and Kata: one reaches the Service, two reach pods alone, a fourth does not start. Why? Mend it.',
  'study-notes-service': 'The Service of every textbook, with three pods that really listen on 9376.',
  'cluster-ip-out-of-range': 'The Service is in the YAML, and the client hears “no such name”. Mend it.',
};
