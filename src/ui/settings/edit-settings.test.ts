import { describe, expect, it } from 'vitest';
import { editSettings, readSettings } from './edit-settings.ts';

const file = (text: string, name = 'cluster.yaml') => [{ name, text }];

function edited(text: string, change: Parameters<typeof editSettings>[1], name?: string): string {
  const result = editSettings(file(text, name), change);
  if (!result.ok) throw new Error('not edited');
  return result.files.map((f) => f.text).join('\n#file\n');
}

const CLUSTER = `# our cluster
apiVersion: kind.x-k8s.io/v1alpha4
kind: Cluster
nodes:
- role: control-plane # the only one
- role: worker
- role: worker
networking:
  podSubnet: 10.244.0.0/16 # pods
`;

describe('editSettings', () => {
  it.each([
    {
      name: 'writes the IP family, and takes away a subnet of another',
      text: CLUSTER,
      change: { ipFamily: 'dual' },
      wanted: CLUSTER.replace('podSubnet: 10.244.0.0/16 # pods', 'ipFamily: dual'),
    },
    {
      name: 'IPv4 needs no word',
      text: CLUSTER.replace('networking:\n', 'networking:\n  ipFamily: ipv4\n'),
      change: { ipFamily: 'ipv4' },
      wanted: CLUSTER,
    },
    {
      name: 'changes a subnet and keeps comments',
      text: CLUSTER,
      change: { podSubnet: '10.10.0.0/16' },
      wanted: CLUSTER.replace('10.244.0.0/16', '10.10.0.0/16'),
    },
    {
      name: 'adds a worker behind the others',
      text: CLUSTER,
      change: { workers: 3 },
      wanted: CLUSTER.replace(
        '- role: worker\n- role: worker\n',
        '- role: worker\n- role: worker\n- role: worker\n',
      ),
    },
    {
      name: 'takes the last worker away',
      text: CLUSTER,
      change: { workers: 1 },
      wanted: CLUSTER.replace('- role: worker\n- role: worker\n', '- role: worker\n'),
    },
    {
      name: 'adds a control plane behind the first',
      text: CLUSTER,
      change: { controlPlanes: 2 },
      wanted: CLUSTER.replace('# the only one\n', '# the only one\n- role: control-plane\n'),
    },
    {
      name: 'writes the default nodes before it changes them',
      text: 'apiVersion: kind.x-k8s.io/v1alpha4\nkind: Cluster\n',
      change: { workers: 3 },
      wanted:
        'apiVersion: kind.x-k8s.io/v1alpha4\nkind: Cluster\nnodes:\n- role: control-plane\n- role: worker\n- role: worker\n- role: worker\n',
    },
    {
      name: 'changes the CNI',
      text: 'apiVersion: packetwalk.dev/v1alpha1\nkind: Playground\ncni: flannel # overlay\nseed: 7\n',
      change: { cni: 'calico' },
      wanted: 'apiVersion: packetwalk.dev/v1alpha1\nkind: Playground\ncni: calico # overlay\nseed: 7\n',
    },
    {
      name: 'drops the options of another CNI',
      text: 'apiVersion: packetwalk.dev/v1alpha1\nkind: Playground\ncni: {name: flannel, options: {backend: vxlan}}\n',
      change: { cni: 'calico' },
      wanted: 'apiVersion: packetwalk.dev/v1alpha1\nkind: Playground\ncni: {name: calico}\n',
    },
    {
      name: 'gives the CNI an option',
      text: 'apiVersion: packetwalk.dev/v1alpha1\nkind: Playground\ncni: bridge\nseed: 7\n',
      change: { cniOption: { name: 'routes', value: 'static' } },
      wanted:
        'apiVersion: packetwalk.dev/v1alpha1\nkind: Playground\ncni:\n  name: bridge\n  options:\n    routes: static\nseed: 7\n',
    },
    {
      name: 'changes an option beside another',
      text: 'apiVersion: packetwalk.dev/v1alpha1\nkind: Playground\ncni: {name: bridge, options: {routes: none, ipMasq: false}}\n',
      change: { cniOption: { name: 'routes', value: 'static' } },
      wanted:
        'apiVersion: packetwalk.dev/v1alpha1\nkind: Playground\ncni: {name: bridge, options: {routes: static, ipMasq: false}}\n',
    },
    {
      name: 'keeps flow entries and the other documents',
      text: `apiVersion: v1\nkind: Pod\nmetadata: {name: a}\n---\napiVersion: packetwalk.dev/v1alpha1\nkind: Playground\nprobes:\n- {from: default/a, tool: curl, to: "http://web"}\n---\n# last\napiVersion: v1\nkind: Pod\nmetadata: {name: b}\n`,
      change: { cni: 'kubenet' },
      wanted: `apiVersion: v1\nkind: Pod\nmetadata: {name: a}\n---\napiVersion: packetwalk.dev/v1alpha1\nkind: Playground\nprobes:\n- {from: default/a, tool: curl, to: "http://web"}\ncni: kubenet\n---\n# last\napiVersion: v1\nkind: Pod\nmetadata: {name: b}\n`,
    },
    {
      name: 'keeps how sequences are indented, and comments around the document',
      text: '# top\n---\n# before\nkind: Cluster\napiVersion: kind.x-k8s.io/v1alpha4\nnodes:\n  - role: control-plane\n  - role: worker\n# after\n---\nkind: X\n',
      change: { workers: 2 },
      wanted:
        '# top\n---\n# before\nkind: Cluster\napiVersion: kind.x-k8s.io/v1alpha4\nnodes:\n  - role: control-plane\n  - role: worker\n  - role: worker\n# after\n---\nkind: X\n',
    },
    {
      name: 'sets the mode of kube-proxy',
      text: CLUSTER,
      change: { kubeProxyMode: 'iptables' },
      wanted: `${CLUSTER}  kubeProxyMode: iptables\n`,
    },
  ])('$name', ({ text, change, wanted }) => {
    expect(edited(text, change)).toBe(wanted);
  });

  it('makes the document where there is none', () => {
    expect(edited('apiVersion: v1\nkind: Pod\n', { cni: 'calico' }, 'app.yaml')).toBe(
      'apiVersion: v1\nkind: Pod\n\n#file\napiVersion: packetwalk.dev/v1alpha1\nkind: Playground\ncni: calico\n',
    );
  });

  it('puts a new document before what cluster.yaml holds', () => {
    expect(edited('apiVersion: packetwalk.dev/v1alpha1\nkind: Playground\n', { workers: 1 })).toBe(
      'apiVersion: kind.x-k8s.io/v1alpha4\nkind: Cluster\nnodes:\n- role: control-plane\n- role: worker\n---\napiVersion: packetwalk.dev/v1alpha1\nkind: Playground\n',
    );
  });

  it('leaves a broken document alone', () => {
    const broken = 'apiVersion: kind.x-k8s.io/v1alpha4\nkind: Cluster\nnodes: [\n';
    expect(editSettings(file(broken), { workers: 1 })).toEqual({ ok: false, file: 'cluster.yaml' });
  });
});

describe('readSettings', () => {
  it('counts nodes by role', () => {
    expect(readSettings(file(CLUSTER))).toEqual({ controlPlanes: 1, workers: 2, nodeObjects: false });
  });

  it('sees Node objects', () => {
    expect(readSettings(file('apiVersion: v1\nkind: Node\nmetadata: {name: n}\n')).nodeObjects).toBe(true);
  });
});
