/** `expect` as a test run, and policy-assistant's file out and in. */
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { folder, run, SCENARIO } from './cli-fixture.ts';

const BROKEN = SCENARIO.replace(
  'expect:\n',
  `expect:
  - {from: default/client, to: "http://web", clientSees: refused}
  - {from: default/web, to: default/client, allowed: false}
  - {from: "default/<no & such>", to: "web:80", allowed: true}
  - {from: default/client, to: "none:80", allowed: false}
  - {from: default/client, to: "web:80"}
  - {from: default/client, to: "web:80", allowed: true, verdict: dropped}
  - {to: "web:80", allowed: true}
  - 7
`,
);
const root = folder({ 'good.yaml': SCENARIO, 'broken.yaml': BROKEN });
const good = join(root, 'good.yaml');
const broken = join(root, 'broken.yaml');
afterAll(() => rmSync(root, { recursive: true }));

describe('expect', () => {
  it('says of each what came of it and, where it fails, what decided', async () => {
    const ran = await run(['expect', broken]);
    expect(ran.status).toBe(1);
    expect(ran.out.replaceAll(root, '')).toMatchInlineSnapshot(`
      "✗ default/client → http://web  clientSees: refused  → delivered, http (/broken.yaml:6)
          Delivered: nginx listens on port 80/tcp
      ✗ default/web → default/client  allowed: false  → delivered, answered (/broken.yaml:7)
          10.244.0.65 answers the ping
      ✗ default/<no & such> → web:80  allowed: true  → There is no pod "default/<no & such>". Name it as namespace/pod, or a workload as namespace/deployment. (/broken.yaml:8)
      ✗ default/client → none:80  allowed: false  → delivered, nxdomain (/broken.yaml:9)
          The name none does not exist
      ✗ default/client → web:80  allowed: true  → Not asked: the entry does not say allowed, verdict, clientSees. (/broken.yaml:10)
      ✗ default/client → web:80  verdict: dropped  → delivered, connected (/broken.yaml:11)
          Delivered: nginx listens on port 80/tcp
      ✗  → web:80  allowed: true  → Not asked: the entry does not say from. (/broken.yaml:12)
      ✓ default/client → http://web  clientSees: http  → delivered, http (/broken.yaml:13)
      ✓ default/client → default/web:80  allowed: true  → delivered, connected (/broken.yaml:14)
      2 of 9 hold
      "
    `);
    const korean = await run(['expect', broken, '--lang', 'ko']);
    expect(korean.out.replaceAll(root, '')).toMatchInlineSnapshot(`
      "✗ default/client → http://web  clientSees: refused  → delivered, http (/broken.yaml:6)
          전달 완료: nginx가 80/tcp 포트에서 수신 대기 중입니다
      ✗ default/web → default/client  allowed: false  → delivered, answered (/broken.yaml:7)
          10.244.0.65가 ping에 응답합니다
      ✗ default/<no & such> → web:80  allowed: true  → 파드 "default/<no & such>"가 없습니다. namespace/pod 또는 namespace/deployment 형식으로 쓰세요. (/broken.yaml:8)
      ✗ default/client → none:80  allowed: false  → delivered, nxdomain (/broken.yaml:9)
          none이라는 이름은 없습니다
      ✗ default/client → web:80  allowed: true  → 항목에 allowed, verdict, clientSees가 없어 검사하지 않았습니다. (/broken.yaml:10)
      ✗ default/client → web:80  verdict: dropped  → delivered, connected (/broken.yaml:11)
          전달 완료: nginx가 80/tcp 포트에서 수신 대기 중입니다
      ✗  → web:80  allowed: true  → 항목에 from이 없어 검사하지 않았습니다. (/broken.yaml:12)
      ✓ default/client → http://web  clientSees: http  → delivered, http (/broken.yaml:13)
      ✓ default/client → default/web:80  allowed: true  → delivered, connected (/broken.yaml:14)
      9개 중 2개 성립
      "
    `);
  });

  it('as TAP', async () => {
    const ran = await run(['expect', broken, '--format', 'tap']);
    expect(ran.status).toBe(1);
    expect(ran.out.replaceAll(root, '')).toMatchInlineSnapshot(`
      "TAP version 14
      1..9
      not ok 1 - default/client -> http://web clientSees: refused
        ---
        message: "Delivered: nginx listens on port 80/tcp"
        severity: "fail"
        got: "delivered, http"
        at: "/broken.yaml:6"
        ...
      not ok 2 - default/web -> default/client allowed: false
        ---
        message: "10.244.0.65 answers the ping"
        severity: "fail"
        got: "delivered, answered"
        at: "/broken.yaml:7"
        ...
      not ok 3 - default/<no & such> -> web:80 allowed: true
        ---
        message: "There is no pod \\"default/<no & such>\\". Name it as namespace/pod, or a workload as namespace/deployment."
        severity: "error"
        at: "/broken.yaml:8"
        ...
      not ok 4 - default/client -> none:80 allowed: false
        ---
        message: "The name none does not exist"
        severity: "fail"
        got: "delivered, nxdomain"
        at: "/broken.yaml:9"
        ...
      not ok 5 - default/client -> web:80 allowed: true
        ---
        message: "Not asked: the entry does not say allowed, verdict, clientSees."
        severity: "error"
        at: "/broken.yaml:10"
        ...
      not ok 6 - default/client -> web:80 verdict: dropped
        ---
        message: "Delivered: nginx listens on port 80/tcp"
        severity: "fail"
        got: "delivered, connected"
        at: "/broken.yaml:11"
        ...
      not ok 7 -  -> web:80 allowed: true
        ---
        message: "Not asked: the entry does not say from."
        severity: "error"
        at: "/broken.yaml:12"
        ...
      ok 8 - default/client -> http://web clientSees: http
      ok 9 - default/client -> default/web:80 allowed: true
      "
    `);
  });

  it('as JUnit', async () => {
    const ran = await run(['expect', broken, '--format', 'junit']);
    expect(ran.status).toBe(1);
    expect(ran.out.replaceAll(root, '')).toMatchInlineSnapshot(`
      "<?xml version="1.0" encoding="UTF-8"?>
      <testsuites name="packetwalk" tests="9" failures="4" errors="3">
        <testsuite name="expect" tests="9" failures="4" errors="3">
          <testcase classname="/broken.yaml" name="default/client → http://web  clientSees: refused" file="/broken.yaml" line="6">
            <failure message="delivered, http">Delivered: nginx listens on port 80/tcp</failure>
          </testcase>
          <testcase classname="/broken.yaml" name="default/web → default/client  allowed: false" file="/broken.yaml" line="7">
            <failure message="delivered, answered">10.244.0.65 answers the ping</failure>
          </testcase>
          <testcase classname="/broken.yaml" name="default/&lt;no &amp; such&gt; → web:80  allowed: true" file="/broken.yaml" line="8">
            <error message="There is no pod &quot;default/&lt;no &amp; such&gt;&quot;. Name it as namespace/pod, or a workload as namespace/deployment."></error>
          </testcase>
          <testcase classname="/broken.yaml" name="default/client → none:80  allowed: false" file="/broken.yaml" line="9">
            <failure message="delivered, nxdomain">The name none does not exist</failure>
          </testcase>
          <testcase classname="/broken.yaml" name="default/client → web:80  allowed: true" file="/broken.yaml" line="10">
            <error message="Not asked: the entry does not say allowed, verdict, clientSees."></error>
          </testcase>
          <testcase classname="/broken.yaml" name="default/client → web:80  verdict: dropped" file="/broken.yaml" line="11">
            <failure message="delivered, connected">Delivered: nginx listens on port 80/tcp</failure>
          </testcase>
          <testcase classname="/broken.yaml" name=" → web:80  allowed: true" file="/broken.yaml" line="12">
            <error message="Not asked: the entry does not say from."></error>
          </testcase>
          <testcase classname="/broken.yaml" name="default/client → http://web  clientSees: http" file="/broken.yaml" line="13"/>
          <testcase classname="/broken.yaml" name="default/client → default/web:80  allowed: true" file="/broken.yaml" line="14"/>
        </testsuite>
      </testsuites>
      "
    `);
    expect((await run(['expect', good, '--format', 'junit'])).status).toBe(0);
  });

  it.each([[['--format', 'xml']], [['--format', 'tap', '--json']]])('refuses %j', async (options) => {
    expect((await run(['expect', good, ...options])).status).toBe(2);
  });
});

