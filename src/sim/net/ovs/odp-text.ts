/** Flows of a datapath as `ovs-dpctl dump-flows` writes them (`lib/odp-util.c`), without the fields that are wildcards and the counters. */
import type { RowKey } from '../../trace/trace.ts';
import type { DatapathAction, DatapathKey } from './config.ts';

/** Where the flows of a datapath are kept, beside what programs wrote into their maps. */
export function flowsOfDatapath(name: string): string {
  return `odp/${name}`;
}

export function datapathFlowRow(name: string, key: string): RowKey {
  return `odp/${name}/${key}`;
}

const hex = (id: number): string => `0x${id.toString(16)}`;

/** `port` writes a port: its name, or its number as `ovs-dpctl` does unless it is told `--names`. */
export function datapathKeyText(key: DatapathKey, port: (name: string) => string = String): string {
  const { tunnel } = key;
  const from =
    tunnel === undefined ? '' : `tunnel(tun_id=${hex(tunnel.id)},src=${tunnel.src},dst=${tunnel.dst}),`;
  return `${from}in_port(${port(key.inPort)}),eth(src=${key.src},dst=${key.dst})`;
}

function actionText(action: DatapathAction, port: (name: string) => string): string {
  if (action.act === 'output') return port(action.port);
  const { id, src, dst, ttl, df, csum } = action;
  const flags = [df ? 'df' : '', csum ? 'csum' : '', 'key'].filter((flag) => flag !== '').join('|');
  return `set(tunnel(tun_id=${hex(id)},src=${src},dst=${dst},ttl=${ttl},flags(${flags})))`;
}

export function datapathActions(
  actions: readonly DatapathAction[],
  port: (name: string) => string = String,
): string {
  return actions.length === 0 ? 'drop' : actions.map((action) => actionText(action, port)).join(',');
}
