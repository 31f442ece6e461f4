/** `walk` and `export` through an ingress controller: two connections, linked, each with packets of its own. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { scenarioEntries } from '../content/scenarios/registry.ts';
import { folder, run } from './cli-fixture.ts';

interface Walked {
  readonly verdict: string;
  readonly http: { readonly status: number; readonly backend: { readonly pod: string } };
  readonly segments: readonly { readonly purpose: string; readonly cause?: { readonly segment: number } }[];
  readonly wire: readonly { readonly segment: number; readonly frame?: string }[];
  readonly steps: readonly {
    readonly reason: {
      readonly code: string;
      readonly origin: { readonly line?: number; readonly file?: string } | null;
    };
  }[];
}

const SLUG = 'ingress-hosts-and-paths';
let root = '';
beforeAll(() => {
  const files = scenarioEntries.find(({ slug }) => slug === SLUG)?.files ?? [];
  root = folder(Object.fromEntries(files.map(({ name, text }) => [name, text])));
});

const asked = (path: string): readonly string[] =>
  `--from external/laptop --tool curl --to http://shop.example${path} --resolve shop.example:80:172.18.255.250`.split(
    ' ',
  );

it('the walk has the client’s connection and the proxy’s, which came of it', async () => {
  const walked = (await run(['walk', root, ...asked('/cart/3'), '--json'])).json() as unknown as Walked;
  expect([walked.verdict, walked.http.status, walked.http.backend.pod]).toEqual([
    'delivered',
    200,
    'default/cart',
  ]);
  expect(walked.segments.map(({ purpose, cause }) => [purpose, cause?.segment])).toEqual([
    ['probe', undefined],
    ['upstream', 0],
  ]);
  for (const segment of [0, 1]) expect(walked.wire.some((frame) => frame.segment === segment)).toBe(true);
});

it('names the path that matched and those that did not, each with its line', async () => {
  const walked = (await run(['walk', root, ...asked('/cartoons'), '--json'])).json() as unknown as Walked;
  const lines = walked.steps
    .filter(({ reason }) => reason.code === 'l7.route' || reason.code === 'l7.miss')
    .map(({ reason }) => `${reason.code} ${reason.origin?.file?.split('/').at(-1)}:${reason.origin?.line}`);
  expect(lines).toEqual(['l7.miss ingress.yaml:19', 'l7.miss ingress.yaml:15', 'l7.route ingress.yaml:11']);
});

it('the capture has the packets of both', async () => {
  const file = join(root, 'walk.pcapng');
  const walked = (await run(['walk', root, ...asked('/cart/3'), '--json'])).json() as unknown as Walked;
  const written = await run(['export', root, ...asked('/cart/3'), '--pcapng', file, '--json']);
  expect(written.json()).toMatchObject({ frames: walked.wire.length });
  const text = readFileSync(file).toString('latin1');
  // What the client wrote, and what nginx made of it.
  expect(text).toContain('GET /cart/3 HTTP/1.1\r\nHost: shop.example\r\nUser-Agent: curl');
  expect(text).toContain('X-Forwarded-For: 172.18.0.100\r\n');
});
