import type { Catalog } from './catalog.ts';
import { josa } from './particles.ts';
import type { reach as en } from './reach.en.ts';

interface RuleName {
  readonly direction: 'ingress' | 'egress';
  readonly policy: string;
  readonly kind: string;
  readonly rule?: number;
}

const name = ({ kind, policy }: RuleName): string =>
  kind === 'NetworkPolicy' ? policy : `${kind} ${policy}`;
const SIDE = { ingress: '인그레스', egress: '이그레스' } as const;

export const reach = {
  title: '통신 범위',
  to: '이 파드가 보낼 수 있는 파드',
  from: '이 파드에 보낼 수 있는 파드',
  selects: { ingress: '인그레스에 적용되는 정책', egress: '이그레스에 적용되는 정책' },
  none: '없음(열림)',
  nobody: '다른 파드가 없습니다.',
  nothing: '수신 대기하는 포트 없음',
  asking: '모든 파드를 확인하는 중',
  failed: '통신 범위를 알아내지 못했습니다.',
  send: (p: { port: string }) => `${josa(p.port, '으로/로')} 패킷 보내기`,
  portLabel: '포트',
  port: '포트. 비우면 받는 파드가 수신 대기하는 포트로 봅니다',
  pods: (p: { n: number }) => `파드 ${p.n}개`,
  more: (p: { n: number }) => `그 밖에 ${p.n}개`,
  answers: { allowed: '허용', denied: '차단', unknown: '알 수 없음' },
  count: (p: { allowed: number; denied: number }) => `허용 ${p.allowed}, 차단 ${p.denied}`,
  open: '열림: 이 통신을 다루는 정책이 없습니다',
  allows: (p: RuleName) => `${SIDE[p.direction]}: ${name(p)}의 규칙 ${(p.rule ?? 0) + 1}`,
  denies: (p: RuleName) =>
    `${SIDE[p.direction]}: ${name(p)}의 ${josa(`규칙 ${(p.rule ?? 0) + 1}`, '이/가')} 거부(Deny)`,
  isolates: (p: RuleName) => `${SIDE[p.direction]}: ${name(p)}에 맞는 규칙 없음`,
  because: {
    'not-enforced': '이 CNI는 정책을 적용하지 않습니다',
    'no-address': '주소가 없거나 실행이 끝난 파드는 보내지도 받지도 못합니다',
    unmodelled: '시뮬레이터가 다루지 않는 필드가 결과를 바꿀 수 있습니다',
    'host-address': '받는 쪽에 보이는 주소가 CNI에 따라 다릅니다',
    'own-node': '파드가 있는 노드에서 보낸 것은 언제나 들어옵니다',
  },
} satisfies Catalog<typeof en>;
