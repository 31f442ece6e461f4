/** A pair of questions, as glibc 2.36 was seen to ask it of a scripted server (Debian 12, in a namespace of its own). */
import { describe, expect, test } from 'vitest';
import type { Ip } from '../base/ip.ts';
import type { DnsMessage } from '../packet/packet.ts';
import type { SyscallResult } from '../net/process.ts';
import { record } from './message.ts';
import { lookUp, type ResolverConfig } from './resolver.ts';

const CONFIG: ResolverConfig = {
  nameservers: ['10.9.9.1'],
  search: [],
  ndots: 1,
  timeoutMs: 5000,
  attempts: 2,
  hosts: new Map(),
  options: [],
};

type Server = (type: string, proto: 'udp' | 'tcp') => Partial<DnsMessage> | undefined;
const ok: Server = (type) => ({ answers: [record('web', type, 30, type === 'A' ? '10.0.0.1' : '::1')] });

/** What was sent and when: `0 10.9.9.1 socket-1 A`; time-outs move the clock. */
function asked(server: Server, config: Partial<ResolverConfig> = {}) {
  const program = lookUp({ ...CONFIG, ...config }, 'web');
  const sent: string[] = [];
  const sockets = new Map<number, { readonly ip: Ip; sentAt: number; readonly unread: DnsMessage[] }>();
  const ids = new Set<number>();
  let nowMs = 0;
  const answer = (payload: DnsMessage, proto: 'udp' | 'tcp'): DnsMessage[] => {
    ids.add(payload.id);
    const said = server(payload.question.type, proto);
    return said === undefined ? [] : [{ ...payload, response: true, ...said }];
  };
  let step = program.next(undefined);
  while (step.done !== true) {
    const call = step.value;
    let result: SyscallResult | undefined;
    if (call.call === 'send' || call.call === 'connect') {
      const id = call.call === 'send' && call.socket !== undefined ? call.socket : sockets.size + 1;
      const socket = sockets.get(id) ?? { ip: call.ip, sentAt: 0, unread: [] };
      sockets.set(id, socket);
      socket.sentAt = nowMs;
      if (call.call === 'send' && call.payload.kind === 'dns') {
        sent.push(`${nowMs / 1000} ${call.ip} #${id} ${call.payload.question.type}`);
        socket.unread.push(...answer(call.payload, 'udp'));
      }
      result = { ok: true, socket: id, local: { ip: '10.9.9.9', port: 40000 } };
    } else if (call.call === 'receive') {
      const socket = sockets.get(call.socket);
      const payload = socket?.unread.shift();
      if (payload === undefined) nowMs = (socket?.sentAt ?? 0) + call.timeoutMs;
      result =
        payload === undefined
          ? { ok: false, error: 'timeout' }
          : { ok: true, payload, from: { ip: socket?.ip ?? '', port: 53 } };
    } else if (call.call === 'request' && call.payload.kind === 'dns') {
      sent.push(`${nowMs / 1000} tcp #${call.socket} ${call.payload.question.type}`);
      const [payload] = answer(call.payload, 'tcp');
      result =
        payload === undefined
          ? { ok: false, error: 'timeout' }
          : { ok: true, payload, from: { ip: '', port: 53 } };
    } else if (call.call === 'source') result = { ok: false, error: 'unreachable' };
    step = program.next(result);
  }
  return { sent, result: step.value, ids: ids.size, seconds: nowMs / 1000 };
}

describe('A and AAAA', () => {
  test('leave at once, from one socket', () => {
    const { sent, result } = asked(ok);
    expect(sent).toEqual(['0 10.9.9.1 #1 A', '0 10.9.9.1 #1 AAAA']);
    expect(result.addresses).toEqual(['10.0.0.1', '::1']);
  });

  test.each([
    ['single-request', ['0 10.9.9.1 #1 A', '0 10.9.9.1 #1 AAAA']],
    ['single-request-reopen', ['0 10.9.9.1 #1 A', '0 10.9.9.1 #2 AAAA']],
    ['use-vc', ['0 tcp #1 A', '0 tcp #1 AAAA']],
  ])('with options %s', (option, expected) => {
    const { sent, result } = asked(ok, { options: [option] });
    expect(sent).toEqual(expected);
    expect(result.addresses).toEqual(['10.0.0.1', '::1']);
  });

  test('with single-request the second question waits for the first answer', () => {
    const { sent, seconds } = asked((type, proto) => (type === 'A' ? undefined : ok(type, proto)), {
      options: ['single-request'],
    });
    expect(sent).toEqual(['0 10.9.9.1 #1 A', '5 10.9.9.1 #1 A']);
    expect(seconds).toBe(10);
  });

  test('no answer for AAAA: once more the same way, once from two sockets, then A is enough', () => {
    const { sent, result, ids, seconds } = asked(
      (type, proto) => (type === 'A' ? ok(type, proto) : undefined),
      {
        nameservers: ['10.9.9.1', '10.9.9.2'],
      },
    );
    expect(sent).toEqual([
      '0 10.9.9.1 #1 A',
      '0 10.9.9.1 #1 AAAA',
      '5 10.9.9.1 #1 A',
      '5 10.9.9.1 #1 AAAA',
      '10 10.9.9.1 #2 A',
      '10 10.9.9.1 #3 AAAA',
    ]);
    expect(result.addresses).toEqual(['10.0.0.1']);
    expect({ ids, seconds }).toEqual({ ids: 2, seconds: 15 });
  });

  test('three servers that say nothing: 5, 3 and 6 seconds, twice', () => {
    const { sent, seconds } = asked(() => undefined, { nameservers: ['10.9.9.1', '10.9.9.2', '10.9.9.3'] });
    expect(sent.filter((s) => s.endsWith(' A'))).toEqual([
      '0 10.9.9.1 #1 A',
      '5 10.9.9.2 #2 A',
      '8 10.9.9.3 #3 A',
      '14 10.9.9.1 #1 A',
      '19 10.9.9.2 #2 A',
      '22 10.9.9.3 #3 A',
    ]);
    expect(seconds).toBe(28);
  });

  test.each([
    ['both', () => true],
    ['A alone', (type: string) => type === 'A'],
  ])('%s cut: both again over one TCP connection', (_, cut) => {
    const { sent, result } = asked((type, proto) =>
      proto === 'udp' && cut(type) ? { truncated: true } : ok(type, proto),
    );
    expect(sent).toEqual(['0 10.9.9.1 #1 A', '0 10.9.9.1 #1 AAAA', '0 tcp #2 A', '0 tcp #2 AAAA']);
    expect(result.addresses).toEqual(['10.0.0.1', '::1']);
  });

  test('SERVFAIL for A alone: AAAA is enough', () => {
    const { sent, result } = asked((type, proto) => (type === 'A' ? { rcode: 'SERVFAIL' } : ok(type, proto)));
    expect(sent).toHaveLength(2);
    expect(result.addresses).toEqual(['::1']);
  });
});
