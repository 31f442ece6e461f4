/** A Service's address in each family, in every proxy mode: from a pod, from a node, to itself, and without endpoints. */
import { describe, expect, it } from 'vitest';
import { simulate, walk } from '../simulate.ts';
import { proxyPlugins } from './registry.ts';

const text = (family: string, mode: string): string => `apiVersion: kind.x-k8s.io/v1alpha4
kind: Cluster
networking: {ipFamily: ${family}, kubeProxyMode: ${mode}}
---
apiVersion: v1
kind: Pod
metadata: {name: client, labels: {app: client}, annotations: {packetwalk.dev/listen: "8080/TCP"}}
spec: {nodeName: kind-worker, containers: [{name: c, image: example.com/app}]}
---
apiVersion: v1
kind: Pod
metadata: {name: far, labels: {app: far}, annotations: {packetwalk.dev/listen: "8080/TCP"}}
spec: {nodeName: kind-worker2, containers: [{name: c, image: example.com/app}]}
---
${['far', 'client', 'nobody']
  .map(
    (app) => `apiVersion: v1
kind: Service
metadata: {name: ${app}}
spec: {ipFamilyPolicy: PreferDualStack, selector: {app: ${app}}, ports: [{port: 80, targetPort: 8080}]}
`,
  )
  .join('---\n')}`;

const modes = proxyPlugins.filter((p) => p.id !== 'none').map((p) => p.id);

describe.each(modes)('kube-proxy in %s mode', (mode) => {
  describe.each(['ipv4', 'ipv6', 'dual'])('%s', (family) => {
    const simulation = simulate({ files: [{ name: 'a.yaml', text: text(family, mode) }] });
    const addresses = (name: string): readonly string[] =>
      simulation.cluster.services.find((s) => s.name === name)?.clusterIPs ?? [];
    const sees = (from: string, ip: string): string => {
      const to = ip.includes(':') ? `[${ip}]:80` : `${ip}:80`;
      const { verdict, clientSees } = walk(simulation, { from, to, tool: 'nc' });
      return `${verdict} ${clientSees}`;
    };

    it('has an address for each family of the cluster', () => {
      expect(addresses('far').map((ip) => (ip.includes(':') ? 6 : 4))).toEqual(
        family === 'dual' ? [4, 6] : family === 'ipv6' ? [6] : [4],
      );
    });
    it.each(['default/client', 'node/kind-worker'])('is reached from %s', (from) => {
      for (const ip of addresses('far')) expect(sees(from, ip)).toBe('delivered connected');
    });
    it('reaches the pod that asks', () => {
      for (const ip of addresses('client')) expect(sees('default/client', ip)).toBe('delivered connected');
    });
    it('refuses without endpoints', () => {
      for (const ip of addresses('nobody')) expect(sees('default/client', ip)).toBe('rejected refused');
    });
  });
});
