/**
 * Programs that people run in containers, and what each listens on with the arguments it got. A shell's script is
 * read word by word: enough for `while true; do nc -l -p 80; done`, no shell of our own.
 */
import type { Ip } from '../base/ip.ts';
import type { ListeningPort, Protocol } from './cluster-state.ts';

interface ProgramPort {
  readonly port: number;
  readonly protocol: Protocol;
  readonly address: Ip;
  readonly ipv4Only?: boolean;
  readonly app: ListeningPort['app'];
  readonly process: string;
}

/** Empty: the program is known, and listens on nothing. */
export type ProgramListens = readonly ProgramPort[];
type Env = Readonly<Record<string, string>>;
type Program = (args: readonly string[], env: Env) => ProgramListens;

const ANY = '0.0.0.0';

function tcp(
  process: string,
  port: number,
  app: ListeningPort['app'] = 'http',
  address: Ip = ANY,
): ProgramPort {
  return { port, protocol: 'TCP', address, app, process };
}

function udp(
  process: string,
  port: number,
  app: ListeningPort['app'] = 'udp-sink',
  address: Ip = ANY,
): ProgramPort {
  return { port, protocol: 'UDP', address, app, process };
}

/** Programs that open an IPv4 socket alone unless told otherwise. */
function ipv4Only(ports: ProgramListens): ProgramListens {
  return ports.map((p) => ({ ...p, ipv4Only: true }));
}

/** `--name=5`, `--name 5`, `-name=5`; the last one counts. */
function flag(args: readonly string[], ...names: readonly string[]): string | undefined {
  let found: string | undefined;
  args.forEach((arg, i) => {
    for (const name of names) {
      if (arg === name) found = args[i + 1];
      else if (arg.startsWith(`${name}=`)) found = arg.slice(name.length + 1);
    }
  });
  return found;
}

function number(text: string | undefined, otherwise: number): number {
  return text !== undefined && /^-?\d+$/.test(text) ? Number(text) : otherwise;
}

/** `:5678`, `127.0.0.1:8080`, `8080`. */
function listenAddress(text: string | undefined, otherwise: number): { port: number; address: Ip } {
  const match = /^(.*?):?(\d+)$/.exec(text ?? '');
  const host = match?.[1] ?? '';
  return {
    port: match === null ? otherwise : Number(match[2]),
    address: host === 'localhost' || host.startsWith('127.') ? '127.0.0.1' : ANY,
  };
}

function agnhost(args: readonly string[], env: Env): ProgramListens {
  const process = 'agnhost';
  switch (args[0]) {
    case 'netexec': {
      const ports = [tcp(process, number(flag(args, '--http-port'), 8080))];
      const udpPort = number(flag(args, '--udp-port'), 8081);
      if (udpPort > 0) ports.push(udp(process, udpPort));
      return ports;
    }
    case 'serve-hostname': {
      const port = number(flag(args, '--port'), 9376);
      const on = (name: string, otherwise: boolean): boolean => {
        const value = flag(args, name);
        return args.includes(name) ? true : value === undefined ? otherwise : value === 'true';
      };
      if (on('--udp', false)) return [udp(process, port, 'echo')];
      if (on('--tcp', false)) return [tcp(process, port, 'tcp-accept')];
      return on('--http', true) ? [tcp(process, port)] : [];
    }
    case 'porter':
      return Object.keys(env).flatMap((name) => {
        const match = /^SERVE_(?:TLS_)?PORT_(\d+)$/.exec(name);
        return match === null ? [] : [tcp(process, Number(match[1]))];
      });
    case 'test-webserver':
      return [tcp(process, number(flag(args, '--port'), 80))];
    case 'liveness':
      return [tcp(process, 8080)];
    case 'nettest':
      return [tcp(process, number(flag(args, '-port', '--port'), 8080))];
    case 'guestbook':
      return [tcp(process, number(flag(args, '--http-port'), 3000))];
    case 'fake-gitserver':
      return [tcp(process, 8000)];
    case 'grpc-health-checking':
      return [
        tcp(process, number(flag(args, '--port'), 5000), 'tcp-accept'),
        tcp(process, number(flag(args, '--http-port'), 8080)),
      ];
    default:
      return [];
  }
}

/** OpenBSD and BusyBox spellings: `nc -l -p 80`, `nc -lk 80`, `nc -lup 53`, `nc -l 127.0.0.1 80`. */
function netcat(args: readonly string[]): ProgramListens {
  const short = args.filter((a) => /^-[A-Za-z]+$/.test(a)).join('');
  const isUdp = short.includes('u');
  if (!short.includes('l') && !args.includes('--listen')) return [];
  const plain: string[] = [];
  for (let i = 0; i < args.length; i++) {
    const arg = args[i] ?? '';
    if (arg === '-e' || arg === '-c' || arg === '--exec' || arg === '--sh-exec') break;
    if (/^-[wiq]$/.test(arg)) i++;
    else if (!arg.startsWith('-')) plain.push(arg);
  }
  const port = plain.find((p) => /^\d+$/.test(p));
  if (port === undefined) return [];
  const address = plain.includes('127.0.0.1') || plain.includes('localhost') ? '127.0.0.1' : ANY;
  return [
    isUdp ? udp('nc', Number(port), 'udp-sink', address) : tcp('nc', Number(port), 'tcp-accept', address),
  ];
}

