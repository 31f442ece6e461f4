/** Every veth of a node has the same gateway address; with strictARP each of them still answers for it. */
import { expect, it } from 'vitest';
import { loadAllPlugins, simulate, walk } from '../../simulate.ts';

await loadAllPlugins();

const pod = (name: string): string =>
  `---\napiVersion: v1\nkind: Pod\nmetadata: {name: ${name}, annotations: {packetwalk.dev/listen: 8080/TCP}}\nspec: {nodeName: kind-worker, containers: [{name: c, image: example.com/app}]}\n`;

const simulation = simulate({
  files: [
    {
      name: 'a.yaml',
      text: `apiVersion: kubeproxy.config.k8s.io/v1alpha1\nkind: KubeProxyConfiguration\nmode: ipvs\nipvs: {strictARP: true}\n---\napiVersion: packetwalk.dev/v1alpha1\nkind: Playground\ncni: kindnet\n${pod('a')}${pod('b')}${pod('c')}`,
    },
  ],
});

it.each([
  ['default/a', 'default/b'],
  ['default/b', 'default/c'],
  ['default/c', 'default/a'],
])('%s reaches %s', (from, to) => {
  expect(walk(simulation, { from, to, tool: 'nc', port: 8080 }).clientSees).toBe('connected');
});
