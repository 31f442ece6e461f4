/** What a person types as source and target. */
import { describe, expect, it } from 'vitest';
import { cluster } from './probe-fixture.ts';
import { resolveSource, resolveTarget } from './target.ts';

const { cluster: state } = cluster('flannel', 'apiVersion: v1\nkind: Namespace\nmetadata: {name: empty}\n');
const ipOf = (name: string): string => state.pods.find((p) => p.name === name)?.ips[0] ?? '';
const web = state.pods.find((p) => p.owners.some((o) => o.name === 'web'))?.name ?? '';

describe('source', () => {
  it.each([
    ['default/client', 'default/client'],
    ['client', 'default/client'],
    ['default/web', `default/${web}`],
    ['web', `default/${web}`],
    ['kube-system/coredns', /^kube-system\/coredns-/],
    ['default/host', 'node/kind-worker'],
    ['node/kind-worker', 'node/kind-worker'],
    ['external/laptop', 'external/laptop'],
    ['external/internet', 'external/internet'],
    ['default/nobody', 'probe/unknown-pod'],
    ['nowhere/client', 'probe/unknown-pod'],
    ['', 'probe/unknown-pod'],
    ['node/nobody', 'probe/unknown-node'],
    ['external/gateway', 'probe/unknown-external'],
    ['default/waiting', 'probe/pod-not-running'],
  ] as const)('%s', (from, expected) => {
    const source = resolveSource(state, from);
    const got = 'problem' in source ? source.problem.code : source.netns;
    if (typeof expected === 'string') expect(got).toBe(expected);
    else expect(got).toMatch(expected);
  });
});

describe('target', () => {
  it.each([
    ['10.0.0.1', '10.0.0.1 - /'],
    ['10.0.0.1:80', '10.0.0.1 80 /'],
    ['fd00::1', 'fd00::1 - /'],
    ['[fd00::1]:80', 'fd00::1 80 /'],
    ['web', 'web - /'],
    ['web:80', 'web 80 /'],
    ['web.default.svc.cluster.local.', 'web.default.svc.cluster.local. - /'],
    ['_http._tcp.web', '_http._tcp.web - /'],
    ['http://web', 'web 80 /'],
    ['HTTP://Web/a?b#c', 'Web 80 /a?b'],
    ['http://web:8080?x', 'web 8080 /?x'],
    ['https://web/x', 'web 443 /x'],
    ['http://[fd00::1]:81/', 'fd00::1 81 /'],
    ['web/some/path', 'web 80 /some/path', 80],
    [' web:80 ', 'web 80 /'],
    ['default/client', `${ipOf('client')} - /`],
    ['default/client:81', `${ipOf('client')} 81 /`],
    ['default/host', '172.18.0.3 - /'],
    ['node/kind-worker2:22', '172.18.0.4 22 /'],
    ['external/laptop', '172.18.0.100 - /'],
    ['', 'probe/bad-target'],
    ['a b', 'probe/bad-target'],
    ['web:', 'probe/bad-target'],
    ['web:0', 'probe/bad-target'],
    ['web:65536', 'probe/bad-target'],
    ['web:http', 'probe/bad-target'],
    ['a..b', 'probe/bad-target'],
    ['http://', 'probe/bad-target'],
    ['http://me:secret@web', 'probe/bad-target'],
    // A C library would read these as octal and as one number.
    ['010.0.0.1', 'probe/bad-target'],
    ['167772161', 'probe/bad-target'],
    ['256.1.1.1', 'probe/bad-target'],
    ['ftp://web', 'probe/bad-scheme'],
    ['default/nobody', 'probe/unknown-pod'],
    ['default/web:80/x', 'probe/unknown-pod'],
    ['empty/web', 'probe/unknown-pod'],
    ['node/nobody', 'probe/unknown-node'],
    ['node/kind-worker:0', 'probe/bad-target'],
    ['external/nobody:80', 'probe/unknown-external'],
    ['default/waiting:80', 'probe/no-address'],
  ] as const)('%s', (to, expected, port?: number) => {
    const target = resolveTarget(state, { from: 'client', tool: 'curl', to, port });
    expect(
      'problem' in target
        ? target.problem.code
        : `${target.ip ?? target.host} ${target.port ?? '-'} ${target.path}`,
    ).toBe(expected);
  });

  it('takes the port that is given apart over the one in the text', () => {
    expect(resolveTarget(state, { from: 'client', tool: 'nc', to: 'web:80', port: 81 })).toMatchObject({
      port: 81,
    });
  });
});
