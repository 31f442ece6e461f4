/**
 * `ovs-ofctl dump-flows` and `dump-groups`, and `ovs-vsctl show`, in the form that `-O OpenFlow15 --names --no-stats` has:
 * there are no counters. UUIDs and the release are left out. `ovs-dpctl` for a datapath that has no bridge.
 */
import type { NetnsConfig } from '../config.ts';
import type { ShowLine, ShowRuntime } from '../show/show.ts';
import { flowRow, rowsOf } from './classifier.ts';
import type { DatapathFlow, OvsFlow, SwitchConfig } from './config.ts';
import { learntMap } from './learn.ts';
import { datapathActions, datapathFlowRow, datapathKeyText, flowsOfDatapath } from './odp-text.ts';
import { flowText, groupText, matchText } from './text.ts';

/** Options that change nothing here: names are always printed and counters never. */
const OPTIONS =
  /^(?:-O|--protocols=?|OpenFlow1[0-5]|Openflow1[0-5]|-OOpenFlow1[0-5]|-OOpenflow1[0-5]|--no-stats|--names)$/;

export function ovs(
  config: NetnsConfig,
  runtime: ShowRuntime | undefined,
  program: string,
  args: readonly string[],
): readonly ShowLine[] | undefined {
  if (program === 'ovs-dpctl') return dpctl(config, runtime, args);
  const [verb, ...rest] = args.filter((arg) => !OPTIONS.test(arg));
  if (program === 'ovs-vsctl') {
    return verb === 'show' && rest.length === 0 ? (config.switches ?? []).flatMap(bridgeLines) : undefined;
  }
  const [bridge, table] = rest;
  const sw = config.switches?.find((one) => one.bridge === bridge);
  if (bridge === undefined || rest.length > 2) return undefined;
  if (sw === undefined) return [{ text: `ovs-ofctl: ${bridge} is not a bridge or a socket` }];
  if (verb === 'dump-flows') return flowLines(sw, runtime, table?.replace(/^table=/, ''));
  if (verb === 'dump-groups' && table === undefined) {
    return sw.groups.map((group) => ({
      text: ` ${groupText(group)}`,
      key: `ovs-group/${sw.bridge}/${group.id}`,
    }));
  }
  return undefined;
}

/** `ovs-dpctl show` and `dump-flows` of a datapath that another program drives; a port's options are left out. */
function dpctl(
  config: NetnsConfig,
  runtime: ShowRuntime | undefined,
  args: readonly string[],
): readonly ShowLine[] | undefined {
  const names = args.includes('--names');
  const [verb, asked, ...more] = args.filter((arg) => arg !== '--names' && arg !== '--no-names');
  const name = asked?.replace(/^system@/, '');
  const found = (config.datapaths ?? []).filter((dp) => name === undefined || dp.name === name);
  if (more.length > 0 || (verb !== 'show' && verb !== 'dump-flows')) return undefined;
  if (name !== undefined && found.length === 0) {
    return [{ text: `ovs-dpctl: opening datapath ${name} failed (No such device)` }];
  }
  return found.flatMap((dp) => {
    if (verb === 'show') {
      const ports = dp.ports.map(({ number, name: port, type }) => ({
        text: `  port ${number}: ${port}${type === 'netdev' ? '' : ` (${type})`}`,
        key: `link/${port}`,
      }));
      return [{ text: `system@${dp.name}:`, key: `link/${dp.name}` }, ...ports];
    }
    const number = (port: string): string =>
      names ? port : String(dp.ports.find((one) => one.name === port)?.number ?? port);
    return [...(runtime?.state.maps.get(flowsOfDatapath(dp.name)) ?? [])]
      .filter(([, entry]) => entry.expiresAtMs > (runtime?.clockMs ?? 0))
      .map(([key, { value }]) => {
        const flow = value as DatapathFlow;
        const text = `${datapathKeyText(flow.key, number)}, actions:${datapathActions(flow.actions, number)}`;
        return { text, key: datapathFlowRow(dp.name, key) };
      });
  });
}

function flowLines(sw: SwitchConfig, runtime: ShowRuntime | undefined, only?: string): readonly ShowLine[] {
  const order = new Map(sw.tables.map(({ name }, i) => [name, i]));
  const learnt = [...(runtime?.state.maps.get(learntMap(sw.bridge))?.values() ?? [])]
    .filter((entry) => entry.expiresAtMs > (runtime?.clockMs ?? 0))
    .map(({ value }): readonly [OvsFlow, string] => {
      const flow = value as OvsFlow;
      return [flow, flowRow(sw.bridge, flow.table, `learnt ${matchText(flow.match)}`)];
    });
  return [...rowsOf(sw), ...learnt]
    .filter(([flow]) => only === undefined || only === flow.table)
    .toSorted(([a], [b]) => (order.get(a.table) ?? 0) - (order.get(b.table) ?? 0) || b.priority - a.priority)
    .map(([flow, key]) => ({ text: ` ${flowText(flow)}`, key }));
}

function bridgeLines(sw: SwitchConfig): readonly ShowLine[] {
  const head: ShowLine[] = [
    { text: `    Bridge ${sw.bridge}`, key: `link/${sw.bridge}` },
    { text: '        datapath_type: system' },
  ];
  const ports = [...sw.ports]
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((port): ShowLine[] => {
      const key = `link/${port.dev ?? port.name}`;
      return [
        { text: `        Port ${quoted(port.name)}`, key },
        { text: `            Interface ${quoted(port.name)}`, key },
        ...(port.type === undefined ? [] : [{ text: `                type: ${port.type}`, key }]),
        ...(port.options === undefined
          ? []
          : [{ text: `                options: {${mapText(port.options)}}`, key }]),
      ];
    });
  return [...head, ...ports];
}

/** A map of its database: the keys in order. */
function mapText(map: Readonly<Record<string, string>>): string {
  return Object.entries(map)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, value]) => `${key}=${quoted(value)}`)
    .join(', ');
}

/** ovs-vsctl quotes what is no plain word, as JSON strings of its database. */
function quoted(name: string): string {
  return /^[A-Za-z_][\w.-]*$/.test(name) && !/^(?:true|false)$/.test(name) ? name : `"${name}"`;
}
