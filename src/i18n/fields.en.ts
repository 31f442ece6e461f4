/** Help for the fields that the simulator knows, by `Kind.path` without indexes (`Service.spec.ports.targetPort`). */
export type FieldHelp = Readonly<Record<string, string>>;

export const fields: FieldHelp = {
  'Object.apiVersion': 'The API group and version that the kind belongs to, such as `v1` or `apps/v1`.',
  'Object.kind': 'What this document describes. With `apiVersion` it decides which fields there are.',
  'Object.metadata': 'Name, namespace, labels: what identifies the object and what others find it by.',
  'Object.status': 'Written by the cluster, not by you. As printed by `kubectl get -o yaml` it is accepted.',

  'ObjectMeta.name':
    'The name, unique among the objects of its kind in the namespace. Services become DNS names by it.',
  'ObjectMeta.namespace': 'The namespace that the object lives in; `default` when left out.',
  'ObjectMeta.labels':
    'Key and value pairs that selectors of Services, Deployments and NetworkPolicies look at.',
  'ObjectMeta.annotations':
    'Notes for tools. `packetwalk.dev/listen: "8080/TCP"` says on which ports a pod really listens.',
  'ObjectMeta.generateName':
    'A prefix to which the API server adds a random ending. Write `name` here instead.',
  'ObjectMeta.ownerReferences': 'The objects that made this one; when they go, it goes.',
  'ObjectMeta.deletionTimestamp': 'The object is being deleted: such a pod counts as terminating.',
  'ObjectMeta.creationTimestamp': 'Set by the API server.',
  'ObjectMeta.uid': 'Set by the API server.',
  'ObjectMeta.resourceVersion': 'Set by the API server.',
  'ObjectMeta.generation': 'Set by the API server.',
  'ObjectMeta.managedFields': 'Set by the API server: who wrote which field.',
  'ObjectMeta.finalizers': 'Keep the object until somebody has cleaned up. Without effect on packets.',

  'LabelSelector.matchLabels': 'All of these labels must be there with exactly these values.',
  'LabelSelector.matchExpressions': 'Conditions on labels; all of them, and all of `matchLabels`, must hold.',
  'LabelSelector.matchExpressions.key': 'The label that the condition looks at.',
  'LabelSelector.matchExpressions.operator':
    '`In`, `NotIn`, `Exists` or `DoesNotExist`. `NotIn` also holds where the label is missing.',
  'LabelSelector.matchExpressions.values': 'The values for `In` and `NotIn`; empty for the other two.',

  'Pod.spec':
    'What runs in the pod, and where. All containers of a pod share one network: one IP, one localhost.',
  'Pod.spec.containers':
    'The processes of the pod. They share its IP, so two of them cannot listen on the same port.',
  'Pod.spec.containers.name': 'A name for the container, unique in the pod.',
  'Pod.spec.containers.image':
    'What runs. Well-known images listen where they really do (nginx on 80, redis on 6379); others on their `containerPort`.',
  'Pod.spec.containers.command':
    'Replaces the image’s entry point. It can change which port the process listens on.',
  'Pod.spec.containers.args': 'Arguments of the process, such as `--port=8081` for images that know it.',
  'Pod.spec.containers.ports':
    'A note about the ports that the container uses. It opens nothing and closes nothing; a name here can be used by Services and policies.',
  'Pod.spec.containers.ports.containerPort':
    'The port that the process is said to listen on. The process decides, not this field.',
  'Pod.spec.containers.ports.name':
    'A name that `targetPort` of a Service, or a NetworkPolicy, can use for the number.',
  'Pod.spec.containers.ports.protocol': 'TCP (the default), UDP or SCTP.',
  'Pod.spec.containers.ports.hostPort':
    'The node hands what comes to this port of its own addresses to the pod: the CNI writes a DNAT rule. Two pods with the same one cannot share a node.',
  'Pod.spec.containers.ports.hostIP': 'Only this address of the node; without it, all of them.',
  'Pod.spec.containers.readinessProbe':
    'While it fails the pod is not ready, and Services send it nothing. A port that nothing listens on makes it fail here too.',
  'Pod.spec.containers.readinessProbe.httpGet': 'Asks for this path; status 200 to 399 is healthy.',
  'Pod.spec.containers.readinessProbe.tcpSocket': 'Healthy when the port takes a connection.',
  'Pod.spec.containers.livenessProbe':
    'When it fails, the kubelet restarts the container. Here the container is shown as running, with a warning.',
  'Pod.spec.containers.startupProbe':
    'Holds back the other probes until the container has started. A port that nothing listens on keeps the pod from getting ready here too.',
  'Pod.spec.containers.resources':
    'Requests and limits of CPU and memory. They never change a packet, but LimitRanges and ResourceQuotas refuse pods by them.',
  'Pod.spec.containers.env': 'Environment variables of the process. Without effect on packets.',
  'Pod.spec.containers.envFrom':
    'Environment variables from ConfigMaps and Secrets. Without effect on packets.',
  'Pod.spec.containers.volumeMounts': 'Where volumes appear in the container. Without effect on packets.',
  'Pod.spec.containers.imagePullPolicy': 'When the kubelet fetches the image. Without effect on packets.',
  'Pod.spec.containers.securityContext':
    'Rights of the process. Without effect on packets; Pod Security judges them where the namespace’s labels say so.',
  'Pod.spec.containers.restartPolicy':
    'On an init container, `Always` makes it a sidecar: it keeps running beside the others.',
  'Pod.spec.initContainers': 'Run one after the other before the containers start, in the same network.',
  'Pod.spec.volumes':
    'Storage of the pod. Without effect on packets; Pod Security judges the types of volumes.',
  'Pod.spec.serviceAccountName':
    'The identity that the pod has towards the API server. Without effect on packets.',
  'Pod.spec.securityContext':
    'Rights of all containers. Only `net.*` sysctls could matter to packets; Pod Security judges all where the namespace’s labels say so.',
  'SecurityContext.sysctls':
    'Kernel settings of the pod. Those under `net.` are not simulated. Pod Security allows only some names at `baseline`.',
  'Pod.spec.nodeName': 'Binds the pod to this node, bypassing the scheduler.',
  'Pod.spec.nodeSelector': 'The pod only goes to nodes with all of these labels.',
  'Pod.spec.affinity':
    'Preferences and requirements: which nodes, and which pods to be near to or away from.',
  'Pod.spec.affinity.nodeAffinity': 'Which nodes the pod may, or would rather, go to.',
  'Pod.spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution':
    'Conditions on the node’s labels that must hold; one of the terms is enough.',
  'Pod.spec.affinity.nodeAffinity.preferredDuringSchedulingIgnoredDuringExecution':
    'Conditions on the node’s labels that count in favour of a node, by weight.',
  'Pod.spec.affinity.podAffinity.requiredDuringSchedulingIgnoredDuringExecution':
    'Pods that must already run in the same place; `topologyKey` says what a place is.',
  'Pod.spec.affinity.podAntiAffinity.requiredDuringSchedulingIgnoredDuringExecution':
    'Pods that must not run in the same place; `topologyKey` says what a place is.',
  'Pod.spec.affinity.podAffinity': 'Pods that it must be near to: on the same node, or in the same zone.',
  'Pod.spec.affinity.podAntiAffinity': 'Pods that it must keep away from, for instance its own replicas.',
  'Pod.spec.tolerations': 'Node taints that the pod tolerates.',
  'Pod.spec.tolerations.key': 'The taint’s key; empty with `Exists` means every taint.',
  'Pod.spec.tolerations.operator': '`Equal` (the default) compares the value, `Exists` does not.',
  'Pod.spec.tolerations.value': 'The taint’s value, for `Equal`.',
  'Pod.spec.tolerations.effect': 'The effect that is tolerated; empty means every effect.',
  'Pod.spec.topologySpreadConstraints':
    'How evenly pods spread over nodes or zones. Hard constraints (`DoNotSchedule`) are not simulated.',
  'Pod.spec.hostNetwork':
    'The pod uses the node’s own network: the node’s IP and ports, no veth, and NetworkPolicies do not select it.',
  'Pod.spec.dnsPolicy':
    '`ClusterFirst` (the default) asks the cluster’s DNS; `Default` uses the node’s resolv.conf; with hostNetwork write `ClusterFirstWithHostNet`.',
  'Pod.spec.dnsConfig': 'Name servers, search domains and options of the pod’s resolv.conf.',
  'Pod.spec.dnsConfig.nameservers': 'IP addresses of DNS servers; with dnsPolicy `None` the only ones.',
  'Pod.spec.dnsConfig.searches': 'Domains that are tried behind a name with few dots.',
  'Pod.spec.dnsConfig.options': 'Resolver options such as `ndots`.',
  'Pod.spec.dnsConfig.options.name': 'The option’s name, such as `ndots`.',
  'Pod.spec.dnsConfig.options.value':
    'The option’s value. With `ndots: 5` a name with fewer dots runs through the search list first.',
  'Pod.spec.hostname':
    'The pod’s host name. With `subdomain` and a headless Service it gets a DNS name of its own.',
  'Pod.spec.subdomain': 'The name of the headless Service under which the pod’s own DNS name appears.',
  'Pod.spec.hostAliases': 'Lines for the pod’s /etc/hosts. Not simulated.',
  'Pod.spec.restartPolicy': 'Whether containers start again when they end. Jobs need `OnFailure` or `Never`.',
  'Pod.spec.readinessGates': 'Extra conditions that must be true before the pod counts as ready.',
  'Pod.spec.schedulingGates': 'While one is set the scheduler leaves the pod pending.',
  'Pod.spec.schedulerName': 'Which scheduler places the pod. Only the default one is simulated.',
  'Pod.spec.terminationGracePeriodSeconds': 'How long the pod may take to end. Without effect here.',
  'Pod.status': 'Written by the kubelet. `podIP` and `podIPs` given here are kept.',
  'Pod.status.phase': 'Pending, Running, Succeeded or Failed.',
  'Pod.status.podIP': 'The pod’s address. Given here it is kept instead of a new one.',
  'Pod.status.podIPs': 'The pod’s addresses, one for each IP family.',
  'Pod.status.podIPs.ip': 'One address.',
  'Pod.status.conditions': 'Ready and the like; a condition can satisfy a readiness gate.',

  'Workload.spec': 'How many pods there should be, which ones they are, and what they look like.',
  'Workload.spec.replicas': 'How many pods there should be; 1 when left out.',
  'Workload.spec.selector':
    'Which pods belong to it. It must match the template’s labels and cannot be changed later.',
  'Workload.spec.template': 'What each pod looks like.',
  'Workload.spec.template.metadata':
    'Labels and annotations of each pod. Services find pods by these labels.',
  'Workload.spec.template.spec': 'The spec of each pod.',
  'Deployment.spec.strategy':
    'How pods are replaced on a change. Without effect here: the end state is shown.',
  'StatefulSet.spec.serviceName':
    'The headless Service that gives each pod its DNS name (`db-0.db`). You write that Service yourself.',
  'StatefulSet.spec.ordinals': 'From which number the pods are counted.',
  'StatefulSet.spec.ordinals.start': 'The first pod’s number; 0 when left out.',
  'StatefulSet.spec.volumeClaimTemplates': 'A volume for each pod. Without effect on packets.',
  'Job.spec.parallelism': 'How many pods run at the same time; 1 when left out.',
  'Job.spec.completions': 'How many pods must finish successfully.',
  'Job.spec.completionMode': '`Indexed` gives each pod a number, and with a headless Service a host name.',
  'Job.spec.suspend': 'True: no pods are made.',

  'Service.spec': 'A stable address and name for a changing set of pods.',
  'Service.spec.type':
    '`ClusterIP` inside the cluster; `NodePort` also on a port of every node; `LoadBalancer` also at an address of the cloud’s load balancer; `ExternalName` is only a DNS alias.',
  'Service.spec.selector':
    'The labels of the pods behind it. Without a selector you write the endpoints yourself. It is a plain mapping, without `matchLabels`.',
  'Service.spec.ports': 'The ports that the Service offers. With more than one, each needs a name.',
  'Service.spec.ports.name': 'The port’s name: needed with several ports, and used in DNS SRV records.',
  'Service.spec.ports.port': 'The port on the Service’s own address: the one that clients use.',
  'Service.spec.ports.targetPort':
    'The port on the pod that packets are rewritten to: a number, or the name of a container port. Same as `port` when left out. The process in the pod must listen there.',
  'Service.spec.ports.nodePort': 'The port on every node, 30000-32767; chosen for you when left out.',
  'Service.spec.ports.protocol': 'TCP (the default), UDP or SCTP.',
  'Service.spec.ports.appProtocol': 'A hint about the protocol spoken. kube-proxy does not look at it.',
  'Service.spec.clusterIP':
    'The virtual address; chosen for you when left out. `None` makes the Service headless: DNS then gives the pods’ own addresses.',
  'Service.spec.clusterIPs': 'The virtual addresses, one for each IP family; the first is `clusterIP`.',
  'Service.spec.externalName': 'The name that a Service of type ExternalName is an alias (CNAME) of.',
  'Service.spec.externalTrafficPolicy':
    '`Cluster` sends traffic from outside to any pod and hides the client’s address; `Local` only to pods of the same node, and keeps it.',
  'Service.spec.internalTrafficPolicy':
    '`Local` sends traffic from inside only to pods on the client’s node, and drops it where there is none.',
  'Service.spec.sessionAffinity': '`ClientIP` keeps sending a client to the same pod for a while.',
  'Service.spec.sessionAffinityConfig': 'How long that lasts.',
  'Service.spec.sessionAffinityConfig.clientIP': 'Settings for `ClientIP`.',
  'Service.spec.sessionAffinityConfig.clientIP.timeoutSeconds':
    'Seconds since the client’s last new connection; 10800 when left out.',
  'Service.spec.publishNotReadyAddresses':
    'Pods that are not ready count as endpoints too, in DNS and in the rules.',
  'Service.spec.externalIPs':
    'Addresses outside the cluster that every node also takes for this Service, if a packet to them reaches the node. Nobody routes them there for you.',
  'Service.spec.loadBalancerIP':
    'Deprecated: the address that the load balancer should have, 172.18.255.200-172.18.255.250 here.',
  'Service.spec.loadBalancerClass':
    'Which load balancer implementation is meant: here `packetwalk.dev/vip` (as without a class) or `packetwalk.dev/proxy`. Any other stays pending.',
  'Service.spec.loadBalancerSourceRanges':
    'Who may use the load balancer’s address. Node ports stay open to everybody.',
  'Service.spec.allocateLoadBalancerNodePorts': 'False: a LoadBalancer Service gets no node ports.',
  'Service.spec.healthCheckNodePort':
    'The port on every node where kube-proxy tells a load balancer whether the node has endpoints. Only with `externalTrafficPolicy: Local`; chosen for you when left out.',
  'Service.status': 'What the cluster made of it.',
  'Service.status.loadBalancer': 'What the load balancer’s controller reports.',
  'Service.status.loadBalancer.ingress':
    'Where the load balancer is reached. Written here, it is kept; otherwise the cloud gives one.',
  'Service.status.loadBalancer.ingress.ip': 'The load balancer’s address.',
  'Service.status.loadBalancer.ingress.hostname': 'The load balancer’s name, where a cloud gives names.',
  'Service.status.loadBalancer.ingress.ipMode':
    '`VIP`: packets reach a node still addressed to the load balancer, and nodes and pods take a short cut. `Proxy`: the load balancer sends them on to a node port, from its own address.',
  'Service.spec.ipFamilies':
    'Which IP families the addresses have, the primary one first. Without it, the cluster’s primary family.',
  'Service.spec.ipFamilyPolicy':
    'One family (`SingleStack`), both where the cluster has both (`PreferDualStack`), or both or refusal (`RequireDualStack`).',
  'Service.spec.trafficDistribution':
    'Prefers endpoints that are near: `PreferSameZone` (`PreferClose` is its old name) or `PreferSameNode`. All endpoints are used where none is near.',

  'Endpoints.subsets': 'Addresses with their ports. Each address is reachable on each port of its subset.',
  'Endpoints.subsets.addresses': 'Addresses that are ready.',
  'Endpoints.subsets.notReadyAddresses': 'Addresses that get no traffic until they are ready.',
  'Endpoints.subsets.addresses.ip': 'The address: a pod’s, or one outside the cluster. Not a Service’s.',
  'Endpoints.subsets.addresses.nodeName': 'The node that the address is on.',
  'Endpoints.subsets.addresses.hostname':
    'The host name that DNS gives this address under a headless Service.',
  'Endpoints.subsets.addresses.targetRef': 'The pod that the address belongs to.',
  'Endpoints.subsets.ports': 'The ports of these addresses; names must match those of the Service.',
  'Endpoints.subsets.ports.name': 'The name of the Service’s port that this is for.',
  'Endpoints.subsets.ports.port': 'The port on the address.',
  'Endpoints.subsets.ports.protocol': 'TCP (the default), UDP or SCTP.',
  'EndpointSlice.addressType': 'IPv4, IPv6 or FQDN; all addresses are of this type.',
  'EndpointSlice.endpoints':
    'The addresses behind a Service. Label `kubernetes.io/service-name` names the Service.',
  'EndpointSlice.endpoints.addresses': 'The endpoint’s address; kube-proxy uses the first.',
  'EndpointSlice.endpoints.conditions': 'Whether it should get traffic; left out, it should.',
  'EndpointSlice.endpoints.conditions.ready': 'False: it gets no traffic.',
  'EndpointSlice.endpoints.conditions.serving': 'It can answer, even while it is terminating.',
  'EndpointSlice.endpoints.conditions.terminating':
    'It is terminating; used only when no other endpoint is left.',
  'EndpointSlice.endpoints.nodeName': 'The node that it is on: what `Local` policies look at.',
  'EndpointSlice.endpoints.zone': 'The zone of that node.',
  'EndpointSlice.endpoints.hints.forZones': 'Zones whose clients should use it.',
  'EndpointSlice.endpoints.hints.forZones.name':
    'A zone’s name, as in the label `topology.kubernetes.io/zone`.',
  'EndpointSlice.endpoints.hints.forNodes': 'Nodes whose clients should use it.',
  'EndpointSlice.endpoints.hints.forNodes.name': 'A node’s name.',
  'EndpointSlice.endpoints.hostname': 'The host name that DNS gives it under a headless Service.',
  'EndpointSlice.endpoints.targetRef': 'The pod that it belongs to.',
  'EndpointSlice.endpoints.hints':
    'For which zones or nodes the endpoint is meant. kube-proxy heeds it if every ready endpoint has one.',
  'EndpointSlice.ports': 'The ports of every address in the slice.',
  'EndpointSlice.ports.name': 'The name of the Service’s port that this is for.',
  'EndpointSlice.ports.port': 'The port on the address.',
  'EndpointSlice.ports.protocol': 'TCP (the default), UDP or SCTP.',

  'NetworkPolicy.spec':
    'Which pods it is for, and what they may then receive or send. Policies only ever allow.',
  'NetworkPolicy.spec.podSelector':
    'The pods of this namespace that the policy isolates; `{}` means all of them.',
  'NetworkPolicy.spec.policyTypes':
    'The directions that it isolates. Left out: Ingress, and Egress only if there are egress rules.',
  'NetworkPolicy.spec.ingress':
    'What may come in. Each item is one rule; `[]` lets nothing in, `[{}]` everything.',
  'NetworkPolicy.spec.egress':
    'What may go out. Don’t forget DNS: UDP and TCP 53 to kube-dns. Replies are always let through.',
  'NetworkPolicy.spec.ingress.from':
    'Who may send. Items are alternatives; left out or empty, everybody may.',
  'NetworkPolicy.spec.egress.to':
    'Who may be reached. Items are alternatives; left out or empty, everybody may.',
  'NetworkPolicy.ports': 'The ports of the rule; left out or empty, all ports.',
  'NetworkPolicy.ports.port':
    'A port of the pod, after the Service’s rewriting: the `targetPort`, not the Service’s `port`. A name means the container port of that name.',
  'NetworkPolicy.ports.endPort': 'Together with a numeric `port`: the range up to this port.',
  'NetworkPolicy.ports.protocol': 'TCP (the default), UDP or SCTP.',
  'NetworkPolicy.peer.podSelector':
    'Pods with these labels: of the policy’s own namespace, or of those that `namespaceSelector` in the same item selects.',
  'NetworkPolicy.peer.namespaceSelector':
    'All pods of namespaces with these labels. In one item with `podSelector` both must hold; as two items, either.',
  'NetworkPolicy.peer.ipBlock': 'Addresses, mostly outside the cluster. Cannot be combined with selectors.',
  'NetworkPolicy.peer.ipBlock.cidr': 'The range of addresses, such as 10.0.0.0/8.',
  'NetworkPolicy.peer.ipBlock.except': 'Smaller ranges inside `cidr` that are left out.',

  'CalicoPolicy.spec':
    'For which pods it is, and its place among the policies: `tier`, then `order`, then the name.',
  'CalicoPolicy.spec.tier':
    'The tier that it stands in; `default` when left out, where NetworkPolicies are, too. A packet that no policy of a tier decides about is dropped there, if any of them selects the pod and the tier does not pass.',
  'CalicoPolicy.spec.order':
    'Its place in the tier: the lowest goes first. NetworkPolicies have 1000; left out, it is the last.',
  'CalicoPolicy.spec.selector':
    "The pods that it is for, as an expression: `app == 'web' && has(tier)`. Left out, all of its namespace (or of the cluster).",
  'CalicoPolicy.spec.namespaceSelector':
    "Only pods of namespaces with these labels: `projectcalico.org/name == 'shop'`.",
  'CalicoPolicy.spec.serviceAccountSelector':
    "Only pods that run as a service account with these labels: `projectcalico.org/name == 'robot'`.",
  'CalicoPolicy.spec.types':
    'Ingress, Egress or both: for these it closes its pods. Left out, it is what there are rules for; without rules, Ingress.',
  'CalicoPolicy.spec.ingress': 'What may come in: rules in order, the first that matches decides.',
  'CalicoPolicy.spec.egress': 'What may go out: rules in order, the first that matches decides.',
  'CalicoPolicy.spec.doNotTrack':
    'For hosts’ own interfaces, before connections are tracked. Pods are not concerned.',
  'CalicoPolicy.spec.preDNAT':
    'For hosts’ own interfaces, before a Service’s address is replaced. Pods are not concerned.',
  'CalicoPolicy.spec.applyOnForward':
    'Whether hosts’ interfaces apply it to what they only forward. Pods are not concerned.',
  'CalicoPolicy.rule.action':
    'Allow and Deny are final, Pass skips the rest of the tier, Log writes to the kernel’s log and goes on.',
  'CalicoPolicy.rule.ipVersion': '4 or 6: only packets of this family.',
  'CalicoPolicy.rule.protocol': 'TCP, UDP, SCTP, ICMP, ICMPv6, UDPLite or a number; left out, any.',
  'CalicoPolicy.rule.notProtocol': 'Any protocol but this.',
  'CalicoPolicy.rule.icmp': 'The ICMP message; `protocol` has to be ICMP or ICMPv6.',
  'CalicoPolicy.rule.notICMP': 'Any ICMP message but this.',
  'CalicoPolicy.icmp.type': 'The type: 8 is the echo request of IPv4, 128 that of IPv6.',
  'CalicoPolicy.icmp.code': 'The code; only with a type.',
  'CalicoPolicy.rule.source': 'Who sends. Everything that is written has to hold.',
  'CalicoPolicy.rule.destination':
    'Who is reached, after a Service’s address was replaced. Everything that is written has to hold.',
  'CalicoPolicy.rule.metadata': 'What the rule carries for people.',
  'CalicoPolicy.rule.metadata.annotations': 'Felix writes them as comments beside the rule.',
  'CalicoPolicy.entity.nets': 'Address ranges; one of them has to hold it.',
  'CalicoPolicy.entity.notNets': 'Address ranges, none of which may hold it.',
  'CalicoPolicy.entity.selector':
    'Pods by an expression over their labels. In a namespaced policy it stays in that namespace, unless there is a `namespaceSelector`.',
  'CalicoPolicy.entity.notSelector':
    'Not these pods. Alone in a GlobalNetworkPolicy it also means hosts outside; in a namespaced policy it means the other pods of the namespace.',
  'CalicoPolicy.entity.namespaceSelector':
    'Pods of namespaces with these labels; `all()` is every namespace, `global()` what is in none.',
  'CalicoPolicy.entity.serviceAccounts':
    'Pods by the service account that they run as. With names and a selector, both have to hold; other selectors have to hold, too.',
  'CalicoPolicy.entity.serviceAccounts.names': 'Names of service accounts; one of them.',
  'CalicoPolicy.entity.serviceAccounts.selector': 'An expression over the labels of service accounts.',
  'CalicoPolicy.entity.services':
    'The endpoints of a Service, ready or not: where traffic comes from (ingress), or with their ports where it goes (egress). Not together with other fields that name an end.',
  'CalicoPolicy.entity.services.name': 'The name of the Service.',
  'CalicoPolicy.entity.services.namespace':
    'Its namespace; left out, the policy’s own. A GlobalNetworkPolicy has to say it.',
  'CalicoPolicy.entity.ports':
    'Numbers, ranges (`8000:8100`) or names of container ports; `protocol` has to be set.',
  'CalicoPolicy.entity.notPorts': 'Ports that it is not; `protocol` has to be set.',
  'NetworkSet.spec': 'What the set holds. Policies select it by its labels, as they select pods.',
  'NetworkSet.spec.nets': 'Address ranges and single addresses.',
  'Tier.spec': 'Where the tier stands and how it ends.',
  'Tier.spec.order':
    'Lower goes first. `default` has 1000000, `kube-admin` 1000, `kube-baseline` 10000000; left out, it is the last.',
  'Tier.spec.defaultAction':
    'What happens to a packet that a policy of the tier is about and none decided on: Deny (the default) drops it, Pass leaves it to the next tier.',
  'ClusterPolicy.spec': 'For which pods of the whole cluster it is, and in which order its rules are tried.',
  'ClusterPolicy.spec.tier':
    '`Admin` goes before every NetworkPolicy and cannot be overridden; `Baseline` is for what no NetworkPolicy decides.',
  'ClusterPolicy.spec.priority':
    '0 to 1000: the lower goes first within the tier. With equal ones the order is up to the CNI.',
  'ClusterPolicy.spec.subject': 'The pods that it is for. Pods on the host’s network never are.',
  'ClusterPolicy.spec.ingress':
    'Rules for what comes in, from the top: the first that matches decides. What none matches goes on to the next policy.',
  'ClusterPolicy.spec.egress':
    'Rules for what goes out, from the top: the first that matches decides. What none matches goes on to the next policy.',
  'ClusterPolicy.rule.name': 'A name for people and logs.',
  'ClusterPolicy.rule.action':
    'Accept (in v1alpha1 Allow) and Deny are final; Pass skips the rest of the tier and leaves it to the next.',
  'ClusterPolicy.rule.from': 'Who sends: one item at least; any of them may match.',
  'ClusterPolicy.rule.to': 'Who is reached: one item at least; any of them may match.',
  'ClusterPolicy.rule.protocols': 'Which protocols and ports of the target; left out, all.',
  'ClusterPolicy.rule.protocols.destinationNamedPort':
    'The container port of this name. Not every CNI knows it.',
  'ClusterPolicy.protocol': 'This protocol; without a `destinationPort`, all its ports.',
  'ClusterPolicy.protocol.destinationPort': 'A `number` or a `range`.',
  'ClusterPolicy.protocol.destinationPort.number':
    'The port of the pod: the `targetPort` of a Service, not its `port`.',
  'ClusterPolicy.rule.ports': 'Which ports of the target; left out, all.',
  'ClusterPolicy.rule.ports.portNumber': 'One port of one protocol.',
  'ClusterPolicy.rule.ports.portNumber.protocol': 'TCP (the default), UDP or SCTP.',
  'ClusterPolicy.rule.ports.portNumber.port':
    'The port of the pod: the `targetPort` of a Service, not its `port`.',
  'ClusterPolicy.rule.ports.namedPort': 'The container port of this name.',
  'ClusterPolicy.range': 'Ports from `start` to `end`, both included.',
  'ClusterPolicy.range.protocol': 'TCP (the default), UDP or SCTP.',
  'ClusterPolicy.range.start': 'The first port.',
  'ClusterPolicy.range.end': 'The last port; greater than `start`.',
  'ClusterPolicy.peer.namespaces': 'All pods of namespaces with these labels; `{}` means all namespaces.',
  'ClusterPolicy.peer.pods': 'Pods by their own labels and their namespace’s: both must hold.',
  'ClusterPolicy.peer.pods.namespaceSelector': 'Labels of the namespace; `{}` means all of them.',
  'ClusterPolicy.peer.pods.podSelector': 'Labels of the pods; `{}` means all of them.',
  'ClusterPolicy.peer.nodes': 'Nodes with these labels, by their addresses. Not every CNI knows it.',
  'ClusterPolicy.peer.networks':
    'Ranges of addresses. They are compared with pods’ addresses as well: 0.0.0.0/0 means the whole cluster, too.',
  'ClusterPolicy.peer.domainNames':
    'Names outside, such as *.example.com. Only for Accept; not every CNI knows it.',
  'CiliumPolicy.spec':
    'For which pods it is, and what they may receive and send. One policy may have a list of them, `specs`.',
  'CiliumPolicy.specs': 'Several specs in one object, each for pods of its own.',
  'CiliumPolicy.spec.endpointSelector':
    'The pods that it is for, by their labels; `{}` means all of the namespace, of a cluster-wide policy all pods.',
  'CiliumPolicy.spec.ingress':
    'Rules that allow traffic in. A list with a rule isolates the pods: what no rule allows is dropped. An empty list is as none at all.',
  'CiliumPolicy.spec.ingressDeny':
    'Rules that deny traffic in. A denial wins over whatever allows, in any policy.',
  'CiliumPolicy.spec.egress':
    'Rules that allow traffic out. A list with a rule isolates the pods: what no rule allows is dropped. An empty list is as none at all.',
  'CiliumPolicy.spec.egressDeny':
    'Rules that deny traffic out. A denial wins over whatever allows, in any policy.',
  'CiliumPolicy.spec.enableDefaultDeny':
    'Whether the pods are isolated by this spec. Left out: in each direction that has a rule.',
  'CiliumPolicy.spec.enableDefaultDeny.ingress':
    '`false`: the rules allow and deny, and what none of them names goes in as before.',
  'CiliumPolicy.spec.enableDefaultDeny.egress':
    '`false`: the rules allow and deny, and what none of them names goes out as before.',
  'CiliumPolicy.selector.matchLabels':
    'Labels that must be there. A key may name its source: `k8s:app`, `any:app` (the same as `app`), `reserved:host`. `io.kubernetes.pod.namespace` is the pod’s namespace, `io.cilium.k8s.namespace.labels.KEY` a label of it.',
  'CiliumPolicy.selector.matchExpressions': 'Conditions on labels; all must hold.',
  'CiliumPolicy.selector.matchExpressions.key':
    'The label’s key, with its source before it if you like: `k8s:app`.',
  'CiliumPolicy.selector.matchExpressions.operator': '`In`, `NotIn`, `Exists` or `DoesNotExist`.',
  'CiliumPolicy.selector.matchExpressions.values': 'The values for `In` and `NotIn`.',
  'CiliumPolicy.rule.peerEndpoints':
    'Pods by their labels: of the policy’s own namespace, unless the selector names one or labels of one. `[]` means nobody; left out, everybody.',
  'CiliumPolicy.rule.peerEntities':
    'Who has no labels of their own: `world` (all outside), `host` (the pod’s own node), `remote-node`, `kube-apiserver`, `cluster` (all inside), `all`. Between nodes and pods ranges of addresses do not help; these do.',
  'CiliumPolicy.rule.peerCIDR':
    'Ranges of addresses outside the cluster. Pods and nodes are never meant by their addresses.',
  'CiliumPolicy.rule.peerCIDRSet': 'Ranges of addresses outside the cluster, with exceptions.',
  'CiliumPolicy.rule.peerCIDRSet.cidr':
    'The range, such as `10.0.0.0/8`. Pods and nodes are never meant by it.',
  'CiliumPolicy.rule.peerCIDRSet.except': 'Ranges inside it that are not meant.',
  'CiliumPolicy.rule.toPorts':
    'Ports of the target, after a Service’s port was translated; left out, all. Without peers the rule is for everybody.',
  'CiliumPolicy.rule.toPorts.ports': 'At most 40; any of them may match. An empty list matches none.',
  'CiliumPolicy.rule.toPorts.ports.port':
    'A number in quotes or a port’s name; `"0"` means all ports of the protocol.',
  'CiliumPolicy.rule.toPorts.ports.endPort': 'The last port of a range that begins at `port`.',
  'CiliumPolicy.rule.toPorts.ports.protocol':
    '`TCP`, `UDP`, `SCTP`, or `ANY` of these (the default). For ICMP there is `icmps`.',
  'CiliumPolicy.rule.toPorts.rules':
    'What is asked beyond the port. The connection then goes to a proxy of the node, which accepts it and judges each request.',
  'CiliumPolicy.rule.toPorts.rules.http':
    'Items for HTTP; one that holds in all that it says is enough. What none lets through is answered with 403. An empty list asks for nothing.',
  'CiliumPolicy.rule.toPorts.rules.http.path':
    'A regular expression (RE2) for the whole path with its query: `/public` alone does not mean `/public/1`.',
  'CiliumPolicy.rule.toPorts.rules.http.method':
    'A regular expression for the whole method, in capital letters: `GET`, `GET|HEAD`.',
  'CiliumPolicy.rule.toPorts.rules.http.host':
    'A regular expression for the whole Host header; a port that the client writes belongs to it.',
  'CiliumPolicy.rule.toPorts.rules.http.headers':
    'Headers that must be there: `X-Token`, or with their value, `X-Token: 7`.',
  'CiliumPolicy.rule.toPorts.rules.http.headerMatches': 'Headers, and what to do where one does not match.',
  'CiliumPolicy.rule.toPorts.rules.http.headerMatches.name': 'The header’s name.',
  'CiliumPolicy.rule.toPorts.rules.http.headerMatches.value':
    'The value that it must have; without one it must be there.',
  'CiliumPolicy.rule.toPorts.rules.http.headerMatches.mismatch':
    'What happens where it does not match: `ADD`, `REPLACE`, `DELETE` change the header, `LOG` lets it pass. Without this the item does not hold.',
  'CiliumPolicy.rule.icmps': 'Types of ICMP, in place of `toPorts`.',
  'CiliumPolicy.rule.icmps.fields': 'At most 40; any of them may match.',
  'CiliumPolicy.rule.icmps.fields.family': '`IPv4` (the default) or `IPv6`.',
  'CiliumPolicy.rule.icmps.fields.type': 'The type, as a number or by its name: `8`, `EchoRequest`.',
  'CiliumPolicy.rule.peerServices':
    'Services: their pods, or the addresses of their endpoints where they have no selector.',
  'CiliumPolicy.rule.peerServices.k8sService': 'One Service by its name.',
  'CiliumPolicy.rule.peerServices.k8sService.serviceName': 'The Service’s name.',
  'CiliumPolicy.rule.peerServices.k8sService.namespace': 'Its namespace; left out, any.',
  'CiliumPolicy.rule.peerServices.k8sServiceSelector': 'Services by their labels.',
  'CiliumPolicy.rule.peerServices.k8sServiceSelector.selector': 'Labels of the Services.',
  'CiliumPolicy.rule.peerServices.k8sServiceSelector.namespace': 'Their namespace; left out, any.',

  'Node.spec': 'The node’s pod addresses and taints.',
  'Node.spec.podCIDR': 'The range that this node’s pods get their addresses from.',
  'Node.spec.podCIDRs': 'The same, one for each IP family.',
  'Node.spec.taints': 'Keep pods away that do not tolerate them.',
  'Node.spec.taints.key': 'The taint’s key.',
  'Node.spec.taints.value': 'The taint’s value.',
  'Node.spec.taints.effect': '`NoSchedule`, `PreferNoSchedule` or `NoExecute`.',
  'Node.spec.unschedulable': 'True: no new pods (cordoned).',
  'Node.status': 'Addresses and conditions of the node.',
  'Node.status.addresses': 'The node’s addresses. `InternalIP` is the one on the nodes’ network.',
  'Node.status.addresses.type': '`InternalIP`, `ExternalIP` or `Hostname`.',
  'Node.status.addresses.address': 'The address.',
  'Node.status.conditions': 'Ready and the like. A node that is not Ready takes no new pods.',

  'Node.status.nodeInfo': 'What the node says of its software.',
  'Node.status.nodeInfo.containerRuntimeVersion':
    'The container runtime: `containerd://2.1.4`, `cri-o://1.34.1`. Left out, it is containerd.',
  'Node.status.runtimeHandlers':
    'The handlers that the container runtime has, for RuntimeClasses. Where they are written, a pod whose handler is missing stays in ContainerCreating; left out, each is taken to be there.',
  'Node.status.runtimeHandlers.name': 'The handler’s name; the empty one is the default.',
  'Cluster.containerdConfigPatches':
    'TOML for containerd’s config.toml. Runtimes under `containerd.runtimes` are read: they are the handlers that the nodes have.',
  'Cluster.name': 'The cluster’s name: the prefix of its nodes’ names.',
  'Cluster.nodes': 'The nodes in order. Left out: one control plane and two workers.',
  'Cluster.nodes.role': '`control-plane` or `worker`.',
  'Cluster.nodes.labels': 'Labels of the node, for nodeSelector and affinity.',
  'Cluster.networking': 'Address ranges and the mode of kube-proxy.',
  'Cluster.networking.podSubnet':
    'The range of all pods; each node gets a /24 of it. 10.244.0.0/16 when left out.',
  'Cluster.networking.serviceSubnet': 'The range of Services’ cluster IPs. 10.96.0.0/16 when left out.',
  'Cluster.networking.kubeProxyMode': 'How kube-proxy turns Services into rules: `iptables` when left out.',
  'Cluster.networking.dnsSearch': 'Search domains of the nodes’ resolv.conf.',
  'Cluster.networking.ipFamily':
    '`ipv4`, `ipv6` or `dual`. In `dual` nodes, pods and the Service range have both.',
  'Cluster.networking.disableDefaultCNI': 'No effect here: the CNI is chosen in the Playground document.',

  'KubeProxyConfiguration.mode': 'How kube-proxy turns Services into rules.',
  'KubeProxyConfiguration.clusterCIDR':
    'The pods’ range: sources outside it are masqueraded on their way to a Service.',
  'KubeProxyConfiguration.detectLocalMode': 'How kube-proxy tells that traffic comes from a pod of its node.',
  'KubeProxyConfiguration.detectLocal': 'Names for the modes that go by an interface.',
  'KubeProxyConfiguration.detectLocal.bridgeInterface': 'The bridge that pods’ traffic comes from.',
  'KubeProxyConfiguration.detectLocal.interfaceNamePrefix':
    'How the names of the pods’ interfaces on a node begin.',
  'KubeProxyConfiguration.nodePortAddresses':
    'The addresses of a node on which node ports are open, as CIDRs.',
  'KubeProxyConfiguration.iptables': 'Settings of the iptables mode.',
  'KubeProxyConfiguration.iptables.masqueradeAll':
    'Masquerade everything that goes to a cluster IP, also from pods.',
  'KubeProxyConfiguration.iptables.localhostNodePorts': 'False: node ports do not answer on 127.0.0.1.',
  'KubeProxyConfiguration.nftables': 'Settings of the nftables mode.',
  'KubeProxyConfiguration.nftables.masqueradeAll':
    'Masquerade everything that goes to a cluster IP, also from pods.',
  'KubeProxyConfiguration.ipvs': 'Settings of the ipvs mode, which is deprecated since Kubernetes 1.35.',
  'KubeProxyConfiguration.ipvs.scheduler':
    'How a virtual server picks a real one: rr (the default) takes turns, lc the least connections, sh by the client’s address.',
  'KubeProxyConfiguration.ipvs.strictARP':
    'Sets arp_ignore to 1 and arp_announce to 2: the node does not answer ARP for addresses on kube-ipvs0.',
  'KubeProxyConfiguration.ipvs.tcpTimeout':
    'How long IPVS remembers an idle TCP connection; 0 leaves 15 minutes.',
  'KubeProxyConfiguration.ipvs.tcpFinTimeout':
    'How long IPVS remembers a TCP connection after a FIN; 0 leaves 2 minutes.',
  'KubeProxyConfiguration.ipvs.udpTimeout': 'How long IPVS remembers a UDP flow; 0 leaves 5 minutes.',
  'KubeProxyConfiguration.conntrack': 'Connection tracking.',
  'KubeProxyConfiguration.conntrack.tcpBeLiberal':
    'True: packets outside the TCP window are not dropped as invalid.',
  'KubeProxyConfiguration.conntrack.tcpEstablishedTimeout':
    'How long a node remembers an idle connection, as `24h0m0s`; 0 leaves the kernel’s own value.',
  'KubeProxyConfiguration.conntrack.tcpCloseWaitTimeout':
    'How long a node remembers a half-closed connection, as `1h0m0s`; 0 leaves the kernel’s own value.',

  'Playground.controllers':
    'Ingress controllers, gateways and meshes to install, such as `ingress-nginx`: short for applying their own manifests.',
  'Ingress.spec':
    'Which requests from outside go to which Service. It does nothing until a controller of its class runs.',
  'Ingress.spec.ingressClassName':
    'The IngressClass, and so the controller, that serves it. Left out: the class that is marked as the default.',
  'Ingress.spec.defaultBackend': 'Where requests go that no path takes.',
  'Ingress.spec.rules': 'A rule for each host.',
  'Ingress.spec.rules.host':
    'The Host header that it is for; left out, every host. `*.example.com` stands for exactly one label.',
  'Ingress.spec.rules.http': 'The paths of this host.',
  'Ingress.spec.rules.http.paths':
    'Paths and where they go. The longest that matches wins, and Exact wins over Prefix.',
  'Ingress.spec.rules.http.paths.path':
    'The path of the request, beginning with `/`; the query does not count.',
  'Ingress.spec.rules.http.paths.pathType':
    'Exact: the very path. Prefix: whole elements between slashes, so `/foo` takes `/foo/bar` and not `/foobar`. ImplementationSpecific: as the controller likes.',
  'Ingress.backend':
    'Where matching requests go: a Service of the same namespace, or an object that the controller knows.',
  'Ingress.backend.resource':
    'An object of another kind, in place of a Service. Most controllers do not serve it.',
  'Ingress.backend.service':
    'A Service of the Ingress’ own namespace. Controllers send requests straight to its endpoints.',
  'Ingress.backend.service.name': 'The name of the Service.',
  'Ingress.backend.service.port': 'A port of the Service, by name or by number.',
  'Ingress.backend.service.port.name': 'The name of the Service’s port.',
  'Ingress.backend.service.port.number': 'The Service’s `port`, not its `targetPort`.',
  'Ingress.spec.tls': 'Hosts that are served with TLS on port 443, and their certificates.',
  'Ingress.spec.tls.hosts':
    'The hosts that the certificate is for; they are told by the name in the handshake (SNI).',
  'Ingress.spec.tls.secretName': 'A Secret of type kubernetes.io/tls with tls.crt and tls.key.',

  'GatewayClass.spec':
    'Which controller serves the Gateways of this class. The infrastructure’s provider writes it.',
  'GatewayApi.class.controllerName':
    'The controller’s name for itself, such as `gateway.envoyproxy.io/gatewayclass-controller`. Without a controller of that name nothing happens.',
  'Gateway.spec':
    'Where requests come in: ports, protocols and hosts, and whose routes may use them. The cluster’s operator writes it.',
  'GatewayApi.gatewayClassName': 'The GatewayClass, and so the controller, that makes this Gateway.',
  'GatewayApi.listener':
    'A port with a protocol and, if one is given, a host. Listeners of one port need different hosts.',
  'GatewayApi.listener.name': 'A name of its own in this Gateway; a route’s `sectionName` asks for it.',
  'GatewayApi.listener.hostname':
    'The host that it is for; left out, every host. `*.example.com` stands for any number of labels, and not for `example.com`.',
  'GatewayApi.listener.port': 'The port that clients ask, on the Gateway’s address.',
  'GatewayApi.listener.protocol': 'HTTP, HTTPS, TLS, TCP or UDP: it decides which kinds of routes fit.',
  'GatewayApi.listener.tls': 'For HTTPS and TLS: whether the Gateway ends TLS, and with which certificates.',
  'GatewayApi.listener.tls.mode':
    'Terminate: the Gateway decrypts. Passthrough: it reads the name in the handshake and hands the rest on.',
  'GatewayApi.certificateRef':
    'A Secret of type kubernetes.io/tls. In another namespace a ReferenceGrant there has to allow it.',
  'GatewayApi.certificateRef.name': 'The name of the Secret.',
  'GatewayApi.ref.group': 'The API group of the object; empty for the core group.',
  'GatewayApi.ref.kind': 'The kind of the object.',
  'GatewayApi.ref.namespace': 'The object’s namespace; left out, that of this one.',
  'GatewayApi.listener.allowedRoutes': 'Whose routes may use the listener, and of which kinds.',
  'GatewayApi.listener.allowedRoutes.namespaces': 'The namespaces that routes may come from.',
  'GatewayApi.listener.allowedRoutes.namespaces.from':
    'Same: the Gateway’s own namespace. All: every one. Selector: those whose labels `selector` matches.',
  'GatewayApi.listener.allowedRoutes.namespaces.selector': 'Labels of namespaces, for `from: Selector`.',
  'GatewayApi.listener.allowedRoutes.kinds': 'Kinds of routes; left out, those that fit the protocol.',
  'GatewayApi.listener.allowedRoutes.kinds.group': 'The API group of the route.',
  'GatewayApi.listener.allowedRoutes.kinds.kind': 'The kind of the route, such as HTTPRoute.',
  'HTTPRoute.spec':
    'Which requests of which hosts go where. The application’s developer writes it and attaches it to a Gateway.',
  'GatewayApi.parentRef':
    'The Gateway, or one of its listeners, that this route wants to be attached to. The listener has to allow it.',
  'GatewayApi.parentRef.name': 'The name of the Gateway.',
  'GatewayApi.parentRef.sectionName': 'The name of one listener; left out, all of them.',
  'GatewayApi.parentRef.port': 'Only listeners of this port.',
  'GatewayApi.hostnames':
    'Hosts that the route is for, as far as the listener has them too; left out, the listener’s.',
  'GatewayApi.rules': 'Rules. Of all that match, the most specific match decides, not the first in the list.',
  'GatewayApi.rules.name': 'A name for the rule.',
  'GatewayApi.rules.matches': 'One of these has to match; left out, every request does.',
  'GatewayApi.rules.matches.path': 'The path of the request; left out, every path.',
  'GatewayApi.rules.matches.path.type':
    'Exact: the very path. PathPrefix: whole elements between slashes. RegularExpression: in the proxy’s own dialect.',
  'GatewayApi.rules.matches.path.value': 'The path, beginning with `/`.',
  'GatewayApi.rules.matches.headers': 'Headers that all have to be there with their values.',
  'GatewayApi.rules.matches.queryParams': 'Query parameters that all have to be there with their values.',
  'GatewayApi.rules.matches.method': 'The method of the request.',
  'GatewayApi.condition.type': 'Exact, or RegularExpression for the whole value.',
  'GatewayApi.condition.name': 'The name. Headers’ names do not care for case.',
  'GatewayApi.condition.value': 'The value that it has to have.',
  'GatewayApi.filter': 'What is done with a request or its answer on the way.',
  'GatewayApi.filter.type': 'Which filter; the field of that name says how.',
  'GatewayApi.filter.requestHeaderModifier': 'Changes headers before the backend sees them.',
  'GatewayApi.filter.responseHeaderModifier': 'Changes headers before the client sees them.',
  'GatewayApi.filter.headers.set': 'In place of what was there.',
  'GatewayApi.filter.headers.add': 'Besides what was there.',
  'GatewayApi.filter.headers.remove': 'Headers that go.',
  'GatewayApi.filter.header.name': 'The name of the header.',
  'GatewayApi.filter.header.value': 'The value of the header.',
  'GatewayApi.filter.requestRedirect': 'Sends the client elsewhere; no backend is asked.',
  'GatewayApi.filter.requestRedirect.scheme': 'http or https; left out, as it came.',
  'GatewayApi.filter.requestRedirect.hostname': 'The host to go to; left out, the request’s.',
  'GatewayApi.filter.requestRedirect.port':
    'The port to go to; left out, that of the scheme, or else the listener’s.',
  'GatewayApi.filter.requestRedirect.statusCode':
    'The status of the answer: 301, 302, 303, 307 or 308. Not every controller takes all of them.',
  'GatewayApi.filter.path': 'What becomes of the path.',
  'GatewayApi.filter.path.type': 'ReplaceFullPath: all of it. ReplacePrefixMatch: what the prefix took.',
  'GatewayApi.filter.path.replaceFullPath': 'The new path.',
  'GatewayApi.filter.path.replacePrefixMatch': 'What stands in place of the prefix.',
  'GatewayApi.filter.urlRewrite': 'Asks the backend for another host or path.',
  'GatewayApi.filter.urlRewrite.hostname': 'The Host header that the backend sees.',
  'GatewayApi.backendRef':
    'Where matching requests go, and with which share. One that cannot be found answers 500 for its share.',
  'GatewayApi.backendRef.name':
    'The name of the Service. In another namespace a ReferenceGrant there has to allow it.',
  'GatewayApi.backendRef.port': 'The Service’s `port`, not its `targetPort`.',
  'GatewayApi.backendRef.weight': 'Its share of the sum of all weights of the rule; 0 gets nothing.',
  'GatewayApi.rules.timeouts': 'How long is waited.',
  'GatewayApi.rules.timeouts.request': 'For the whole answer, as `10s`; `0s` is for ever.',
  'GatewayApi.rules.timeouts.backendRequest': 'For one try at a backend.',
  'GatewayApi.rules.retry': 'When a backend is asked again.',
  'GatewayApi.rules.retry.codes': 'Answers after which it is asked again.',
  'GatewayApi.rules.retry.attempts': 'How often, besides the first time.',
  'ReferenceGrant.spec':
    'Which objects of other namespaces may refer to which objects of this one. It is written where the objects are that are referred to.',
  'GatewayApi.grant.from': 'Who may refer: kinds of objects, and their namespaces.',
  'GatewayApi.grant.from.group': 'The API group of those that refer.',
  'GatewayApi.grant.from.kind': 'The kind of those that refer, such as HTTPRoute.',
  'GatewayApi.grant.from.namespace': 'The namespace of those that refer.',
  'GatewayApi.grant.to': 'What may be referred to, in this namespace.',
  'GatewayApi.grant.to.group': 'The API group; empty for Services and Secrets.',
  'GatewayApi.grant.to.kind': 'The kind, such as Service.',
  'GatewayApi.grant.to.name': 'One object; left out, all of that kind.',
  'IngressClass.spec': 'Which controller serves the Ingresses of this class.',
  'IngressClass.spec.controller': 'The controller’s own name, such as `k8s.io/ingress-nginx`.',
  'Playground.cni': 'The CNI plug-in: its name, or `{name, options}`.',
  'Playground.compare': 'What the comparison sets beside this cluster; everything else stays as it is.',
  'Playground.compare.cni': 'The CNI of the cluster beside: its name, or `{name, options}`.',
  'Playground.compare.kubeProxyMode': 'The kube-proxy mode of the cluster beside.',
  'Playground.nodeSubnets':
    'The networks that the nodes are plugged into, with one router between them. One, kind’s docker network, when left out.',
  'Playground.nodeSubnets.cidr':
    'Its subnet, such as `172.19.0.0/16`; one of each family with a comma for dual stack. The router has the first address.',
  'Playground.nodeSubnets.nodes':
    'Nodes that get an address there. A Node object with an InternalIP of the subnet is there anyway; all others are on the first network.',
  'Playground.gateway': 'The router between the nodes’ networks and the internet.',
  'Playground.gateway.routes':
    'Its routes beside those to its own networks: to the pods of a node, for example.',
  'Playground.gateway.routes.to': 'The destination range.',
  'Playground.gateway.routes.via': 'The node or the address that it sends them to.',
  'Playground.external': 'Hosts outside the cluster, on the nodes’ network unless `ip` says otherwise.',
  'Playground.external.name': 'The host’s name; probes call it `external/NAME`.',
  'Playground.external.ip': 'Its address.',
  'Playground.external.ips':
    'Its addresses, of several IP families. Without any it gets one of each of the cluster.',
  'Playground.external.listen': 'Ports that it listens on, such as `8080/TCP`.',
  'Playground.external.dnsNames': 'Names that resolve to it.',
  'Playground.external.routes': 'Its routes into the cluster.',
  'Playground.external.routes.to': 'The destination range.',
  'Playground.external.routes.via': 'The node that it sends them to.',
  'Playground.probes': 'Questions to ask: who calls whom, with which tool.',
  'Playground.probes.name': 'A name for the probe.',
  'Playground.probes.from':
    'Who asks: `namespace/pod`, `namespace/deployment`, `node/NAME` or `external/NAME`.',
  'Playground.probes.to':
    'What is called: an IP, a name as the client would type it, `host:port`, a URL, or `namespace/pod`.',
  'Playground.probes.tool': '`curl` (the default), `nc`, `ping` or `dig`.',
  'Playground.probes.port': 'The port, where `to` does not name one.',
  'Playground.probes.proto': '`tcp` (the default) or `udp`.',
  'Playground.probes.method': 'The HTTP method.',
  'Playground.probes.headers': 'HTTP headers, as `Name: value`.',
  'Playground.probes.resolve': 'Like curl’s `--resolve HOST:PORT:ADDR`: skips DNS for this name.',
  'Playground.probes.type': 'The record type that dig asks for.',
  'Playground.probes.source': 'The source address to send from.',
  'Playground.probes.seed': 'Decides the random choices of this probe.',
  'Playground.probes.endpoint': 'Makes the random choice of an endpoint fall on this pod.',
  'Playground.probes.count':
    'So many connections in a row; connection tracking and session affinity remember those before. The walk shown is the last.',
  'Playground.probes.maxTime':
    'curl’s --max-time: how many seconds it waits in all, name, connection and answer. Left out, it gives up after 5 s without a connection, and after 5 s without an answer.',
  'Playground.probes.interval': 'Seconds between one connection and the next; 1 when left out.',
  'Playground.probes.ttl': 'The TTL to start with: each router takes one.',
  'Playground.probes.bytes':
    'How much is sent: ping’s data, the length of nc’s datagram, or what curl uploads with --data (at most 5500).',
  'Playground.probes.pmtudisc':
    'ping’s -M, or the UDP socket’s IP_MTU_DISCOVER: “want” sets DF while the packet fits and else cuts it, “do” never cuts, “dont” never sets DF.',
  'Playground.probes.sport':
    'The source port of nc’s datagram, as a client keeps it that does not close its socket.',
  'Playground.faults': 'Things broken on purpose; each entry is a fault, switched on while it stands here.',
  'Playground.faults.fault': 'What breaks.',
  'Playground.faults.node': 'On this node; without it, on every node.',
  'Playground.faults.interface': 'On this interface of the node.',
  'Playground.faults.mtu': 'The MTU that pods and their host ends get, or the interface.',
  'Playground.faults.protocol': 'The protocol of the blocked port.',
  'Playground.faults.port': 'The blocked port.',
  'Playground.faults.to': 'The destination of the lost route.',
  'Playground.faults.value': '0 off, 1 strict, 2 loose.',
  'Playground.faults.service': 'The Service, as `namespace/name`.',
  'Playground.faults.endpoints':
    'What the node’s rules still name, as `address:port`. Without it, the Service is newer than the rules.',
  'Playground.faults.endpoint': 'The endpoint that is gone, as `address:port`.',
  'Playground.faults.from': 'The client pod, as `namespace/name`.',
  'Playground.faults.sport': 'The client’s source port.',
  'Playground.faults.noticed': 'True: the node is NotReady already. False: its heartbeat is not missed yet.',
  'Playground.compare.faults':
    'The faults of the cluster beside, instead of this one’s; an empty list is a healthy cluster.',
  'Playground.compare.faults.fault': 'What breaks.',
  'Playground.compare.faults.node': 'On this node; without it, on every node.',
  'Playground.compare.faults.interface': 'On this interface of the node.',
  'Playground.compare.faults.mtu': 'The MTU that pods and their host ends get, or the interface.',
  'Playground.compare.faults.protocol': 'The protocol of the blocked port.',
  'Playground.compare.faults.port': 'The blocked port.',
  'Playground.compare.faults.to': 'The destination of the lost route.',
  'Playground.compare.faults.value': '0 off, 1 strict, 2 loose.',
  'Playground.compare.faults.service': 'The Service, as `namespace/name`.',
  'Playground.compare.faults.endpoints':
    'What the node’s rules still name, as `address:port`. Without it, the Service is newer than the rules.',
  'Playground.compare.faults.endpoint': 'The endpoint that is gone, as `address:port`.',
  'Playground.compare.faults.from': 'The client pod, as `namespace/name`.',
  'Playground.compare.faults.sport': 'The client’s source port.',
  'Playground.compare.faults.noticed':
    'True: the node is NotReady already. False: its heartbeat is not missed yet.',
  'Playground.expect': 'Assertions: how a walk must end. The editor marks each as held or failed.',
  'Playground.expect.from': 'Who asks, as in `probes`.',
  'Playground.expect.to': 'What is called, as in `probes`.',
  'Playground.expect.allowed': 'True: the packet must arrive. False: it must not.',
  'Playground.expect.verdict': 'What must happen to the packet, such as `dropped`.',
  'Playground.expect.clientSees': 'What the client must see, such as `timeout`.',
  'Playground.expect.tool': 'The tool; chosen by `to` when left out.',
  'Playground.expect.proto': '`tcp` (the default) or `udp`.',
  'Playground.seed': 'Decides all random choices, so that a scenario always runs the same.',

  'SecurityContext.runAsNonRoot':
    'The kubelet does not start a container that would run as root. Pod Security’s level `restricted` asks for it, here or on each container.',
  'SecurityContext.runAsUser':
    'The user id of the process. 0 is root, which Pod Security’s level `restricted` refuses.',
  'SecurityContext.allowPrivilegeEscalation':
    'May the process get more rights than its parent (set-user-ID programs)? Pod Security’s level `restricted` wants `false` written.',
  'SecurityContext.privileged': 'All rights of the node. Pod Security refuses it at `baseline`.',
  'SecurityContext.capabilities': 'Parts of root’s rights that are added or dropped.',
  'SecurityContext.capabilities.add':
    'Rights to add. Pod Security allows the runtime’s defaults at `baseline`, only `NET_BIND_SERVICE` at `restricted`.',
  'SecurityContext.capabilities.drop':
    'Rights to drop. Pod Security’s level `restricted` wants `ALL` among them.',
  'SecurityContext.procMount':
    '`Unmasked` shows all of /proc. Pod Security refuses it at `baseline`, unless the pod has users of its own (`hostUsers: false`).',
  'SecurityContext.seccompProfile': 'Which system calls the process may make.',
  'SecurityContext.seccompProfile.type':
    '`RuntimeDefault`, `Localhost` or `Unconfined`. Pod Security refuses `Unconfined` at `baseline` and wants one of the others at `restricted`.',
  'SecurityContext.appArmorProfile': 'What AppArmor lets the process do.',
  'SecurityContext.appArmorProfile.type':
    '`RuntimeDefault`, `Localhost` or `Unconfined`. Pod Security refuses `Unconfined` at `baseline`.',
  'SecurityContext.seLinuxOptions':
    'SELinux labels. Pod Security allows the container types, and neither `user` nor `role`, at `baseline`.',
  'SecurityContext.windowsOptions': 'Settings for Windows.',
  'SecurityContext.windowsOptions.hostProcess':
    'A Windows container that runs as a process of the node. Pod Security refuses it at `baseline`.',
  'Pod.handler.host':
    'Another host than the pod itself. Pod Security refuses it at `baseline` from 1.34 on, for it makes the kubelet ask anywhere.',
  'Pod.spec.hostPID': 'The pod sees the node’s processes. Pod Security refuses it at `baseline`.',
  'Pod.spec.hostIPC':
    'The pod shares the node’s memory segments and queues. Pod Security refuses it at `baseline`.',
  'Pod.spec.hostUsers':
    '`false` gives the pod users of its own: its root is nobody on the node. Pod Security then passes over what concerns root, from 1.35 on.',
  'Pod.spec.os': 'The operating system that the pod is for.',
  'Pod.spec.os.name': '`linux` or `windows`. Pod Security asks Windows pods for less, from 1.25 on.',
  'Pod.spec.volumes.hostPath': 'A directory of the node. Pod Security refuses it at `baseline`.',
  'AdmissionConfiguration.plugins': 'One entry for each admission plug-in.',
  'AdmissionConfiguration.plugins.name':
    'The plug-in. `PodSecurity` is read here; another could refuse anything, and walks end as “unknown”.',
  'AdmissionConfiguration.plugins.configuration':
    'For PodSecurity a PodSecurityConfiguration: `defaults` for namespaces without labels, and `exemptions` by `usernames`, `runtimeClasses` and `namespaces`.',
  'Label.pod-security.kubernetes.io/enforce':
    'The Pod Security level that pods of this namespace have to meet, or the API server refuses them. Workloads are stored; their pods are not made.',
  'Label.pod-security.kubernetes.io/audit':
    'Pods and workloads that break this level are accepted and noted in the audit log.',
  'Label.pod-security.kubernetes.io/warn':
    'Pods and workloads that break this level are accepted; kubectl prints a warning.',
  'Label.pod-security.kubernetes.io/enforce-version':
    'The release whose rules count for `enforce`: `latest`, or `v1.36` to keep them through upgrades.',
  'Label.pod-security.kubernetes.io/audit-version':
    'The release whose rules count for `audit`: `latest`, or `v1.36` to keep them through upgrades.',
  'Label.pod-security.kubernetes.io/warn-version':
    'The release whose rules count for `warn`: `latest`, or `v1.36` to keep them through upgrades.',
  'Pod.spec.runtimeClassName':
    'The RuntimeClass that runs the pod. It has to exist, or the API server refuses the pod; its node selector and tolerations are added.',
  'Pod.spec.overhead': 'What the runtime itself needs. The RuntimeClass sets it; another value is refused.',
  'RuntimeClass.handler':
    'The name of a configuration in the node’s container runtime: containerd’s `runtimes.NAME`, CRI-O’s `[crio.runtime.runtimes.NAME]`.',
  'RuntimeClass.overhead': 'What each pod of this class needs besides its containers.',
  'RuntimeClass.overhead.podFixed': 'Amounts for each pod. Nodes’ resources are not simulated.',
  'RuntimeClass.scheduling': 'Where pods of this class can go.',
  'RuntimeClass.scheduling.nodeSelector':
    'Added to the pod’s own node selector; a pod that contradicts it is refused.',
  'RuntimeClass.scheduling.tolerations': 'Added to the pod’s own tolerations.',
  'Pod.spec.containers.resources.requests':
    'What the container is promised. Left out, it is the limit. A LimitRange can fill it in, and a ResourceQuota counts it.',
  'Pod.spec.containers.resources.limits':
    'The most that the container may use. A LimitRange can fill it in or refuse it, and a ResourceQuota counts it.',
  'Pod.spec.resources': 'Requests and limits of the pod as a whole, instead of those of its containers.',
  'Pod.spec.resources.requests':
    'What the whole pod is promised: a ResourceQuota counts it instead of the sum of the containers.',
  'Pod.spec.resources.limits':
    'The most that the whole pod may use: a ResourceQuota counts it instead of the sum of the containers.',
  'Pod.spec.priorityClassName':
    'Which pods go first where nodes are full. Here it only decides which ResourceQuotas count the pod.',
  'Pod.spec.activeDeadlineSeconds':
    'How long the pod may run. Here it only decides which ResourceQuotas count the pod: those of the scope `Terminating`.',
  'LimitRange.spec':
    'What each pod, container or claim of the namespace may ask for, and what it gets when it asks for nothing.',
  'LimitRange.spec.limits': 'One entry for each type. A pod outside of them is refused.',
  'LimitRange.spec.limits.type': '`Container`, `Pod` (the sum of its containers) or `PersistentVolumeClaim`.',
  'LimitRange.spec.limits.max':
    'The largest limit and request. A container without a limit gets it as its limit.',
  'LimitRange.spec.limits.min':
    'The smallest request and limit. A container without either gets it as its request.',
  'LimitRange.spec.limits.default': 'The limit of a container that has none; `max` when left out.',
  'LimitRange.spec.limits.defaultRequest':
    'The request of a container that has none; the default limit or `min` when left out.',
  'LimitRange.spec.limits.maxLimitRequestRatio': 'How many times its request a limit may be.',
  'ResourceQuota.spec':
    'How much all objects of the namespace together may ask for. What would go past it is refused.',
  'ResourceQuota.spec.hard':
    'The limits by name: `pods`, `requests.cpu`, `limits.memory`, `services.nodeports`, `count/deployments.apps`. If CPU or memory is among them, each container has to name its own.',
  'ResourceQuota.spec.scopes':
    'The pods that count: `Terminating`, `NotTerminating`, `BestEffort`, `NotBestEffort`, `PriorityClass` or `CrossNamespacePodAffinity`. A pod must match all of them.',
  'ResourceQuota.spec.scopeSelector': 'As `scopes`, with conditions on the value.',
  'ResourceQuota.spec.scopeSelector.matchExpressions': 'All of the conditions must hold.',
  'ResourceQuota.spec.scopeSelector.matchExpressions.scopeName':
    '`PriorityClass`, or a scope that takes only `Exists`.',
  'ResourceQuota.spec.scopeSelector.matchExpressions.operator': '`In`, `NotIn`, `Exists` or `DoesNotExist`.',
  'ResourceQuota.spec.scopeSelector.matchExpressions.values':
    'Names of priority classes for `In` and `NotIn`; empty for the other two.',
  'MatchResources.resourceRules': 'Which requests it is about: one matching rule is enough.',
  'MatchResources.excludeResourceRules': 'Requests that it is not about, whatever the other rules say.',
  'MatchResources.resourceRules.apiGroups': 'API groups: `""` for the core, `apps`, or `*`.',
  'MatchResources.resourceRules.apiVersions': 'Versions of the group, `v1` or `*`.',
  'MatchResources.resourceRules.operations':
    '`CREATE`, `UPDATE`, `DELETE`, `CONNECT` or `*`. Every request here is a CREATE.',
  'MatchResources.resourceRules.resources':
    'Plural names in small letters: `pods`, `deployments`, or `*`. A Deployment’s pods are requests of their own.',
  'MatchResources.resourceRules.resourceNames': 'Only objects of these names.',
  'MatchResources.resourceRules.scope': '`Namespaced`, `Cluster` or `*` for both.',
  'MatchResources.namespaceSelector':
    'By the labels of the object’s namespace. What is in no namespace always matches.',
  'MatchResources.objectSelector': 'By the object’s own labels, which whoever creates it can choose.',
  'MatchResources.matchPolicy':
    '`Equivalent` also means the same resource in other versions, `Exact` does not.',
  'ValidatingAdmissionPolicy.spec':
    'What the API server checks by itself, before it stores an object. It does nothing until a binding names it.',
  'ValidatingAdmissionPolicy.spec.paramKind': 'The kind of the objects that hold the policy’s parameters.',
  'ValidatingAdmissionPolicy.spec.paramKind.apiVersion': 'Its API group and version.',
  'ValidatingAdmissionPolicy.spec.paramKind.kind': 'Its kind: `ConfigMap`, or a custom resource.',
  'ValidatingAdmissionPolicy.spec.matchConstraints': 'Which requests the policy is about.',
  'ValidatingAdmissionPolicy.spec.validations': 'What must be true of an object.',
  'ValidatingAdmissionPolicy.spec.validations.expression':
    'CEL: true lets the object pass. It sees `object`, `oldObject` (null), `request`, `params`, `namespaceObject` and `variables`.',
  'ValidatingAdmissionPolicy.spec.validations.message':
    'What the API server says when the expression is false.',
  'ValidatingAdmissionPolicy.spec.validations.messageExpression':
    'CEL that makes the message; `message` is said where it fails.',
  'ValidatingAdmissionPolicy.spec.validations.reason':
    'The status of the answer; `Invalid` unless it is written.',
  'ValidatingAdmissionPolicy.spec.failurePolicy':
    'What an expression that fails means: `Fail` refuses, `Ignore` lets pass.',
  'ValidatingAdmissionPolicy.spec.matchConditions':
    'Further conditions in CEL. One that is false leaves the request alone.',
  'ValidatingAdmissionPolicy.spec.matchConditions.name': 'The condition’s name.',
  'ValidatingAdmissionPolicy.spec.matchConditions.expression': 'CEL. It cannot see `variables`.',
  'ValidatingAdmissionPolicy.spec.variables':
    'Parts of expressions with a name; each is evaluated when it is first used.',
  'ValidatingAdmissionPolicy.spec.variables.name': 'Used as `variables.NAME`, by later variables too.',
  'ValidatingAdmissionPolicy.spec.variables.expression': 'CEL of any type.',
  'ValidatingAdmissionPolicy.spec.auditAnnotations': 'What is noted in the audit log of a request.',
  'ValidatingAdmissionPolicy.spec.auditAnnotations.key': 'The key, behind the policy’s name.',
  'ValidatingAdmissionPolicy.spec.auditAnnotations.valueExpression':
    'CEL that makes the value; null leaves it out.',
  'ValidatingAdmissionPolicyBinding.spec': 'Puts a policy into force.',
  'ValidatingAdmissionPolicyBinding.spec.policyName': 'The ValidatingAdmissionPolicy.',
  'ValidatingAdmissionPolicyBinding.spec.paramRef':
    'The objects that `params` stands for; every one of them has to let the request pass.',
  'ValidatingAdmissionPolicyBinding.spec.paramRef.name': 'The object’s name.',
  'ValidatingAdmissionPolicyBinding.spec.paramRef.namespace':
    'Its namespace; without one, that of the object that is judged.',
  'ValidatingAdmissionPolicyBinding.spec.paramRef.selector': 'All objects with these labels.',
  'ValidatingAdmissionPolicyBinding.spec.paramRef.parameterNotFoundAction':
    'Where there is no such object: `Allow` lets pass, `Deny` goes by the policy’s `failurePolicy`.',
  'ValidatingAdmissionPolicyBinding.spec.matchResources': 'Narrows down what the policy is about.',
  'ValidatingAdmissionPolicyBinding.spec.validationActions':
    '`Deny` refuses, `Warn` prints a warning, `Audit` notes it in the audit log.',
  'WebhookConfiguration.webhooks':
    'Programs that the API server asks before it stores an object: each in the order of the list, configurations by their names.',
  'WebhookConfiguration.webhooks.name':
    'A name of three parts or more, such as `inject.example.com`: the API server says it where a call fails.',
  'WebhookConfiguration.webhooks.clientConfig':
    'Where the webhook answers: a Service of the cluster, or a URL outside of it.',
  'WebhookConfiguration.webhooks.clientConfig.url':
    'An `https` address outside the cluster. What answers there is not simulated.',
  'WebhookConfiguration.webhooks.clientConfig.service': 'The API server calls its cluster address.',
  'WebhookConfiguration.webhooks.clientConfig.service.namespace': 'The Service’s namespace.',
  'WebhookConfiguration.webhooks.clientConfig.service.name': 'The Service’s name.',
  'WebhookConfiguration.webhooks.clientConfig.service.path': 'The path of the request, such as `/inject`.',
  'WebhookConfiguration.webhooks.clientConfig.service.port': 'The Service’s port; 443 when left out.',
  'WebhookConfiguration.webhooks.rules': 'Which requests it is asked about: one matching rule is enough.',
  'WebhookConfiguration.webhooks.failurePolicy':
    'What a call that fails means: `Fail` refuses the object, `Ignore` passes the webhook over.',
  'WebhookConfiguration.webhooks.sideEffects':
    '`None` or `NoneOnDryRun`: what the webhook does besides answering.',
  'WebhookConfiguration.webhooks.timeoutSeconds':
    'How long the API server waits: 1 to 30, and 10 when left out.',
  'WebhookConfiguration.webhooks.admissionReviewVersions':
    'Versions of the question that the webhook understands: `v1`, `v1beta1`.',
  'WebhookConfiguration.webhooks.reinvocationPolicy':
    '`IfNeeded`: it is asked once more if the object was changed after its answer. `Never`: it is not.',
  'ConstraintTemplate.spec':
    'A kind of constraint and its check. Its CEL form (`engine: K8sNativeValidation`) is judged; Rego is not simulated.',
};
