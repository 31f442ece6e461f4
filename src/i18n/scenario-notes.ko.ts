import type { Catalog } from './catalog.ts';
import type { scenarioNotes as en } from './scenario-notes.en.ts';

export const scenarioNotes = {
  'service-to-remote-pod': '가상 주소가 파드 주소로 바뀌고, 패킷이 오버레이를 건너갑니다.',
  'localhost-in-a-pod': '한 파드의 컨테이너는 주소, 포트, 루프백까지 네트워크를 함께 씁니다.',
  'pods-on-one-node': 'veth 쌍과 브리지를 지납니다. ARP와 MAC 주소만으로, 라우팅 없이 갑니다.',
  'pods-on-two-nodes': '양쪽 노드가 패킷을 라우팅하고, 노드 사이에서는 VXLAN으로 감쌉니다.',
  'nodes-in-two-subnets':
    '캘리코는 노드 사이에 라우터가 있을 때만 패킷을 감쌉니다. VXLANCrossSubnet을 씁니다.',
  'dns-search-list': '짧은 이름이 전체 이름이 되는 과정과, 외부 이름을 찾는 데 드는 비용을 봅니다.',
  'headless-stateful-set': 'DNS가 파드 주소를 바로 알려 주고, 파드마다 자기 이름이 있습니다.',
  'dns-answer-too-big': '512바이트를 넘는 응답은 잘리고, 리졸버가 TCP로 다시 묻습니다.',
  'packets-too-large':
    'DF가 켜져 있으면 보낸 쪽이 알맞은 크기를 듣고, 꺼져 있으면 패킷이 도중에 조각나고 합쳐집니다.',
  'node-port-from-outside':
    '노드를 하나 더 거치며 클라이언트 주소를 잃습니다. externalTrafficPolicy로 지킬 수 있습니다.',
  'load-balancer':
    '클라우드 로드 밸런서가 노드를 고릅니다. Local이면 클라이언트 주소가 유지되고, 헬스 체크로 노드를 찾습니다.',
  'ingress-hosts-and-paths':
    '연결 하나가 컨트롤러에서 끝나고, 다른 연결이 거기서 파드로 곧장 갑니다. /cart/3과 /cartoons는 어느 경로로 가고, 다른 경로는 왜 아닐까요?',
  'canary-through-ingress':
    '호스트와 경로가 같은 Ingress가 둘입니다. 천 번 보내 누가 응답하는지 보고, 헤더로 직접 골라 보세요.',
  'ingress-without-a-controller':
    'Ingress가 있고 안에서는 서비스가 응답하는데, 밖에서는 아무도 응답하지 않습니다. 고쳐 보세요.',
  'gateway-canary':
    '클래스, Gateway, 라우트를 역할마다 따로 작성합니다. 요청은 어느 규칙으로 가고, 먼저 본 규칙에는 왜 맞지 않았을까요?',
  'session-affinity': '처음에는 무작위로 고르고, 그다음에는 노드가 한동안 클라이언트를 기억합니다.',
  'zone-aware-routing':
    '엔드포인트의 힌트로 트래픽을 가까운 곳에 둡니다. trafficDistribution: PreferSameZone을 씁니다.',
  'external-name': 'DNS가 다른 이름으로 답합니다. 규칙도 주소도 프록시도 없습니다.',
  'service-without-selector': '엔드포인트를 직접 씁니다. 클러스터 IP가 밖에 있는 데이터베이스로 이어집니다.',
  'pod-to-the-internet': '클러스터를 나갈 때 파드는 노드의 주소를 빌립니다.',
  'pod-reaches-itself': '자기 서비스를 거쳐, 나온 포트로 되돌아갑니다.',
  'socket-load-balancer': '실리움(Cilium)은 connect() 자체를 바꿉니다. 서비스 주소와 NAT는 어디로 갔을까요?',
  'dual-stack-service':
    '이름 하나에 주소가 둘이고 프로그램은 IPv6부터 시도합니다. 규칙도 패밀리마다 따로 있습니다.',
  'ipv6-only-cluster':
    'ARP 대신 이웃 탐색으로 주소를 찾고 터널도 IPv6로 지나가며, IPv4 주소에는 닿을 수 없습니다.',
  'default-deny-with-allow':
    '캘리코(Calico)에서 네트워크폴리시 두 개로 frontend는 통과하고 stranger는 막힙니다.',
  'admin-has-the-last-word':
    'shop의 네트워크폴리시가 모두를 허용해도, 클러스터네트워크폴리시(ClusterNetworkPolicy)가 guest를 막습니다.',
  'a-tier-before-the-team':
    '팀의 정책이 무엇을 내보내든 보안 팀의 티어가 주소 목록을 막습니다. 파드는 레이블이 아니라 서비스어카운트로 들어갑니다.',
  'a-denial-wins':
    'CiliumNetworkPolicy가 cart를 허용해도 격리(quarantine)된 cart는 막히고, 0.0.0.0/0도 guest의 파드를 뜻하지 않습니다.',
  'a-policy-that-reads-http':
    'GET은 들어가고, POST는 노드의 Envoy가 403으로 답하며, 연결만 해 보는 것은 통과합니다. 연결 하나가 프록시에서 끝나고 거기서 다른 연결이 시작됩니다.',
  'policy-nobody-enforces': '정책이 분명히 있는데 stranger도 응답을 받습니다. 고쳐 보세요.',
  'egress-forgot-dns': '데이터베이스에 주소로는 연결되는데 이름으로는 시간이 초과됩니다. 정책을 고쳐 보세요.',
  'policy-shuts-out-the-controller':
    '안에서는 shop이 응답하는데 밖에서는 한참 뒤에 504가 옵니다. 누구의 어느 연결이 폐기되었을까요? 정책을 고쳐 보세요.',
  'wrong-target-port': '서비스도 있고 파드도 Ready인데 연결이 거부됩니다. 고쳐 보세요.',
  'service-without-endpoints': '파드는 Ready인데 연결이 바로 거부됩니다. 누가 거부했을까요? 고쳐 보세요.',
  'pod-security-refuses':
    '네임스페이스가 파드 시큐리티의 restricted 수준을 강제합니다. 한 서비스만 거부되는 까닭을 찾아 고쳐 보세요.',
  'latest-is-refused':
    'ValidatingAdmissionPolicy가 디플로이먼트 하나를 거부합니다. 어떤 식이 왜 거부했는지 찾아 고쳐 보세요. 나머지는 그대로 동작합니다.',
  'a-webhook-that-is-gone':
    '도구는 지웠는데 웹훅 구성이 남았습니다. 응답하는 이가 없어 파드가 만들어지지 않습니다. 고쳐 보세요.',
  'a-sidecar-nobody-wrote':
    '이스티오 인젝터가 파드마다 사이드카를 넣고, 파드 시큐리티가 그 때문에 파드를 거부합니다. 단계를 따라가 보고 고쳐 보세요.',
  'sandboxes-have-their-own-sockets':
    '같은 클라이언트를 runc, gVisor, Kata로 실행합니다. 하나는 서비스에 닿고 둘은 파드에만 닿으며 넷째는 시작하지 못합니다. 까닭을 찾아 고쳐 보세요.',
  'study-notes-service': '교과서마다 나오는 그 서비스에, 정말로 9376번 포트를 여는 파드 세 개를 붙였습니다.',
  'cluster-ip-out-of-range':
    'YAML에는 서비스가 있는데 클라이언트는 없는 이름이라는 답을 받습니다. 고쳐 보세요.',
} satisfies Catalog<typeof en>;