function python(args: readonly string[]): ProgramListens | undefined {
  const at = args.indexOf('-m');
  if (at < 0) return args.some((a) => a.endsWith('.py') || a === '-c') ? undefined : [];
  const module = args[at + 1];
  if (module !== 'http.server' && module !== 'SimpleHTTPServer') return undefined;
  const rest = args.slice(at + 2);
  const bind = flag(rest, '--bind', '-b');
  const port = rest.find((a) => /^\d+$/.test(a));
  const { address } = listenAddress(`${bind ?? ''}:1`, 1);
  // Without --bind it takes the first address that getaddrinfo offers, 0.0.0.0.
  const ports = [tcp('python3', number(port, 8000), 'http', address)];
  return bind === '::' ? ports : ipv4Only(ports);
}

function socat(args: readonly string[]): ProgramListens {
  const ports: ProgramPort[] = [];
  for (const arg of args) {
    const match = /^(tcp|tcp4|udp|udp4)-(?:listen|recvfrom|recv|l):(\d+)(.*)$/i.exec(arg);
    if (match === null) continue;
    const port = Number(match[2]);
    const address = /bind=(127\.0\.0\.1|localhost)/.test(match[3] ?? '') ? '127.0.0.1' : ANY;
    const echoes = args.some((a) => /^(exec|system):['"]?(\/bin\/)?cat/i.test(a));
    if (/^tcp/i.test(match[1] ?? '')) ports.push(tcp('socat', port, echoes ? 'echo' : 'tcp-accept', address));
    else ports.push(udp('socat', port, echoes ? 'echo' : 'udp-sink', address));
  }
  return ipv4Only(ports);
}

const plainTcp =
  (process: string, port: number, ...flags: string[]): Program =>
  (args) => [tcp(process, number(flag(args, ...flags), port), 'tcp-accept')];

const http =
  (process: string, port: number, ...flags: string[]): Program =>
  (args) => {
    const { port: p, address } = listenAddress(flag(args, ...flags), port);
    return [tcp(process, p, 'http', address)];
  };

const PROGRAMS: Readonly<Record<string, (args: readonly string[], env: Env) => ProgramListens | undefined>> =
  {
    nginx: (args) => [tcp('nginx', args.includes('--unprivileged') ? 8080 : 80)],
    'httpd-foreground': () => [tcp('httpd', 80)],
    apache2: () => [tcp('apache2', 80)],
    'apache2-foreground': () => [tcp('apache2', 80)],
    // BusyBox: httpd [-f] [-p [IP:]PORT]
    httpd: http('httpd', 80, '-p'),
    caddy: http('caddy', 80, '--listen'),
    haproxy: () => undefined,
    'nginx-ingress-controller': (args) => [
      tcp('nginx', number(flag(args, '--http-port'), 80)),
      tcp('nginx', number(flag(args, '--https-port'), 443), 'tcp-accept'),
      tcp('nginx-ingress-controller', number(flag(args, '--healthz-port'), 10254)),
    ],
    traefik: http('traefik', 80, '--entrypoints.web.address', '--entryPoints.web.address'),
    'redis-server': plainTcp('redis-server', 6379, '--port'),
    'valkey-server': plainTcp('valkey-server', 6379, '--port'),
    postgres: plainTcp('postgres', 5432, '-p'),
    mysqld: plainTcp('mysqld', 3306, '--port', '-P'),
    mariadbd: plainTcp('mariadbd', 3306, '--port', '-P'),
    mongod: (args, env) => {
      const ports = plainTcp('mongod', 27017, '--port')(args, env);
      return args.includes('--ipv6') ? ports : ipv4Only(ports);
    },
    memcached: plainTcp('memcached', 11211, '-p', '--port'),
    'rabbitmq-server': () => [tcp('beam.smp', 5672, 'tcp-accept')],
    'nats-server': plainTcp('nats-server', 4222, '-p', '--port'),
    agnhost,
    'http-echo': http('http-echo', 5678, '-listen', '--listen'),
    whoami: (args, env) => [
      tcp('whoami', number(flag(args, '--port', '-port') ?? env['WHOAMI_PORT_NUMBER'], 80)),
    ],
    'echo-server': (_, env) => [tcp('node', number(env['PORT'], 80))],
    // Its nginx.conf has no `listen [::]`.
    echoserver: () => ipv4Only([tcp('nginx', 8080)]),
    gunicorn: (args, env) => {
      const bind = flag(args, '-b', '--bind');
      const ports = http('gunicorn', 8000, '-b', '--bind')(args, env);
      return bind?.startsWith('[') === true ? ports : ipv4Only(ports);
    },
    uvicorn: (args) => {
      const host = flag(args, '--host');
      const address = host === undefined ? '127.0.0.1' : ANY;
      const ports = [tcp('uvicorn', number(flag(args, '--port'), 8000), 'http', address)];
      return host === '::' ? ports : ipv4Only(ports);
    },
    'go-httpbin': (args, env) => [
      tcp('go-httpbin', number(flag(args, '-port', '--port') ?? env['PORT'], 8080)),
    ],
    'hello-app': (_, env) => [tcp('hello-app', number(env['PORT'], 8080))],
    kuard: http('kuard', 8080, '--address'),
    // Istio's agent with Envoy.
    'pilot-agent': (args) =>
      args[0] === 'proxy'
        ? [
            ...[15001, 15006, 15021, 15090].map((port) => tcp('envoy', port)),
            tcp('envoy', 15000, 'http', '127.0.0.1'),
            tcp('pilot-agent', 15020),
          ]
        : [],
    coredns: (args) => {
      const port = number(flag(args, '-dns.port'), 53);
      return [
        udp('coredns', port, 'dns'),
        tcp('coredns', port, 'dns'),
        tcp('coredns', 9153),
        tcp('coredns', 8080),
        tcp('coredns', 8181),
      ];
    },
    nc: netcat,
    ncat: netcat,
    netcat,
    socat,
    python,
    python2: python,
    python3: python,
    node: (args) => (args.length === 0 ? [] : undefined),
  };

/** Programs that run for a while or for ever and open no port. */
const IDLE = new Set(
  'sleep tail cat pause sh bash ash zsh dash true false echo curl wget ping ping6 dig nslookup host date env printenv ls watch tcpdump traceroute mtr iperf kubectl yes read exit'.split(
    ' ',
  ),
);
/** Words that only start another program. */
const WRAPPERS = new Set(
  'docker-entrypoint.sh entrypoint.sh tini dumb-init exec nohup env time timeout stdbuf setsid sudo busybox until while do if then else'.split(
    ' ',
  ),
);

function baseName(word: string): string {
  return word.slice(word.lastIndexOf('/') + 1);
}

/** Splits a script into commands of words; quotes group words, `;`, `&`, `|` and newlines end a command. */
export function shellCommands(script: string): string[][] {
  const commands: string[][] = [[]];
  const token = /"((?:[^"\\]|\\.)*)"|'([^']*)'|([;&|\n]+)|([^\s;&|"']+)/g;
  for (const match of script.matchAll(token)) {
    if (match[3] !== undefined) commands.push([]);
    else commands.at(-1)?.push(match[1] ?? match[2] ?? match[4] ?? '');
  }
  return commands.filter((c) => c.length > 0);
}

