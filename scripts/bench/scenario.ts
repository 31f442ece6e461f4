/** Scenarios of a given size, made the same way every time. */
import type { ScenarioFile } from '../../src/sim/scenario.ts';

export interface Size {
  readonly nodes: number;
  readonly deployments: number;
  readonly replicas: number;
  readonly services: number;
}

export function clusterDocument(nodes: number): string {
  const workers = Array.from({ length: nodes - 1 }, () => '- role: worker').join('\n');
  return `kind: Cluster\napiVersion: kind.x-k8s.io/v1alpha4\nnodes:\n- role: control-plane\n${workers}\n`;
}

export function deployment(i: number, replicas: number): string {
  return `apiVersion: apps/v1
kind: Deployment
metadata: {name: app-${i}}
spec:
  replicas: ${replicas}
  selector: {matchLabels: {app: app-${i}}}
  template:
    metadata: {labels: {app: app-${i}}}
    spec:
      containers:
      - name: web
        image: registry.k8s.io/e2e-test-images/agnhost:2.53
        args: [netexec]
        ports:
        - containerPort: 8080
`;
}

export function service(i: number, app: number, port = 80): string {
  return `apiVersion: v1
kind: Service
metadata:
  name: svc-${i}
spec:
  selector:
    app: app-${app}
  ports:
  - name: http
    port: ${port}
    targetPort: 8080
`;
}

/** A cluster of some size with one client pod; documents in three files. */
export function scenarioOf(size: Size): ScenarioFile[] {
  const range = (n: number) => Array.from({ length: n }, (_, i) => i);
  return [
    { name: 'cluster.yaml', text: clusterDocument(size.nodes) },
    {
      name: 'apps.yaml',
      text: [
        'apiVersion: v1\nkind: Pod\nmetadata: {name: client}\nspec: {containers: [{name: c, image: curlimages/curl}]}\n',
        ...range(size.deployments).map((i) => deployment(i, size.replicas)),
      ].join('---\n'),
    },
    {
      name: 'services.yaml',
      text: range(size.services)
        .map((i) => service(i, i % size.deployments))
        .join('---\n'),
    },
  ];
}

/** The same scenario after one key stroke in one Service. */
export function editOneService(files: readonly ScenarioFile[], i: number, port: number): ScenarioFile[] {
  return files.map((f) =>
    f.name === 'services.yaml'
      ? {
          name: f.name,
          text: f.text.replace(new RegExp(`(name: svc-${i}\\n[\\s\\S]*?port: )\\d+`), `$1${port}`),
        }
      : f,
  );
}
