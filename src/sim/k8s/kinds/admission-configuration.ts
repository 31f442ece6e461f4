import { REMOVED_PLUGINS } from './removed.ts';
import { asRecord, type Body, type KindSpec, type Report, simulated } from './schema.ts';

/** Those that read their entry here, and those that nobody has any more. */
const KNOWN: ReadonlySet<string> = new Set(['PodSecurity', ...REMOVED_PLUGINS.keys()]);

/**
 * The file of kube-apiserver's `--admission-control-config-file`. The plug-in that an entry names reads it; one that is not
 * simulated could refuse anything.
 */
export const admissionConfiguration: KindSpec = {
  kind: 'AdmissionConfiguration',
  apiVersion: 'apiserver.config.k8s.io/v1',
  scope: 'none',
  effect: 'settings',
  affects: 'all',
  type: 'AdmissionConfiguration',
  types: {
    AdmissionConfiguration: 'kind:s apiVersion:s plugins:[AdmissionPluginConfiguration',
    AdmissionPluginConfiguration: 'name:s! path:s configuration:a',
  },
  rules: {
    ...simulated('plugins', 'plugins.configuration'),
    'plugins.name': { support: 'unsupported', when: (name) => !KNOWN.has(String(name)) },
    // A file of the control plane's, which is not here.
    'plugins.path': { support: 'unsupported' },
  },
  validate: tellRemoved,
  nameOf: () => 'kube-apiserver',
};

/** An entry for a plug-in that there no longer is: nobody reads it. */
function tellRemoved(body: Body, report: Report): void {
  const plugins = Array.isArray(body['plugins']) ? (body['plugins'] as readonly unknown[]) : [];
  for (const [i, plugin] of plugins.entries()) {
    const name = String(asRecord(plugin)['name']);
    const since = REMOVED_PLUGINS.get(name);
    if (since !== undefined) report('kind/removed-plugin', ['plugins', i, 'name'], { name, since });
  }
}
