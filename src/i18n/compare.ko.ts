import type { Catalog } from './catalog.ts';
import type { compare as en } from './compare.en.ts';

export const compare = {
  yours: '내 클러스터',
  beside: '나란히 놓은 클러스터',
  cni: '비교할 CNI',
  kubeProxyMode: '비교할 kube-proxy 모드',
  asYours: '그대로',
  choose: '네트워크를 바꾸면 무엇이 달라질까요?',
  chooseDetail:
    '오른쪽에서 CNI나 kube-proxy 모드를 고릅니다. 같은 매니페스트를 두 클러스터에서 돌리고 같은 프로브를 보내, 서로 다른 단계를 모두 밝혀 보여 줍니다. 고른 값은 Playground 문서에 기록되므로 링크로도 공유됩니다.',
  send: '프로브를 보내면 두 클러스터에서 패킷이 지나는 길을 비교합니다.',
  failed: '그쪽에서는 프로브를 보낼 수 없습니다.',
  serverSees: (p: { ip: string }) => `서버가 보는 주소 ${p.ip}`,
  frames: (p: { n: number }) => `선로 위 프레임 ${p.n}개`,
  samePick: '엔드포인트는 양쪽에서 같은 것이 선택되었습니다.',
  waits: '다른 네트워크를 고르면 두 경로의 단계를 여기에 나란히 보여 줍니다.',
  moments: '두 경로의 순간',
  moment: (p: { n: number; total: number }) => `${p.total}개 가운데 ${p.n}번째 순간`,
  summary: (p: { same: number; differ: number }) => `같음 ${p.same}, 다름 ${p.differ}`,
  firstDifference: '처음 달라지는 곳',
  same: '양쪽이 같음',
  differs: '다름',
  only: '여기에만 있음',
  absent: '여기에는 없음',
  onlyDifferences: '다른 단계만',
  list: '두 경로를 단계별로',
} satisfies Catalog<typeof en>;
