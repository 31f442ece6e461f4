import { useEffect, useState } from 'react';
import type { ProbeSpec } from '../../../sim/k8s/cluster-state.ts';
import type { RowKey } from '../../../sim/trace/trace.ts';
import { requestTable } from '../../../state/session.ts';
import { useSimulation } from '../../../state/simulation.ts';
import type { ShowResult, SimulateResult } from '../../../worker/protocol.ts';

export interface RowSource {
  readonly command: string;
  readonly runtime: boolean;
  /** What prints it among its like, where `command` prints a part. */
  readonly whole?: string;
}

/** Does this line print one of the rows? */
export function printsAny(line: ShowResult['lines'][number], has: (key: RowKey) => boolean): boolean {
  return (line.key !== undefined && has(line.key)) || line.also?.some(has) === true;
}

type Tools = SimulateResult['cluster']['settings']['tools'];

/** The command that prints a row; tables that packets change are asked for after the probe. */
export function commandOf(key: RowKey, tools?: Tools): RowSource | undefined {
  const [kind, second] = key.split('/');
  switch (kind) {
    case 'iptables':
      return { command: `iptables-save -t ${second}`, runtime: false };
    case 'nft': {
      // Names may hold slashes: an index follows the last one, an element stands in braces.
      const [, table = '', what = '', name = ''] =
        /^nft\/([^/]+)\/(chain|set|map)\/(.+)\/(?:\d+|policy|\{.*\})$/.exec(key) ?? [];
      return {
        command: `nft list ${what} ${table} ${name}`,
        runtime: what !== 'chain',
        whole: 'nft list ruleset',
      };
    }
    case 'route':
      return {
        command: second === 'local' ? 'ip route show table local' : 'ip route',
        runtime: false,
      };
    case 'neigh':
      return { command: 'ip neigh', runtime: true };
    case 'fdb':
      return { command: 'bridge fdb', runtime: true };
    case 'conntrack':
      return { command: 'conntrack -L', runtime: true };
    case 'socket':
      return { command: 'ss -lntu', runtime: false };
    case 'ipset':
      return { command: 'ipset list', runtime: false };
    case 'ipvs':
      return { command: 'ipvsadm -Ln', runtime: true };
    case 'ipvs-conn':
      return { command: 'ipvsadm -Lcn', runtime: true };
    case 'wireguard':
      return { command: 'wg show', runtime: true };
    case 'link':
      return { command: 'ip link', runtime: false };
    case 'ovs':
      return { command: `ovs-ofctl dump-flows ${second} -O OpenFlow15 --no-stats --names`, runtime: true };
    case 'odp':
      return { command: `ovs-dpctl dump-flows ${second} --names`, runtime: true };
    case 'ovs-group':
      return { command: `ovs-ofctl dump-groups ${second} -O OpenFlow15 --names`, runtime: false };
    case 'bpf': {
      // A map's rows are printed by the tool of whoever filled it.
      const tool = tools?.find((one) => one.maps.some((map) => (second ?? '').startsWith(map)));
      return tool && { command: tool.command, runtime: true };
    }
    default:
      return undefined;
  }
}

export interface RowText {
  readonly key: RowKey;
  readonly command: string;
  readonly text: string;
}

/** What of a line is the row's own: nft prints several elements of a set on one, between braces. */
export function ownText(key: RowKey, text: string): string {
  const element = /^nft\/[^/]+\/(?:set|map)\/.+\/\{(.*)\}$/.exec(key)?.[1];
  if (element === undefined) return text;
  const all = text
    .trim()
    .replace(/^elements = \{ /, '')
    .replace(/(?:,| \})$/, '')
    .split(', ');
  return all.find((one) => one === element || one.startsWith(`${element} `)) ?? text;
}

const cache = new Map<string, Promise<ShowResult>>();
let cachedFor: unknown;

/** A table's text, asked for once for each simulated text and probe. */
export function tableText(
  result: SimulateResult | undefined,
  netns: string,
  command: string,
  after: ProbeSpec | undefined,
): Promise<ShowResult> {
  if (cachedFor !== result) {
    cache.clear();
    cachedFor = result;
  }
  const id = `${netns}|${command}|${after === undefined ? '' : JSON.stringify(after)}`;
  let known = cache.get(id);
  if (known === undefined) {
    known = requestTable(netns, command, after);
    known.catch(() => cache.delete(id));
    cache.set(id, known);
  }
  return known;
}

/** The printed text of rows of one namespace, in the order given; rows whose table does not print them are left out. */
export function useRows(place: string, keys: readonly RowKey[]): readonly RowText[] {
  const probe = useSimulation((s) => s.walk?.probe);
  const result = useSimulation((s) => s.result);
  const [rows, setRows] = useState<readonly RowText[]>([]);
  const wanted = keys.join('\n');
  useEffect(() => {
    let live = true;
    const list = wanted === '' ? [] : wanted.split('\n');
    const read = async (): Promise<RowText[]> => {
      const found: RowText[] = [];
      for (const key of list) {
        const source = commandOf(key, result?.cluster.settings.tools);
        if (source === undefined) continue;
        try {
          const table = await tableText(result, place, source.command, source.runtime ? probe : undefined);
          for (const line of table.lines) {
            if (printsAny(line, (one) => one === key) && line.text.trim() !== '') {
              found.push({ key, command: source.command, text: ownText(key, line.text) });
            }
          }
        } catch {
          // A table that cannot be read has no rows to show; the Tables tab says why.
        }
      }
      return found;
    };
    void read().then((found) => {
      if (live) setRows(found);
    });
    return () => {
      live = false;
    };
  }, [place, wanted, probe, result]);
  return rows;
}
