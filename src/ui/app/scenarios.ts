import { openOver } from '../../state/opening.ts';
import type { Lang } from '../../state/preferences.ts';
import type { ScenarioFile } from '../../sim/scenario.ts';
import { say } from './notices.ts';

interface Entry {
  readonly slug: string;
  readonly title: Readonly<Record<Lang, string>>;
  readonly summary: Readonly<Record<Lang, string>>;
  readonly files: readonly ScenarioFile[];
}

const SAMPLE: readonly Entry[] = [
  {
    slug: 'first',
    title: { en: 'Client → Service web → pod on another node', ko: 'client → 서비스 web → 다른 노드의 파드' },
    summary: { en: 'A ClusterIP becomes a pod address.', ko: 'ClusterIP가 파드 주소로 바뀝니다.' },
    files: [
      {
        name: 'app.yaml',
        text: `apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: 2
  selector:
    matchLabels: {app: web}
  template:
    metadata:
      labels: {app: web}
    spec:
      containers:
      - name: nginx
        image: nginx
        ports:
        - containerPort: 80
---
apiVersion: v1
kind: Service
metadata: {name: web}
spec:
  clusterIP: 10.96.20.20
  selector: {app: web}
  ports:
  - name: http
    port: 80
    targetPort: 80
`,
      },
      {
        name: 'client.yaml',
        text: `apiVersion: v1
kind: Pod
metadata: {name: client}
spec:
  containers:
  - name: curl
    image: curlimages/curl
`,
      },
      {
        name: 'cluster.yaml',
        text: `apiVersion: packetwalk.dev/v1alpha1
kind: Playground
cni: flannel
probes:
- {name: hello, from: default/client, tool: curl, to: "http://web"}
expect:
- {from: default/client, to: "web:80", allowed: true}
- {from: default/client, to: "web:8080", allowed: false}
`,
      },
    ],
  },
];

const EMPTY: readonly ScenarioFile[] = [{ name: 'app.yaml', text: '' }];

/** All scenarios in the order in which they are offered, in one language. */
export function scenarioList(lang: Lang): readonly { slug: string; title: string; summary: string }[] {
  return SAMPLE.map((s) => ({ slug: s.slug, title: s.title[lang], summary: s.summary[lang] }));
}

export function scenarioTitle(slug: string | undefined, lang: Lang): string | undefined {
  return scenarioList(lang).find((s) => s.slug === slug)?.title;
}

/** Opens a scenario by its slug; undefined opens an empty cluster. Edited text is put aside first. */
export function openScenario(slug: string | undefined): void {
  const files = slug === undefined ? EMPTY : SAMPLE.find((s) => s.slug === slug)?.files;
  if (files === undefined) return;
  say(openOver(files, slug) ? { kind: 'shelved' } : undefined);
}

/** What a first visit opens. */
export function firstScenario(): { readonly slug: string; readonly files: readonly ScenarioFile[] } {
  const first = SAMPLE[0];
  if (first === undefined) throw new Error('no scenario');
  return first;
}
