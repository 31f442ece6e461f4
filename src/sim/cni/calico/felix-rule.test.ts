import { describe, expect, it } from 'vitest';
import type { FelixRule } from './felix-rule.ts';
import {
  ACCEPT,
  DROP,
  MASQUERADE,
  clearMark,
  inInterface,
  inSet,
  jumpTo,
  localAddress,
  markClear,
  markSet,
  outInterface,
  protocolNumber,
  ruleHashes,
  setMark,
} from './felix-rule.ts';

/** Hashes that clusters with Calico 3.2x print (`iptables-save`): marks 0x10000 accept and 0xe0000 the others. */
const rows: readonly { chain: string; rules: readonly FelixRule[]; hashes: readonly string[] }[] = [
  {
    chain: 'cali-FORWARD',
    rules: [
      { action: clearMark(0xe0000) },
      { match: [markClear(0x10000)], action: jumpTo('cali-from-hep-forward') },
      { match: [inInterface('cali+')], action: jumpTo('cali-from-wl-dispatch') },
      { match: [outInterface('cali+')], action: jumpTo('cali-to-wl-dispatch') },
      { action: jumpTo('cali-to-hep-forward') },
      { action: jumpTo('cali-cidr-block') },
    ],
    hashes: [
      'vjrMJCRpqwy5oRoX',
      'A_sPAO0mcxbT9mOV',
      '8ZoYfO5HKXWbB3pk',
      'jdEuaPBe14V2hutn',
      '12bc6HljsMKsmfr-',
      'NOSxoaGx8OIstr1z',
    ],
  },
  { chain: 'FORWARD', rules: [{ action: jumpTo('cali-FORWARD') }], hashes: ['wUHhoiAYhphO9Mso'] },
  {
    chain: 'FORWARD*appends*',
    rules: [
      { match: [markSet(0x10000)], action: ACCEPT, comment: ['Policy explicitly accepted packet.'] },
      { action: setMark(0x10000) },
    ],
    hashes: ['S93hcgKJrXEqnTfs', 'mp77cMpurHhyjLrM'],
  },
  { chain: 'INPUT', rules: [{ action: jumpTo('cali-INPUT') }], hashes: ['Cz_u1IQiXIMmKD4c'] },
  { chain: 'OUTPUT', rules: [{ action: jumpTo('cali-OUTPUT') }], hashes: ['tVnHkvAo15HuiPy0'] },
  { chain: 'PREROUTING', rules: [{ action: jumpTo('cali-PREROUTING') }], hashes: ['6gwbT8clXdHdC1b1'] },
  { chain: 'POSTROUTING', rules: [{ action: jumpTo('cali-POSTROUTING') }], hashes: ['O3lYWMrLQYEMJtB5'] },
  { chain: 'cali-OUTPUT', rules: [{ action: jumpTo('cali-fip-dnat') }], hashes: ['GBTAv2p5CwevEyJm'] },
  { chain: 'cali-PREROUTING', rules: [{ action: jumpTo('cali-fip-dnat') }], hashes: ['r6XmIziWUJsdOK6Z'] },
  {
    chain: 'cali-POSTROUTING',
    rules: [
      { action: jumpTo('cali-fip-snat') },
      { action: jumpTo('cali-nat-outgoing') },
      {
        match: [
          outInterface('vxlan.calico'),
          localAddress('src', { negate: true, limitIfaceOut: true }),
          localAddress('src'),
        ],
        action: MASQUERADE,
      },
    ],
    hashes: ['Z-c7XtVd2Bq7s_hA', 'nYKhEzDlr11Jccal', 'e9dnSgSVNmIcpVhP'],
  },
  {
    chain: 'cali-nat-outgoing',
    rules: [
      {
        match: [inSet('cali40masq-ipam-pools', ['src']), inSet('cali40all-ipam-pools', ['dst'], true)],
        action: MASQUERADE,
      },
    ],
    hashes: ['flqWnvo8yq4ULQLa'],
  },
  // As `iptables -S` prints them on a cluster with IPIP.
  {
    chain: 'cali-INPUT',
    rules: [
      {
        match: [protocolNumber('ipip'), inSet('cali40all-hosts-net', ['src']), localAddress('dst')],
        action: ACCEPT,
        comment: ['Allow IPIP packets from Calico hosts'],
      },
      { match: [protocolNumber('ipip')], action: DROP, comment: ['Drop IPIP packets from non-Calico hosts'] },
    ],
    hashes: ['PajejrV4aFdkZojI', '_wjq-Yrma8Ly1Svo'],
  },
];

describe('rule hashes', () => {
  it.each(rows)('$chain', ({ chain, rules, hashes }) => {
    expect(ruleHashes(chain, rules)).toEqual(hashes);
  });
});
