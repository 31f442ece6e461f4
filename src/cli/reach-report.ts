/** One pod's reach as JSON that people script against, and as text. */
import { becauseText, deciders, decidingText } from '../i18n/reach-text.ts';
import type { LocatedOrigin } from '../sim/base/origin.ts';
import type { NamedPolicy, PeerReach, PodReach, PortReach } from '../sim/policy/pod-reach.ts';
import type { CliTexts } from './texts.ts';

function placed<T extends { readonly origin: LocatedOrigin }>({ origin: { range }, ...rest }: T): object {
  return { ...rest, ...(range && { file: range.file, line: range.line, column: range.column }) };
}

export function reachJson({ to, from, selectedBy, ...rest }: PodReach): Record<string, unknown> {
  const peers = (list: readonly PeerReach[]): readonly object[] =>
    list.map((peer) => ({
      ...peer,
      ports: peer.ports.map((port) => ({ ...port, by: port.by.map(placed) })),
    }));
  return {
    ...rest,
    selectedBy: { egress: selectedBy.egress.map(placed), ingress: selectedBy.ingress.map(placed) },
    to: peers(to),
    from: peers(from),
  };
}

export function reachText(reach: PodReach, texts: CliTexts): string {
  const t = texts.messages.reach;
  const place = ({ origin: { range } }: { readonly origin: LocatedOrigin }): string =>
    range === undefined ? '' : ` (${range.file}:${range.line})`;
  const policies = (list: readonly NamedPolicy[]): string =>
    list.length === 0 ? t.none : list.map((one) => `${one.kind} ${one.policy}${place(one)}`).join(', ');
  const mark = (port: PortReach): string => (port.allowed === 'unknown' ? '?' : port.allowed ? '✓' : '✗');
  const portLine = (port: PortReach): string => {
    const said = [...deciders(port).map((by) => `${decidingText(t, by)}${place(by)}`), becauseText(t, port)];
    const why = said.filter((one) => one !== undefined).join('; ');
    return `    ${mark(port)} ${port.port}/${port.protocol}  ${why}`;
  };
  const peerLines = ({ pods, namespace, workload, ports }: PeerReach): readonly string[] => [
    `  ${pods.length === 1 ? pods[0] : `${namespace}/${workload} (${t.pods({ n: pods.length })})`}`,
    ...(ports.length === 0 ? [`    - ${t.nothing}`] : ports.map(portLine)),
  ];
  const list = (title: string, peers: readonly PeerReach[]): readonly string[] => [
    title,
    ...(peers.length === 0 ? [`  ${t.nobody}`] : peers.flatMap(peerLines)),
  ];
  return [
    reach.pod,
    `${t.selects.egress}: ${policies(reach.selectedBy.egress)}`,
    `${t.selects.ingress}: ${policies(reach.selectedBy.ingress)}`,
    ...list(t.to, reach.to),
    ...list(t.from, reach.from),
  ].join('\n');
}
