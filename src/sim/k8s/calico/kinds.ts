/**
 * Calico's NetworkPolicy, GlobalNetworkPolicy, Tier, NetworkSet and GlobalNetworkSet: projectcalico.org/v3, as its API server takes them, and
 * crd.projectcalico.org/v1, the form in which they are stored, which nobody fills defaults into.
 */
import { metadataRules } from '../kinds/metadata.ts';
import { asRecord, asRecords, type Body, type KindSpec, type Rules, simulated } from '../kinds/schema.ts';
import { isOwnSubject } from '../pod-selection.ts';
import { calicoEdits } from './edits.ts';
import { calicoNetworkSet, calicoOwnPolicy, calicoOwnTier } from './own-policy.ts';
import { refusal, validateNetworkSet, validatePolicy, validateTier } from './validate.ts';

const API = 'projectcalico.org/v3';
const STORED = 'crd.projectcalico.org/v1';

const SPEC =
  'tier:s order:n selector:s types:[s ingress:[Rule egress:[Rule serviceAccountSelector:s performanceHints:[s';

const TYPES = {
  Policy: 'apiVersion:s kind:s metadata:ObjectMeta spec:Spec status:a',
  Spec: SPEC,
  Rule: 'action:s ipVersion:i protocol:p icmp:Icmp notProtocol:p notICMP:Icmp source:Entity destination:Entity http:a metadata:RuleMetadata',
  Icmp: 'type:i code:i',
  RuleMetadata: 'annotations:{s',
  Entity:
    'nets:[s selector:s namespaceSelector:s services:Services ports:[p notNets:[s notSelector:s notPorts:[p serviceAccounts:ServiceAccounts',
  Services: 'name:s namespace:s',
  ServiceAccounts: 'names:[s selector:s',
};

const unsupported = { support: 'unsupported', deep: true } as const;

function entityRules(at: string, ports: Rules[string]): Rules {
  return {
    ...simulated(
      at,
      `${at}.nets`,
      `${at}.notNets`,
      `${at}.selector`,
      `${at}.notSelector`,
      `${at}.namespaceSelector`,
    ),
    [`${at}.ports`]: ports,
    [`${at}.notPorts`]: ports,
    ...simulated(
      `${at}.services`,
      `${at}.services.name`,
      `${at}.services.namespace`,
      `${at}.serviceAccounts`,
      `${at}.serviceAccounts.names`,
      `${at}.serviceAccounts.selector`,
    ),
  };
}

function ruleRules(direction: 'ingress' | 'egress'): Rules {
  const at = `spec.${direction}`;
  return {
    ...simulated(
      at,
      `${at}.action`,
      `${at}.ipVersion`,
      `${at}.protocol`,
      `${at}.notProtocol`,
      `${at}.icmp`,
      `${at}.icmp.type`,
      `${at}.icmp.code`,
      `${at}.notICMP`,
      `${at}.notICMP.type`,
      `${at}.notICMP.code`,
      `${at}.metadata`,
      `${at}.metadata.annotations`,
    ),
    [`${at}.http`]: unsupported,
    ...entityRules(`${at}.source`, unsupported),
    ...entityRules(`${at}.destination`, { support: 'simulated', refers: 'port-name' }),
  };
}

const SHARED: Rules = {
  ...metadataRules,
  ...simulated(
    'spec',
    'spec.tier',
    'spec.order',
    'spec.selector',
    'spec.serviceAccountSelector',
    'spec.types',
  ),
  ...ruleRules('ingress'),
  ...ruleRules('egress'),
};

/** Ingress where there are no egress rules, Egress alone where there are only those: the API's clients fill it in. */
function fillTypes(body: Body): void {
  const spec = asRecord((body.spec ??= {}));
  if (Array.isArray(spec.types) && spec.types.length > 0) return;
  const egress = asRecords(spec.egress).length > 0;
  const ingress = asRecords(spec.ingress).length > 0;
  spec.types = !egress ? ['Ingress'] : ingress ? ['Ingress', 'Egress'] : ['Egress'];
}

/** What is stored without types is taken for both. */
function bothTypes(body: Body): void {
  const spec = asRecord((body.spec ??= {}));
  if (!Array.isArray(spec.types) || spec.types.length === 0) spec.types = ['Ingress', 'Egress'];
}

function policyKind(kind: 'NetworkPolicy' | 'GlobalNetworkPolicy', apiVersion: string): KindSpec {
  const global = kind === 'GlobalNetworkPolicy';
  return {
    kind,
    apiVersion,
    // Kubernetes has a NetworkPolicy, too.
    ...(global ? {} : { refKind: 'NetworkPolicy.projectcalico.org' }),
    scope: global ? 'cluster' : 'namespaced',
    effect: 'simulated',
    affects: 'all',
    type: 'Policy',
    types: global
      ? {
          ...TYPES,
          Spec: `${SPEC} namespaceSelector:s doNotTrack:b preDNAT:b applyOnForward:b`,
        }
      : TYPES,
    rules: global
      ? {
          ...SHARED,
          ...simulated('spec.namespaceSelector', 'spec.doNotTrack', 'spec.preDNAT', 'spec.applyOnForward'),
        }
      : SHARED,
    complete: apiVersion === API ? fillTypes : bothTypes,
    validate: (body, report) => validatePolicy(body, global, report),
    refusal,
    ownPolicy: calicoOwnPolicy,
    edits: calicoEdits,
    isOwnSubject,
  };
}

function tierKind(apiVersion: string): KindSpec {
  return {
    kind: 'Tier',
    apiVersion,
    scope: 'cluster',
    effect: 'simulated',
    affects: 'all',
    type: 'Tier',
    types: {
      Tier: 'apiVersion:s kind:s metadata:ObjectMeta spec:Spec status:a',
      Spec: 'order:n defaultAction:s',
    },
    rules: {
      ...metadataRules,
      ...simulated('spec', 'spec.order'),
      'spec.defaultAction': { support: 'simulated', enum: ['Pass', 'Deny'] },
    },
    validate: validateTier,
    refusal,
    ownTier: calicoOwnTier,
  };
}

function networkSetKind(kind: 'NetworkSet' | 'GlobalNetworkSet', apiVersion: string): KindSpec {
  return {
    kind,
    apiVersion,
    scope: kind === 'NetworkSet' ? 'namespaced' : 'cluster',
    effect: 'simulated',
    affects: 'all',
    type: 'Set',
    types: {
      Set: 'apiVersion:s kind:s metadata:ObjectMeta spec:Spec status:a',
      Spec: 'nets:[s',
    },
    rules: { ...metadataRules, ...simulated('spec', 'spec.nets') },
    validate: validateNetworkSet,
    refusal,
    networkSet: calicoNetworkSet,
  };
}

export const calicoKinds: readonly KindSpec[] = [API, STORED].flatMap((apiVersion) => [
  policyKind('NetworkPolicy', apiVersion),
  policyKind('GlobalNetworkPolicy', apiVersion),
  tierKind(apiVersion),
  networkSetKind('NetworkSet', apiVersion),
  networkSetKind('GlobalNetworkSet', apiVersion),
]);
