/**
 * `ipMasqBackend: nftables` of the plug-ins that connect pods (`pkg/ip/ipmasq_nftables_linux.go`): one table for both
 * families, in which each pod's address is masqueraded to everywhere but its own subnet. A rule's comment begins with a
 * hash of the network's name and one of interface and sandbox.
 */
import { sha512 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';
import { cidrOfFamily, cidrText, ipFamily } from '../base/ip.ts';
import type { Origin } from '../base/origin.ts';
import type { ClusterNode, Pod } from '../k8s/cluster-state.ts';
import type { NftRule, NftTable } from '../net/nftables/config.ts';
import { sandboxId } from './host-ports.ts';
import { POD_DEVICE } from './place.ts';

const CHECKS = 'masq_checks';
const SRCNAT = 100;
/** knftables.CommentLengthMax */
const COMMENT_LENGTH = 128;

/** `utils.MustFormatHashWithPrefix(16, "", ...)` */
function hash(text: string): string {
  return bytesToHex(sha512(utf8ToBytes(text))).slice(0, 16);
}

function commentOf(network: string, pod: Pod): string {
  const id = sandboxId(pod);
  const text = `${hash(network)}-${hash(`${POD_DEVICE}:${id}`)}, net: ${network}, if: ${POD_DEVICE}, id: ${id}`;
  return text.slice(0, COMMENT_LENGTH);
}

/** What the ADD calls of a node's pods leave. Without a pod there is no table. */
export function masqueradeTables(
  network: string,
  node: Pick<ClusterNode, 'podCIDRs'>,
  pods: readonly Pod[],
  by: string,
): readonly NftTable[] {
  const originOf = (pod: Pod): Origin => ({ ...pod.origin, by });
  const checks = pods.flatMap((pod) =>
    pod.ips.flatMap((ip): NftRule[] => {
      const range = cidrOfFamily(node.podCIDRs, ipFamily(ip));
      if (range === undefined) return [];
      const name = range.family === 4 ? 'ip' : 'ip6';
      return [
        {
          statements: [
            { kind: 'match', field: `${name} saddr`, values: [ip] },
            { kind: 'match', field: `${name} daddr`, negate: true, values: [cidrText(range)] },
            { kind: 'masquerade' },
          ],
          comment: commentOf(network, pod),
          origin: originOf(pod),
        },
      ];
    }),
  );
  const [first] = pods;
  if (first === undefined || checks.length === 0) return [];
  const spared = (field: 'ip daddr' | 'ip6 daddr', group: string): NftRule => ({
    statements: [
      { kind: 'match', field, values: [group] },
      { kind: 'verdict', verdict: 'return' },
    ],
  });
  return [
    {
      family: 'inet',
      name: 'cni_plugins_masquerade',
      comment: 'Masquerading for plugins from github.com/containernetworking/plugins',
      sets: [],
      chains: [
        {
          name: CHECKS,
          comment: 'Masquerade traffic from certain IPs to any (non-multicast) IP outside their subnet',
          rules: checks,
        },
        {
          name: 'postrouting',
          base: { type: 'nat', hook: 'postrouting', priority: SRCNAT, policy: 'accept' },
          rules: [
            spared('ip daddr', '224.0.0.0/4'),
            spared('ip6 daddr', 'ff00::/8'),
            { statements: [{ kind: 'verdict', verdict: 'goto', chain: CHECKS }] },
          ],
        },
      ],
      origin: originOf(first),
    },
  ];
}
