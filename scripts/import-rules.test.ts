/** Plants imports that the architecture forbids, and some that it allows, and has the linter judge them. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
// @ts-expect-error A plain script without types.
import { lintConfig } from './lint-config.mjs';

interface Planted {
  readonly file: string;
  readonly line: string;
}

const FORBIDDEN: readonly Planted[] = [
  { file: 'src/sim/net/a.ts', line: "import { settle } from '../k8s/controllers/settle.ts';" },
  { file: 'src/sim/net/b.ts', line: "import type { Pod } from '../k8s/cluster-state.ts';" },
  { file: 'src/sim/k8s/c.ts', line: "import type { NetnsConfig } from '../net/config.ts';" },
  { file: 'src/sim/k8s/kinds/d.ts', line: "import { encode } from '../../packet/codec.ts';" },
  { file: 'src/sim/base/e.ts', line: "import type { Packet } from '../packet/packet.ts';" },
  { file: 'src/sim/policy/f.ts', line: "import type { Rule } from '../net/config.ts';" },
  { file: 'src/sim/cni/flannel/g.ts', line: "import { run } from '../../net/kernel.ts';" },
  { file: 'src/sim/cni/flannel/h.ts', line: "import { simulate } from '../../simulate.ts';" },
  { file: 'src/sim/cluster/i.ts', line: "import { flannel } from '../cni/flannel/flannel.ts';" },
  { file: 'src/sim/probe/j.ts', line: "import { create } from 'zustand';" },
  { file: 'src/sim/scene/k.ts', line: "import { useState } from 'react';" },
  { file: 'src/worker/l.ts', line: "import { useDocument } from '../state/document.ts';" },
  { file: 'src/state/m.ts', line: "import { simulate } from '../sim/simulate.ts';" },
  { file: 'src/ui/graph/n.ts', line: "import { Timeline } from '../timeline/Timeline.tsx';" },
  { file: 'src/ui/timeline/o.ts', line: "import { simulate } from '../../sim/simulate.ts';" },
  { file: 'src/ui/timeline/p.ts', line: "import { shownSteps } from '../../sim/scene/lens.ts';" },
  { file: 'src/ui/kit/q.ts', line: "import { App } from '../app/App.tsx';" },
  { file: 'src/cli/r.ts', line: "import { useLook } from '../state/selection.ts';" },
  { file: 'src/share/s.ts', line: "import { simulate } from '../sim/simulate.ts';" },
  { file: 'src/sim/net/t.ts', line: 'export const now = Date.now();' },
  { file: 'src/sim/net/u.ts', line: 'export const chance = Math.random();' },
  { file: 'src/sim/probe/v.ts', line: 'setTimeout(() => undefined, 1);' },
];

const ALLOWED: readonly Planted[] = [
  { file: 'src/sim/net/a.ts', line: "import type { Packet } from '../packet/packet.ts';" },
  { file: 'src/sim/cni/flannel/b.ts', line: "import type { NetnsPart } from '../../net/config.ts';" },
  { file: 'src/sim/cluster/c.ts', line: "import { cniPlugin } from '../cni/registry.ts';" },
  { file: 'src/state/d.ts', line: "import type { Trace } from '../sim/trace/trace.ts';" },
  { file: 'src/ui/graph/e.ts', line: "import { planScene } from '../../sim/scene/plan.ts';" },
  { file: 'src/ui/inspector/f.ts', line: "import { encode } from '../../sim/packet/codec.ts';" },
  { file: 'src/ui/inspector/g.ts', line: "import type { Trace } from '../../sim/trace/trace.ts';" },
];

let root = '';
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'import-rules-'));
  writeFileSync(join(root, '.oxlintrc.json'), JSON.stringify(lintConfig));
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

/** Files with a finding of the rules that keep rooms apart. */
function judged(planted: readonly Planted[]): ReadonlySet<string> {
  for (const { file, line } of planted) {
    mkdirSync(dirname(join(root, file)), { recursive: true });
    writeFileSync(join(root, file), `${line}\n`);
  }
  const oxlint = resolve('node_modules/.bin/oxlint');
  const { stdout } = spawnSync(
    oxlint,
    ['-c', '.oxlintrc.json', '-f', 'json', ...planted.map((p) => p.file)],
    {
      cwd: root,
      encoding: 'utf8',
    },
  );
  const report = JSON.parse(stdout) as { diagnostics: { code: string; filename: string }[] };
  return new Set(
    report.diagnostics
      .filter((d) => /no-restricted/.test(d.code))
      .map((d) => d.filename.replaceAll('\\', '/')),
  );
}

describe('import rules', () => {
  it('find every planted violation', () => {
    const found = judged(FORBIDDEN);
    expect(FORBIDDEN.filter((p) => !found.has(p.file))).toEqual([]);
  });

  it('let pass what the table allows', () => {
    rmSync(join(root, 'src'), { recursive: true, force: true });
    const found = judged(ALLOWED);
    expect(ALLOWED.filter((p) => found.has(p.file))).toEqual([]);
  });
});
