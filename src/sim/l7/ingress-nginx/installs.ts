/** What `kubectl apply -f .../provider/cloud/deploy.yaml` of ingress-nginx creates, as far as the network sees it. */
import { unwritten } from '../../k8s/built-ins.ts';
import type { Manifest } from '../../k8s/manifest.ts';

const NAMESPACE = 'ingress-nginx';
const LABELS = {
  'app.kubernetes.io/component': 'controller',
  'app.kubernetes.io/instance': 'ingress-nginx',
  'app.kubernetes.io/name': 'ingress-nginx',
};

export const INSTALLS: readonly Manifest[] = [
  unwritten(
    'ingress-nginx',
    'v1',
    'Namespace',
    undefined,
    NAMESPACE,
    {},
    { 'kubernetes.io/metadata.name': NAMESPACE },
  ),
  unwritten(
    'ingress-nginx',
    'apps/v1',
    'Deployment',
    NAMESPACE,
    'ingress-nginx-controller',
    {
      spec: {
        replicas: 1,
        selector: { matchLabels: LABELS },
        template: {
          metadata: { labels: LABELS },
          spec: {
            nodeSelector: { 'kubernetes.io/os': 'linux' },
            containers: [
              {
                name: 'controller',
                image: 'registry.k8s.io/ingress-nginx/controller:v1.14.0',
                args: [
                  '/nginx-ingress-controller',
                  '--election-id=ingress-nginx-leader',
                  '--controller-class=k8s.io/ingress-nginx',
                  '--ingress-class=nginx',
                ],
                ports: [
                  { name: 'http', containerPort: 80, protocol: 'TCP' },
                  { name: 'https', containerPort: 443, protocol: 'TCP' },
                ],
                readinessProbe: { httpGet: { path: '/healthz', port: 10254 } },
              },
            ],
          },
        },
      },
    },
    LABELS,
  ),
  unwritten(
    'ingress-nginx',
    'v1',
    'Service',
    NAMESPACE,
    'ingress-nginx-controller',
    {
      spec: {
        type: 'LoadBalancer',
        externalTrafficPolicy: 'Local',
        selector: LABELS,
        ports: [
          { name: 'http', port: 80, protocol: 'TCP', targetPort: 'http', appProtocol: 'http' },
          { name: 'https', port: 443, protocol: 'TCP', targetPort: 'https', appProtocol: 'https' },
        ],
      },
    },
    LABELS,
  ),
  unwritten('ingress-nginx', 'networking.k8s.io/v1', 'IngressClass', undefined, 'nginx', {
    spec: { controller: 'k8s.io/ingress-nginx' },
  }),
];
