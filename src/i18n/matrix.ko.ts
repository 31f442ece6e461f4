import type { Catalog } from './catalog.ts';
import type { matrix as en } from './matrix.en.ts';

const SIDES = { ingress: '인그레스', egress: '이그레스' };

export const matrix = {
  title: '누가 누구와 통신할 수 있는가',
  corner: '출발 ↓   도착 →',
  workloads: '워크로드',
  pods: '파드',
  rows: '행과 열',
  all: '전체',
  denied: '차단',
  filter: '칸',
  port: '포트',
  portName: '포트. 비우면 받는 파드가 수신 대기하는 첫 포트로 봅니다',
  anyPort: '첫 포트',
  protocol: '프로토콜',
  podCount: (p: { n: number }) => `파드 ${p.n}개`,
  cells: {
    allowed: '허용',
    open: '열림',
    denied: '차단',
    some: '일부',
    unknown: '알 수 없음',
    self: '자기 자신',
    'no-address': '주소 없음',
  },
  some: (p: { allowed: number; total: number }) => `${p.total}개 중 ${p.allowed}개`,
  words: {
    open: '열림',
    'same-pod': '자신',
    allowed: '허용',
    'egress-denied': '이그레스',
    'ingress-denied': '인그레스',
    'not-enforced': '열림',
    unknown: '모름',
    unmodelled: '모름',
    'no-address': '주소 없음',
  },
  legend: {
    allowed: '허용',
    denied: '차단',
    some: '일부 파드만',
    unknown: '알 수 없음',
    self: '자기 자신',
  },
  question: (p: { from: string; to: string; port: string }) => `${p.from} → ${p.to} · ${p.port}`,
  titles: {
    open: '열림: 이 통신을 다루는 정책이 없습니다',
    'same-pod': '파드는 언제나 자기 자신에게 닿습니다',
    allowed: '정책이 허용합니다',
    'egress-denied': '보내는 쪽에서 나갈 때 막힙니다',
    'ingress-denied': '받는 쪽으로 들어올 때 막힙니다',
    'not-enforced': '열림: 이 CNI는 정책을 적용하지 않습니다',
    unknown: '알 수 없음: 명세가 정하지 않았습니다',
    unmodelled: '알 수 없음: 시뮬레이터가 다루지 않는 필드가 결과를 바꿀 수 있습니다',
    'no-address': '주소 없음: 실행 중인 파드가 아닙니다',
  },
  details: {
    open: '어떤 정책도 다루지 않는 통신은 막히지 않습니다.',
    'same-pod':
      '자기 자신에게 보내는 트래픽은 파드의 네트워크 네임스페이스를 벗어나지 않으므로 정책이 보지 않습니다.',
    allowed: '정책이 선택한 쪽마다 보내는 파드의 이그레스 규칙과 받는 파드의 인그레스 규칙이 허용합니다.',
    'egress-denied':
      '보내는 파드를 이그레스로 선택한 정책이 있고, 그 가운데 이 상대와 포트를 허용하는 규칙이 없습니다. 또는 어떤 규칙이 거부(Deny)합니다.',
    'ingress-denied':
      '받는 파드를 인그레스로 선택한 정책이 있고, 그 가운데 이 상대와 포트를 허용하는 규칙이 없습니다. 또는 어떤 규칙이 거부(Deny)합니다.',
    'not-enforced': '정책은 API 서버에 저장되지만 노드에서 아무도 적용하지 않습니다.',
    unknown:
      '보내는 파드가 노드 네트워크를 씁니다. 받는 쪽에 보이는 주소가 CNI에 따라 달라서 어느 규칙에 맞을지 정해져 있지 않습니다.',
    unmodelled:
      '파드나 정책에 시뮬레이터가 다루지 않는 필드가 있고, 그 필드가 결과를 바꿀 수 있습니다. 어느 필드인지는 해당 줄에 표시됩니다.',
    'no-address': '주소가 없는 파드는 보내지도 받지도 못합니다.',
  },
  bothWays: '양쪽 모두 허용해야 합니다',
  bothWaysDetail:
    '연결하려면 보내는 쪽의 이그레스와 받는 쪽의 인그레스가 모두 허용해야 합니다. 응답은 저절로 허용됩니다. 파드가 있는 노드에서 오는 트래픽은 언제나 들어옵니다.',
  policies: '정책',
  sides: SIDES,
  rule: (p: { direction: 'ingress' | 'egress'; rule: number }) => `${SIDES[p.direction]} 규칙 ${p.rule + 1}`,
  members: '이 칸의 파드',
  send: '이 패킷 보내기',
  pick: '칸을 고르면 이유를 알려 줍니다.',
  pickDetail:
    '칸마다, 그 포트에서 수신 대기하는 프로세스가 있다면 네트워크 정책이 어떻게 정할지를 보여 줍니다.',
  stopped: '모든 짝을 확인하기 전에 멈췄습니다.',
  again: '다시 확인',
  failed: '행렬을 계산하지 못했습니다.',
  none: '차단되는 칸이 없습니다.',
  noPods: '확인할 파드가 없습니다.',
  count: (p: { denied: number; total: number }) =>
    `${p.total.toLocaleString('ko')}쌍 중 ${p.denied.toLocaleString('ko')}쌍 차단`,
  changes: (p: { opens: number; closes: number }) => `${p.opens}쌍 열림, ${p.closes}쌍 닫힘`,
  pairs: '바뀐 짝 보기',
  pairsTitle: '수정으로 바뀐 것',
  pair: (p: { from: string; to: string }) => `${p.from} → ${p.to}`,
  sendPair: (p: { from: string; to: string }) => `패킷 보내기: ${p.from} → ${p.to}`,
  morePairs: (p: { n: number }) => `그 밖에 ${p.n}쌍`,
  changed: { opens: '방금 열림', closes: '방금 닫힘', differs: '방금 바뀜' },
  gridHint: '화살표 키로 칸을 옮기고 Enter로 패킷을 보냅니다.',
} satisfies Catalog<typeof en>;
