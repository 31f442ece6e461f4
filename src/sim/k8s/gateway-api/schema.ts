/**
 * What the API server says of a custom resource that its schema does not take: bounds, patterns and lists in the words of
 * kube-openapi, CEL rules with the message of the CRD. Since Kubernetes 1.35 a rule's message repeats texts and numbers, and
 * says nothing of objects and lists.
 */
import type { FieldPath } from '../../base/origin.ts';
import { pathText } from '../diagnostics.ts';
import type { Report } from '../kinds/schema.ts';

export function say(report: Report, path: FieldPath, problem: string): void {
  report('value/resource', path, { problem });
}

/** A CEL rule (`x-kubernetes-validations`) of an object or a list. */
export function broken(report: Report, path: FieldPath, message: string): void {
  say(report, path, `Invalid value: ${message}`);
}

export function outside(value: number, min: number, max: number, path: FieldPath, report: Report): void {
  const what = (bound: string): string =>
    `Invalid value: ${value}: ${pathText(path)} in body should be ${bound}`;
  if (value < min) say(report, path, what(`greater than or equal to ${min}`));
  else if (value > max) say(report, path, what(`less than or equal to ${max}`));
}

export const bounds =
  (min: number, max: number) =>
  (value: number, path: FieldPath, report: Report): void =>
    outside(value, min, max, path, report);

export const port = bounds(1, 65535);

/** `^...$` as the CRD writes it. */
export function pattern(expression: string, maxLength = 253, minLength = 1) {
  const regex = new RegExp(expression);
  return (value: string, path: FieldPath, report: Report): void => {
    const at = pathText(path);
    if (value.length < minLength) {
      say(
        report,
        path,
        `Invalid value: "${value}": ${at} in body should be at least ${minLength} chars long`,
      );
    }
    if (value.length > maxLength) say(report, path, `Too long: may not be more than ${maxLength} bytes`);
    if (!regex.test(value)) {
      say(report, path, `Invalid value: "${value}": ${at} in body should match '${expression}'`);
    }
  };
}

export function items(
  list: readonly unknown[],
  least: number,
  most: number,
  path: FieldPath,
  report: Report,
): void {
  if (list.length < least) {
    say(
      report,
      path,
      `Invalid value: ${list.length}: ${pathText(path)} in body should have at least ${least} items`,
    );
  } else if (list.length > most) {
    say(report, path, `Too many: ${list.length}: must have at most ${most} items`);
  }
}

/** `x-kubernetes-list-map-keys: [name]` */
export function uniqueNames(
  list: readonly { readonly name?: unknown }[],
  path: FieldPath,
  report: Report,
): void {
  const names = list.map(({ name }) => String(name ?? ''));
  names.forEach((name, i) => {
    if (name !== '' && names.indexOf(name) < i)
      say(report, [...path, i], `Duplicate value: {"name":"${name}"}`);
  });
}

const LABEL = '[a-z0-9]([-a-z0-9]*[a-z0-9])?';
const SUBDOMAIN = `${LABEL}(\\.${LABEL})*`;

export const hostname = pattern(`^(\\*\\.)?${SUBDOMAIN}$`);
export const preciseHostname = pattern(`^${SUBDOMAIN}$`);
export const sectionName = pattern(`^${SUBDOMAIN}$`);
export const namespace = pattern(`^${LABEL}$`, 63);
export const group = pattern(`^$|^${SUBDOMAIN}$`, 253, 0);
export const kind = pattern('^[a-zA-Z]([-a-zA-Z0-9]*[a-zA-Z0-9])?$', 63);
export const objectName = pattern('', 253);
export const controllerName = pattern(`^${SUBDOMAIN}\\/[A-Za-z0-9\\/\\-._~%!$&'()*+,;=:]+$`);
export const protocol = pattern(`^[a-zA-Z0-9]([-a-zA-Z0-9]*[a-zA-Z0-9])?$|${SUBDOMAIN}\\/[A-Za-z0-9]+$`, 255);
export const headerName = pattern("^[A-Za-z0-9!#$%&'*+\\-.^_\\x60|~]+$", 256);
export const duration = pattern('^([0-9]{1,5}(h|m|s|ms)){1,4}$');
