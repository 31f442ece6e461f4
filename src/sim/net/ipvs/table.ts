/** The virtual servers of a namespace under protocol, address and port (`ip_vs_service_find`). */
import type { Ip } from '../../base/ip.ts';
import type { IpvsConfig, IpvsServiceConfig } from '../config.ts';
import { ipvsRow } from '../row-key.ts';

type Table = ReadonlyMap<string, IpvsServiceConfig>;

const tables = new WeakMap<IpvsConfig, Table>();

export function findService(
  config: IpvsConfig | undefined,
  proto: string,
  ip: Ip,
  port: number,
): IpvsServiceConfig | undefined {
  if (config === undefined) return undefined;
  let table = tables.get(config);
  if (table === undefined) {
    table = new Map(config.services.map((service) => [ipvsRow(service), service]));
    tables.set(config, table);
  }
  return table.get(ipvsRow({ proto, ip, port }));
}
