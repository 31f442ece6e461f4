/**
 * Which webhooks are called for a request, and what comes of it (apiserver pkg/admission/plugin/webhook: generic/webhook.go,
 * mutating/dispatcher.go, validating/dispatcher.go). Of validating webhooks, which a cluster calls at once, the first of those
 * that refuse is told here; there it is the first that answers.
 */
import type { AdmissionAnswer, AdmissionCall, AdmissionRequest } from '../../k8s/controllers/admission.ts';
import { canonicalJson } from '../../k8s/naming.ts';
import type { Store } from '../../k8s/store.ts';
import { changedRequest } from '../changed-request.ts';
import { type Bindings, givenTo } from '../given.ts';
import { conditionsMatch, isExempt, ruleMatches, selectorsMatch } from '../matching.ts';
import { resourceOf } from '../resources.ts';
import { type Webhook, webhooksOf } from './configuration.ts';
import { programOf } from './programs.ts';
import { reached, type Reach } from './reach.ts';

/** Is it about such a request at all? The machines were there before. */
function matches(webhook: Webhook, request: AdmissionRequest, objects: Store): boolean {
  const resource = resourceOf(request.object, objects);
  return (
    resource !== undefined &&
    request.object.kind !== 'Node' &&
    !isExempt(request.object) &&
    selectorsMatch(webhook, request, objects) &&
    (webhook.rules ?? []).some((rule) => ruleMatches(rule, resource, ''))
  );
}

/** What keeps it from being called: nothing, no match, or an answer in its place. */
function conditionsSay(webhook: Webhook, given: () => Bindings): 'call' | 'skip' | AdmissionAnswer {
  if (webhook.conditions.length === 0) return 'call';
  const answer = conditionsMatch(webhook.conditions, given());
  if (answer.kind === 'match') return 'call';
  const { called } = webhook;
  if (answer.kind === 'unknown') {
    const note = { how: 'unknown', message: answer.what, paths: [answer.path] } as const;
    return { webhook: called, notes: [{ ...note, object: called.configuration }] };
  }
  if (answer.kind !== 'error' || webhook.failurePolicy === 'Ignore') return 'skip';
  return { webhook: called, denied: { reason: 'Forbidden', message: answer.message, paths: [] } };
}

/** The call itself. `key` is where the audit log notes that it failed and was passed over. */
function call(
  webhook: Webhook,
  request: AdmissionRequest,
  objects: Store,
  reach: Reach,
  key: string,
): AdmissionAnswer {
  const { called } = webhook;
  const { configuration, name, url, service } = called;
  const open = (what = ''): AdmissionAnswer => ({
    webhook: called,
    notes: [
      {
        how: 'unknown',
        message: `webhook ${JSON.stringify(name)}, ${url}${what}`,
        paths: [['webhooks', called.index, 'clientConfig']],
        object: configuration,
      },
    ],
  });
  if (service === undefined) return open();
  const answer = reached(service, reach, objects);
  if (answer.kind === 'open') return open();
  if (answer.kind === 'failed') {
    if (webhook.failurePolicy === 'Ignore') {
      return { webhook: called, notes: [{ how: 'audit', message: `${key}: ${name}`, paths: [] }] };
    }
    const message = `Internal error occurred: failed calling webhook ${JSON.stringify(name)}: failed to call webhook: Post ${JSON.stringify(url + webhook.query)}: ${answer.why}`;
    return { webhook: called, denied: { reason: 'Webhook', message, paths: [] } };
  }
  const program = programOf(answer.backend, url);
  if (program === undefined) return open();
  const { unknown, ...said } = program(request, objects, answer.backend);
  return unknown === undefined ? { ...said, webhook: called } : open(`: ${unknown}`);
}

const same = (a: Webhook, { review }: AdmissionCall): boolean =>
  review.webhook?.name === a.name && review.webhook.configuration.name === a.called.configuration.name;

/** One after the other; each sees what those before it changed. */
export function callMutating(
  asked: AdmissionRequest,
  objects: Store,
  before: readonly AdmissionCall[],
  reinvoked: boolean,
  reach: Reach,
): readonly AdmissionAnswer[] {
  const answers: AdmissionAnswer[] = [];
  let request = asked;
  for (const [index, webhook] of webhooksOf('MutatingWebhookConfiguration', objects).entries()) {
    if (!matches(webhook, request, objects)) continue;
    if (reinvoked && !isCalledAgain(webhook, before, asked)) continue;
    const conditions = conditionsSay(webhook, () => givenTo(request, objects));
    if (conditions === 'skip') continue;
    const key = `failed-open.mutation.webhook.admission.k8s.io/round_${reinvoked ? 1 : 0}_index_${index}`;
    const answer = conditions === 'call' ? call(webhook, request, objects, reach, key) : conditions;
    answers.push(answer);
    if (answer.denied !== undefined) break;
    const { change } = answer;
    const { pod } = request;
    if (change !== undefined && pod !== undefined) request = changedRequest(request, pod, change);
  }
  return answers;
}

/**
 * A second time: only who was called in the first round and wants it, and only if the object was changed since: by a later
 * webhook, or by a plug-in of the API server's own that was asked again.
 */
function isCalledAgain(webhook: Webhook, before: readonly AdmissionCall[], now: AdmissionRequest): boolean {
  if (webhook.reinvocationPolicy !== 'IfNeeded') return false;
  const calls = before.filter(({ review, reinvoked }) => review.webhook !== undefined && reinvoked !== true);
  const at = calls.findIndex((one) => same(webhook, one));
  if (at < 0) return false;
  return calls.slice(at + 1).some(({ change }) => change !== undefined) || changedSince(calls, now);
}

function changedSince(calls: readonly AdmissionCall[], now: AdmissionRequest): boolean {
  const last = calls.at(-1);
  if (last === undefined) return false;
  const { pod } = last.request;
  const { change } = last;
  const left = change && pod ? changedRequest(last.request, pod, change) : last.request;
  return canonicalJson([left.labels, left.pod]) !== canonicalJson([now.labels, now.pod]);
}

/** All of them, whatever the others say. */
export function callValidating(
  request: AdmissionRequest,
  objects: Store,
  reach: Reach,
): readonly AdmissionAnswer[] {
  let given: Bindings | undefined;
  const bindings = (): Bindings => (given ??= givenTo(request, objects));
  return webhooksOf('ValidatingWebhookConfiguration', objects).flatMap(
    (webhook, index): AdmissionAnswer[] => {
      if (!matches(webhook, request, objects)) return [];
      const conditions = conditionsSay(webhook, bindings);
      if (conditions === 'skip') return [];
      if (conditions !== 'call') return [conditions];
      const key = `failed-open.validating.webhook.admission.k8s.io/round_0_index_${index}`;
      return [call(webhook, request, objects, reach, key)];
    },
  );
}
