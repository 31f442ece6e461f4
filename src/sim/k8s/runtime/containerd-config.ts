/**
 * The runtimes in a patch of containerd's config.toml (kind's `containerdConfigPatches`): the tables
 * `[plugins."...cri...".containerd.runtimes.NAME]` and their options, with their lines. Of TOML it reads headers and
 * `key = value` lines, which is what these tables are made of.
 */

export interface ContainerdRuntime {
  readonly name: string;
  readonly type?: string;
  /** `options.BinaryName` */
  readonly binary?: string;
  readonly lines: readonly string[];
}

export interface ContainerdConfig {
  readonly runtimes: readonly ContainerdRuntime[];
  readonly defaultName?: string;
}

/** `plugins."io.containerd.grpc.v1.cri".containerd` in its parts. */
function keyParts(text: string): readonly string[] {
  return [...text.matchAll(/"([^"]*)"|'([^']*)'|([A-Za-z0-9_-]+)/g)].map((m) => m[1] ?? m[2] ?? m[3] ?? '');
}

function valueOf(text: string): string {
  return (
    /^\s*(?:"([^"]*)"|'([^']*)'|([^\s#]+))/
      .exec(text)
      ?.slice(1)
      .find((part) => part !== undefined) ?? ''
  );
}

export function readContainerdConfig(patches: readonly string[]): ContainerdConfig {
  const runtimes = new Map<string, { type?: string; binary?: string; lines: string[] }>();
  let defaultName: string | undefined;
  for (const patch of patches) {
    let at: readonly string[] = [];
    for (const raw of patch.split('\n')) {
      const line = raw.trim();
      if (line === '' || line.startsWith('#')) continue;
      const header = /^\[([^[\]]+)\]/.exec(line)?.[1];
      if (header !== undefined) at = keyParts(header);
      const containerd = at.indexOf('containerd');
      if (at[0] !== 'plugins' || containerd < 0) continue;
      const [key = '', value = ''] = header === undefined ? line.split(/=(.*)/s) : [];
      if (at.length === containerd + 1 && key.trim() === 'default_runtime_name') defaultName = valueOf(value);
      const name = at[containerd + 1] === 'runtimes' ? at[containerd + 2] : undefined;
      if (name === undefined) continue;
      const found = runtimes.get(name) ?? { lines: [] };
      runtimes.set(name, found);
      found.lines.push(line);
      if (at.length === containerd + 3 && key.trim() === 'runtime_type') found.type = valueOf(value);
      if (at[containerd + 3] === 'options' && key.trim() === 'BinaryName') found.binary = valueOf(value);
    }
  }
  return {
    runtimes: [...runtimes].map(([name, rest]) => ({ name, ...rest })),
    ...(defaultName === undefined ? {} : { defaultName }),
  };
}
