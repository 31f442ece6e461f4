import type { CniAbout } from '../../plugin.ts';
import { VXLAN_DEVICE, VXLAN_VNI } from './marks.ts';

export const calicoAbout: CniAbout = {
  id: 'calico',
  label: 'Calico',
  fidelity: 'modelled',
  sources: [
    'Calico v3.30-v3.32: felix/rules, felix/dataplane/linux, felix/iptables (rule hashes checked against printed ones)',
    'Calico: cni-plugin/pkg/dataplane/linux, libcalico-go/lib/backend/k8s/conversion, manifests/calico.yaml',
  ],
  options: [
    { name: 'encapsulation', values: ['VXLAN'], default: 'VXLAN' },
    { name: 'ipam', values: ['calico-ipam'], default: 'calico-ipam' },
  ],
  ipFamilies: [4, 6],
  enforcesNetworkPolicy: true,
  portMappings: true,
  overlay: { device: VXLAN_DEVICE[4], label: `VXLAN ${VXLAN_VNI}` },
};
