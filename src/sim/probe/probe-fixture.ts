/** For tests: a cluster with one of everything that a probe can meet, as documents. */
import type { Trace } from '../trace/trace.ts';
import { simulate, type Simulation, walk } from '../simulate.ts';
import type { ProbeQuestion } from './options.ts';

const pod = (name: string, node: string, more = '', meta = ''): string => `
apiVersion: v1
kind: Pod
metadata: {name: ${name}, labels: {app: ${name}}${meta}}
spec: {nodeName: ${node}, ${more}containers: [{name: c, image: example.com/app}]}
---`;

const listens = (ports: string): string => `, annotations: {packetwalk.dev/listen: "${ports}"}`;

/** client and near on kind-worker, far on kind-worker2; `host` is on the network of kind-worker. */
const BASE = `${pod('client', 'kind-worker')}${pod('near', 'kind-worker', '', listens('8080/TCP,9000/UDP'))}${pod(
  'far',
  'kind-worker2',
  '',
  listens('8080/TCP,9000/UDP'),
)}${pod('host', 'kind-worker', 'hostNetwork: true, ', listens('7070/TCP'))}
apiVersion: v1
kind: Pod
metadata: {name: named, labels: {app: named}}
spec: {nodeName: kind-worker2, containers: [{name: c, image: nginx, ports: [{name: http, containerPort: 80}]}]}
---
apiVersion: v1
kind: Pod
metadata: {name: waiting, labels: {app: waiting}}
spec: {nodeSelector: {nowhere: "yes"}, containers: [{name: c, image: nginx}]}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: 2
  selector: {matchLabels: {app: web}}
  template: {metadata: {labels: {app: web}}, spec: {containers: [{name: c, image: nginx}]}}
---
apiVersion: v1
kind: Service
metadata: {name: web}
spec: {type: NodePort, selector: {app: web}, ports: [{name: http, port: 80, nodePort: 30080}, {name: alt, port: 81, targetPort: 81}]}
---
apiVersion: v1
kind: Service
metadata: {name: far}
spec: {selector: {app: far}, ports: [{port: 80, targetPort: 8080}]}
---
apiVersion: v1
kind: Service
metadata: {name: named}
spec: {selector: {app: named}, ports: [{port: 8000, targetPort: http}]}
---
apiVersion: v1
kind: Service
metadata: {name: udp}
spec: {selector: {app: far}, ports: [{port: 9000, protocol: UDP}]}
---
apiVersion: v1
kind: Service
metadata: {name: self}
spec: {selector: {app: near}, ports: [{port: 80, targetPort: 8080}]}
---
apiVersion: v1
kind: Service
metadata: {name: none}
spec: {type: NodePort, selector: {app: nobody}, ports: [{name: t, port: 80, nodePort: 30081}, {name: u, port: 81, protocol: UDP}]}
---
apiVersion: v1
kind: Service
metadata: {name: headless}
spec: {clusterIP: None, selector: {app: far}, ports: [{name: http, port: 8080}]}
---
apiVersion: v1
kind: Service
metadata: {name: outside}
spec: {type: ExternalName, externalName: example.com}
`;

export const settings = (cni: string): string => `apiVersion: packetwalk.dev/v1alpha1
kind: Playground
cni: ${cni}
external: [{name: laptop, ip: 172.18.0.100, listen: [8080/TCP], dnsNames: [laptop.example]}]
`;

/** The fixture's cluster with further documents. */
export function cluster(cni: string, more = ''): Simulation {
  const files = [
    { name: 'base.yaml', text: BASE },
    { name: 'settings.yaml', text: settings(cni) },
  ];
  return simulate({ files: more === '' ? files : [...files, { name: 'more.yaml', text: more }] });
}

/** Asks as a person types: `tool from to`, with what else. */
export function ask(
  simulation: Simulation,
  from: string,
  tool: ProbeQuestion['tool'],
  to: string,
  more: Partial<ProbeQuestion> = {},
): Trace {
  return walk(simulation, { from, tool, to, ...more });
}

/** What a failing row prints. */
export function outcome(trace: Trace): string {
  return `${trace.verdict}/${trace.clientSees}`;
}
