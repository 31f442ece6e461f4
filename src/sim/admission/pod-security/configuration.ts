/** PodSecurityConfiguration: defaults and exemptions, and what upstream would not take (admission/api/validation). */
import type { FieldPath } from '../../base/origin.ts';
import type { AdmissionRemark } from '../../k8s/controllers/admission.ts';
import type { Labels } from '../../k8s/cluster-state.ts';
import { MODES, readPolicy } from './policy.ts';

const EXEMPTIONS = ['usernames', 'runtimeClasses', 'namespaces'] as const;

export interface Configuration {
  /** `enforce`, `enforce-version`, ... */
  readonly defaults: Labels;
  readonly exemptions: Readonly<Record<(typeof EXEMPTIONS)[number], readonly string[]>>;
}

type Body = Readonly<Record<string, unknown>>;

const record = (value: unknown): Body =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Body) : {};

const isTexts = (value: unknown): value is readonly string[] =>
  Array.isArray(value) && value.every((one) => typeof one === 'string');

/** Without what is wrong in it. */
export function soundConfiguration(written: unknown): Configuration {
  const { defaults, exemptions } = record(written);
  const list = (name: string): readonly string[] => {
    const value = record(exemptions)[name];
    return isTexts(value) ? value : [];
  };
  const texts = Object.entries(record(defaults)).filter(
    (entry): entry is [string, string] =>
      typeof entry[1] === 'string' && faultsOfDefault(...entry).length === 0,
  );
  return {
    defaults: Object.fromEntries(texts),
    exemptions: {
      usernames: list('usernames'),
      runtimeClasses: list('runtimeClasses'),
      namespaces: list('namespaces'),
    },
  };
}

function faultsOfDefault(key: string, value: unknown): readonly string[] {
  const { problems } = readPolicy({ [key]: String(value) }, '');
  return problems.map(({ message }) => message.replace(/^metadata\.labels\[(.*?)\]/, 'defaults.$1'));
}

export function configurationFaults(written: unknown): readonly AdmissionRemark[] {
  const faults: AdmissionRemark[] = [];
  const unknown = (body: Body, names: readonly string[], at: FieldPath): void => {
    for (const key of Object.keys(body)) {
      if (names.includes(key)) continue;
      const field = [...at, key];
      faults.push({ message: `strict decoding error: unknown field "${field.join('.')}"`, paths: [field] });
    }
  };
  unknown(record(written), ['apiVersion', 'kind', 'defaults', 'exemptions'], []);
  const { defaults, exemptions } = record(written);
  unknown(record(defaults), [...MODES, ...MODES.map((mode) => `${mode}-version`)], ['defaults']);
  for (const [key, value] of Object.entries(record(defaults))) {
    for (const message of faultsOfDefault(key, value)) faults.push({ message, paths: [['defaults', key]] });
  }
  unknown(record(exemptions), EXEMPTIONS, ['exemptions']);
  for (const name of EXEMPTIONS) {
    const value = record(exemptions)[name];
    if (value === undefined || isTexts(value)) continue;
    const message = `exemptions.${name}: Invalid value: ${JSON.stringify(value)}: must be a list of names`;
    faults.push({ message, paths: [['exemptions', name]] });
  }
  return faults;
}
