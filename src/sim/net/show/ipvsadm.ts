/**
 * `ipvsadm -Ln`, `-Lcn`, `-S -n` and `--timeout` of ipvsadm 1.31. Sorted by protocol, address and port, as the command
 * does by default. Traffic counters (`--stats`, `--rate`) are left out: the box does not count.
 */
import { compareIp, ipPort } from '../../base/ip.ts';
import type { IpvsConfig, IpvsServiceConfig, NetnsConfig } from '../config.ts';
import { expiryMs, timeoutSeconds } from '../ipvs/connection.ts';
import type { IpvsConnection } from '../ipvs/memory.ts';
import { connections } from '../ipvs/load.ts';
import { ipvsConnectionRow, ipvsRow, ipvsServerRow } from '../row-key.ts';
import type { ShowLine, ShowRuntime } from './show.ts';

/** Undefined: options that are not modelled. */
export function ipvsadm(
  config: NetnsConfig,
  runtime: ShowRuntime | undefined,
  args: readonly string[],
): readonly ShowLine[] | undefined {
  const options = new Set(args.flatMap(split));
  const asked = ['L', 'S'].filter((o) => options.has(o));
  const [command] = asked;
  if (command === undefined || asked.length > 1) return undefined;
  for (const option of options) if (!'LSnctW'.includes(option)) return undefined;
  if (config.ipvs === undefined) {
    return [
      "Can't initialize ipvs: Protocol not available",
      'Are you sure that IP Virtual Server is built in the kernel or as module?',
    ].map((text) => ({ text }));
  }
  // Without -n names are looked up, which a table of a simulated node cannot.
  if (command === 'S') return options.has('n') ? save(config.ipvs) : undefined;
  if (options.has('t')) return [{ text: timeouts(config.ipvs) }];
  if (!options.has('n')) return undefined;
  return options.has('c') ? connectionList(runtime) : list(config.ipvs, runtime);
}

const LONG: Readonly<Record<string, string>> = {
  '--list': 'L',
  '--save': 'S',
  '--numeric': 'n',
  '--connection': 'c',
  '--timeout': 't',
  '--wide': 'W',
};

function split(arg: string): readonly string[] {
  const long = LONG[arg];
  if (long !== undefined) return [long];
  if (!/^-[A-Za-z]+$/.test(arg)) return ['?'];
  return arg
    .slice(1)
    .split('')
    .map((letter) => (letter === 'l' ? 'L' : letter));
}

function timeouts(config: IpvsConfig): string {
  const [tcp, fin, udp] = (['ESTABLISHED', 'FIN_WAIT', 'UDP'] as const).map((state) =>
    timeoutSeconds(config, state),
  );
  return `Timeout (tcp tcpfin udp): ${tcp} ${fin} ${udp}`;
}

const ORDER = { tcp: 6, udp: 17, sctp: 132 } as const;

function sorted(config: IpvsConfig): readonly IpvsServiceConfig[] {
  return [...config.services].sort(
    (a, b) => ORDER[a.proto] - ORDER[b.proto] || compareIp(a.ip, b.ip) || a.port - b.port,
  );
}

function serversOf(service: IpvsServiceConfig): IpvsServiceConfig['servers'] {
  return [...service.servers].sort((a, b) => compareIp(a.ip, b.ip) || a.port - b.port);
}

function list(config: IpvsConfig, runtime: ShowRuntime | undefined): ShowLine[] {
  const lines: ShowLine[] = [
    { text: 'IP Virtual Server version 1.2.1 (size=4096)' },
    { text: 'Prot LocalAddress:Port Scheduler Flags' },
    { text: '  -> RemoteAddress:Port           Forward Weight ActiveConn InActConn' },
  ];
  for (const service of sorted(config)) {
    const flag = service.schedulerFlag === undefined ? '' : ` (${service.schedulerFlag})`;
    const persistent =
      service.persistentSeconds === undefined ? '' : ` persistent ${service.persistentSeconds}`;
    lines.push({
      text: `${service.proto.toUpperCase().padEnd(4)} ${ipPort(service.ip, service.port)} ${service.scheduler}${flag}${persistent}`,
      key: ipvsRow(service),
    });
    const loads =
      runtime === undefined ? undefined : connections(runtime.state.ipvs, runtime.clockMs, service);
    for (const server of serversOf(service)) {
      const end = ipPort(server.ip, server.port);
      const load = loads?.get(end);
      const counts = [server.weight, load?.active ?? 0, load?.inactive ?? 0].map(String);
      const [weight = '', active = '', inactive = ''] = counts;
      lines.push({
        text: `  -> ${end.padEnd(28)} Masq    ${weight.padEnd(6)} ${active.padEnd(10)} ${inactive.padEnd(10)}`,
        key: ipvsServerRow(service, server),
      });
    }
  }
  return lines;
}

function connectionList(runtime: ShowRuntime | undefined): ShowLine[] {
  const lines: ShowLine[] = [
    { text: 'IPVS connection entries' },
    { text: 'pro expire state       source             virtual            destination' },
  ];
  if (runtime === undefined) return lines;
  const { clockMs } = runtime;
  const memory = runtime.state.ipvs;
  for (const c of new Set(memory.byClient.values())) {
    const left = Math.ceil((expiryMs(memory, c, clockMs) - clockMs) / 1000);
    if (left <= 0) continue;
    const expire = `${String(Math.floor(left / 60)).padStart(2, '0')}:${String(left % 60).padStart(2, '0')}`;
    const end = (at: IpvsConnection['client']): string => ipPort(at.ip, at.port);
    lines.push({
      text: `${c.proto.toUpperCase().padEnd(3)} ${expire.padEnd(6)} ${c.state.padEnd(11)} ${end(c.client).padEnd(18)} ${end(c.virtual).padEnd(18)} ${end(c.real)}`,
      key: ipvsConnectionRow(c.id),
    });
  }
  return lines;
}

const LETTER = { tcp: '-t', udp: '-u', sctp: '--sctp-service' } as const;

function save(config: IpvsConfig): ShowLine[] {
  const lines: ShowLine[] = [];
  for (const service of sorted(config)) {
    const at = `${LETTER[service.proto]} ${ipPort(service.ip, service.port)}`;
    const persistent = service.persistentSeconds === undefined ? '' : ` -p ${service.persistentSeconds}`;
    const flag = service.schedulerFlag === undefined ? '' : ` -b ${service.schedulerFlag}`;
    lines.push({ text: `-A ${at} -s ${service.scheduler}${persistent}${flag}`, key: ipvsRow(service) });
    for (const server of serversOf(service)) {
      lines.push({
        text: `-a ${at} -r ${ipPort(server.ip, server.port)} -m -w ${server.weight}`,
        key: ipvsServerRow(service, server),
      });
    }
  }
  return lines;
}