/** What a command line listens on, or undefined where the program is not known. */
export function programListens(argv: readonly string[], env: Env): ProgramListens | undefined {
  let rest = argv;
  while (rest.length > 0) {
    const name = baseName(rest[0] ?? '');
    const shellScript = /^(ba|a|da|z)?sh$/.test(name) ? rest.findIndex((w) => /^-[a-z]*c$/.test(w)) : -1;
    if (shellScript > 0) return scriptListens(rest[shellScript + 1] ?? '', env);
    const program = Object.hasOwn(PROGRAMS, name) ? PROGRAMS[name] : undefined;
    if (program !== undefined) return program(rest.slice(1), env);
    if (WRAPPERS.has(name)) {
      rest = rest.slice(1);
      while (/^-|^\d+[smh]?$|^[A-Z_]+=/.test(rest[0] ?? '')) rest = rest.slice(1);
      continue;
    }
    return IDLE.has(name) ? [] : undefined;
  }
  return [];
}

/** A script listens on what any of its commands listens on; it is unknown only if it starts something unknown. */
function scriptListens(script: string, env: Env): ProgramListens | undefined {
  const ports: ProgramPort[] = [];
  let unknown = false;
  for (const words of shellCommands(script)) {
    const known = programListens(words, env);
    if (known !== undefined) ports.push(...known);
    else if (/^[./]|^(node|java|python|ruby|go|npm|yarn|deno|bun|php|dotnet|gunicorn)/.test(words[0] ?? ''))
      unknown = true;
  }
  const distinct = ports.filter(
    (p, i) => ports.findIndex((q) => q.port === p.port && q.protocol === p.protocol) === i,
  );
  return distinct.length === 0 && unknown ? undefined : distinct;
}
