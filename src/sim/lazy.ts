/**
 * Plug-ins whose code is a file of its own, fetched when a scenario chooses it: a first visit pays for one CNI and one
 * kube-proxy mode. What the app says about a plug-in is there from the start (`about.ts`).
 */
import { CodeMissing, fetched, type Loading } from './base/code.ts';
import type { CniAbout, CniPlugin, Lazy, ProxyAbout, ProxyPlugin } from './plugin.ts';

/** Throws `CodeMissing` if the code of any of these is apart and not there. */
export function needLoaded(
  plugins: readonly (({ readonly id: string } & Partial<Lazy<unknown>>) | undefined)[],
): void {
  const missing = plugins.flatMap((plugin): Loading[] =>
    plugin?.load === undefined || plugin.loaded?.() === true ? [] : [{ id: plugin.id, load: plugin.load }],
  );
  if (missing.length > 0) throw new CodeMissing(missing);
}

const NO_HOOKS = { programs: {}, commands: [] };

export function lazyCni(about: CniAbout, fetch: () => Promise<CniPlugin>): Lazy<CniPlugin> {
  const { load, loaded, need: code } = fetched(about.id, fetch);
  return {
    ...about,
    load,
    loaded,
    assignPodIps: (input) => code().assignPodIps(input),
    podRanges: (input) => code().podRanges?.(input) ?? input.node.podCIDRs,
    setUpNode: (context) => code().setUpNode(context),
    addPod: (context) => code().addPod(context),
    hooks: () => code().hooks?.() ?? NO_HOOKS,
    routerRoutes: (cluster) => code().routerRoutes?.(cluster) ?? [],
    queue: (cluster) => code().queue?.(cluster),
  };
}

export function lazyProxy(about: ProxyAbout, fetch: () => Promise<ProxyPlugin>): Lazy<ProxyPlugin> {
  const { load, loaded, need: code } = fetched(about.id, fetch);
  return { ...about, load, loaded, setUpNode: (context) => code().setUpNode(context) };
}
