import type { Catalog } from './catalog.ts';
import { josa } from './particles.ts';
import type { policy as en } from './policy.en.ts';

type LabelMiss = Parameters<(typeof en)['label']>[0];

function has({ of, name, key, found }: LabelMiss): string {
  const kinds = { pod: '', namespace: '네임스페이스 ', node: '노드 ', 'service-account': '서비스어카운트 ' };
  const who = `${kinds[of]}${name}`;
  return found === undefined
    ? `${who}에는 레이블 ${josa(key, '이/가')} 없습니다`
    : `${who}의 레이블은 ${key}=${found}입니다`;
}

function wants({ key, operator, values }: LabelMiss): string {
  switch (operator) {
    case 'Equals':
      return `${josa(`${key}=${values.join()}`, '을/를')} 요구합니다`;
    case 'In':
      return `${key} 값이 ${values.join(', ')} 가운데 하나이기를 요구합니다`;
    case 'NotIn':
      return `${key} 값이 ${values.join(', ')}인 것을 제외합니다`;
    case 'Exists':
      return `값과 상관없이 레이블 ${josa(key, '을/를')} 요구합니다`;
    case 'DoesNotExist':
      return `레이블 ${josa(key, '이/가')} 없기를 요구합니다`;
    default: {
      const not = operator.startsWith('Not');
      const part = values.join(' 또는 ');
      const text = {
        Contains: `${josa(part, '을/를')} 포함`,
        StartsWith: `${josa(part, '으로/로')} 시작`,
        EndsWith: `${josa(part, '으로/로')} 끝나`,
      }[operator.slice(not ? 3 : 0)];
      const wanted = text?.endsWith('끝나') ? (not ? '지 않기를' : '기를') : not ? '하지 않기를' : '하기를';
      return `${key} 값이 ${text}${wanted} 요구합니다`;
    }
  }
}

type RuleName = Parameters<(typeof en)['deniedByRule']>[0];

function ruleName({ policy, rule, kind, name }: RuleName): string {
  const called = name === undefined ? '' : `(“${name}”)`;
  return `${kind === undefined ? '' : `${kind} `}${policy}의 규칙 ${rule + 1}${called}`;
}

/** 규칙 뒤의 조사: 이름이 괄호에 있으면 그 앞의 숫자로 읽는다. */
function ruleIs(p: RuleName, pair: Parameters<typeof josa>[1]): string {
  const number = String(p.rule + 1);
  return `${ruleName(p)}${josa(number, pair).slice(number.length)}`;
}

