/** The webhooks of all configurations of a kind, in the order in which they are called, with their conditions compiled. */
import type { FieldPath, ObjectRef } from '../../base/origin.ts';
import type { LabelSelector } from '../../k8s/cluster-state.ts';
import { asRecords } from '../../k8s/kinds/schema.ts';
import type { Manifest } from '../../k8s/manifest.ts';
import { memoByOwner } from '../../k8s/memo.ts';
import type { Store } from '../../k8s/store.ts';
import type { CalledWebhook } from '../../k8s/controllers/admission.ts';
import { type Compiled, compile } from '../cel/compile.ts';
import type { Rule } from '../matching.ts';

interface WebhookSpec {
  readonly name: string;
  readonly clientConfig: {
    readonly url?: string;
    readonly service?: {
      readonly namespace: string;
      readonly name: string;
      readonly path?: string;
      readonly port?: number;
    };
  };
  readonly rules?: readonly Rule[];
  readonly failurePolicy?: string;
  readonly namespaceSelector?: LabelSelector;
  readonly objectSelector?: LabelSelector;
  readonly timeoutSeconds?: number;
  readonly reinvocationPolicy?: string;
}

export interface Condition {
  readonly expression: string;
  readonly compiled: Compiled;
  readonly path: FieldPath;
}

export interface Webhook extends WebhookSpec {
  readonly called: CalledWebhook;
  /** The path that is asked for, with the time that it has. */
  readonly query: string;
  readonly conditions: readonly Condition[];
}

export type WebhookKind = 'MutatingWebhookConfiguration' | 'ValidatingWebhookConfiguration';

const read = memoByOwner<Manifest, readonly Webhook[]>();
const SCOPE = { params: false, variables: [] };

export const webhooksIn = (manifest: Manifest): readonly Webhook[] =>
  read(manifest, '', () =>
    asRecords(manifest.body['webhooks']).map((body, index): Webhook => {
      const spec = body as unknown as WebhookSpec;
      return {
        ...spec,
        called: calledAs(spec, manifest.ref, index),
        query: `?timeout=${spec.timeoutSeconds ?? 10}s`,
        conditions: asRecords(body['matchConditions']).map(({ expression }, i) => {
          const text = String(expression ?? '').trim();
          return {
            expression: text,
            compiled: compile(text, SCOPE, ['bool']),
            path: ['webhooks', index, 'matchConditions', i, 'expression'],
          };
        }),
      };
    }),
  );

function calledAs(
  { name, clientConfig }: WebhookSpec,
  configuration: ObjectRef,
  index: number,
): CalledWebhook {
  const { url = '', service } = clientConfig;
  if (service === undefined) return { configuration, name, index, url };
  const { namespace, name: host, path = '', port = 443 } = service;
  return {
    configuration,
    name,
    index,
    url: `https://${host}.${namespace}.svc:${port}${path === '' ? '/' : path}`,
    service: { namespace, name: host, port },
  };
}

/** Configurations by name, each in its own order. */
export function webhooksOf(kind: WebhookKind, objects: Pick<Store, 'list'>): readonly Webhook[] {
  return objects
    .list(kind)
    .filter((manifest) => !webhooksIn(manifest).some(({ conditions }) => conditions.some(isFaulty)))
    .sort((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1))
    .flatMap(webhooksIn);
}

/** A configuration that does not compile is refused. */
const isFaulty = ({ compiled }: Condition): boolean => compiled.kind === 'error';
