/** Whole objects to start from; `$1`, `${2:text}` are an editor's tab stops. */

export interface Snippet {
  readonly label: string;
  readonly text: string;
}

const head = (apiVersion: string, kind: string, name: string): string =>
  `apiVersion: ${apiVersion}\nkind: ${kind}\nmetadata:\n  name: \${1:${name}}\n`;

const template = (name: string): string =>
  `  selector:
    matchLabels:
      app: \${1:${name}}
  template:
    metadata:
      labels:
        app: \${1:${name}}
    spec:
      containers:
        - name: \${2:web}
          image: \${3:nginx}
          ports:
            - containerPort: \${4:80}
`;

export const snippets: readonly Snippet[] = [
  {
    label: 'Deployment',
    text: `${head('apps/v1', 'Deployment', 'web')}spec:\n  replicas: \${5:2}\n${template('web')}`,
  },
  {
    label: 'Service',
    text: `${head('v1', 'Service', 'web')}spec:\n  selector:\n    app: \${2:web}\n  ports:\n    - port: \${3:80}\n      targetPort: \${4:80}\n`,
  },
  {
    label: 'Service (headless)',
    text: `${head('v1', 'Service', 'web')}spec:\n  clusterIP: None\n  selector:\n    app: \${2:web}\n  ports:\n    - port: \${3:80}\n`,
  },
  {
    label: 'Service (NodePort)',
    text: `${head('v1', 'Service', 'web')}spec:\n  type: NodePort\n  selector:\n    app: \${2:web}\n  ports:\n    - port: \${3:80}\n      targetPort: \${4:80}\n      nodePort: \${5:30080}\n`,
  },
  {
    label: 'Pod',
    text: `${head('v1', 'Pod', 'client')}  labels:\n    app: \${1:client}\nspec:\n  containers:\n    - name: \${2:main}\n      image: \${3:curlimages/curl}\n`,
  },
  {
    label: 'StatefulSet',
    text: `${head('apps/v1', 'StatefulSet', 'db')}spec:\n  serviceName: \${5:db}\n  replicas: \${6:3}\n${template('db')}`,
  },
  { label: 'DaemonSet', text: `${head('apps/v1', 'DaemonSet', 'agent')}spec:\n${template('agent')}` },
  {
    label: 'NetworkPolicy (default deny)',
    text: `${head('networking.k8s.io/v1', 'NetworkPolicy', 'default-deny')}spec:\n  podSelector: {}\n  policyTypes:\n    - Ingress\n    - Egress\n`,
  },
  {
    label: 'NetworkPolicy (allow ingress)',
    text: `${head('networking.k8s.io/v1', 'NetworkPolicy', 'allow-client')}spec:\n  podSelector:\n    matchLabels:\n      app: \${2:web}\n  policyTypes:\n    - Ingress\n  ingress:\n    - from:\n        - podSelector:\n            matchLabels:\n              app: \${3:client}\n      ports:\n        - port: \${4:80}\n`,
  },
  {
    label: 'CiliumNetworkPolicy (allow ingress)',
    text: `${head('cilium.io/v2', 'CiliumNetworkPolicy', 'allow-client')}spec:\n  endpointSelector:\n    matchLabels:\n      app: \${2:web}\n  ingress:\n    - fromEndpoints:\n        - matchLabels:\n            app: \${3:client}\n      toPorts:\n        - ports:\n            - port: "\${4:80}"\n              protocol: TCP\n`,
  },
  {
    label: 'NetworkPolicy (allow DNS)',
    text: `${head('networking.k8s.io/v1', 'NetworkPolicy', 'allow-dns')}spec:\n  podSelector: {}\n  policyTypes:\n    - Egress\n  egress:\n    - to:\n        - namespaceSelector:\n            matchLabels:\n              kubernetes.io/metadata.name: kube-system\n          podSelector:\n            matchLabels:\n              k8s-app: kube-dns\n      ports:\n        - protocol: UDP\n          port: 53\n        - protocol: TCP\n          port: 53\n`,
  },
  { label: 'Namespace', text: head('v1', 'Namespace', 'team-a') },
  {
    label: 'Cluster',
    text: 'apiVersion: kind.x-k8s.io/v1alpha4\nkind: Cluster\nnodes:\n  - role: control-plane\n  - role: worker\n  - role: worker\n',
  },
  {
    label: 'Playground',
    text: 'apiVersion: packetwalk.dev/v1alpha1\nkind: Playground\ncni: ${1:flannel}\nprobes:\n  - name: ${2:hello}\n    from: ${3:default/client}\n    tool: curl\n    to: ${4:http://web}\n',
  },
];
