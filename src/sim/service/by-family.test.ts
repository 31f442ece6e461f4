import { expect, test } from 'vitest';
import { settleText } from '../k8s/controllers/cluster-fixture.ts';
import { serviceOfFamily } from './by-family.ts';

const { services } = settleText(`kind: Cluster
networking: {ipFamily: dual}
---
kind: Service
metadata: {name: both}
spec: {ipFamilyPolicy: PreferDualStack, externalIPs: ["2001:db8::9", 198.51.100.9], ports: [{port: 80}]}
---
kind: Service
metadata: {name: four}
spec: {ports: [{port: 80}]}
---
kind: Service
metadata: {name: headless}
spec: {clusterIP: None, ports: [{port: 80}]}
`).cluster;
const named = (name: string) => {
  const found = services.find((s) => s.name === name);
  if (found === undefined) throw new Error(name);
  return found;
};

test('each family’s proxy sees its own addresses', () => {
  expect(serviceOfFamily(named('both'), 4)?.clusterIPs).toEqual([named('both').clusterIPs[0]]);
  expect(serviceOfFamily(named('both'), 6)?.clusterIPs).toEqual([named('both').clusterIPs[1]]);
  expect(serviceOfFamily(named('both'), 6)?.externalIPs).toEqual(['2001:db8::9']);
  expect(serviceOfFamily(named('both'), 4)?.externalIPs).toEqual(['198.51.100.9']);
});

test('a Service of one family is itself, and is none of the other’s', () => {
  expect(serviceOfFamily(named('four'), 4)).toBe(named('four'));
  expect(serviceOfFamily(named('four'), 6)).toBeUndefined();
  expect(serviceOfFamily(named('headless'), 4)).toBeUndefined();
});

test('the same view again', () => {
  expect(serviceOfFamily(named('both'), 6)).toBe(serviceOfFamily(named('both'), 6));
});
