/** What may be requested and limited, in a container and in a whole pod (ValidateResourceRequirements, core/helper). */
import type { FieldPath } from '../../base/origin.ts';
import { pathText } from '../diagnostics.ts';
import { compare, quantityOf, quantityText } from '../quantity.ts';
import { isLabelKey } from './names.ts';
import { asRecord, type Report } from './schema.ts';

/** One complaint; `problem` is upstream's sentence behind the field. */
export interface ResourceFault {
  readonly path: FieldPath;
  readonly problem: string;
}

/** Upstream writes the keys of a map in brackets: `spec.containers[0].resources.limits[cpu]`. */
export function keyedText(path: FieldPath): string {
  return `${pathText(path.slice(0, -1))}[${path.at(-1)}]`;
}

const LISTS: readonly (string | number | undefined)[] = ['limits', 'requests'];
export function faultText({ path, problem }: ResourceFault): string {
  return `${LISTS.includes(path.at(-2)) ? keyedText(path) : pathText(path)}: ${problem}`;
}

const OBJECTS = ['pods', 'services', 'replicationcontrollers', 'resourcequotas', 'secrets', 'configmaps'];
const COUNTED = [...OBJECTS, 'persistentvolumeclaims', 'services.nodeports', 'services.loadbalancers'];
const COMPUTE = ['cpu', 'memory', 'ephemeral-storage'];
/** What a quota may name without a domain, besides huge pages. */
const QUOTA = new Set([
  ...COUNTED,
  ...COMPUTE,
  ...COMPUTE.flatMap((name) => [`requests.${name}`, `limits.${name}`]),
  'requests.storage',
]);

const HUGE_PAGES = 'hugepages-';

function isStandard(name: string): boolean {
  return QUOTA.has(name) || name === 'storage' || /^(?:requests\.)?hugepages-/.test(name);
}

/** No domain, or one of Kubernetes' own. */
export const isNative = (name: string): boolean => !name.includes('/') || name.includes('kubernetes.io/');

/** `nvidia.com/gpu`: a request of it is its limit. */
export const isExtended = (name: string): boolean =>
  !isNative(name) && !name.startsWith('requests.') && isLabelKey(`requests.${name}`);

const overcommits = (name: string): boolean => isNative(name) && !name.startsWith(HUGE_PAGES);

const invalid = (value: string, why: string): string => `Invalid value: ${JSON.stringify(value)}: ${why}`;

/** What is wrong with a resource's name, in upstream's order: it says all. */
export function nameFaults(name: string, of: 'container' | 'quota' | 'any'): readonly string[] {
  if (!isLabelKey(name)) {
    return [
      invalid(
        name,
        "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')",
      ),
    ];
  }
  const faults: string[] = [];
  if (!name.includes('/')) {
    if (!isStandard(name)) faults.push('must be a standard resource type or fully qualified');
    if (of === 'quota' && !QUOTA.has(name) && !/^(?:requests\.)?hugepages-/.test(name)) {
      faults.push('must be a standard resource for quota');
    }
    if (of === 'container' && !COMPUTE.includes(name) && !name.startsWith(HUGE_PAGES)) {
      faults.push('must be a standard resource for containers');
    }
  } else if (of === 'container' && !isNative(name) && !isExtended(name)) {
    faults.push("doesn't follow extended resource name standard");
  }
  return faults.map((why) => invalid(name, why));
}

/** A quantity that may be asked for: not negative, and whole where there are no parts of one. */
export function valueFaults(name: string, value: unknown): readonly string[] {
  const quantity = quantityOf(value);
  const text = quantityText(quantity);
  const faults: string[] = [];
  if (quantity.nano < 0n) faults.push(invalid(text, 'must be greater than or equal to 0'));
  const integers = COUNTED.includes(name) || isExtended(name);
  if (integers && quantity.nano % 1_000_000_000n !== 0n) {
    faults.push(`Invalid value: ${text}: must be an integer`);
  }
  return faults;
}

/** Faults of `resources` in a container, at `path`. */
export function resourceFaults(resources: unknown, path: FieldPath): readonly ResourceFault[] {
  const limits = asRecord(asRecord(resources).limits);
  const requests = asRecord(asRecord(resources).requests);
  const faults: ResourceFault[] = [];
  const say = (at: FieldPath, problem: string): void => {
    faults.push({ path: [...path, ...at], problem });
  };
  for (const [list, values] of Object.entries({ limits, requests })) {
    for (const [name, value] of Object.entries(values)) {
      for (const why of [...nameFaults(name, 'container'), ...valueFaults(name, value)])
        say([list, name], why);
    }
  }
  for (const [name, value] of Object.entries(requests)) {
    const limit = Object.hasOwn(limits, name) ? limits[name] : undefined;
    const request = quantityOf(value);
    if (limit === undefined) {
      if (!overcommits(name)) {
        say(['limits'], 'Required value: Limit must be set for non overcommitable resources');
      }
      continue;
    }
    const order = compare(request, quantityOf(limit));
    const must = order !== 0 && !overcommits(name) ? 'equal to' : order > 0 ? 'less than or equal to' : '';
    if (must === '') continue;
    const text = quantityText(quantityOf(limit));
    say(['requests'], invalid(quantityText(request), `must be ${must} ${name} limit of ${text}`));
  }
  const names = [...Object.keys(limits), ...Object.keys(requests)];
  if (names.some((n) => n.startsWith(HUGE_PAGES)) && !names.includes('cpu') && !names.includes('memory')) {
    say([], 'Forbidden: HugePages require cpu or memory');
  }
  return faults;
}

export function reportResources(resources: unknown, path: FieldPath, report: Report): void {
  for (const fault of resourceFaults(resources, path)) {
    const { problem } = fault;
    report(
      'value/resource',
      fault.path,
      { problem },
      { apiPath: faultText(fault).slice(0, -problem.length - 2) },
    );
  }
}
