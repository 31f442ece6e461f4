/** What a matched rule does: verdicts, marks, NAT, REJECT. */
import type { Ip } from '../../base/ip.ts';
import type { Packet } from '../../packet/packet.ts';
import { reason, type Reason } from '../../trace/reasons.ts';
import type { PolicyRuleRef, RuleMeaning, Target } from '../config.ts';
import { sendUnreachable } from '../icmp.ts';
import { sendUnreachable6 } from '../icmp6.ts';
import { localOut } from '../ip-output.ts';
import { transmit } from '../link/device.ts';
import { leadsNowhere } from '../route.ts';
import { resetFor } from '../tcp-segment.ts';
import type { HookContext } from './match.ts';
import { proxyRules } from './proxy-module.ts';
import { nat, record, type TargetResult } from './rule-step.ts';
import type { CompiledChain, CompiledRule } from './tables.ts';

const REJECT_CODE = {
  'icmp-port-unreachable': 3,
  'icmp-host-prohibited': 10,
  'icmp-admin-prohibited': 13,
  'icmp6-no-route': 0,
  'icmp6-adm-prohibited': 1,
  'icmp6-addr-unreachable': 3,
  'icmp6-port-unreachable': 4,
} as const;

/** The last comment: Felix puts the rule's hash first, and what a person reads after it. */
function commentOf(compiled: CompiledRule): string {
  const last = compiled.rule.matches.findLast((match) => match.match === 'comment');
  return last === undefined || last.text.startsWith('cali:') ? '' : last.text;
}

function policyName({ namespace, name }: PolicyRuleRef): string {
  return namespace === undefined ? name : `${namespace}/${name}`;
}

/** A policy's own words for what its rule did to the packet, else the rule's. */
export function meaningOf(meaning: RuleMeaning | undefined, fallback: Reason, packet?: Packet): Reason {
  switch (meaning?.kind) {
    case 'policy-allow':
      return reason('policy.allow', {
        direction: meaning.direction,
        policy: policyName(meaning.policy),
        rule: meaning.policy.rule,
        pod: meaning.pod,
        ...(meaning.policy.kind === undefined ? {} : { kind: meaning.policy.kind }),
      });
    case 'policy-deny':
      return reason('policy.deny', {
        direction: meaning.direction,
        policies: meaning.policies.join(', '),
        pod: meaning.pod,
        ...(meaning.by === undefined ? {} : { rule: meaning.by.rule }),
        ...(meaning.by?.kind === undefined ? {} : { kind: meaning.by.kind }),
      });
    case 'policy-pass':
      return reason('policy.pass', {
        direction: meaning.direction,
        policy: policyName(meaning.policy),
        rule: meaning.policy.rule,
        pod: meaning.pod,
        kind: meaning.policy.kind ?? 'NetworkPolicy',
      });
    case 'policy-deny-by-address': {
      const denied = meaning.pods.get(packet?.ip?.[meaning.side] ?? '');
      if (denied === undefined) return fallback;
      return reason('policy.deny', {
        direction: meaning.direction,
        policies: denied.policies.join(', '),
        pod: denied.pod,
      });
    }
    case 'choice':
    case undefined:
      return fallback;
  }
}

