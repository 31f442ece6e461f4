/** What the Pod Security Standards look at in a pod, as upstream's core/v1 shapes it, and how upstream words its lists. */
import type { FieldPath } from '../../base/origin.ts';
import type { PodInObject } from '../../k8s/controllers/admission.ts';
import type { Labels } from '../../k8s/cluster-state.ts';

interface Profile {
  readonly type?: string;
}

/** The fields that a pod's and a container's security context share. */
interface SharedContext {
  readonly appArmorProfile?: Profile;
  readonly seccompProfile?: Profile;
  readonly seLinuxOptions?: { readonly type?: string; readonly user?: string; readonly role?: string };
  readonly windowsOptions?: { readonly hostProcess?: boolean };
  readonly runAsNonRoot?: boolean;
  readonly runAsUser?: number;
}

export interface ContainerContext extends SharedContext {
  readonly allowPrivilegeEscalation?: boolean;
  readonly capabilities?: { readonly add?: readonly string[]; readonly drop?: readonly string[] };
  readonly privileged?: boolean;
  readonly procMount?: string;
}

interface Handler {
  readonly httpGet?: { readonly host?: string };
  readonly tcpSocket?: { readonly host?: string };
}

interface ContainerSpec {
  readonly name: string;
  readonly ports?: readonly { readonly hostPort?: number }[];
  readonly livenessProbe?: Handler;
  readonly readinessProbe?: Handler;
  readonly startupProbe?: Handler;
  readonly lifecycle?: { readonly postStart?: Handler; readonly preStop?: Handler };
  readonly securityContext?: ContainerContext;
}

interface Spec {
  readonly containers?: readonly ContainerSpec[];
  readonly initContainers?: readonly ContainerSpec[];
  readonly ephemeralContainers?: readonly ContainerSpec[];
  readonly hostNetwork?: boolean;
  readonly hostPID?: boolean;
  readonly hostIPC?: boolean;
  readonly hostUsers?: boolean;
  readonly os?: { readonly name?: string };
  readonly volumes?: readonly ({ readonly name: string } & Readonly<Record<string, unknown>>)[];
  readonly securityContext?: SharedContext & { readonly sysctls?: readonly { readonly name: string }[] };
}

export interface Container {
  readonly name: string;
  readonly spec: ContainerSpec;
  /** Empty where none is written. */
  readonly context: ContainerContext;
  /** `spec.containers[0]`, as all paths here: from the pod, wherever that is in its object. */
  readonly path: FieldPath;
}

export interface PodToCheck {
  readonly annotations: Labels;
  readonly spec: Spec;
  readonly context: NonNullable<Spec['securityContext']>;
  /** Init containers, containers, ephemeral containers: upstream's order. */
  readonly containers: readonly Container[];
  /** `hostUsers: false`: from 1.35 on some checks do not matter for it (KEP-127). */
  readonly ownUserNamespace: boolean;
  readonly windows: boolean;
}

const KINDS = ['initContainers', 'containers', 'ephemeralContainers'] as const;

export function podToCheck({
  annotations,
  spec: written,
}: Pick<PodInObject, 'annotations' | 'spec'>): PodToCheck {
  const spec = written as Spec;
  return {
    annotations,
    spec,
    context: spec.securityContext ?? {},
    containers: KINDS.flatMap((kind) =>
      (spec[kind] ?? []).map((container, i) => ({
        name: container.name,
        spec: container,
        context: container.securityContext ?? {},
        path: ['spec', kind, i],
      })),
    ),
    ownUserNamespace: spec.hostUsers === false,
    windows: spec.os?.name === 'windows',
  };
}

/** What a check found: `reason (detail)`, and the fields that are at fault. */
export interface Finding {
  readonly reason: string;
  readonly detail: string;
  readonly paths: readonly FieldPath[];
}

export type CheckPod = (pod: PodToCheck) => Finding | undefined;

export function plural(one: string, many: string, count: number): string {
  return count === 1 ? one : many;
}

export function quoted(items: Iterable<string>): string {
  return [...items].map((item) => `"${item}"`).join(', ');
}

/** Each once, in Go's order of strings. */
export function sorted(items: Iterable<string>): readonly string[] {
  return [...new Set(items)].sort();
}

/** `container "a"`, `containers "a", "b"`. */
export function containersText(containers: readonly { readonly name: string }[]): string {
  return `${plural('container', 'containers', containers.length)} ${quoted(containers.map((c) => c.name))}`;
}

/** Who set something that the check forbids: the pod, containers, or both. */
export interface Setters<T> {
  readonly pod?: T;
  readonly containers: readonly { readonly container: Container; readonly value: T }[];
}

/** Looks for a forbidden value in the pod's security context and in each container's. */
export function setters<T>(
  pod: PodToCheck,
  forbidden: (context: SharedContext) => T | undefined,
): Setters<T> | undefined {
  const own = forbidden(pod.context);
  const containers = pod.containers.flatMap((container) => {
    const value = forbidden(container.context);
    return value === undefined ? [] : [{ container, value }];
  });
  if (own === undefined && containers.length === 0) return undefined;
  return own === undefined ? { containers } : { pod: own, containers };
}

/** `pod and containers "a", "b"`. */
export function settersText({ pod, containers }: Setters<unknown>): string {
  const named = containers.map(({ container }) => container);
  return [...(pod === undefined ? [] : ['pod']), ...(named.length === 0 ? [] : [containersText(named)])].join(
    ' and ',
  );
}

export function settersValues<T>({ pod, containers }: Setters<T>): readonly T[] {
  return [...(pod === undefined ? [] : [pod]), ...containers.map(({ value }) => value)];
}

/** The field below the security context of each setter. */
export function settersPaths({ pod, containers }: Setters<unknown>, field: FieldPath): readonly FieldPath[] {
  return [
    ...(pod === undefined ? [] : [['spec', 'securityContext', ...field]]),
    ...containers.map(({ container }) => contextPath(container, field)),
  ];
}

export function contextPath(container: Container, field: FieldPath): FieldPath {
  return [...container.path, 'securityContext', ...field];
}
