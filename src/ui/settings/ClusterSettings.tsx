export function ClusterSettings() {
  return null;
}
