import { metadataRules } from './metadata.ts';
import { dnsSubdomain } from './names.ts';
import { asRecord, type KindSpec } from './schema.ts';

/** Only `kube-system/coredns` is read: CoreDNS takes its Corefile from it. */
export const configMap: KindSpec = {
  kind: 'ConfigMap',
  apiVersion: 'v1',
  scope: 'namespaced',
  effect: 'none',
  type: 'ConfigMap',
  rules: metadataRules,
  nameCheck: dnsSubdomain,
  matters: (body) => {
    const { name, namespace } = asRecord(body.metadata);
    return name === 'coredns' && namespace === 'kube-system';
  },
};
