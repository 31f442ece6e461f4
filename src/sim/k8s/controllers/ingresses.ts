/** Ingresses and their classes, as controllers read them. The oldest Ingress goes first; here that is the order of names. */
import type { FieldPath } from '../../base/origin.ts';
import type { ClusterState, Ingress, IngressBackend, IngressClass } from '../cluster-state.ts';
import { CLASS_ANNOTATION, defaultedClass, isDefaultClass } from '../ingress-class.ts';
import type { Manifest } from '../manifest.ts';
import { keepList, memoByOwner } from '../memo.ts';
import type { Store } from '../store.ts';
import type { Report } from './report.ts';

interface UpstreamBackend {
  readonly service?: {
    readonly name: string;
    readonly port?: { readonly name?: string; readonly number?: number };
  };
  readonly resource?: { readonly kind: string; readonly name: string };
}

interface UpstreamIngressSpec {
  readonly ingressClassName?: string;
  readonly defaultBackend?: UpstreamBackend;
  readonly rules?: readonly {
    readonly host?: string;
    readonly http?: {
      readonly paths?: readonly {
        readonly path?: string;
        readonly pathType: 'Exact' | 'Prefix' | 'ImplementationSpecific';
        readonly backend: UpstreamBackend;
      }[];
    };
  }[];
  readonly tls?: readonly { readonly hosts?: readonly string[]; readonly secretName?: string }[];
}

const memo = memoByOwner<Manifest, Ingress>();
const classMemo = memoByOwner<Manifest, IngressClass>();
const sameIngresses = keepList<Ingress>();
const sameClasses = keepList<IngressClass>();

export function makeIngresses(
  store: Store,
  report: Report,
): Pick<ClusterState, 'ingresses' | 'ingressClasses'> {
  const ingressClasses = sameClasses(store.list('IngressClass').map(classOf));
  const ingresses = sameIngresses(withDefault(store, ingressClasses));
  checkClasses(ingresses, ingressClasses, report);
  return { ingresses, ingressClasses };
}

/** As the admission plug-in DefaultIngressClass leaves them: one that names no class gets the default. */
function withDefault(store: Store, classes: readonly IngressClass[]): readonly Ingress[] {
  return store.list('Ingress').map((manifest) => {
    const className = defaultedClass(manifest, classes)?.name;
    return memo(manifest, className ?? '', () => ({
      ...ingressOf(manifest),
      ...(className !== undefined && { className }),
    }));
  });
}

function classOf(manifest: Manifest): IngressClass {
  return classMemo(manifest, '', () => ({
    name: manifest.metadata.name,
    controller: (manifest.body['spec'] as { controller?: string } | undefined)?.controller ?? '',
    isDefault: isDefaultClass(manifest),
    origin: manifest.origin,
  }));
}

/** Without a controller that has its class an Ingress is a paper without a reader. */
function checkClasses(
  ingresses: readonly Ingress[],
  ingressClasses: readonly IngressClass[],
  report: Report,
): void {
  const classes = new Set(ingressClasses.map(({ name }) => name));
  const known = [...classes].join(', ');
  for (const { name, className, annotations, origin } of ingresses) {
    if (className === undefined) {
      // What the annotation is compared with, the controllers know.
      if (annotations[CLASS_ANNOTATION] !== undefined) continue;
      report.say('warning', 'ingress/no-class', { ingress: name, known }, origin.object);
    } else if (!classes.has(className)) {
      const params = { ingress: name, class: className, known };
      report.say('warning', 'ingress/no-controller', params, origin.object, ['spec', 'ingressClassName']);
    }
  }
}

function ingressOf(manifest: Manifest): Ingress {
  const spec = (manifest.body['spec'] ?? {}) as UpstreamIngressSpec;
  const { name, namespace = 'default', annotations } = manifest.metadata;
  const at = (...path: FieldPath) => ({ object: manifest.ref, path: ['spec', ...path] });
  const backend = (from: UpstreamBackend, ...path: FieldPath): IngressBackend => ({
    ...(from.service && {
      service: { name: from.service.name, port: from.service.port?.name ?? from.service.port?.number ?? 0 },
    }),
    ...(from.resource && { resource: `${from.resource.kind} ${from.resource.name}` }),
    origin: at(...path),
  });
  return {
    namespace,
    name,
    ...(spec.ingressClassName !== undefined && { className: spec.ingressClassName }),
    annotations,
    ...(spec.defaultBackend && { defaultBackend: backend(spec.defaultBackend, 'defaultBackend') }),
    rules: (spec.rules ?? []).map((rule, i) => ({
      ...(rule.host !== undefined && rule.host !== '' && { host: rule.host }),
      paths: (rule.http?.paths ?? []).map((path, j) => {
        const here: FieldPath = ['rules', i, 'http', 'paths', j];
        return {
          path: path.path ?? '',
          pathType: path.pathType,
          backend: backend(path.backend, ...here, 'backend'),
          origin: at(...here),
        };
      }),
      origin: at('rules', i),
    })),
    tls: (spec.tls ?? []).map(({ hosts = [], secretName }, i) => ({
      hosts,
      ...(secretName !== undefined && { secretName }),
      origin: at('tls', i),
    })),
    origin: manifest.origin,
  };
}
