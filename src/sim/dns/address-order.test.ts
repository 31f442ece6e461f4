import { expect, test } from 'vitest';
import { orderDestinations } from './address-order.ts';

const A = (ip: string, source?: string) => ({ ip, source });

test.each([
  {
    name: 'a Service with both: IPv6 has the higher precedence',
    of: [A('10.96.0.9', '10.244.1.2'), A('fd00:10:96::9', 'fd00:10:244:1::2')],
    first: 'fd00:10:96::9',
  },
  {
    name: 'a global IPv6 address from a unique local one: the labels differ, so IPv4',
    of: [A('2001:db8::10', 'fd00:10:244:1::2'), A('203.0.113.10', '10.244.1.2')],
    first: '203.0.113.10',
  },
  {
    name: 'no way by IPv6',
    of: [A('2001:db8::10'), A('203.0.113.10', '10.244.1.2')],
    first: '203.0.113.10',
  },
  {
    name: 'no way by IPv4',
    of: [A('203.0.113.10'), A('2001:db8::10', 'fd00:10:244:1::2')],
    first: '2001:db8::10',
  },
  {
    name: 'global to global: IPv6',
    of: [A('203.0.113.10', '198.51.100.1'), A('2001:db8::10', '2001:db8::20')],
    first: '2001:db8::10',
  },
  {
    name: 'of two IPv6 addresses the one that shares more with the source',
    of: [A('fd00:10:244:2::3', 'fd00:10:244:1::2'), A('fd00:10:244:1::9', 'fd00:10:244:1::2')],
    first: 'fd00:10:244:1::9',
  },
  {
    name: 'the order is kept otherwise',
    of: [A('10.0.0.2', '10.0.0.1'), A('10.0.0.1', '10.0.0.1')],
    first: '10.0.0.2',
  },
])('$name', ({ of, first }) => {
  expect(orderDestinations(of)[0]).toBe(first);
});
