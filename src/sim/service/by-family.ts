/**
 * A Service as the proxy of one IP family sees it: its own ClusterIP, and of the external addresses and source ranges
 * those of that family (pkg/proxy/serviceport.go newBaseServiceInfo). A node runs one proxy for each family.
 */
import type { IpFamily } from '../base/ip.ts';
import { ipFamily } from '../base/ip.ts';
import type { Service } from '../k8s/cluster-state.ts';

const views: Readonly<Record<IpFamily, WeakMap<Service, Service>>> = { 4: new WeakMap(), 6: new WeakMap() };

/**
 * The identical Service where it has nothing of the other family. Undefined where it has no ClusterIP of this one: then
 * the family's proxy leaves it out, as it does headless and ExternalName Services.
 */
export function serviceOfFamily(service: Service, family: IpFamily): Service | undefined {
  if (service.headless || service.type === 'ExternalName') return undefined;
  const clusterIPs = service.clusterIPs.filter((ip) => ipFamily(ip) === family);
  if (clusterIPs.length === 0) return undefined;
  const { externalIPs, loadBalancerIngress, loadBalancerSourceRanges } = service;
  const foreign =
    clusterIPs.length < service.clusterIPs.length ||
    (externalIPs ?? []).some((ip) => ipFamily(ip) !== family) ||
    (loadBalancerIngress ?? []).some(({ ip }) => ip !== undefined && ipFamily(ip) !== family) ||
    (loadBalancerSourceRanges ?? []).some((range) => range.family !== family);
  if (!foreign) return service;
  let view = views[family].get(service);
  if (view === undefined) {
    view = {
      ...service,
      clusterIPs,
      ...(externalIPs && { externalIPs: externalIPs.filter((ip) => ipFamily(ip) === family) }),
      ...(loadBalancerIngress && {
        loadBalancerIngress: loadBalancerIngress.filter(
          ({ ip }) => ip === undefined || ipFamily(ip) === family,
        ),
      }),
      ...(loadBalancerSourceRanges && {
        loadBalancerSourceRanges: loadBalancerSourceRanges.filter((range) => range.family === family),
      }),
    };
    views[family].set(service, view);
  }
  return view;
}
