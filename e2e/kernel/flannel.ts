/** flannel with vxlan and the bridge plug-in, set up by hand with ip and bridge. */
import type { HandRig, NodeSpec, PodSpec } from './hand-rig.ts';
import { nodes, pods } from './hand-rig.ts';

export function flannelNode(rig: HandRig, node: NodeSpec): string {
  const place = `node/${node.name}`;
  const name = rig.netns(place);
  const lines: string[] = [
    `ip -n ${name} link add flannel.1 address ${rig.mac(place, 'flannel.1')} type vxlan id 1 local ${node.ip} dev eth0 dstport 8472 nolearning`,
    `ip -n ${name} link set flannel.1 mtu 1450 up`,
    `ip -n ${name} addr add ${node.base}.0/32 dev flannel.1`,
    `ip netns exec ${name} sysctl -qw net.ipv4.conf.flannel/1.rp_filter=2`,
  ];
  for (const other of nodes) {
    if (other.name === node.name) continue;
    const mac = rig.interfaces.find((i) => i.place === `node/${other.name}` && i.name === 'flannel.1')?.mac;
    if (mac === undefined) continue;
    lines.push(...toward(rig, node, other, mac));
    const own = rig.interfaces.find((i) => i.place === place && i.name === 'flannel.1')?.mac ?? '';
    lines.push(...toward(rig, other, node, own));
  }
  const here = pods.filter((pod) => pod.node === node.name);
  if (here.length === 0) return lines.join('\n');
  lines.push(
    `ip -n ${name} link add cni0 address ${rig.mac(place, 'cni0')} mtu 1450 type bridge`,
    `ip -n ${name} link set cni0 up`,
    `ip -n ${name} addr add ${node.base}.1/24 brd + dev cni0`,
    `ip netns exec ${name} sysctl -qw net.ipv4.conf.cni0.rp_filter=2`,
    ...here.map((pod) => bridgedPod(rig, node, pod)),
  );
  return lines.join('\n');
}

function toward(rig: HandRig, from: NodeSpec, to: NodeSpec, mac: string): string[] {
  const name = rig.netns(`node/${from.name}`);
  return [
    `ip -n ${name} neigh replace ${to.base}.0 lladdr ${mac} dev flannel.1 nud permanent`,
    `ip netns exec ${name} bridge fdb replace ${mac} dev flannel.1 dst ${to.ip} self permanent`,
    `ip -n ${name} route replace ${to.podCidr} via ${to.base}.0 dev flannel.1 onlink`,
  ];
}

function bridgedPod(rig: HandRig, node: NodeSpec, pod: PodSpec): string {
  const place = `default/${pod.name}`;
  const host = rig.netns(`node/${node.name}`);
  const name = rig.netns(place);
  const veth = `veth${pod.name}`;
  rig.listeners.push({ place, listen: pod.listen });
  return `${rig.place(place)}
ip -n ${host} link add ${veth} address ${rig.mac(`node/${node.name}`, veth, place)} mtu 1450 type veth peer name eth0 address ${rig.mac(place, 'eth0')} mtu 1450 netns ${name}
ip -n ${host} link set ${veth} master cni0 up
ip netns exec ${host} bridge link set dev ${veth} hairpin on
ip -n ${name} link set eth0 up
ip -n ${name} addr add ${pod.ip}/24 brd + dev eth0
ip -n ${name} route add default via ${node.base}.1
ip -n ${name} route add 10.244.0.0/16 via ${node.base}.1`;
}
