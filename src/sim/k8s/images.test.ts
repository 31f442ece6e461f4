import { describe, expect, test } from 'vitest';
import { containerListens, imageRepository } from './images.ts';
import { shellCommands } from './programs.ts';
import type { UpstreamContainer } from './upstream.ts';

test.each([
  ['nginx', 'nginx'],
  ['nginx:1.29', 'nginx'],
  ['docker.io/library/nginx:1.29-alpine@sha256:0123', 'nginx'],
  ['registry.k8s.io/e2e-test-images/agnhost:2.53', 'e2e-test-images/agnhost'],
  ['localhost:5000/me/app', 'me/app'],
  ['nginxdemos/hello:plain-text', 'nginxdemos/hello'],
])('repository of %s', (image, repository) => {
  expect(imageRepository(image)).toBe(repository);
});

type Row = [name: string, container: Partial<UpstreamContainer>, listens: string | undefined];

const sh = (script: string) => ({ command: ['sh', '-c', script] });

const rows: Row[] = [
  ['nginx', { image: 'nginx' }, '80/TCP http'],
  ['nginx with args of its own', { image: 'nginx', args: ['nginx', '-g', 'daemon off;'] }, '80/TCP http'],
  ['nginx put to sleep', { image: 'nginx', command: ['sleep', 'infinity'] }, ''],
  [
    'nginx under a shell',
    { image: 'nginx', ...sh("echo hi > /tmp/x && exec nginx -g 'daemon off;'") },
    '80/TCP http',
  ],
  ['nginx-unprivileged', { image: 'nginxinc/nginx-unprivileged:1.29' }, '8080/TCP http'],
  ['httpd', { image: 'httpd:2.4' }, '80/TCP http'],
  ['redis', { image: 'redis:8' }, '6379/TCP tcp-accept'],
  [
    'redis on another port',
    { image: 'redis', args: ['redis-server', '--port', '7000'] },
    '7000/TCP tcp-accept',
  ],
  ['postgres', { image: 'postgres:18' }, '5432/TCP tcp-accept'],
  ['mysql', { image: 'mysql' }, '3306/TCP tcp-accept'],
  ['mongo', { image: 'mongo' }, '27017/TCP tcp-accept'],
  ['memcached', { image: 'memcached' }, '11211/TCP tcp-accept'],
  ['rabbitmq', { image: 'rabbitmq:4' }, '5672/TCP tcp-accept'],
  ['agnhost by itself', { image: 'registry.k8s.io/e2e-test-images/agnhost:2.53' }, ''],
  ['agnhost netexec', { image: 'agnhost', args: ['netexec'] }, '8080/TCP http, 8081/UDP udp-sink'],
  [
    'agnhost netexec, ports',
    { image: 'agnhost', args: ['netexec', '--http-port=80', '--udp-port', '90'] },
    '80/TCP http, 90/UDP udp-sink',
  ],
  ['agnhost netexec, no UDP', { image: 'agnhost', args: ['netexec', '--udp-port=-1'] }, '8080/TCP http'],
  ['agnhost serve-hostname', { image: 'agnhost', args: ['serve-hostname'] }, '9376/TCP http'],
  ['agnhost serve-hostname, UDP', { image: 'agnhost', args: ['serve-hostname', '--udp'] }, '9376/UDP echo'],
  [
    'agnhost porter',
    { image: 'agnhost', args: ['porter'], env: [{ name: 'SERVE_PORT_80', value: 'a' }, { name: 'X' }] },
    '80/TCP http',
  ],
  [
    'agnhost by command',
    { image: 'x/y', command: ['/agnhost', 'netexec'] },
    '8080/TCP http, 8081/UDP udp-sink',
  ],
  ['http-echo', { image: 'hashicorp/http-echo:1.0', args: ['-text=hi'] }, '5678/TCP http'],
  [
    'http-echo on a port',
    { image: 'hashicorp/http-echo', args: ['-listen=:8080', '-text=hi'] },
    '8080/TCP http',
  ],
  [
    'http-echo on loopback',
    { image: 'hashicorp/http-echo', args: ['-listen=127.0.0.1:80'] },
    '127.0.0.1:80/TCP http',
  ],
  ['whoami', { image: 'traefik/whoami' }, '80/TCP http'],
  ['whoami on a port', { image: 'traefik/whoami', args: ['--port', '8000'] }, '8000/TCP http'],
  ['hello', { image: 'nginxdemos/hello' }, '80/TCP http'],
  ['echo-server', { image: 'ealen/echo-server', env: [{ name: 'PORT', value: '3000' }] }, '3000/TCP http'],
  ['httpbin', { image: 'kennethreitz/httpbin' }, '80/TCP http'],
  ['echoserver', { image: 'registry.k8s.io/echoserver:1.10' }, '8080/TCP http'],
  ['busybox', { image: 'busybox' }, ''],
  ['curl', { image: 'curlimages/curl', command: ['sleep', 'infinity'] }, ''],
  ['netshoot', { image: 'nicolaka/netshoot' }, ''],
  ['a loop', { image: 'alpine', ...sh('while true; do date; sleep 5; done') }, ''],
  [
    'nc -l -p',
    { image: 'busybox', ...sh('while true; do nc -l -p 8080 -e cat; done') },
    '8080/TCP tcp-accept',
  ],
  ['nc -lk', { image: 'busybox', command: ['nc', '-lk', '9000'] }, '9000/TCP tcp-accept'],
  ['nc over UDP', { image: 'busybox', command: ['nc', '-luk', '-p', '53'] }, '53/UDP udp-sink'],
  ['nc as a client', { image: 'busybox', command: ['nc', '-zv', 'web', '80'] }, ''],
  ['a page by echo and nc', { image: 'busybox', ...sh('echo hi | nc -l -p 8080') }, '8080/TCP tcp-accept'],
  [
    'busybox httpd',
    { image: 'busybox', command: ['httpd', '-f', '-p', '8080', '-h', '/www'] },
    '8080/TCP http',
  ],
  ['busybox httpd through busybox', { image: 'busybox', command: ['busybox', 'httpd', '-f'] }, '80/TCP http'],
  ['python', { image: 'python:3', command: ['python3', '-m', 'http.server', '8000'] }, '8000/TCP http'],
  ['python, default port', { image: 'python:3', command: ['python', '-m', 'http.server'] }, '8000/TCP http'],
  [
    'python on loopback',
    { image: 'python:3', command: ['python3', '-m', 'http.server', '9000', '--bind', '127.0.0.1'] },
    '127.0.0.1:9000/TCP http',
  ],
  [
    'socat',
    { image: 'alpine/socat', command: ['socat', 'TCP-LISTEN:7000,fork', 'EXEC:cat'] },
    '7000/TCP echo',
  ],
  [
    'coredns',
    { image: 'registry.k8s.io/coredns/coredns:v1.13.1', args: ['-conf', '/etc/coredns/Corefile'] },
    '53/UDP dns, 53/TCP dns, 9153/TCP http, 8080/TCP http, 8181/TCP http',
  ],
  [
    'nginx with a configuration of its own',
    {
      image: 'nginx',
      ports: [{ containerPort: 8080 }],
      volumeMounts: [{ name: 'c', mountPath: '/etc/nginx/conf.d' }],
    },
    undefined,
  ],
  [
    'nginx with pages of its own',
    {
      image: 'nginx',
      ports: [{ containerPort: 80 }],
      volumeMounts: [{ name: 'c', mountPath: '/usr/share/nginx/html' }],
    },
    '80/TCP http',
  ],
  ['somebody’s image', { image: 'ghcr.io/me/shop:1' }, undefined],
  ['somebody’s program', { image: 'python:3', command: ['python', 'app.py'] }, undefined],
  ['somebody’s program in a script', { image: 'alpine', ...sh('cd /srv && ./server --port 9') }, undefined],
  ['node without a program', { image: 'node:24', ...sh('node server.js') }, undefined],
  ['no image', {}, undefined],
];

describe('what a container listens on', () => {
  test.each(rows)('%s', (_, container, listens) => {
    const found = containerListens({ name: 'c', ...container });
    const text = found
      ?.map((p) => `${p.address === '0.0.0.0' ? '' : `${p.address}:`}${p.port}/${p.protocol} ${p.app}`)
      .join(', ');
    expect(text).toBe(listens);
  });
});

test('a script is split into commands and words', () => {
  expect(shellCommands('a "b c" \'d\'; e|f &\n g')).toEqual([['a', 'b c', 'd'], ['e'], ['f'], ['g']]);
});
