import type { Catalog } from './catalog.ts';
import { josa } from './particles.ts';
import type { probe as en } from './probe.en.ts';

export const probe = {
  bar: '프로브',
  from: '출발',
  fromLabel: '출발',
  tool: '도구',
  target: '대상',
  targetHint: { curl: 'http://web/', nc: 'web:80', ping: '10.244.1.2', dig: 'web.default' },
  send: '보내기',
  many: '여러 번 보내기',
  inARow: (p: { count: number }) => `×${p.count}`,
  once: (p: { count: number }) =>
    `연달아 ${p.count}번 보내며, 경로는 마지막 요청의 것입니다. 누르면 한 번만 보냅니다.`,
  recent: '최근 프로브',
  moreProbes: (p) => `프로브 ${p.count}개 더`,
  fromScenario: '시나리오에 있는 프로브',
  sent: '보낸 프로브',
  delivered: '전달됨',
  failed: '전달되지 않음',
  notSent: '아직 보내지 않음',
  nodes: '노드',
  outside: '클러스터 밖',
  services: '서비스',
  pods: '파드',
  names: '이름',
  addresses: '주소',
  namespace: (p) => `네임스페이스 ${p.name}`,
  builtIn: '기본 구성',
  noMatch: '이 클러스터에 없는 이름입니다.',
  noMatchTarget: '목록에 없습니다. 입력한 그대로 보냅니다.',
  unknownFrom: (p) => `${josa(p.from, '은/는')} 이 클러스터에 없습니다.`,
} satisfies Catalog<typeof en>;
