/** For tests: three pods and three Services on two workers, under each of Cilium's settings. */
const pod = (name: string, node: string): string => `
apiVersion: v1
kind: Pod
metadata: {name: ${name}, labels: {app: ${name}}, annotations: {packetwalk.dev/listen: "8080/TCP"}}
spec: {nodeName: ${node}, containers: [{name: c, image: example.com/app}]}
---`;

const CLUSTER = `${pod('client', 'kind-worker')}${pod('near', 'kind-worker')}${pod('far', 'kind-worker2')}
apiVersion: v1
kind: Service
metadata: {name: near}
spec: {type: NodePort, clusterIP: 10.96.0.50, selector: {app: near}, ports: [{port: 80, targetPort: 8080, nodePort: 30080}]}
---
apiVersion: v1
kind: Service
metadata: {name: far}
spec: {clusterIP: 10.96.0.51, selector: {app: far}, ports: [{port: 80, targetPort: 8080}]}
---
apiVersion: v1
kind: Service
metadata: {name: self}
spec: {selector: {app: client}, ports: [{port: 80, targetPort: 8080}]}
---
apiVersion: v1
kind: Service
metadata: {name: empty}
spec: {type: NodePort, clusterIP: 10.96.0.52, selector: {app: nobody}, ports: [{port: 80, nodePort: 30090}]}
`;

export interface Case {
  readonly name: string;
  readonly options: Readonly<Record<string, string>>;
  readonly kubeProxyMode: 'iptables' | 'none';
}

const options = (
  routingMode: string,
  kubeProxyReplacement: string,
  masquerade = 'false',
): Case['options'] => ({ routingMode, kubeProxyReplacement, 'bpf.masquerade': masquerade });

export const CASES: readonly Case[] = [
  { name: 'tunnel beside kube-proxy', options: options('tunnel', 'false'), kubeProxyMode: 'iptables' },
  { name: 'native beside kube-proxy', options: options('native', 'false'), kubeProxyMode: 'iptables' },
  { name: 'tunnel without kube-proxy', options: options('tunnel', 'true'), kubeProxyMode: 'none' },
  { name: 'native without kube-proxy', options: options('native', 'true'), kubeProxyMode: 'none' },
  {
    name: 'Geneve tunnel without kube-proxy',
    options: { ...options('tunnel', 'true'), tunnelProtocol: 'geneve' },
    kubeProxyMode: 'none',
  },
  { name: 'tunnel, eBPF host routing', options: options('tunnel', 'true', 'true'), kubeProxyMode: 'none' },
  { name: 'native, eBPF host routing', options: options('native', 'true', 'true'), kubeProxyMode: 'none' },
];

export function settingsText(one: Pick<Case, 'options' | 'kubeProxyMode'>, external = ''): string {
  const cni = JSON.stringify({ name: 'cilium', options: one.options });
  return `apiVersion: packetwalk.dev/v1alpha1
kind: Playground
cni: ${cni}
external: [{name: laptop, ip: 172.18.0.100}${external}]
---
apiVersion: kind.x-k8s.io/v1alpha4
kind: Cluster
networking: {kubeProxyMode: ${one.kubeProxyMode}}
nodes: [{role: control-plane}, {role: worker}, {role: worker}]
---
`;
}

export function clusterText(one: Pick<Case, 'options' | 'kubeProxyMode'>, more = ''): string {
  return settingsText(one) + CLUSTER + (more === '' ? '' : `---\n${more}`);
}

/** The case of a name. */
export function caseOf(name: string): Case {
  const found = CASES.find((one) => one.name === name);
  if (found === undefined) throw new Error(`no case ${name}`);
  return found;
}
