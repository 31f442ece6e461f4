import type { Catalog } from './catalog.ts';
import { josa } from './particles.ts';
import type { settings as en } from './settings.en.ts';

export const settings = {
  title: '클러스터 설정',
  summary: '클러스터 설정, YAML에 기록됨',
  nodes: (p) => `노드 ${p.count}개`,
  kubeProxy: (p) => `kube-proxy ${p.mode}`,
  note: '바꾼 설정은 YAML에 기록되며 실행 취소할 수 있습니다.',
  controlPlanes: '컨트롤 플레인',
  workers: '워커',
  cni: 'CNI',
  kubeProxyMode: 'kube-proxy 모드',
  deprecated: (p) => `${p.mode} (사용 중단)`,
  ipFamily: 'IP 패밀리',
  podSubnet: '파드 서브넷',
  serviceSubnet: '서비스 서브넷',
  apply: '적용',
  fewer: '하나 줄이기',
  more: '하나 늘리기',
  enforces: '네트워크 정책을 적용함',
  doesNotEnforce: '네트워크 정책을 적용하지 않음',
  badCidr: '10.244.0.0/16과 같은 CIDR로 쓰세요.',
  fidelity: { exact: '정확', modelled: '모델링', sketched: '개략' },
  verified: '무엇을 무엇과 대조했는가',
  nodesGiven: 'YAML의 Node 오브젝트가 노드 목록이므로 여기서 개수를 바꿔도 효과가 없습니다.',
  cannotEdit: (p) => `${josa(p.file, '은/는')} YAML 문법 오류가 있어 여기서 고칠 수 없습니다.`,
} satisfies Catalog<typeof en>;
