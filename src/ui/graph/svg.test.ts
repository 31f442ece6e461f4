import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { projectScene } from '../../sim/scene/project.ts';
import { simulate, walk } from '../../sim/simulate.ts';
import { PALETTES } from './palette.ts';
import { pictureSvg } from './svg.ts';

const TEXT = `apiVersion: kind.x-k8s.io/v1alpha4
kind: Cluster
nodes: [{role: control-plane}, {role: worker}, {role: worker}]
---
apiVersion: packetwalk.dev/v1alpha1
kind: Playground
cni: flannel
---
apiVersion: v1
kind: Pod
metadata: {name: client}
spec: {nodeName: kind-worker, containers: [{name: curl, image: curlimages/curl}]}
---
apiVersion: v1
kind: Pod
metadata: {name: web, labels: {app: web}}
spec: {nodeName: kind-worker2, containers: [{name: nginx, image: nginx}]}
---
apiVersion: v1
kind: Service
metadata: {name: web}
spec: {selector: {app: web}, ports: [{port: 80}]}
`;

const simulation = simulate({ files: [{ name: 'a.yaml', text: TEXT }] });
const scene = projectScene(simulation.cluster, simulation.world);
const trace = walk(simulation, { from: 'default/client', tool: 'curl', to: 'http://web/' });
const at = (kind: string): number =>
  trace.steps.find((s) => s.kind === kind && trace.segments[s.segment]?.purpose === 'probe')?.index ?? -1;

describe('pictureSvg', () => {
  test('stands alone: no custom property, no class, no foreign element', () => {
    for (const theme of ['light', 'dark', 'contrast'] as const) {
      for (const lens of ['app', 'service', 'pod-network', 'overlay', 'wire'] as const) {
        const svg = pictureSvg(scene, { trace, step: at('nat') }, { theme, lang: 'ko', lens });
        expect(svg).not.toMatch(/var\(|class=|foreignObject|NaN|undefined/);
        expect(svg.match(/<g[ >]/g)?.length ?? 0).toBe(svg.match(/<\/g>/g)?.length ?? 0);
      }
    }
  });

  test('the letter says what the step did', () => {
    const svg = pictureSvg(
      scene,
      { trace, step: at('encap') },
      { theme: 'light', lang: 'en', lens: 'overlay' },
    );
    expect(svg).toContain('>VXLAN VNI 1<');
    expect(svg).toContain('>172.18.0.4<');
    expect(svg).toContain('>TCP SYN<');
  });

  test('at rest it shows the cluster and no packet', () => {
    const svg = pictureSvg(scene, undefined, { theme: 'light', lang: 'en', lens: 'overlay' });
    expect(svg).toContain('>kind-worker<');
    expect(svg).not.toContain('TCP');
  });
});

test('the palettes are those of the design tokens', () => {
  const css = readFileSync(new URL('../kit/tokens.css', import.meta.url), 'utf8');
  for (const [theme, palette] of Object.entries(PALETTES)) {
    const start = css.indexOf(`[data-theme="${theme}"]`);
    const body = css.slice(css.indexOf('{', start), css.indexOf('}', start));
    for (const [token, value] of Object.entries(palette)) {
      expect(body, `${theme} ${token}`).toContain(`--${token}: ${value};`);
    }
  }
});
