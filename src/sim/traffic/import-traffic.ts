/**
 * Traffic of policy-assistant as questions about this cluster. Its ends are labels, workloads and addresses; a question here
 * is asked by a pod. So each end is looked for among the pods: by the address where one is given, else the pod that has the
 * labels, those and no others first. What a pod that stands in has beside is said.
 */
import type { Diagnostic } from '../base/diagnostic.ts';
import type { ClusterState, ExpectSpec, Labels, Pod, ProbeSpec } from '../k8s/cluster-state.ts';
import { namespaceLabels } from '../policy/matching.ts';
import { findPod } from '../probe/target.ts';
import { trafficProblem } from './problem.ts';
import type { Traffic, TrafficPeer } from './traffic-file.ts';

type Cluster = ClusterState;

export interface Asked {
  readonly traffic: Traffic;
  /** As `expect` writes it: the port and the protocol behind the target. */
  readonly expect: Pick<ExpectSpec, 'from' | 'to'>;
  readonly probe: ProbeSpec;
}

export interface Questions {
  readonly asked: readonly Asked[];
  readonly diagnostics: readonly Diagnostic[];
}

export function questionsOf(cluster: Cluster, entries: readonly Traffic[]): Questions {
  const diagnostics: Diagnostic[] = [];
  const asked = entries.flatMap((traffic) => {
    const told = questionOf(cluster, traffic);
    diagnostics.push(...told.diagnostics);
    return told.asked === undefined ? [] : [told.asked];
  });
  return { asked, diagnostics };
}

interface Found {
  /** As a probe names it. */
  readonly place: string;
  readonly pod?: Pod;
  readonly notes: readonly Diagnostic[];
}

function questionOf(
  cluster: Cluster,
  traffic: Traffic,
): { readonly asked?: Asked; readonly diagnostics: readonly Diagnostic[] } {
  const { source, destination, port, portName, protocol, range } = traffic;
  if (!source.internal && !destination.internal) {
    return { diagnostics: [trafficProblem('traffic/both-outside', {}, range)] };
  }
  const from = findEnd(cluster, source, true);
  const to = findEnd(cluster, destination, false);
  const diagnostics = [...notesOf(from), ...notesOf(to)];
  if ('severity' in from || 'severity' in to) return { diagnostics };
  if (portName !== undefined && to.pod !== undefined) {
    const own = namesOf(to.pod, port, protocol);
    if (!own.includes(portName)) {
      const params = { pod: podName(to.pod), port, name: portName, own: own.join(', ') };
      diagnostics.push(trafficProblem('traffic/port-name', params, range));
    }
  }
  const proto = protocol.toLowerCase() as 'tcp' | 'udp' | 'sctp';
  const host = to.place.includes(':') ? `[${to.place}]` : to.place;
  const over = protocol === 'TCP' ? '' : `/${protocol}`;
  return {
    diagnostics,
    asked: {
      traffic,
      expect: { from: from.place, to: `${host}:${port}${over}` },
      probe: {
        from: from.place,
        tool: 'nc',
        to: to.place,
        port,
        ...(proto === 'tcp' ? {} : { proto }),
      },
    },
  };
}

function notesOf(end: Found | Diagnostic): readonly Diagnostic[] {
  return 'severity' in end ? [end] : end.notes;
}

function findEnd(cluster: Cluster, peer: TrafficPeer, sends: boolean): Found | Diagnostic {
  if (!peer.internal) return findAddress(cluster, peer, sends);
  const pods = cluster.pods.filter((pod) => pod.phase === 'Running' && pod.ips.length > 0);
  const described = peer.workload === undefined ? byLabels(pods, peer) : ofWorkload(pods, peer.workload);
  const pod = described.find((one) => peer.ip !== undefined && one.ips.includes(peer.ip)) ?? described[0];
  if (pod === undefined) return trafficProblem('traffic/no-pod', { peer: peerText(peer) }, peer.range);
  const notes: Diagnostic[] = [];
  if (peer.workload === undefined) {
    const labels = differing(pod, peer, namespaceLabels(cluster).get(pod.namespace) ?? {});
    if (labels !== '') {
      notes.push(trafficProblem('traffic/stands-for', { pod: podName(pod), labels }, peer.range));
    }
    if (peer.ip !== undefined && !pod.ips.includes(peer.ip)) {
      const params = { pod: podName(pod), ip: peer.ip, own: pod.ips.join(', ') };
      notes.push(trafficProblem('traffic/other-address', params, peer.range));
    }
  }
  // A pod's name means its first address.
  const other = !sends && peer.ip !== undefined && pod.ips.slice(1).includes(peer.ip) ? peer.ip : undefined;
  return { place: other ?? placeOf(cluster, pod), pod, notes };
}

