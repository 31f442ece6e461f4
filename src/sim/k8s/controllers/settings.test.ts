import { describe, expect, test } from 'vitest';
import { settleText } from './cluster-fixture.ts';
import { durationSeconds } from './settings.ts';

test.each([
  ['24h0m0s', 86_400],
  ['1h', 3_600],
  ['90s', 90],
  ['1m30s', 90],
  ['1.5h', 5_400],
  ['1500ms', 1],
  ['0s', 0],
  ['0', 0],
  ['', undefined],
  ['10', undefined],
  ['-1s', undefined],
  ['1d', undefined],
  [undefined, undefined],
])('durationSeconds(%j) is %j', (text, seconds) => {
  expect(durationSeconds(text)).toBe(seconds);
});

describe('kube-proxy’s conntrack settings', () => {
  const of = (conntrack: string) =>
    settleText(`
kind: KubeProxyConfiguration
conntrack: ${conntrack}
`).cluster.settings.kubeProxy;

  test('have upstream’s defaults', () => {
    expect(of('{}')).toMatchObject({
      tcpEstablishedTimeoutSeconds: 86_400,
      tcpCloseWaitTimeoutSeconds: 3_600,
    });
  });

  test('are read', () => {
    expect(of('{tcpEstablishedTimeout: 2h, tcpCloseWaitTimeout: 0s}')).toMatchObject({
      tcpEstablishedTimeoutSeconds: 7_200,
      tcpCloseWaitTimeoutSeconds: 0,
    });
  });
});
