import { expect, test } from 'vitest';
import { bridgedPod, fetchOnce, flannelNode, runIn, worldOf } from './testing/world-builder.ts';

test('pod to pod across nodes', () => {
  const a = bridgedPod('node/n1', 'default/a', '10.244.1.2');
  const b = bridgedPod('node/n2', 'default/b', '10.244.2.2', ['tcp 80 http']);
  const world = worldOf(a.pod, b.pod, flannelNode(1, [2], [a.port]), flannelNode(2, [1], [b.port]));
  const { result } = runIn(world, 'default/a', fetchOnce('10.244.2.2', 80));
  expect(result).toBe('default/b to 10.244.1.2');
});
