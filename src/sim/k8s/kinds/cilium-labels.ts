/** Labels of pods that make no identity of Cilium's and match no policy of its kinds: the default filter (pkg/labelsfilter). */
const EXCLUDED =
  /^(io\.kubernetes|kubernetes\.io|statefulset\.kubernetes\.io\/pod-name|apps\.kubernetes\.io\/pod-index|batch\.kubernetes\.io\/.*|.*beta\.kubernetes\.io|k8s\.io|pod-template-generation|pod-template-hash|controller-revision-hash|annotation\..*|controller-uid|etcd_node)/;

export function countsForIdentity(key: string): boolean {
  return !EXCLUDED.test(key);
}