describe('traffic', () => {
  const file = join(root, 'traffic.json');

  it('out and in again', async () => {
    const out = await run(['export', good, '--traffic', file]);
    expect(out).toMatchObject({ status: 0, out: `${file}: 1 entry for policy-assistant\n` });
    expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject([
      { Source: { Internal: { PodLabels: { app: 'client' } } }, ResolvedPort: 80, Protocol: 'TCP' },
    ]);
    const back = await run(['import', good, '--traffic', file]);
    expect(back).toMatchObject({
      status: 0,
      out: 'expect:\n  - {from: default/client, to: "default/web:80", allowed: true}\n',
      err: '',
    });
    const json = (await run(['import', good, '--traffic', file, '--as', 'probes', '--json'])).json();
    expect(json).toMatchObject({
      entries: [{ from: 'default/client', tool: 'nc', to: 'default/web', port: 80 }],
      notes: [],
      files: [{ name: good }],
    });
  });

  it('what is wrong with the file is told with its place, in both languages', async () => {
    writeFileSync(file, '[\n  {"Source": {"IP": "8.8.8.8"},}\n]');
    const told = await run(['import', good, '--traffic', file]);
    expect(told.status).toBe(1);
    expect(told.err).toBe(
      `${file}:2:32: error: JSON cannot go on with "}" here. A traffic file is a JSON list. [traffic/not-json]\n`,
    );
    const korean = await run(['import', good, '--traffic', file, '--lang', 'ko']);
    expect(korean.err).toContain(':2:32: error: 여기에 "}"');
  });

  it.each([
    ['no file named', ['import', good]],
    ['a file that is not there', ['import', good, '--traffic', join(root, 'none.json')]],
    ['another list', ['import', good, '--traffic', file, '--as', 'faults']],
    ['a walk', ['export', good, '--traffic', file, '--from', 'default/client']],
  ])('%s is wrong usage', async (_, argv) => {
    expect((await run(argv)).status).toBe(2);
  });

  it('in batch', async () => {
    const lines = [
      { id: 1, files: { 'a.yaml': SCENARIO }, command: 'export', args: { traffic: true } },
      { id: 2, command: 'import', args: { traffic: '[{}]' } },
      { id: 3, command: 'expect', args: { format: 'tap' } },
    ];
    const ran = await run(['batch'], lines.map((line) => JSON.stringify(line)).join('\n'));
    const answers = ran.out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as unknown);
    expect(answers).toMatchObject([
      { id: 1, ok: true, result: { entries: 1, left: [] } },
      { id: 2, ok: true, result: { entries: [], notes: [{ code: 'traffic/missing', line: 1 }, {}, {}, {}] } },
      { id: 3, ok: false },
    ]);
  });
});
