import type { FieldPath } from '../../base/origin.ts';
import { asRecord, asRecords, type Body, type KindSpec, type Report, simulated } from './schema.ts';

const LEVELS = ['privileged', 'baseline', 'restricted'];
const MODES = ['enforce', 'audit', 'warn'];
const EXEMPTIONS = ['usernames', 'runtimeClasses', 'namespaces'];

/**
 * The file of kube-apiserver's `--admission-control-config-file`. What it says of PodSecurity (a PodSecurityConfiguration)
 * is read; other plug-ins' configuration is said not to be modelled.
 */
export const admissionConfiguration: KindSpec = {
  kind: 'AdmissionConfiguration',
  apiVersion: 'apiserver.config.k8s.io/v1',
  scope: 'none',
  effect: 'settings',
  type: 'AdmissionConfiguration',
  types: {
    AdmissionConfiguration: 'kind:s apiVersion:s plugins:[AdmissionPluginConfiguration',
    AdmissionPluginConfiguration: 'name:s! path:s configuration:a',
  },
  rules: simulated('plugins', 'plugins.name', 'plugins.configuration'),
  nameOf: () => 'kube-apiserver',
  validate,
  // What is wrong is left out, and the rest counts. (kube-apiserver would not start.)
  mend: (body) => {
    const faulty: FieldPath[] = [];
    validate(body, (_code, path) => faulty.push(path));
    for (const path of faulty) {
      const holder = path
        .slice(0, -1)
        .reduce<unknown>(
          (at, step) => (typeof step === 'number' ? asRecords(at)[step] : asRecord(at)[step]),
          body,
        );
      delete asRecord(holder)[String(path.at(-1))];
    }
  },
};

function validate(body: Body, report: Report): void {
  asRecords(body.plugins).forEach(({ name, configuration, path }, i) => {
    const at: FieldPath = ['plugins', i];
    if (name !== 'PodSecurity') report('field/unmodelled', [...at, 'name'], {});
    // A file of the control plane's, which is not here.
    else if (path !== undefined) report('field/unmodelled', [...at, 'path'], {});
    else podSecurity(asRecord(configuration), [...at, 'configuration'], report);
  });
}

/** ValidatePodSecurityConfiguration (pod-security-admission, admission/api/validation). */
function podSecurity(configuration: Body, at: FieldPath, report: Report): void {
  known(configuration, ['apiVersion', 'kind', 'defaults', 'exemptions'], at, report);
  const defaults = asRecord(configuration.defaults);
  known(defaults, [...MODES, ...MODES.map((mode) => `${mode}-version`)], [...at, 'defaults'], report);
  for (const [key, value] of Object.entries(defaults)) {
    const path = [...at, 'defaults', key];
    const text = String(value);
    if (MODES.includes(key) && !LEVELS.includes(text)) {
      report('value/policy-level', path, { value: text });
    } else if (key.endsWith('-version') && !/^(latest|v1\.(0|[1-9]\d*))$/.test(text)) {
      report('value/policy-version', path, { value: text });
    }
  }
  const exemptions = asRecord(configuration.exemptions);
  known(exemptions, EXEMPTIONS, [...at, 'exemptions'], report);
  for (const [key, value] of Object.entries(exemptions)) {
    if (!Array.isArray(value) || value.some((one) => typeof one !== 'string')) {
      report('value/type', [...at, 'exemptions', key], { expected: '[]string', got: typeof value });
    }
  }
}

function known(record: Body, names: readonly string[], at: FieldPath, report: Report): void {
  for (const key of Object.keys(record)) {
    if (!names.includes(key)) report('field/unknown', [...at, key], { suggestion: '' }, { key: true });
  }
}
