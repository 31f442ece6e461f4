/** For tests: the command line without a process, on files in a folder of its own. */
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { runCommandLine } from './command-line.ts';

export interface Ran {
  readonly status: number;
  readonly out: string;
  readonly err: string;
  /** The one document that `--json` prints. */
  readonly json: () => Record<string, unknown>;
}

export async function run(argv: readonly string[], stdin = ''): Promise<Ran> {
  let out = '';
  let err = '';
  const status = await runCommandLine(argv, {
    stdin: Readable.from([stdin]),
    readStdin: () => stdin,
    write: writeFileSync,
    print: (text) => void (out += `${text}\n`),
    complain: (text) => void (err += `${text}\n`),
  });
  return { status, out, err, json: () => JSON.parse(out) as Record<string, unknown> };
}

/** Writes the files and returns their folder. */
export function folder(files: Readonly<Record<string, string>>): string {
  const root = mkdtempSync(join(tmpdir(), 'packetwalk-cli-'));
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, name)), { recursive: true });
    writeFileSync(join(root, name), text);
  }
  return root;
}

export const SCENARIO = `apiVersion: packetwalk.dev/v1alpha1
kind: Playground
cni: calico
external: [{name: laptop, ip: 172.18.0.100}]
expect:
  - {from: default/client, to: "http://web", clientSees: http}
  - {from: default/client, to: "default/web:80", allowed: true}
---
apiVersion: v1
kind: Pod
metadata: {name: client, labels: {app: client}}
spec: {nodeName: kind-worker, containers: [{name: c, image: curlimages/curl}]}
---
apiVersion: v1
kind: Pod
metadata: {name: web, labels: {app: web}}
spec: {nodeName: kind-worker2, containers: [{name: c, image: nginx}]}
---
apiVersion: v1
kind: Service
metadata: {name: web}
spec: {type: NodePort, selector: {app: web}, ports: [{name: http, port: 80, nodePort: 30080}]}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: web}
spec: {podSelector: {matchLabels: {app: web}}, ingress: [{from: [{podSelector: {matchLabels: {app: client}}}]}]}
`;
