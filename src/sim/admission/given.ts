/** What the expressions of policies and of webhooks' match conditions are given: the object, the request, its namespace. */
import type { AdmissionRequest } from '../k8s/controllers/admission.ts';
import type { Store } from '../k8s/store.ts';
import { admittedObject } from './admitted-object.ts';
import { celValue, notKnown } from './cel/values.ts';
import { namespaceLabels } from './matching.ts';
import { resourceOf } from './resources.ts';

type Objects = Pick<Store, 'get' | 'list'>;

/** `object`, `request`, ... */
export type Bindings = Readonly<Record<string, unknown>>;

export function givenTo(request: AdmissionRequest, objects: Objects): Bindings {
  const { namespace, kind } = request.object;
  return {
    object: celValue(admittedObject(request, objects)),
    oldObject: null,
    request: celValue(requestObject(request, objects)),
    namespaceObject:
      namespace === undefined || kind === 'Namespace' ? null : celValue(namespaceObject(namespace, objects)),
  };
}

/** The Namespace as expressions may see it. */
function namespaceObject(name: string, objects: Objects): unknown {
  const found = objects.get('Namespace', undefined, name)?.metadata;
  return {
    metadata: {
      name,
      labels: namespaceLabels(name, objects),
      ...(Object.keys(found?.annotations ?? {}).length > 0 && { annotations: found?.annotations }),
    },
    spec: { finalizers: ['kubernetes'] },
    status: { phase: 'Active' },
  };
}

/** What a request is besides its object. */
function requestObject(request: AdmissionRequest, objects: Objects): unknown {
  const { object, user } = request;
  const resource = resourceOf(object, objects);
  const kind = { group: resource?.group ?? '', version: resource?.version ?? '', kind: object.kind };
  const gvr = {
    group: resource?.group ?? '',
    version: resource?.version ?? '',
    resource: resource?.resource ?? '',
  };
  return {
    kind,
    resource: gvr,
    requestKind: kind,
    requestResource: gvr,
    subResource: '',
    requestSubResource: '',
    name: object.name,
    ...(object.namespace !== undefined && { namespace: object.namespace }),
    ...(object.kind === 'Namespace' && { namespace: object.name }),
    operation: 'CREATE',
    userInfo: userInfo(user),
    dryRun: false,
  };
}

const ACCOUNT = /^system:serviceaccount:([^:]+):/;

/** The groups of kubeadm's and kind's administrator, and of a service account. */
function userInfo(username: string): unknown {
  const account = ACCOUNT.exec(username);
  return {
    username,
    groups:
      account === null
        ? ['kubeadm:cluster-admins', 'system:authenticated']
        : ['system:serviceaccounts', `system:serviceaccounts:${account[1]}`, 'system:authenticated'],
    extra: notKnown('request.userInfo.extra'),
  };
}
