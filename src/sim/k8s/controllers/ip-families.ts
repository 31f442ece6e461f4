/**
 * Which IP families a Service gets: the API server's own defaulting of `ipFamilyPolicy` and `ipFamilies` and its errors,
 * as pkg/registry/core/service/storage/alloc.go (initIPFamilyFields) has them for a create. Leaves out updates: adding
 * or releasing a second address.
 */
import type { IpFamily } from '../../base/ip.ts';
import { ipFamily, parseIp } from '../../base/ip.ts';
import type { FieldPath } from '../../base/origin.ts';
import type { ClusterSettings, Service } from '../cluster-state.ts';
import type { UpstreamServiceSpec } from '../upstream.ts';

export interface ServiceFamilies {
  readonly families: readonly IpFamily[];
  readonly policy: Service['ipFamilyPolicy'];
}

/** Why the API server turns a Service down: `path: Invalid value: value: words`. */
export interface FamilyFault {
  readonly code: 'service/needs-dual-stack' | 'service/no-dual-stack' | 'service/family-not-configured';
  readonly path: FieldPath;
  readonly value: string;
  readonly words: string;
  readonly family: string;
}

const familyOfName = (name: 'IPv4' | 'IPv6'): IpFamily => (name === 'IPv6' ? 6 : 4);
const other = (family: IpFamily): IpFamily => (family === 4 ? 6 : 4);

export function isHeadless(spec: UpstreamServiceSpec): boolean {
  return spec.type !== 'ExternalName' && (spec.clusterIP ?? spec.clusterIPs?.[0]) === 'None';
}

/** What the API server would make of the fields, or the first reason why it refuses them. */
export function chooseFamilies(
  spec: UpstreamServiceSpec,
  { serviceSubnets }: Pick<ClusterSettings, 'serviceSubnets'>,
): ServiceFamilies | FamilyFault {
  const configured = serviceSubnets.map((subnet) => subnet.family);
  const primary = configured[0] ?? 4;
  if (spec.type === 'ExternalName') return { families: [], policy: 'SingleStack' };
  const anyEndpoints = isHeadless(spec) && Object.keys(spec.selector ?? {}).length === 0;
  // Headless without a selector: nobody knows of which families its endpoints will be.
  const policy = spec.ipFamilyPolicy ?? (anyEndpoints ? 'RequireDualStack' : 'SingleStack');
  const policyFault = (code: FamilyFault['code'], words: string): FamilyFault => ({
    code,
    path: ['spec', spec.ipFamilyPolicy === undefined ? 'ipFamilies' : 'ipFamilyPolicy'],
    value: `spec.ipFamilyPolicy: Invalid value: "${policy}"`,
    words,
    family: '',
  });
  const ips = (spec.clusterIPs ?? (spec.clusterIP ? [spec.clusterIP] : [])).flatMap((t) => parseIp(t) ?? []);
  const families: IpFamily[] = (spec.ipFamilies ?? []).map(familyOfName);
  if (policy === 'SingleStack') {
    const several = ips.length > 1 ? 'cluster IPs' : families.length > 1 ? 'IP families' : undefined;
    if (several !== undefined) {
      return policyFault(
        'service/needs-dual-stack',
        `must be 'RequireDualStack' or 'PreferDualStack' when multiple ${several} are specified`,
      );
    }
  }
  for (const [i, ip] of ips.entries()) {
    if (i < families.length) continue;
    const family = ipFamily(ip);
    if (!configured.includes(family)) {
      return {
        code: 'service/family-not-configured',
        path: spec.clusterIPs === undefined ? ['spec', 'clusterIP'] : ['spec', 'clusterIPs', i],
        value: `spec.clusterIPs[${i}]: Invalid value: ${JSON.stringify(ips)}`,
        words: `IPv${family} is not configured on this cluster`,
        family: `IPv${family}`,
      };
    }
    families.push(family);
  }
  if (!anyEndpoints) {
    if (policy === 'RequireDualStack' && configured.length < 2) {
      return policyFault('service/no-dual-stack', 'this cluster is not configured for dual-stack services');
    }
    const missing = families.findIndex((family) => !configured.includes(family));
    if (missing >= 0) {
      const family = `IPv${families[missing]}`;
      return {
        code: 'service/family-not-configured',
        path: ['spec', 'ipFamilies', missing],
        value: `spec.ipFamilies[${missing}]: Invalid value: "${family}"`,
        words: 'not configured on this cluster',
        family,
      };
    }
  }
  const [first = primary] = families;
  if (families.length === 0) families.push(first);
  // A headless Service without a selector may have two families even where the cluster has one.
  if (families.length === 1 && policy !== 'SingleStack' && (anyEndpoints || configured.length === 2)) {
    families.push(other(first));
  }
  return { families, policy };
}