export const policy = {
  closest: { ingress: '가장 가까웠던 허용 규칙(인그레스)', egress: '가장 가까웠던 허용 규칙(이그레스)' },
  isolates: (p: { pod: string; count: number }) =>
    p.count === 1
      ? `정책 하나가 ${josa(p.pod, '을/를')} 격리합니다.`
      : `정책 ${p.count}개가 ${josa(p.pod, '을/를')} 격리합니다. 그중 규칙 하나만 맞으면 통과합니다.`,
  ruleOf: (p: { rule: number }) => `규칙 ${p.rule + 1}`,
  noRules: {
    ingress: '인그레스 규칙이 없습니다. 격리만 하고 아무도 들이지 않습니다',
    egress: '이그레스 규칙이 없습니다. 격리만 하고 아무것도 내보내지 않습니다',
  },
  peerFits: (p: { peer: string }) => `${josa(p.peer, '은/는')} 대상에 들어갑니다`,
  portFits: (p: { port: string }) => `${josa(p.port, '은/는')} 허용된 포트입니다`,
  label: (p: LabelMiss) => `${has(p)}. 규칙은 ${wants(p)}`,
  namespace: (p: { peer: string; wanted: string; found: string }) =>
    `${josa(p.peer, '은/는')} 네임스페이스 ${p.found}에 있습니다. podSelector만 쓰면 ${p.wanted}의 파드만 뜻합니다`,
  noPod: (p: { end: string; hostNetwork: boolean }) =>
    p.hostNetwork
      ? `${josa(p.end, '은/는')} 노드 네트워크를 씁니다. 셀렉터는 자기 주소가 있는 파드만 고릅니다`
      : `${josa(p.end, '은/는')} 파드가 아닙니다. 셀렉터는 파드만 고릅니다`,
  noSet: (p: { end: string; hostNetwork: boolean; ips: string }) =>
    p.hostNetwork
      ? `${josa(p.end, '은/는')} 노드 네트워크를 씁니다. 이 셀렉터로 고른 네트워크 세트 가운데 ${josa(p.ips, '을/를')} 포함하는 것이 없습니다`
      : `이 셀렉터로 고른 네트워크 세트 가운데 ${josa(p.ips, '을/를')} 포함하는 것이 없습니다`,
  block: (p: { cidr: string; ips: string }) => `${josa(p.ips, '은/는')} ${p.cidr} 안에 없습니다`,
  except: (p: { except: string; ips: string }) => `${josa(p.ips, '은/는')} 예외 ${p.except}에 들어 있습니다`,
  noNode: (p: { end: string }) => `${josa(p.end, '은/는')} 노드가 아닙니다`,
  notMeant: (p: { end: string; words: string }) =>
    `${josa(p.words, '은/는')} ${josa(p.end, '을/를')} 뜻하지 않습니다`,
  namespaced: (p: { name: string; namespace: string }) =>
    `호스트나 전역 네트워크 세트처럼 네임스페이스에 속하지 않은 것만 뜻합니다. ${josa(p.name, '은/는')} 네임스페이스 ${p.namespace}에 있는 파드입니다`,
  nobody: '셀렉터의 조건을 만족하는 파드는 있을 수 없습니다',
  family: (p: { wanted: number }) => `이 규칙은 IPv${p.wanted}만 다룹니다`,
  leftOut: '규칙이 이 프로토콜이나 포트를 제외합니다',
  otherProtocol: '다른 메시지나 프로토콜',
  domainName: (p: { names: string }) => `${p.names}: 여기서는 이름을 주소와 견주지 않습니다`,
  blockOfOutside: (p: { cidr: string; peer: string }) =>
    `${josa(p.cidr, '은/는')} 클러스터 밖의 주소를 뜻합니다. 이 CNI는 파드인 ${josa(p.peer, '을/를')} 여기에 넣지 않습니다`,
  port: (p: { wanted: string; found: string }) =>
    `패킷은 포트 ${josa(p.found, '으로/로')} 갑니다. 규칙에는 ${josa(p.wanted, '이/가')} 적혀 있습니다`,
  portName: (p: { name: string; means: string; found: string }) =>
    p.means === ''
      ? `패킷은 포트 ${josa(p.found, '으로/로')} 갑니다. 받는 쪽에는 ${josa(p.name, '이라/라')}는 이름의 포트가 없습니다`
      : `패킷은 포트 ${josa(p.found, '으로/로')} 갑니다. 이 파드에서 ${josa(p.name, '은/는')} ${josa(p.means, '을/를')} 뜻합니다`,
  protocol: (p: { wanted: string; found: string }) =>
    `패킷은 ${p.found}입니다. 규칙이 다루는 것은 ${p.wanted}입니다`,
  noPort: '없음(ICMP)',
  servicePort: (p: { service: string; port: number; targetPort: number }) =>
    `${josa(String(p.port), '은/는')} 서비스 ${p.service}의 포트입니다. 정책은 DNAT 뒤의 패킷, 곧 ${josa(String(p.targetPort), '으로/로')} 가는 패킷을 봅니다.`,
  dns: '이름 서버로 가던 패킷입니다. 이그레스를 격리했다면 UDP와 TCP 53을 따로 허용해야 합니다.',
  more: (p: { n: number }) => `그 밖에 ${p.n}개`,
  dependsOnCni: 'CNI에 따라 다릅니다',
  leftOpen: {
    'ip-block-of-pod':
      'ipBlock이 파드 주소도 뜻하는지는 API가 정하지 않았습니다. 여기서는 선택한 CNI의 해석을 따릅니다.',
    'host-network':
      '노드 네트워크를 쓰는 파드를 어떻게 볼지는 API가 정하지 않았습니다. 여기서는 노드의 주소로 봅니다.',
    icmp: 'API가 다루는 것은 TCP, UDP, SCTP뿐입니다. 여기서는 포트가 적힌 규칙이 ICMP를 허용하지 않습니다.',
  },
  stopped: '막는 것',
  deniedByRule: (p: RuleName) => `${ruleIs(p, '이/가')} 거부(Deny)합니다.`,
  tier: {
    Admin: 'Admin 계층에 있는 규칙입니다. 여기서 거부한 것은 어떤 네트워크폴리시도 허용할 수 없습니다.',
    Baseline: 'Baseline 계층에 있는 규칙이며, 이 계층에는 마지막에 묻습니다.',
  },
  notIsolated: (p: { pod: string }) =>
    `${josa(p.pod, '을/를')} 격리하는 네트워크폴리시가 없어 Baseline이 결정합니다.`,
  failsClosed: (p: { field: string }) =>
    `이 CNI는 ${p.field} 필드를 모릅니다. 그래서 닫는 쪽으로 처리합니다. 이런 규칙은 아무것도 허용하지 않거나 모두 거부합니다.`,
  before: '그 앞에서 다르게 결정할 수 있었던 규칙',
  nothingBefore: '그 앞에는 허용(Accept)하거나 넘기는(Pass) 규칙이 없습니다.',
  wouldAccept: (p: RuleName) => `맞았다면 ${ruleIs(p, '이/가')} 허용했을 것입니다`,
  wouldPass: (p: RuleName & { leads: string | undefined }) =>
    `맞았다면 ${ruleIs(p, '이/가')} 다음 계층에 넘겼을 것이고, 거기서는 ${p.leads === 'denied' ? '거부됩니다' : '허용됩니다'}`,
  tooLate: (p: RuleName) => `${ruleIs(p, '은/는')} 이 패킷을 허용하지만 뒤에 있습니다.`,
  overruled: (p: RuleName) => `${ruleIs(p, '은/는')} 이 패킷을 허용하지만 거부 규칙이 먼저입니다.`,
  ownKind: (p: { tier: string }) => `티어 ${p.tier}에 있는 CNI 고유의 정책입니다.`,
  ownIsolates: (p: { kind: string; rules: number }) =>
    p.rules === 0
      ? `${p.kind}: 파드를 격리하며 이 방향의 규칙이 없습니다`
      : `${p.kind}: 파드를 격리하며, 이것을 허용하는 규칙이 없습니다`,
  admitted: '통과시키는 것',
  admittedFreely: '어느 쪽도 격리하는 정책이 없으므로 모두 통과합니다.',
  admittedBy: (p: { rules: string }) =>
    `${josa(p.rules, '이/가')} 허용합니다. 응답에는 규칙이 필요 없습니다.`,
  admittingRule: (p: { policy: string; rule: number }) => `${p.policy}의 규칙 ${p.rule + 1}`,
  opensCloses: (p: { opens: number; closes: number }) => `${p.opens}쌍 열림, ${p.closes}쌍 닫힘`,
  fixAsk: { allow: '통과시키기', block: '막기' },
  fixTitle: { allow: '통과시키는 가장 작은 수정', block: '막는 가장 작은 수정' },
  fixSearching: '수정안마다 패킷을 다시 보내 보는 중',
  fixKinds: {
    'add-peer': (p: { policy: string }) => `${p.policy}에서 포트가 맞는 규칙에 상대를 더합니다.`,
    'add-port': (p: { policy: string }) => `${p.policy}에서 상대가 맞는 규칙에 포트를 더합니다.`,
    'change-port': (p: { policy: string }) => `${p.policy} 규칙의 포트를 바로잡습니다.`,
    'add-rule': (p: { policy: string }) => `${p.policy}에 규칙을 하나 더합니다.`,
    'add-policy': (p: { policy: string }) => `정책 ${josa(p.policy, '을/를')} 새로 만듭니다.`,
    'remove-peer': (p: { policy: string }) => `${p.policy} 규칙에서 상대를 뺍니다.`,
    'remove-port': (p: { policy: string }) => `${p.policy} 규칙에서 포트를 뺍니다.`,
    'remove-rule': (p: { policy: string }) => `${p.policy}에서 규칙을 하나 뺍니다.`,
    'narrow-peer': (p: { policy: string }) => `${p.policy} 규칙에서 이 상대만 제외합니다.`,
    'let-rule': (p: { policy: string }) =>
      `${p.policy}에서 거부하는 규칙 앞에 이 패킷을 위한 규칙을 넣습니다.`,
    'deny-rule': (p: { policy: string }) => `${p.policy}에 이 패킷을 거부하는 규칙을 넣습니다.`,
  },
  fixOnly: '이 패킷의 길 말고는 달라지는 것이 없습니다.',
  fixAlso: (p: { n: number }) => `다른 ${p.n}쌍도 달라집니다.`,
  fixOpens: '열림',
  fixCloses: '닫힘',
  fixCounted: '모든 파드가 수신 대기하는 포트와, 클러스터 밖 호스트에서 이 패킷의 포트를 기준으로 셌습니다.',
  fixProved: '고친 텍스트로 다시 보낸 패킷:',
  fixApply: '적용',
  fixClose: '나중에',
  fixDiff: (p: { file: string }) => `${p.file} 수정 내용`,
  fixNone: {
    'own-policy':
      '여기서는 CNI 고유의 정책이 결정합니다. 그 정책이나 다른 정책을 조금 고쳐서 그렇게 만드는 방법을 찾지 못했습니다.',
    already: '정책을 바꿀 필요가 없습니다.',
    'not-enforced': '이 CNI는 정책을 적용하지 않으므로 정책을 고쳐도 달라지는 것이 없습니다.',
    none: '네트워크폴리시나 클러스터 전체 정책을 고쳐서 그렇게 만드는 방법을 찾지 못했습니다.',
  },
} satisfies Catalog<typeof en>;
