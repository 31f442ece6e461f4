/**
 * The plug-ins that kube-apiserver asks without being told to, in its order (AllOrderedPlugins less DefaultOffAdmissionPlugins
 * in pkg/kubeapiserver/options/plugins.go, 1.35), and NodeRestriction, which kubeadm adds. Those behind feature gates that
 * are off are left out. `mutates` and `validates` are which of the two calls it answers, `kinds` the objects that it looks at
 * when they are created; the others pass it by.
 */
export interface OrderedPlugin {
  readonly name: string;
  readonly mutates?: true;
  readonly validates?: true;
  readonly kinds: 'all' | 'namespaced' | readonly string[];
}

const PODS_AND_TEMPLATES = [
  'Pod',
  'PodTemplate',
  'ReplicationController',
  'ReplicaSet',
  'Deployment',
  'StatefulSet',
  'DaemonSet',
  'Job',
  'CronJob',
] as const;
const CERTIFICATES = ['CertificateSigningRequest'] as const;

export const PLUGIN_ORDER: readonly OrderedPlugin[] = [
  { name: 'NamespaceLifecycle', mutates: true, kinds: 'namespaced' },
  { name: 'LimitRanger', mutates: true, validates: true, kinds: ['Pod', 'PersistentVolumeClaim'] },
  { name: 'ServiceAccount', mutates: true, validates: true, kinds: ['Pod'] },
  { name: 'NodeRestriction', mutates: true, kinds: ['Pod', 'Node'] },
  { name: 'TaintNodesByCondition', mutates: true, kinds: ['Node'] },
  { name: 'PodSecurity', validates: true, kinds: ['Namespace', ...PODS_AND_TEMPLATES] },
  { name: 'Priority', mutates: true, validates: true, kinds: ['Pod', 'PriorityClass'] },
  { name: 'DefaultTolerationSeconds', mutates: true, kinds: ['Pod'] },
  { name: 'DefaultStorageClass', mutates: true, kinds: ['PersistentVolumeClaim'] },
  {
    name: 'StorageObjectInUseProtection',
    mutates: true,
    kinds: ['PersistentVolume', 'PersistentVolumeClaim'],
  },
  // Judges updates.
  { name: 'PersistentVolumeClaimResize', validates: true, kinds: [] },
  { name: 'RuntimeClass', mutates: true, validates: true, kinds: ['Pod'] },
  { name: 'CertificateApproval', validates: true, kinds: [] },
  { name: 'CertificateSigning', validates: true, kinds: [] },
  { name: 'ClusterTrustBundleAttest', validates: true, kinds: ['ClusterTrustBundle'] },
  { name: 'CertificateSubjectRestriction', validates: true, kinds: CERTIFICATES },
  { name: 'DefaultIngressClass', mutates: true, kinds: ['Ingress'] },
  // Looks at the binding of a pod to its node.
  { name: 'PodTopologyLabels', mutates: true, kinds: [] },
  { name: 'MutatingAdmissionWebhook', mutates: true, kinds: 'all' },
  { name: 'ValidatingAdmissionPolicy', validates: true, kinds: 'all' },
  { name: 'ValidatingAdmissionWebhook', validates: true, kinds: 'all' },
  { name: 'ResourceQuota', validates: true, kinds: 'namespaced' },
];
