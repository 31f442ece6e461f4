import { describe, expect, test } from 'vitest';
import { graph as en } from '../../i18n/graph.en.ts';
import { graph as ko } from '../../i18n/graph.ko.ts';
import { frames } from '../../sim/scene/frames.ts';
import { planScene } from '../../sim/scene/plan.ts';
import type { Box } from '../../sim/scene/planned.ts';
import { projectScene } from '../../sim/scene/project.ts';
import { textWidth, type TextFace } from '../../sim/scene/text-width.ts';
import { simulate, walk } from '../../sim/simulate.ts';
import { draw, type Drawing } from './drawing.ts';
import type { Shape } from './shapes.ts';
import { STYLES, type Style } from './styles.ts';

const scenario = (workers: number, cni: string, replicas: number, apps: number): string => {
  const each = (n: number, of: (i: number) => string): string =>
    Array.from({ length: n }, (_, i) => of(i)).join('');
  return `apiVersion: kind.x-k8s.io/v1alpha4
kind: Cluster
nodes:
- role: control-plane
${'- role: worker\n'.repeat(workers)}---
apiVersion: packetwalk.dev/v1alpha1
kind: Playground
cni: ${cni}
---
apiVersion: v1
kind: Pod
metadata: {name: client}
spec: {nodeName: kind-worker, containers: [{name: curl, image: curlimages/curl}]}
${each(
  apps,
  (i) => `---
apiVersion: apps/v1
kind: Deployment
metadata: {name: app-${i}}
spec:
  replicas: ${replicas}
  selector: {matchLabels: {app: app-${i}}}
  template:
    metadata: {labels: {app: app-${i}}}
    spec: {containers: [{name: nginx, image: nginx}]}
---
apiVersion: v1
kind: Service
metadata: {name: svc-${i}}
spec: {selector: {app: app-${i}}, type: NodePort, ports: [{port: 80, nodePort: ${30000 + i}}]}
`,
)}`;
};

interface Written extends Box {
  readonly text: string;
}

function face(style: Style): TextFace {
  if (style.font === 'mono') return 'mono';
  return style.size === 13 ? 'name' : style.size === 12 ? 'sans' : 'small';
}

/** Every text with the box it takes. */
function texts(shapes: readonly Shape[]): readonly Written[] {
  return shapes.flatMap((s): readonly Written[] => {
    if (s.t === 'group') return texts(s.shapes);
    if (s.t !== 'text' || s.text === '') return [];
    const style: Style = STYLES[s.s];
    const w = textWidth(s.text, face(style));
    const x = s.a === 'end' ? s.x - w : s.a === 'middle' ? s.x - w / 2 : s.x;
    return [{ text: s.text, x, y: s.y - 9, w, h: 11 }];
  });
}

function allTexts(d: Drawing): readonly Written[] {
  const items = [...d.rooms, ...d.bridges, ...d.items];
  return [...texts(d.lines), ...texts(d.signs), ...items.flatMap((i) => texts(i.shapes))];
}

const overlaps = (a: Box, b: Box): boolean =>
  a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h && b.y < a.y + a.h;

describe('no words on other words', () => {
  for (const [name, workers, replicas, apps] of [
    ['two nodes', 2, 2, 1],
    ['60 pods on two nodes', 2, 15, 4],
    ['300 pods on ten nodes', 10, 30, 10],
  ] as const) {
    for (const cni of ['flannel', 'calico', 'kubenet']) {
      test(`${name}, ${cni}`, () => {
        const simulation = simulate({
          files: [{ name: 'a.yaml', text: scenario(workers, cni, replicas, apps) }],
        });
        const scene = projectScene(simulation.cluster, simulation.world);
        const trace = walk(simulation, { from: 'default/client', tool: 'curl', to: 'http://svc-0/' });
        const rest = planScene(scene);
        const walked = planScene(scene, { trace });
        const list = frames(walked, trace);
        const moments = [
          draw({ plan: rest, lens: 'overlay', words: en }),
          draw({ plan: rest, lens: 'service', words: ko }),
          draw({ plan: walked, lens: 'overlay', words: ko, frame: list.find((f) => f.operation === 'nat') }),
          draw({ plan: walked, lens: 'wire', words: en, frame: list.at(-1) }),
        ];
        for (const [m, drawing] of moments.entries()) {
          const found = allTexts(drawing);
          expect(found.length).toBeGreaterThan(20);
          const clashes = found.flatMap((x, i) =>
            found
              .slice(i + 1)
              .filter((y) => overlaps(x, y))
              .map((y) => `${x.text} | ${y.text}`),
          );
          expect(clashes, `moment ${m}`).toEqual([]);
        }
      });
    }
  }
});
