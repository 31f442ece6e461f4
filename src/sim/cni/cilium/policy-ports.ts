/**
 * Ports as a policy map has them: prefixes of a trie, of one protocol or of all. A range becomes several, each a power of two
 * wide. A port's name means a number only where all targets that know it agree ("duplicate named ports").
 */
import type { CiliumPort, Pod } from '../../k8s/cluster-state.ts';
import type { PortSpan } from './maps.ts';

const LAST_PORT = 65535;
export const EVERYTHING: PortSpan = { first: 0, last: LAST_PORT, protocol: 'ANY' };
export function covers(outer: PortSpan, inner: PortSpan): boolean {
  return (
    (outer.protocol === 'ANY' || outer.protocol === inner.protocol) &&
    outer.first <= inner.first &&
    outer.last >= inner.last
  );
}

/** A name means a number only where all targets that know it agree; `ANY` is TCP, UDP and SCTP. */
export function spansOf(
  { port, endPort, protocol }: CiliumPort,
  targets: () => readonly Pod[],
): readonly PortSpan[] {
  const protocols = protocol === 'ANY' ? ['TCP', 'UDP', 'SCTP'] : [protocol];
  return protocols.flatMap((own): readonly PortSpan[] => {
    // An ICMP type 0 is an echo reply, not every type.
    if (port === 0) return [{ first: 0, last: own.startsWith('ICMP') ? 0 : LAST_PORT, protocol: own }];
    const first = typeof port === 'number' ? port : namedPort(targets(), port, own);
    return first === undefined ? [] : [{ first, last: endPort ?? first, protocol: own }];
  });
}

/** The number that all of these pods mean by a name; undefined where none knows it or two disagree. */
function namedPort(pods: readonly Pod[], name: string, protocol: string): number | undefined {
  const numbers = new Set<number>();
  for (const pod of pods) {
    for (const container of pod.containers) {
      for (const own of container.ports) {
        if (own.name === name && own.protocol === protocol) numbers.add(own.containerPort);
      }
    }
  }
  return numbers.size === 1 ? [...numbers][0] : undefined;
}

/** The blocks of a trie that make up a span. */
export function blocks({ first: from, last, protocol }: PortSpan): readonly PortSpan[] {
  if (from === 0 && last === LAST_PORT) return [{ first: 0, last, protocol }];
  const found: PortSpan[] = [];
  let first = from;
  while (first <= last) {
    let size = 1;
    while (first % (size * 2) === 0 && first + size * 2 - 1 <= last && size * 2 <= LAST_PORT) size *= 2;
    found.push({ first, last: first + size - 1, protocol });
    first += size;
  }
  return found;
}

/** `8080/TCP`, `8000-8063/TCP`, `ANY/UDP`, `ANY` */
export function textOf({ first, last, protocol }: PortSpan): string {
  if (first === 0 && last === LAST_PORT) return protocol === 'ANY' ? 'ANY' : `ANY/${protocol}`;
  return first === last ? `${first}/${protocol}` : `${first}-${last}/${protocol}`;
}

/** The keys that a look-up for a port tries, the most exact first. Of the ICMPs the port is the type. */
export function portCandidates(port: number, protocol: string): readonly string[] {
  const keys: string[] = [];
  for (let size = 1; size <= 32768; size *= 2) {
    const first = port - (port % size);
    keys.push(textOf({ first, last: first + size - 1, protocol }));
  }
  return [...keys, `ANY/${protocol}`, 'ANY'];
}
