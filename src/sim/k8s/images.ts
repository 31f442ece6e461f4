/**
 * What a container listens on: known images have their real ENTRYPOINT and CMD, the container's command and args
 * replace them as the kubelet does, and the program that results is asked. Leaves out configuration files and
 * anything that a program learns at run time.
 */
import { programListens } from './programs.ts';
import type { ProgramListens } from './programs.ts';
import type { UpstreamContainer } from './upstream.ts';

interface ImageConfig {
  readonly entrypoint: readonly string[];
  readonly cmd: readonly string[];
}

/** Where a server keeps the file that says what it listens on: a volume there makes its defaults worth nothing. */
const CONFIG_DIRECTORIES = [
  '/etc/nginx',
  '/usr/local/apache2/conf',
  '/etc/caddy',
  '/etc/traefik',
  '/etc/coredns',
];

const docker = (...cmd: string[]): ImageConfig => ({ entrypoint: ['docker-entrypoint.sh'], cmd });
const server = (...entrypoint: string[]): ImageConfig => ({ entrypoint, cmd: [] });
const shell = (...cmd: string[]): ImageConfig => ({ entrypoint: [], cmd });

/** By repository without registry and tag; the last path element is tried when the whole is not found. */
const IMAGES: Readonly<Record<string, ImageConfig>> = {
  nginx: docker('nginx', '-g', 'daemon off;'),
  'nginx-unprivileged': docker('nginx', '-g', 'daemon off;', '--unprivileged'),
  'nginxdemos/hello': docker('nginx', '-g', 'daemon off;'),
  httpd: shell('httpd-foreground'),
  caddy: shell('caddy', 'run'),
  haproxy: docker('haproxy'),
  traefik: server('/entrypoint.sh', 'traefik'),
  'ingress-nginx/controller': shell('/nginx-ingress-controller'),
  redis: docker('redis-server'),
  valkey: docker('valkey-server'),
  postgres: docker('postgres'),
  mysql: docker('mysqld'),
  mariadb: docker('mariadbd'),
  mongo: docker('mongod'),
  memcached: docker('memcached'),
  rabbitmq: docker('rabbitmq-server'),
  nats: docker('nats-server'),
  agnhost: { entrypoint: ['/agnhost'], cmd: ['pause'] },
  'hashicorp/http-echo': server('/http-echo'),
  'http-echo': server('/http-echo'),
  'traefik/whoami': server('/whoami'),
  'containous/whoami': server('/whoami'),
  whoami: server('/whoami'),
  'echo-server': server('echo-server'),
  echoserver: server('echoserver'),
  'kennethreitz/httpbin': shell('gunicorn', '-b', '0.0.0.0:80', 'httpbin:app'),
  'go-httpbin': server('/bin/go-httpbin'),
  'hello-app': server('hello-app'),
  'kuard-amd64': server('/kuard'),
  coredns: server('/coredns'),
  pause: server('/pause'),
  proxyv2: server('pilot-agent'),
  busybox: shell('sh'),
  alpine: shell('sh'),
  ubuntu: shell('bash'),
  debian: shell('bash'),
  curl: { entrypoint: ['/entrypoint.sh'], cmd: ['curl'] },
  netshoot: shell('zsh'),
  'network-multitool': shell('nginx', '-g', 'daemon off;'),
  dnsutils: shell('sleep', 'infinity'),
  'jessie-dnsutils': shell('sleep', 'infinity'),
  python: shell('python3'),
  node: docker('node'),
  golang: shell('bash'),
};

/** `docker.io/library/nginx:1.27@sha256:...` is `nginx`; `registry.k8s.io/e2e-test-images/agnhost:2.53` is `e2e-test-images/agnhost`. */
export function imageRepository(image: string): string {
  const path = image.split('@')[0] ?? '';
  const parts = path.split('/');
  const first = parts[0] ?? '';
  const rest =
    parts.length > 1 && (first.includes('.') || first.includes(':') || first === 'localhost')
      ? parts.slice(1)
      : parts;
  if (rest.length > 1 && rest[0] === 'library') rest.shift();
  return rest.join('/').replace(/:[^/:]*$/, '');
}

function imageConfig(image: string): ImageConfig | undefined {
  const repository = imageRepository(image);
  const last = repository.slice(repository.lastIndexOf('/') + 1);
  if (Object.hasOwn(IMAGES, repository)) return IMAGES[repository];
  // Somebody's own `me/curl` may be anything; only well-known names keep their meaning under another owner.
  return Object.hasOwn(IMAGES, last) ? IMAGES[last] : undefined;
}

/**
 * What the container's program listens on. `undefined`: nobody knows this program, so its declared containerPorts have
 * to be believed.
 */
export function containerListens(container: UpstreamContainer): ProgramListens | undefined {
  const image = imageConfig(container.image ?? '');
  const { command, args } = container;
  if (isConfigured(container)) return undefined;
  if (image === undefined && command === undefined) return undefined;
  const argv =
    command !== undefined && command.length > 0
      ? [...command, ...(args ?? [])]
      : [
          ...(image?.entrypoint ?? []),
          ...(args !== undefined && args.length > 0 ? args : (image?.cmd ?? [])),
        ];
  const env = Object.fromEntries((container.env ?? []).map((e) => [e.name, e.value ?? '']));
  return programListens(argv, env);
}

/** A configuration file of one's own, and ports declared beside it: those are the better guess. */
function isConfigured(container: UpstreamContainer): boolean {
  if (container.ports === undefined || container.ports.length === 0) return false;
  return (container.volumeMounts ?? []).some((m) =>
    CONFIG_DIRECTORIES.some((d) => m.mountPath.startsWith(d)),
  );
}
