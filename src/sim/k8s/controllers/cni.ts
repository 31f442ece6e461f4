/** The network plug-in that the scenario names, and its options with defaults filled in. */
import type { Ip, IpFamily } from '../../base/ip.ts';
import type { ClusterNode, ClusterPolicy, ClusterSettings, PolicyTierPlan } from '../cluster-state.ts';
import type { PolicyReading } from '../policy-reading.ts';
import type { Report } from './report.ts';

/** What settling needs of a CNI plug-in; `CniPlugin` has this shape. */
export interface CniForSettling {
  readonly id: string;
  readonly label: string;
  readonly ipFamilies?: readonly IpFamily[];
  readonly oneNodeSubnet?: boolean;
  readonly enforcesNetworkPolicy: boolean;
  readonly policyReading?: PolicyReading;
  readonly clusterPolicies?: {
    readonly kinds: readonly ClusterPolicy['kind'][];
    readonly lacks: readonly string[];
  };
  readonly ownPolicies?: { readonly group: string; readonly tiers: readonly PolicyTierPlan[] };
  readonly portMappings?: boolean;
  readonly kubeProxyClusterCIDR?: 'none' | 'nodeSubnet';
  readonly conflicts?: readonly {
    readonly when: Readonly<Record<string, string>>;
    readonly message: string;
  }[];
  readonly options: readonly {
    readonly name: string;
    readonly values: readonly string[];
    readonly default: string;
  }[];
  readonly assignPodIps: (input: {
    readonly cluster: { readonly settings: ClusterSettings; readonly nodes: readonly ClusterNode[] };
    readonly pods: readonly { readonly key: string; readonly node: string; readonly given?: readonly Ip[] }[];
    readonly options: Readonly<Record<string, string>>;
  }) => ReadonlyMap<string, readonly Ip[]>;
}

interface Chosen {
  readonly cni: CniForSettling;
  readonly options: Readonly<Record<string, string>>;
}

/** No plug-in of that name: as on a node without a CNI, pods wait for an address. */
function noCni(name: string): CniForSettling {
  return { id: name, label: name, enforcesNetworkPolicy: true, options: [], assignPodIps: () => new Map() };
}

/** kube-proxy's clusterCIDR as the CNI's installer leaves it, where the scenario does not write one. */
export function withInstallersDefaults(
  settings: ClusterSettings,
  cnis: readonly CniForSettling[],
): ClusterSettings {
  const handed = cnis.find((c) => c.id === settings.cni.name)?.kubeProxyClusterCIDR;
  // kubeadm's default is the very list of pod subnets.
  if (handed === undefined || settings.kubeProxy.clusterCIDRs !== settings.podSubnets) return settings;
  const clusterCIDRs = handed === 'none' ? [] : (settings.nodeNetworks[0]?.subnets ?? []);
  return { ...settings, kubeProxy: { ...settings.kubeProxy, clusterCIDRs } };
}

export function chooseCni(
  settings: ClusterSettings,
  cnis: readonly CniForSettling[],
  report: Report,
): Chosen {
  const { name, options: given } = settings.cni;
  const { object } = settings.origins.cni;
  const path = settings.origins.cni.path ?? ['cni'];
  const cni = cnis.find((c) => c.id === name);
  if (cni === undefined) {
    const known = cnis.map((c) => c.id).join(', ');
    report.say('error', 'cni/unknown', { name, known }, object, path);
    return { cni: noCni(name), options: {} };
  }
  for (const key of Object.keys(given)) {
    const option = cni.options.find((o) => o.name === key);
    const at = [...path, 'options', key];
    if (option === undefined) {
      const known = cni.options.map((o) => o.name).join(', ');
      report.say('error', 'cni/unknown-option', { cni: cni.label, option: key, known }, object, at);
    } else if (!option.values.includes(String(given[key]))) {
      const params = {
        cni: cni.label,
        option: key,
        value: String(given[key]),
        known: option.values.join(', '),
      };
      report.say('error', 'cni/bad-option', params, object, at);
    }
  }
  const options = Object.fromEntries(
    cni.options.map((o) => {
      const value = String(given[o.name] ?? o.default);
      return [o.name, o.values.includes(value) ? value : o.default];
    }),
  );
  for (const { when, message } of cni.conflicts ?? []) {
    if (!Object.entries(when).every(([option, value]) => options[option] === value)) continue;
    const written = Object.keys(when).find((option) => option in given);
    const at = written === undefined ? path : [...path, 'options', written];
    report.say('error', 'cni/conflict', { cni: cni.label, message }, object, at);
  }
  return { cni, options };
}
