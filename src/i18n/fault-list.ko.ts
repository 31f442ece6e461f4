import type { Catalog } from './catalog.ts';
import type { faultList as en } from './fault-list.en.ts';

export const faultList = {
  intro: '스위치를 켜면 Playground 문서에 항목이 기록됩니다. 실행 취소로 되돌릴 수 있습니다.',
  where: '위치',
  everywhere: '모든 노드',
  needsNode: '먼저 노드를 고르세요.',
  needsService: '엔드포인트가 있는 서비스가 필요합니다.',
  needsTunnel: '이 네트워크에는 터널이 없습니다.',
  needsUdp: '클라이언트 파드와 UDP 포트가 있는 서비스가 필요합니다.',
  names: {
    mtu: '파드의 MTU가 1500',
    'port-blocked': '방화벽이 포트를 막음',
    'icmp-blocked': '방화벽이 “fragmentation needed”를 막음',
    'route-missing': '라우트가 사라짐',
    'rp-filter': '엄격한 역방향 경로 필터',
    'bridge-nf-off': 'bridge-nf-call-iptables = 0',
    'ip-forward-off': 'ip_forward = 0',
    'kube-proxy-stopped': 'kube-proxy가 멈춰 규칙이 낡음',
    'conntrack-remembers': 'conntrack이 사라진 엔드포인트를 기억함',
    'ports-exhausted': '마스커레이드에 쓸 포트가 바닥남',
    'node-down': '노드의 네트워크가 끊김',
  },
  notes: {
    mtu: '작은 패킷은 지나가지만 큰 패킷은 터널에 들어가지 않습니다. ping을 1450바이트로 보내거나(pmtudisc: dont이면 나뉘어 갑니다) curl로 4000바이트를 올려 보세요.',
    'port-blocked': '터널의 UDP 포트가 막힙니다. 같은 노드의 파드끼리는 통하지만 노드 사이는 끊깁니다.',
    'icmp-blocked':
      'MTU가 너무 클 때 보낸 쪽은 왜 도착하지 않는지 알 수 없습니다. 연결은 열리지만 그 뒤로 멈춥니다.',
    'route-missing': '다른 노드의 파드로 가는 패킷이 기본 라우트로 나갑니다.',
    'rp-filter': '응답이 나갈 길과 다른 인터페이스로 들어온 패킷을 버립니다. 대칭 경로에는 영향이 없습니다.',
    'bridge-nf-off': '엔드포인트가 같은 브리지에 있는 서비스는 시간 초과가 나고, 나머지는 동작합니다.',
    'ip-forward-off': '노드가 파드의 패킷을 더는 전달하지 않습니다.',
    'kube-proxy-stopped': '규칙이 사라진 파드를 계속 가리킵니다.',
    'conntrack-remembers':
      '소켓을 계속 쓰는 UDP 클라이언트는 옛 엔드포인트로 보내집니다. 새 소켓은 그렇지 않습니다.',
    'ports-exhausted': '마스커레이드가 필요한 패킷은 아무 말 없이 폐기됩니다.',
    'node-down': '그 노드의 파드에 닿을 수 없습니다. NotReady로 드러날 때까지 규칙은 계속 그쪽을 가리킵니다.',
  },
} satisfies Catalog<typeof en>;
