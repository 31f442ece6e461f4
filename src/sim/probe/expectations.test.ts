import { describe, expect, it } from 'vitest';
import { simulate } from '../simulate.ts';
import { expectations } from './expectations.ts';

const text = (entries: string): string => `apiVersion: packetwalk.dev/v1alpha1
kind: Playground
cni: flannel
expect:
${entries}
---
apiVersion: v1
kind: Pod
metadata:
  name: client
spec:
  containers:
    - name: shell
      image: nicolaka/netshoot:v0.14
      command: [sleep, infinity]
`;

describe('expectations about a name that does not exist', () => {
  for (const [entry, holds] of [
    ['{from: default/client, to: "nobody:80", allowed: true}', false],
    ['{from: default/client, to: "nobody:80", allowed: false}', false],
    ['{from: default/client, to: "nobody:80", clientSees: nxdomain}', true],
  ] as const) {
    it(`${entry} ${holds ? 'holds' : 'does not hold'}`, () => {
      const { world, cluster } = simulate({ files: [{ name: 'all.yaml', text: text(`  - ${entry}`) }] });
      expect(expectations(world, cluster).map((e) => e.holds)).toEqual([holds]);
    });
  }
});