/** Carries out any target but a jump. */
export function applyTarget(c: HookContext, chain: CompiledChain, compiled: CompiledRule): TargetResult {
  const { target } = compiled.rule;
  const where = { table: chain.table, chain: chain.name };
  switch (target.target) {
    case 'ACCEPT':
      record(c, compiled, 'hook', meaningOf(compiled.rule.meaning, reason('rule.accept', where)));
      return 'accept';
    case 'DROP':
      record(
        c,
        compiled,
        'drop',
        meaningOf(
          compiled.rule.meaning,
          reason('rule.drop', { ...where, comment: commentOf(compiled) }),
          c.skb.packet,
        ),
      );
      return 'drop';
    case 'RETURN':
      // Only in the nat table does leaving a chain decide something that one looks for later.
      if (compiled.rule.meaning !== undefined || chain.table === 'nat') {
        record(c, compiled, 'hook', meaningOf(compiled.rule.meaning, reason('rule.return', where)));
      }
      return 'return';
    case 'NOTRACK':
      c.skb.ct = undefined;
      c.skb.ctState = 'UNTRACKED';
      return 'continue';
    case 'MARK': {
      const before = c.skb.mark;
      c.skb.mark = ((before & ~target.mask) ^ target.value) >>> 0;
      // Calico clears bits all along the way that no one set.
      if (c.skb.mark === before && compiled.rule.meaning === undefined) return 'continue';
      const mark = `0x${c.skb.mark.toString(16)}`;
      record(c, compiled, 'hook', meaningOf(compiled.rule.meaning, reason('rule.mark', { ...where, mark })));
      return 'continue';
    }
    case 'CONNMARK':
      if (c.skb.ct !== undefined) c.skb.ct.mark = ((c.skb.ct.mark & ~target.mask) ^ target.value) >>> 0;
      return 'continue';
    case 'CONNMARK-RESTORE': {
      if (c.skb.ct === undefined) return 'continue';
      const before = c.skb.mark;
      c.skb.mark = ((before & ~target.nfmask) ^ (c.skb.ct.mark & target.ctmask)) >>> 0;
      if (c.skb.mark === before) return 'continue';
      record(c, compiled, 'hook', reason('rule.mark', { ...where, mark: `0x${c.skb.mark.toString(16)}` }));
      return 'continue';
    }
    case 'REJECT':
      reject(c, compiled, target.with, where);
      return 'drop';
    case 'DNAT':
      nat(c, compiled, { ip: target.ip, port: target.port, kind: 'dnat' });
      return 'accept';
    case 'REDIRECT':
      return proxyRules().redirect(c, compiled, target.port);
    case 'TPROXY':
      return proxyRules().tproxy(c, compiled, target, where);
    case 'SNAT':
      nat(c, compiled, { ip: target.ip, randomFully: target.randomFully, kind: 'snat' });
      return 'accept';
    case 'MASQUERADE':
      return masquerade(c, compiled, target.randomFully ?? false);
    // Who reads the log is no part of the box.
    case 'LOG':
    case 'NFLOG':
    case 'none':
      return 'continue';
    case 'jump':
    case 'goto':
      throw new Error('jumps are walked by the table');
  }
}

/** The address that the kernel would choose on the outgoing interface towards the next hop. */
export function masqueradeAddress({ outDev, box, skb }: HookContext): Ip | undefined {
  const dst = skb.packet.ip?.dst;
  if (outDev === undefined || dst === undefined) return undefined;
  return box.net.fib.masqueradeAddress(outDev.name, skb.nextHop, dst);
}

function masquerade(c: HookContext, compiled: CompiledRule, randomFully: boolean): TargetResult {
  const { outDev } = c;
  if (outDev === undefined) return 'continue';
  const ip = masqueradeAddress(c);
  if (ip === undefined) return 'drop';
  nat(c, compiled, { ip, randomFully, kind: 'masquerade', dev: outDev.name });
  return 'accept';
}

function reject(
  c: HookContext,
  compiled: CompiledRule,
  how: Extract<Target, { target: 'REJECT' }>['with'],
  where: { readonly table: string; readonly chain: string },
): void {
  const why = meaningOf(compiled.rule.meaning, reason('rule.reject', { ...where, with: how }));
  record(c, compiled, 'reject', why);
  answerReject(c, how);
}

/** The refusal that the sender hears. */
export function answerReject(c: HookContext, how: Extract<Target, { target: 'REJECT' }>['with']): void {
  const { ip, l4 } = c.skb.packet;
  if (how !== 'tcp-reset') {
    if (ip?.version === 6) sendUnreachable6(c.m, c.box, c.skb, REJECT_CODE[how]);
    else sendUnreachable(c.m, c.box, c.skb, REJECT_CODE[how]);
    return;
  }
  if (ip === undefined || l4?.proto !== 'tcp' || l4.flags.includes('RST')) return;
  const reset = resetFor(c.skb, ip, l4);
  const originate = reason('socket.originate', {
    proto: 'tcp',
    flags: reset.packet.l4?.proto === 'tcp' ? reset.packet.l4.flags.join(',') : '',
  });
  const { bridge } = c.skb;
  const { eth } = c.skb.packet;
  if (bridge !== undefined && eth !== undefined) {
    // nf_send_reset: what came in by a bridge is answered by that port, past OUTPUT and past any NAT.
    reset.packet = { ...reset.packet, eth: { src: eth.dst, dst: eth.src } };
    c.m.step(c.box, reset, 'originate', originate, { iface: bridge.physIn.name });
    transmit(c.m, c.box, bridge.physIn, reset);
    return;
  }
  const route = c.box.net.fib.lookup(ip.src, { src: ip.dst });
  if (route === undefined || leadsNowhere(route)) return;
  // nf_ct_attach: the reset belongs to the connection that it ends.
  if (c.skb.ct !== undefined) {
    reset.ct = c.skb.ct;
    reset.ctDir = c.skb.ctDir === 'original' ? 'reply' : 'original';
    reset.ctState = 'ESTABLISHED';
  }
  c.m.step(c.box, reset, 'originate', originate);
  localOut(c.m, c.box, reset, route);
}
