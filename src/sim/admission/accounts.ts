/** Who asks the API server for what. */

/** The user of the kubeconfig that kubeadm (and so kind) writes. */
export const KUBECTL = 'kubernetes-admin';

/** kube-controller-manager's own accounts (--use-service-account-credentials, as kubeadm sets it). */
const CONTROLLERS: Readonly<Record<string, string>> = {
  ReplicaSet: 'replicaset-controller',
  StatefulSet: 'statefulset-controller',
  DaemonSet: 'daemon-set-controller',
  Job: 'job-controller',
};

/** The account of the controller that makes pods for an owner of this kind. */
export const controllerAccount = (ownerKind: string | undefined): string =>
  `system:serviceaccount:kube-system:${CONTROLLERS[ownerKind ?? ''] ?? ''}`;