/** An address outside: as a target it is asked as it is; who sends has to be somebody. */
function findAddress(cluster: Cluster, { ip, range }: TrafficPeer, sends: boolean): Found | Diagnostic {
  if (ip === undefined) return trafficProblem('traffic/missing', { field: 'IP' }, range);
  if (!sends) return { place: ip, notes: [] };
  const host = cluster.settings.external.find((one) => one.ips.includes(ip));
  if (host !== undefined) return { place: `external/${host.name}`, notes: [] };
  const node = cluster.nodes.find((one) => one.ips.includes(ip));
  if (node !== undefined) return { place: `node/${node.name}`, notes: [] };
  return trafficProblem('traffic/no-host', { ip }, range);
}

/** Pods of the namespace that have the labels; those that have no others first. */
function byLabels(pods: readonly Pod[], { namespace, podLabels }: TrafficPeer): readonly Pod[] {
  const wanted = Object.entries(podLabels);
  const having = pods.filter(
    (pod) => pod.namespace === namespace && wanted.every(([key, value]) => pod.labels[key] === value),
  );
  const extra = (pod: Pod): number => Object.keys(pod.labels).length - wanted.length;
  return [...having].sort((a, b) => extra(a) - extra(b));
}

/** Names in lower case, as policy-assistant compares them. */
function ofWorkload(pods: readonly Pod[], workload: string): readonly Pod[] {
  const [namespace, kind, name] = workload.toLowerCase().split('/');
  return pods.filter(
    (pod) =>
      pod.namespace === namespace &&
      (kind === 'pod'
        ? pod.name === name
        : pod.owners.some((owner) => owner.kind.toLowerCase() === kind && owner.name === name)),
  );
}

/** Labels that the pod or its namespace has and the file does not say, or says otherwise. */
function differing(pod: Pod, peer: TrafficPeer, ofNamespace: Labels): string {
  const beside = (has: Labels, said: Labels): string[] =>
    Object.entries(has)
      .filter(([key, value]) => said[key] !== value)
      .map(([key, value]) => `${key}=${value}`);
  const lacking = Object.entries(peer.namespaceLabels)
    .filter(([key]) => ofNamespace[key] === undefined)
    .map(([key]) => `!${key}`);
  const ns = [...beside(ofNamespace, { ...peer.namespaceLabels, ...IMPLIED(pod.namespace) }), ...lacking];
  const parts = beside(pod.labels, peer.podLabels);
  return [...parts, ...ns.map((one) => `namespace ${one}`)].join(', ');
}

/** The label that the API server gives to every namespace. */
const IMPLIED = (namespace: string): Labels => ({ 'kubernetes.io/metadata.name': namespace });

function namesOf(pod: Pod, port: number, protocol: string): readonly string[] {
  return pod.containers.flatMap((container) =>
    container.ports
      .filter((one) => one.containerPort === port && one.protocol === protocol)
      .flatMap((one) => one.name ?? []),
  );
}

/** The workload's name where it means this very pod: a pod's own name changes with its ReplicaSet. */
function placeOf(cluster: Cluster, pod: Pod): string {
  const workload = pod.owners.findLast((owner) => findPod(cluster, `${pod.namespace}/${owner.name}`) === pod);
  return `${pod.namespace}/${workload?.name ?? pod.name}`;
}

function podName(pod: Pod): string {
  return `${pod.namespace}/${pod.name}`;
}

function peerText({ workload, namespace, podLabels }: TrafficPeer): string {
  const labels = Object.entries(podLabels).map(([key, value]) => `${key}=${value}`);
  return workload ?? `${namespace}/[${labels.join(',')}]`;
}
