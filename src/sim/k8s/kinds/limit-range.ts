/** LimitRange: its defaults (SetDefaults_LimitRangeItem) and what the API server says of its numbers (ValidateLimitRange). */
import { compare, quantityOf, quantityText, type Quantity, whole } from '../quantity.ts';
import { metadataRules } from './metadata.ts';
import { dnsSubdomain } from './names.ts';
import { keyedText, nameFaults } from './resources.ts';
import {
  asRecord,
  asRecords,
  type Body,
  type KindSpec,
  type Report,
  simulated,
  simulatedDeep,
} from './schema.ts';

const TYPES = ['Pod', 'Container', 'PersistentVolumeClaim'];
const LISTS = ['max', 'min', 'default', 'defaultRequest', 'maxLimitRequestRatio'] as const;

export const limitRange: KindSpec = {
  kind: 'LimitRange',
  apiVersion: 'v1',
  scope: 'namespaced',
  effect: 'simulated',
  type: 'LimitRange',
  types: {
    LimitRangeItem: 'default:{q defaultRequest:{q max:{q maxLimitRequestRatio:{q min:{q type:s!',
  },
  rules: {
    ...metadataRules,
    ...simulated('spec', 'spec.limits', 'spec.limits.type'),
    ...simulatedDeep(...LISTS.map((list) => `spec.limits.${list}`)),
  },
  nameCheck: dnsSubdomain,
  complete: (body: Body) => {
    for (const item of asRecords(asRecord(body.spec).limits)) completeItem(item);
  },
  validate: (body: Body, report: Report) => {
    const types = new Set<string>();
    asRecords(asRecord(body.spec).limits).forEach((item, i) => {
      validateItem(item, i, types, report);
    });
  },
};

/** A container's limit is its maximum, its request its limit or else the minimum, where nothing else is said. */
function completeItem(item: Body): void {
  if (item.type !== 'Container') return;
  const limits: Body = { ...asRecord(item.max), ...asRecord(item.default) };
  const requests: Body = { ...asRecord(item.min), ...limits, ...asRecord(item.defaultRequest) };
  if (Object.keys(limits).length > 0) item.default = limits;
  if (Object.keys(requests).length > 0) item.defaultRequest = requests;
}

function validateItem(item: Body, i: number, types: Set<string>, report: Report): void {
  const at = ['spec', 'limits', i];
  const type = String(item.type ?? '');
  const say = (path: readonly (string | number)[], problem: string, keyed = true): void => {
    const full = [...at, ...path];
    report('value/resource', full, { problem }, keyed ? { apiPath: keyedText(full) } : {});
  };
  if (!type.includes('/') && !TYPES.includes(type)) {
    say(
      ['type'],
      `Invalid value: ${JSON.stringify(type)}: must be a standard limit type or fully qualified`,
      false,
    );
  }
  if (types.has(type)) say(['type'], `Duplicate value: ${JSON.stringify(type)}`, false);
  types.add(type);
  const of = type === 'Pod' || type === 'Container' ? 'container' : 'any';
  const names = new Set<string>();
  for (const list of LISTS) {
    const values = asRecord(item[list]);
    if (type === 'Pod' && (list === 'default' || list === 'defaultRequest')) {
      if (Object.keys(values).length > 0) {
        say([list], "Forbidden: may not be specified when `type` is 'Pod'", false);
      }
      continue;
    }
    for (const name of Object.keys(values)) {
      names.add(name);
      for (const problem of nameFaults(name, of)) say([list, name], problem);
    }
  }
  const storage = [item.min, item.max].some((list) => asRecord(list).storage !== undefined);
  if (type === 'PersistentVolumeClaim' && !storage) {
    const problem =
      'Required value: either minimum or maximum storage value is required, but neither was provided';
    report('value/resource', at, { problem }, { apiPath: `spec.limits[${i}].limits` });
  }
  for (const name of [...names].sort()) validateNumbers(item, name, say);
}

function validateNumbers(
  item: Body,
  name: string,
  say: (path: readonly string[], problem: string) => void,
): void {
  const of = (list: (typeof LISTS)[number]): Quantity | undefined => {
    if (item.type === 'Pod' && (list === 'default' || list === 'defaultRequest')) return undefined;
    const value = asRecord(item[list])[name];
    return value === undefined ? undefined : quantityOf(value);
  };
  const [max, min, limit, request, ratio] = LISTS.map(of);
  const complain = (list: string, value: Quantity, why: string): void => {
    say([list, name], `Invalid value: ${JSON.stringify(quantityText(value))}: ${why}`);
  };
  const inOrder = (
    low: Quantity | undefined,
    high: Quantity | undefined,
    list: string,
    value: Quantity | undefined,
    words: readonly [string, string],
  ): void => {
    if (low === undefined || high === undefined || value === undefined || compare(low, high) <= 0) return;
    complain(
      list,
      value,
      `${words[0]} value ${quantityText(low)} is greater than ${words[1]} value ${quantityText(high)}`,
    );
  };
  inOrder(min, max, 'min', min, ['min', 'max']);
  inOrder(min, request, 'defaultRequest', request, ['min', 'default request']);
  inOrder(request, max, 'defaultRequest', request, ['default request', 'max']);
  inOrder(request, limit, 'defaultRequest', request, ['default request', 'default limit']);
  inOrder(min, limit, 'default', min, ['min', 'default']);
  inOrder(limit, max, 'default', max, ['default', 'max']);
  if (ratio === undefined) return;
  if (compare(ratio, whole(1)) < 0) {
    complain('maxLimitRequestRatio', ratio, `ratio ${quantityText(ratio)} is less than 1`);
  }
  if (min === undefined || max === undefined || min.nano === 0n) return;
  const most = Number(max.nano) / Number(min.nano);
  if (Number(ratio.nano) / 1e9 > most) {
    complain(
      'maxLimitRequestRatio',
      ratio,
      `ratio ${quantityText(ratio)} is greater than max/min = ${most.toFixed(6)}`,
    );
  }
}
