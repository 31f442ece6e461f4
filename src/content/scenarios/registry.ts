/** Every starting scenario, in the order of the menu; the first opens on a first visit. */
import type { ScenarioEntry } from './scenario-entry.ts';
import { aDenialWins } from './a-denial-wins/scenario.ts';
import { aPolicyThatReadsHttp } from './a-policy-that-reads-http/scenario.ts';
import { aSidecarNobodyWrote } from './a-sidecar-nobody-wrote/scenario.ts';
import { aWebhookThatIsGone } from './a-webhook-that-is-gone/scenario.ts';
import { aTierBeforeTheTeam } from './a-tier-before-the-team/scenario.ts';
import { adminHasTheLastWord } from './admin-has-the-last-word/scenario.ts';
import { canaryThroughIngress } from './canary-through-ingress/scenario.ts';
import { clusterIpOutOfRange } from './cluster-ip-out-of-range/scenario.ts';
import { defaultDenyWithAllow } from './default-deny-with-allow/scenario.ts';
import { dnsAnswerTooBig } from './dns-answer-too-big/scenario.ts';
import { dnsSearchList } from './dns-search-list/scenario.ts';
import { dualStackService } from './dual-stack-service/scenario.ts';
import { egressForgotDns } from './egress-forgot-dns/scenario.ts';
import { gatewayCanary } from './gateway-canary/scenario.ts';
import { headlessStatefulSet } from './headless-stateful-set/scenario.ts';
import { latestIsRefused } from './latest-is-refused/scenario.ts';
import { loadBalancer } from './load-balancer/scenario.ts';
import { sessionAffinity } from './session-affinity/scenario.ts';
import { zoneAwareRouting } from './zone-aware-routing/scenario.ts';
import { externalName } from './external-name/scenario.ts';
import { serviceWithoutSelector } from './service-without-selector/scenario.ts';
import { ingressHostsAndPaths } from './ingress-hosts-and-paths/scenario.ts';
import { ingressWithoutAController } from './ingress-without-a-controller/scenario.ts';
import { ipv6OnlyCluster } from './ipv6-only-cluster/scenario.ts';
import { localhostInAPod } from './localhost-in-a-pod/scenario.ts';
import { nodePortFromOutside } from './node-port-from-outside/scenario.ts';
import { nodesInTwoSubnets } from './nodes-in-two-subnets/scenario.ts';
import { packetsTooLarge } from './packets-too-large/scenario.ts';
import { podReachesItself } from './pod-reaches-itself/scenario.ts';
import { podSecurityRefuses } from './pod-security-refuses/scenario.ts';
import { podToTheInternet } from './pod-to-the-internet/scenario.ts';
import { podsOnOneNode } from './pods-on-one-node/scenario.ts';
import { podsOnTwoNodes } from './pods-on-two-nodes/scenario.ts';
import { policyNobodyEnforces } from './policy-nobody-enforces/scenario.ts';
import { policyShutsOutTheController } from './policy-shuts-out-the-controller/scenario.ts';
import { serviceToRemotePod } from './service-to-remote-pod/scenario.ts';
import { serviceWithoutEndpoints } from './service-without-endpoints/scenario.ts';
import { sandboxesHaveTheirOwnSockets } from './sandboxes-have-their-own-sockets/scenario.ts';
import { socketLoadBalancer } from './socket-load-balancer/scenario.ts';
import { studyNotesService } from './study-notes-service/scenario.ts';
import { wrongTargetPort } from './wrong-target-port/scenario.ts';

export const scenarioEntries: readonly ScenarioEntry[] = [
  serviceToRemotePod,
  localhostInAPod,
  podsOnOneNode,
  podsOnTwoNodes,
  nodesInTwoSubnets,
  dnsSearchList,
  headlessStatefulSet,
  dnsAnswerTooBig,
  packetsTooLarge,
  nodePortFromOutside,
  loadBalancer,
  ingressHostsAndPaths,
  canaryThroughIngress,
  ingressWithoutAController,
  gatewayCanary,
  sessionAffinity,
  zoneAwareRouting,
  externalName,
  serviceWithoutSelector,
  podToTheInternet,
  podReachesItself,
  socketLoadBalancer,
  dualStackService,
  ipv6OnlyCluster,
  defaultDenyWithAllow,
  adminHasTheLastWord,
  aTierBeforeTheTeam,
  aDenialWins,
  aPolicyThatReadsHttp,
  policyNobodyEnforces,
  egressForgotDns,
  policyShutsOutTheController,
  wrongTargetPort,
  serviceWithoutEndpoints,
  podSecurityRefuses,
  latestIsRefused,
  aWebhookThatIsGone,
  aSidecarNobodyWrote,
  sandboxesHaveTheirOwnSockets,
  studyNotesService,
  clusterIpOutOfRange,
];
