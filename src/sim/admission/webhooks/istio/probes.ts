/**
 * The kubelet's probes of a pod with a sidecar (app_probe.go): it asks the agent on 15020, which asks the app from inside. The
 * agent finds in ISTIO_KUBE_APP_PROBERS whom to ask. The hooks of a container's life go the same way.
 */
import type { Labels } from '../../../k8s/cluster-state.ts';
import { asRecord, type Body } from '../../../k8s/kinds/schema.ts';
import type { UpstreamContainer } from '../../../k8s/upstream.ts';

const PROBES = [
  ['readinessProbe', 'readyz'],
  ['livenessProbe', 'livez'],
  ['startupProbe', 'startupz'],
] as const;
const HOOKS = [
  ['preStop', 'prestopz'],
  ['postStart', 'poststartz'],
] as const;

export const probesAreRewritten = (annotations: Labels): boolean =>
  !/^(0|f|false)$/i.test(annotations['sidecar.istio.io/rewriteAppHTTPProbers'] ?? 'true');

const isPassedOn = ({ httpGet, tcpSocket, grpc }: Body): boolean =>
  httpGet !== undefined || tcpSocket !== undefined || grpc !== undefined;

const pathOf = (container: string, what: string): string => `/app-health/${container}/${what}`;

function toTheAgent({ httpGet, tcpSocket: _socket, grpc: _grpc, ...rest }: Body, path: string): Body {
  return { ...rest, httpGet: { ...asRecord(httpGet), path, port: 15020, scheme: 'HTTP' } };
}

export function rewritten(container: UpstreamContainer): UpstreamContainer {
  const body = container as unknown as Body;
  const change = (of: Body, names: typeof PROBES | typeof HOOKS): Body =>
    Object.fromEntries(
      names.flatMap(([name, what]) => {
        const own = asRecord(of[name]);
        return isPassedOn(own) ? [[name, toTheAgent(own, pathOf(container.name, what))]] : [];
      }),
    );
  const hooks = change(asRecord(body['lifecycle']), HOOKS);
  const probes = change(body, PROBES);
  const changed = {
    ...probes,
    ...(Object.keys(hooks).length > 0 && { lifecycle: { ...asRecord(body['lifecycle']), ...hooks } }),
  };
  return Object.keys(changed).length === 0 ? container : { ...container, ...changed };
}

/** As the agent reads it, in Go's order of keys; undefined where it has nobody to ask. */
export function probersOf(containers: readonly UpstreamContainer[]): string | undefined {
  const all = containers.flatMap((container) => {
    const body = container as unknown as Body;
    const ask = (of: Body, names: typeof PROBES | typeof HOOKS): [string, Body][] =>
      names.flatMap(([name, what]) => {
        const own = asRecord(of[name]);
        return isPassedOn(own) ? [[pathOf(container.name, what), prober(own, container)]] : [];
      });
    return [...ask(body, PROBES), ...ask(asRecord(body['lifecycle']), HOOKS)];
  });
  if (all.length === 0) return undefined;
  return JSON.stringify(Object.fromEntries(all.sort(([a], [b]) => (a < b ? -1 : 1))));
}

/** Names of ports are numbers here. */
function prober({ httpGet, tcpSocket, grpc, timeoutSeconds }: Body, { ports }: UpstreamContainer): Body {
  const numbered = (asked: unknown): Body => {
    const own = asRecord(asked);
    const named = ports?.find(({ name }) => name !== undefined && name === own['port']);
    return { ...own, port: named?.containerPort ?? own['port'] };
  };
  return {
    ...(httpGet !== undefined && { httpGet: numbered(httpGet) }),
    ...(tcpSocket !== undefined && { tcpSocket: numbered(tcpSocket) }),
    ...(grpc !== undefined && { grpc: numbered(grpc) }),
    ...(timeoutSeconds !== undefined && { timeoutSeconds }),
  };
}
