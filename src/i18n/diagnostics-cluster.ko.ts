import type { DiagnosticText } from './diagnostics.en.ts';
import { josa } from './particles.ts';

export const clusterDiagnostics: DiagnosticText = {
  'cluster/one-only': (p) =>
    `시나리오 하나에는 ${josa(String(p['kind']), '이/가')} 하나만 있을 수 있어 이 문서는 무시합니다.`,
  'cluster/bad-subnet': (p) =>
    `${josa(`"${p['text']}"`, '은/는')} 클러스터의 IP 패밀리(${p['family']})마다 하나씩 쓴 10.244.0.0/16이나 fd00:10:244::/56 같은 대역이 아니므로 기본값을 씁니다.`,
  'cluster/overlap': (p) =>
    `${place(p['a'])}(${p['aCidr']}) 대역과 ${place(p['b'])}(${p['bCidr']}) 대역이 겹칩니다. 같은 주소가 두 곳을 가리키게 되므로 겹치지 않는 대역을 고르세요.`,
  'cluster/service-subnet-too-large': (p) =>
    `kubeadm이 거부합니다: ${p['path']}: Invalid value: "${p['subnet']}": specified service subnet is too large; for ${p['bits']}-bit addresses, the mask must be >= ${p['least']}.`,
  'cluster/too-many-subnets': (p) =>
    `nodeSubnets의 네트워크 ${p['subnets']}개 가운데 ${p['limit']}개만 시뮬레이션합니다.`,
  'cluster/node-subnet-too-small': (p) =>
    `${josa(String(p['subnet']), '은/는')} 노드 네트워크로 쓰기에 너무 작습니다. /${p['least']} 이상이어야 하므로 기본값을 씁니다.`,
  'cluster/pod-subnet-too-small': (p) =>
    `파드 대역 ${josa(String(p['podSubnet']), '이/가')} 노드 하나의 /${p['mask']}보다 작아서 어떤 노드도 podCIDR을 받지 못합니다.`,
  'cni/unknown': (p) =>
    `${josa(`"${p['name']}"`, '이라/라')}는 네트워크 플러그인이 없습니다(사용 가능: ${p['known']}). CNI가 없는 노드처럼 파드가 주소를 받지 못합니다.`,
  'cni/unknown-option': (p) => `${p['cni']}에는 "${p['option']}" 옵션이 없습니다${among(p['known'])}.`,
  'cni/bad-option': (p) =>
    `${p['cni']}: "${p['value']}" 값은 ${p['option']}에 쓸 수 없어(${p['known']}) 기본값을 씁니다.`,
  'cni/subnets-not-modelled': (p) =>
    `${josa(String(p['cni']), '은/는')} 노드가 여러 서브넷에 있는 경우를 시뮬레이션하지 않으므로, 패킷의 결과는 알 수 없습니다.`,
  'cni/family-not-modelled': (p) =>
    `${p['cni']}의 ${josa(String(p['family']), '은/는')} 시뮬레이션하지 않으므로, 그 패밀리로 가는 패킷의 결과는 알 수 없습니다.`,
  'cni/conflict': (p) => `${josa(String(p['cni']), '은/는')} 이 옵션 조합을 거부합니다: ${p['message']}`,
  'external/duplicate': (p) =>
    `호스트 ${p['name']}의 이름이나 주소가 ${josa(String(p['other']), '과/와')} 겹쳐서 뺐습니다.`,
  'external/address-in-use': (p) =>
    `호스트 ${p['name']}의 주소 ${josa(String(p['ip']), '은/는')} 이미 ${p['owner']}의 주소라서 두 기기가 함께 응답합니다. 다른 주소를 쓰세요.`,
  'external/reserved-name': (p) =>
    `${josa(`"${p['name']}"`, '은/는')} 이미 있는 기기의 이름이라서 이 호스트를 뺐습니다. 다른 이름을 쓰세요.`,
  'external/unknown-via': (p) =>
    `라우트가 거치는 ${josa(String(p['via']), '은/는')} 노드도 IP 주소도 아니어서 이 라우트를 뺍니다.`,
  'node/outside-subnets': (p) =>
    `${p['node']}의 주소 ${josa(String(p['ip']), '이/가')} 속한 노드 네트워크가 없습니다(있는 것: ${p['subnets']}). Playground 문서의 nodeSubnets에 그 서브넷을 적으세요.`,
  'node/two-subnets': (p) =>
    `${josa(String(p['node']), '은/는')} 다른 노드 네트워크의 주소(${p['ip']})도 가지고 있습니다. 여기서는 노드마다 카드가 하나라서 그 주소로는 아무도 닿지 못합니다.`,
  'node/subnet-full': (p) =>
    `네트워크 ${p['subnet']}에 ${p['node']}에 줄 주소가 남지 않아 ${p['instead'] === '' ? '이 노드는 주소가 없고 아무도 닿지 못합니다' : `이 노드를 ${p['instead']}에 둡니다`}.`,
  'node/unknown-in-subnet': (p) =>
    `이 네트워크에 둘 노드 ${josa(`"${p['node']}"`, '이/가')} 없습니다${among(p['known'])}.`,
  'node/address-elsewhere': (p) =>
    `${p['node']}에는 이미 다른 네트워크의 주소 ${josa(String(p['ip']), '이/가')} 있어 그 네트워크에 그대로 둡니다.`,
  'node/duplicate-ip': (p) => `주소 ${josa(String(p['ip']), '은/는')} 이미 노드 ${p['other']}의 것입니다.`,
  'node/pod-cidr-overlap': (p) =>
    `podCIDR ${josa(String(p['cidr']), '이/가')} 노드 ${p['other']}의 대역과 겹칩니다. 응답이 엉뚱한 노드로 갑니다.`,
  'node/pod-cidr-outside': (p) =>
    `podCIDR ${josa(String(p['cidr']), '이/가')} 파드 대역 ${p['podSubnet']} 밖에 있습니다. kube-proxy와 CNI가 이 파드를 외부로 여깁니다.`,
  'node/too-many': (p) => `노드 ${p['nodes']}개 가운데 ${p['limit']}개만 시뮬레이션합니다.`,
  'node/no-pod-cidr': (p) =>
    `CIDRNotAvailable: ${p['podSubnet']}에 있는 노드 대역 ${p['blocks']}개를 모두 써서 ${josa(String(p['node']), '은/는')} 대역을 받지 못하고, 그 노드의 파드는 주소가 없습니다.`,
  'node/pod-ips-exhausted': (p) =>
    `${p['node']}의 ${p['podCIDR']}에 남은 주소가 없어 파드 ${p['pods']}개가 ContainerCreating에 머뭅니다.`,
  'namespace/not-found': (p) =>
    `namespaces "${p['namespace']}" not found: API 서버가 이 오브젝트를 거부합니다. 네임스페이스를 추가하세요.`,
  'admission/limit-ranger': admission,
  'admission/mutating-webhook': admission,
  'admission/pod-security': admission,
  'admission/resource-quota': admission,
  'admission/runtime-class': admission,
  'admission/validating-admission-policy': admission,
  'admission/validating-webhook': admission,
  'pod/unschedulable': (p) => `${several(p['pods'])}Pending, FailedScheduling: ${p['message']}`,
  'pod/too-many': (p) => `${p['name']}의 파드 ${p['pods']}개 가운데 ${p['limit']}개만 시뮬레이션합니다.`,
  'pod/node-not-found': (p) =>
    `${several(p['pods'])}spec.nodeName에 적힌 노드 ${josa(`"${p['node']}"`, '이/가')} 없어 아무도 이 파드를 실행하지 않습니다.`,
  'pod/out-of-pods': (p) =>
    `${several(p['pods'])}OutOfpods: ${p['node']}에서 이미 kubelet의 한도인 파드 ${p['limit']}개가 실행 중입니다.`,
  'pod/duplicate-ip': (p) =>
    `주소 ${josa(String(p['ip']), '은/는')} 이미 ${p['other']}의 것이므로 다른 주소를 줍니다.`,
  'pod/port-in-use': (p) =>
    `컨테이너 ${josa(String(p['container']), '은/는')} 포트 ${josa(String(p['port']), '을/를')} 열 수 없습니다. 같은 파드의 컨테이너는 네트워크를 공유하는데 컨테이너 ${josa(String(p['other']), '이/가')} 이미 쓰고 있습니다(address already in use, CrashLoopBackOff).`,
  'pod/container-port-mismatch': (p) =>
    `containerPort는 ${p['port']}/${p['protocol']}인데, 여기서 실행되는 ${p['image']} 프로그램은 ${p['listens'] === '' ? '어떤 포트도 열지 않습니다' : `${p['listens']} 포트를 엽니다`}. containerPort는 알려 줄 뿐 포트를 열지 않습니다. (설정이 다르면 packetwalk.dev/listen 어노테이션으로 적으세요.)`,
  'pod/no-ip': (p) =>
    `${josa(String(p['pod']), '이/가')} ${p['node']}에서 주소를 받지 못해 ContainerCreating에 머뭅니다.`,
  'pod/no-runtime-handler': (p) =>
    `${several(p['pods'])}ContainerCreating, FailedCreatePodSandBox: ${p['message']}. ${p['node']}의 컨테이너 런타임에 있는 핸들러는 ${p['known']}입니다.`,
  'pod/sandbox-on-host-network': (p) =>
    `${josa(String(p['pod']), '은/는')} 호스트 네트워크를 요청하지만, 샌드박스에는 자체 네트워크 스택이 있습니다. runsc는 (--network=host로 실행하지 않으면) 네트워크를 주지 않고, Kata는 쓰지 말라고 경고합니다. 이 파드를 지나는 요청은 “알 수 없음”으로 끝납니다.`,
  'pod/crash-loop': (p) =>
    `CrashLoopBackOff: ${p['pod']}의 컨테이너 ${josa(String(p['container']), '이/가')} 실행되지 못합니다.`,
  'dns/plugin-not-modelled': (p) =>
    `Corefile이 쓰는 \`${p['plugin']}\` 플러그인은 시뮬레이션하지 않습니다. 이 플러그인이 바꿀 응답도 여기서는 그대로입니다.`,
  'pod/bad-listen': (p) => `"${p['text']}" 값은 8080/TCP나 53/UDP 같은 포트가 아닙니다.`,
  'pod/liveness-fails': (p) =>
    `컨테이너 ${p['container']}의 활성 프로브가 확인하는 포트가 열려 있지 않습니다. kubelet이 컨테이너를 계속 다시 시작합니다(CrashLoopBackOff). 여기서는 실행 중인 것으로 보여 줍니다.`,
  'pod/readiness-fails': (p) =>
    `컨테이너 ${p['container']}의 준비성 또는 스타트업 프로브가 확인하는 포트가 열려 있지 않습니다. 파드가 Ready가 되지 못해 서비스에서 빠집니다.`,
  'service/needs-dual-stack': () =>
    "주소나 IP 패밀리를 두 개 쓰려면 ipFamilyPolicy가 'RequireDualStack'이나 'PreferDualStack'이어야 합니다.",
  'service/no-dual-stack': () =>
    '이 클러스터는 듀얼 스택 서비스를 지원하지 않습니다. 서비스 대역의 IP 패밀리가 하나뿐입니다. Cluster에 networking.ipFamily: dual을 쓰거나 PreferDualStack을 쓰세요.',
  'service/family-not-configured': (p) => `이 클러스터에는 ${p['family']} 서비스 대역이 없습니다.`,
  'service/cluster-ip-range': (p) =>
    `IP ${josa(String(p['ip']), '을/를')} 할당하지 못했습니다. 서비스 IP 범위 ${p['range']} 밖의 주소입니다(the provided network does not match the current range).`,
  'service/cluster-ip-taken': (p) =>
    `IP ${josa(String(p['ip']), '은/는')} 서비스 ${josa(String(p['other']), '이/가')} 이미 쓰고 있습니다(provided IP is already allocated).`,
  'service/ips-exhausted': (p) =>
    `서비스 IP 범위 ${p['range']}에 남은 주소가 없습니다(failed to allocate a serviceIP: range is full).`,
  'service/node-port-range': (p) =>
    `노드 포트는 ${p['range']} 안에 있어야 합니다(provided port is not in the valid range).`,
  'service/node-port-taken': (p) =>
    `포트 ${josa(String(p['port']), '은/는')} 서비스 ${josa(String(p['other']), '이/가')} 이미 쓰고 있습니다(provided port is already allocated).`,
  'service/node-ports-exhausted': (p) =>
    `노드 포트 범위 ${p['range']}에 남은 포트가 없습니다(failed to allocate a nodePort: range is full).`,
  'service/load-balancer-class': (p) =>
    `loadBalancerClass ${josa(String(p['class']), '을/를')} 맡은 컨트롤러가 없어 ${p['service']} 서비스는 주소를 받지 못하고 pending 상태로 남습니다. 여기서 쓸 수 있는 클래스: ${p['known']}. 생략해도 됩니다.`,
  'service/load-balancer-ip': (p) =>
    `로드 밸런서 주소의 범위는 ${p['range']}이며 ${josa(String(p['ip']), '은/는')} 그 안에 없습니다. ${p['service']} 서비스는 pending 상태로 남습니다.`,
  'service/load-balancer-ip-taken': (p) =>
    `로드 밸런서 주소 ${josa(String(p['ip']), '은/는')} ${josa(String(p['other']), '이/가')} 이미 쓰고 있습니다. ${p['service']} 서비스는 pending 상태로 남습니다.`,
  'service/load-balancers-exhausted': (p) =>
    `로드 밸런서의 주소 ${p['size']}개를 모두 쓰고 있습니다. ${p['service']} 서비스는 pending 상태로 남습니다.`,
  'service/no-zones': (p) =>
    `${p['service']} 서비스는 클라이언트와 같은 존의 엔드포인트를 선호하지만, 레이블 ${josa(String(p['label']), '이/가')} 있는 노드가 없어 효과가 없습니다.`,
  'service/too-many-endpoints': (p) =>
    `서비스 ${p['service']}의 셀렉터에 맞는 파드 ${p['pods']}개 가운데 ${p['limit']}개만 엔드포인트로 시뮬레이션합니다.`,
  'service/selects-nothing': (p) =>
    `네임스페이스 ${p['namespace']}에 레이블 ${josa(String(p['selector']), '을/를')} 가진 파드가 없습니다. 서비스 ${p['service']}에 엔드포인트가 없어 연결이 거부됩니다.`,
  'service/pods-refused': (p) =>
    `서비스 ${p['service']}에 엔드포인트가 없습니다. 셀렉터에 맞을 파드가 거부되어 ${p['owner']}에는 파드가 없습니다(FailedCreate).`,
  'service/no-ready-pods': (p) =>
    `서비스 ${josa(String(p['service']), '이/가')} 고른 파드 ${p['pods']}개 중 Ready인 것이 없어 쓸 수 있는 엔드포인트가 없습니다.`,
  'service/no-such-named-port': (p) =>
    `서비스 ${josa(String(p['service']), '이/가')} 고른 파드에 ${josa(`"${p['name']}"`, '이라/라')}는 이름의 컨테이너 포트가 없습니다${among(p['names'])}. 이 포트에는 엔드포인트가 없습니다.`,
  'service/target-port-closed': (p) =>
    `파드 ${p['pod']}에서 ${p['targetPort']}/${p['protocol']} 포트를 여는 프로그램이 없습니다${p['listens'] === '' ? '' : `(열린 포트: ${p['listens']})`}. ${p['service']}:${p['port']} 연결은 파드가 거부합니다.`,
  'proxy/mode-not-available': (p) =>
    `kube-proxy의 ${p['mode']} 모드는 시뮬레이션하지 않습니다(사용 가능: ${p['known']}). 서비스를 거치는 경로의 판정은 ‘알 수 없음’입니다.`,
  'proxy/deprecated': (p) =>
    `kube-proxy의 ${p['mode']} 모드는 쿠버네티스 ${p['since']}부터 사용 중단(deprecated)되었습니다. 아직 동작하지만 ${josa(String(p['instead']), '을/를')} 쓰는 것이 좋습니다.`,
  'stateful-set/no-service': (p) =>
    `서비스 ${josa(`"${p['service']}"`, '이/가')} 없어 ${p['name']}의 파드는 자기 DNS 이름을 갖지 못합니다.`,
  'policy/selects-nothing': (p) =>
    `네임스페이스 ${p['namespace']}에 ${p['selector'] === '<none>' ? '' : `${josa(String(p['selector']), '과/와')} 일치하는 `}파드가 없어 정책 ${josa(String(p['policy']), '은/는')} 효과가 없습니다.`,
  'policy/no-dns': (p) =>
    `${josa(String(p['pod']), '은/는')} 이 규칙이 허용하는 곳으로 보낼 수 있지만, 클러스터 DNS(UDP 53)를 허용하는 정책이 없습니다. 이름을 찾지 못합니다.`,
  'policy/not-enforced': (p) =>
    `${josa(String(p['cni']), '은/는')} 네트워크폴리시를 적용하지 않습니다. ${josa(String(p['policy']), '은/는')} 저장될 뿐 아무것도 바꾸지 않습니다. calico처럼 적용하는 CNI를 고르세요.`,
  'policy/named-port-rejected': (p) =>
    `${josa(String(p['cni']), '은/는')} 포트 이름("${p['port']}")을 읽지 못해 정책 ${p['policy']} 전체를 거부합니다. 이 정책은 전혀 적용되지 않습니다. 번호로 적으세요.`,
  'policy/end-port-ignored': (p) =>
    `${josa(String(p['cni']), '은/는')} endPort를 모릅니다. 정책 ${josa(String(p['policy']), '은/는')} ${p['endPort']}까지가 아니라 포트 ${p['port']}에만 해당합니다.`,
  'ingress/no-class': (p) =>
    `Ingress ${p['ingress']}에 클래스가 없고 기본 IngressClass도 없어, 처리할 컨트롤러가 없습니다.${p['known'] === '' ? '' : ` 클래스: ${p['known']}`}`,
  'ingress/no-controller': (p) =>
    `IngressClass ${josa(String(p['class']), '이/가')} 없습니다. Ingress ${josa(String(p['ingress']), '은/는')} 저장되지만 아무도 처리하지 않습니다. ${p['known'] === '' ? 'Ingress는 컨트롤러가 없으면 아무 일도 하지 않습니다. Playground에 `controllers: [ingress-nginx]`처럼 설치하세요.' : `클래스: ${p['known']}`}`,
  'ingress/not-running': (p) =>
    `Ingress ${josa(String(p['ingress']), '은/는')} ${p['controller']}의 것인데, 실행 중인 파드가 없어 아무도 처리하지 않습니다.`,
  'ingress/annotation-unknown': (p) =>
    `${josa(String(p['annotation']), '이/가')} 요청에 하는 일은 시뮬레이션하지 않습니다. ${p['ingress']}의 경로로 온 요청의 답은 알 수 없습니다.`,
  'ingress/annotation-no-difference': (p) =>
    `${josa(String(p['annotation']), '은/는')} 여기서 요청 하나에는 아무 차이를 만들지 않습니다.`,
  'ingress/annotation-for-nobody': (p) =>
    `Ingress ${p['ingress']}의 어노테이션 kubernetes.io/ingress.class: ${josa(String(p['value']), '을/를')} 자기 것으로 받는 컨트롤러가 없어 아무도 처리하지 않습니다. 이 어노테이션은 IngressClass의 이름이 아니라 컨트롤러가 시작할 때 받은 값(${p['known']})과 비교되며, 이것이 있는 Ingress에는 기본 클래스도 붙지 않습니다. 대신 spec.ingressClassName을 적으세요.`,
  'ingress/annotation-elsewhere': (p) =>
    `${josa(String(p['annotation']), '은/는')} ${p['whose']}의 어노테이션입니다. ${josa(String(p['ingress']), '을/를')} 처리하는 ${josa(String(p['controller']), '은/는')} 읽지 않습니다.`,
  'ingress/expression-wrong': (p) =>
    `${p['ingress']}의 경로 ${josa(String(p['path']), '을/를')} nginx가 정규식으로 컴파일할 수 없습니다. ${p['controller']}의 어드미션 웹훅이 이 Ingress를 거부합니다. 웹훅이 없으면 nginx가 새 설정을 읽지 못해, 모든 호스트의 답이 이전 설정에 달려 있습니다.`,
  'ingress/expression-unread': (p) =>
    `${p['ingress']}의 경로 ${josa(String(p['path']), '은/는')} 여기서 쓰는 RE2가 읽을 수 없는 정규식입니다. nginx의 PCRE는 읽을 수도 있습니다. 이 경로로 온 요청의 답은 알 수 없습니다.`,
  'ingress/resource-backend': (p) =>
    `백엔드 ${josa(String(p['resource']), '은/는')} 서비스가 아니어서 ${josa(String(p['controller']), '은/는')} 이 경로를 건너뜁니다.`,
  'ingress/no-service': (p) =>
    `서비스 ${josa(String(p['service']), '이/가')} 없습니다. 이 경로로 오면 ${josa(String(p['controller']), '이/가')} 503으로 답합니다.`,
  'ingress/no-port': (p) =>
    `서비스 ${p['service']}에 포트 ${josa(String(p['port']), '이/가')} 없습니다. 이 경로로 오면 ${josa(String(p['controller']), '이/가')} 503으로 답합니다.`,
  'controllers/retired': (p) =>
    `${josa(String(p['name']), '은/는')} 개발이 끝났습니다. ${p['since']}부터 릴리스도 보안 수정도 없습니다. 이미 실행 중인 것은 계속 동작하며, 새로 시작한다면 ${josa(String(p['instead']), '이/가')} 권장됩니다.`,
  'gateway/no-controller': (p) =>
    `${p['controller']} 컨트롤러가 실행되고 있지 않습니다. 클래스 ${p['class']}의 Gateway는 기다리기만 하고(Accepted: Unknown, "Waiting for controller") 아무도 응답하지 않습니다.${p['install'] === '' ? '' : ` Playground에 \`controllers: [${p['install']}]\`를 써서 설치하세요.`}`,
  'gateway/no-class': (p) =>
    `GatewayClass ${josa(String(p['class']), '이/가')} 없습니다. Gateway ${josa(String(p['gateway']), '은/는')} 저장되지만 아무도 만들지 않습니다.${p['known'] === '' ? '' : ` 클래스: ${p['known']}`}`,
  'gateway/no-parent': (p) =>
    `Gateway ${josa(String(p['gateway']), '이/가')} 없습니다. ${p['kind']} ${josa(String(p['route']), '은/는')} 이 참조로 어디에도 붙지 않습니다.`,
  'gateway/listener': (p) =>
    `컨트롤러가 Gateway ${p['gateway']}의 리스너 ${josa(String(p['listener']), '을/를')} 열지 않습니다: ${p['type']}: ${p['status']} (${p['reason']}). ${p['message']}`,
  'gateway/not-on-the-wire': (p) =>
    p['protocol'] === 'UDP'
      ? `데이터그램이 리스너 ${p['listener']}까지 옵니다. 그다음에 어떻게 되는지는 시뮬레이션하지 않습니다.`
      : `리스너 ${josa(String(p['listener']), '은/는')} 연결을 받습니다. 그 위에서 ${josa(String(p['protocol']), '이/가')} 주고받는 내용은 시뮬레이션하지 않습니다.`,
  'gateway/route': (p) =>
    `${p['kind']} ${josa(String(p['route']), '이/가')} Gateway ${p['gateway']}에 붙지 않았습니다: Accepted: False (${p['reason']}). ${p['message']}`,
  'gateway/rule': (p) =>
    `${p['kind']} ${p['route']}의 규칙 ${josa(String(p['rule']), '은/는')} 쓰인 대로 처리할 수 없어 ${p['answer'] === 0 ? '빠집니다' : `맞는 요청에 ${josa(String(p['answer']), '으로/로')} 응답합니다`}. ${p['message']}`,
  'gateway/backend': (p) =>
    `${p['kind']} ${josa(String(p['route']), '은/는')} ${p['service']}에 아무것도 보낼 수 없습니다: ResolvedRefs: False (${p['reason']}).${p['kind'] === 'HTTPRoute' ? ' 그 몫은 500으로 응답합니다.' : ''} ${p['message']}`,
  'controllers/unknown': (p) =>
    `${josa(`"${p['name']}"`, '이라/라')}는 컨트롤러는 여기에 없습니다. 사용 가능: ${p['known']}`,
  'policy/kind-not-enforced': (p) =>
    `${josa(String(p['cni']), '은/는')} ${josa(String(p['kind']), '을/를')} 적용하지 않습니다. ${josa(String(p['policy']), '은/는')} 저장될 뿐 아무것도 바꾸지 않습니다.${p['use'] === '' ? '' : ` 여기서 이를 적용하는 CNI: ${p['use']}`}`,
  'policy/no-such-tier': (p) =>
    `티어 ${josa(String(p['tier']), '이/가')} 없어 정책 ${josa(String(p['policy']), '은/는')} 효과가 없습니다. 티어: ${p['known']}`,
  'policy/fails-closed': (p) =>
    `${josa(String(p['cni']), '은/는')} ${p['policy']}의 규칙에 쓴 ${josa(String(p['field']), '을/를')} 알지 못해 닫힌 쪽으로 처리합니다. ${p['action'] === 'Accept' ? '이 규칙은 아무것도 허용하지 않습니다.' : '이 규칙은 모든 것을 거부합니다.'}`,
  'policy/subject-selects-nothing': (p) =>
    `정책 ${p['policy']}의 대상(subject)이 되는 파드가 없어 효과가 없습니다. 호스트 네트워크를 쓰는 파드는 대상이 되지 않습니다.`,
  'policy/rule-names-nobody': (p) =>
    `정책 ${p['policy']}의 규칙 ${josa(String(p['rule']), '이/가')} 가리키는 파드가 없어 아무것에도 맞지 않습니다.`,
  'policy/rule-never-asked': (p) =>
    `정책 ${p['policy']}의 규칙 ${josa(String(p['rule']), '은/는')} 쓰이지 않습니다. 앞에 있는 규칙 ${josa(String(p['before']), '이/가')} ${p['action'] === 'pass' ? '모든 것을 다음 계층에 넘깁니다' : '모든 것을 결정합니다'}.`,
  'policy/host-network': (p) =>
    `정책 ${josa(String(p['policy']), '이/가')} 선택한 파드는 ${p['pod']}처럼 모두 호스트 네트워크를 쓰고 노드의 주소를 가지므로, 이 정책은 효과가 없습니다.`,
  'policy/lets-nobody': (p) =>
    `이 정책이 ${josa(String(p['pod']), '을/를')} 격리하지만, ${p['direction']} 규칙이 가리키는 상대가 하나도 없습니다. ${p['direction'] === 'ingress' ? '아무도 들어오지 못합니다.' : '아무 데도 나가지 못합니다.'}`,
  'policy/peer-matches-nothing': (p) =>
    p['what'] === 'namespace'
      ? `레이블이 ${p['selector']}인 네임스페이스가 없어 이 상대(peer)에 해당하는 파드가 없습니다.`
      : `${p['namespace'] === '' ? '위의 네임스페이스' : `네임스페이스 ${p['namespace']}`}에 ${p['selector'] === '<none>' ? '' : `${josa(String(p['selector']), '과/와')} 일치하는 `}파드가 없어 이 상대(peer)에 해당하는 파드가 없습니다.`,
  'policy/no-such-named-port': (p) =>
    `이 규칙의 대상 파드 중에 이름이 "${p['name']}"인 컨테이너 포트를 가진 파드가 없습니다${among(p['names'])}. 이 규칙은 ${p['pod']}의 어떤 포트에도 해당하지 않습니다.`,
  'policy/port-of-service': (p) =>
    `${josa(String(p['port']), '은/는')} 서비스 ${p['service']}의 포트입니다. 정책이 패킷을 볼 때는 이미 파드의 포트 ${josa(String(p['targetPort']), '으로/로')} 바뀌어 있어, 이 규칙으로는 통과하지 못합니다.`,
  'policy/block-of-services': (p) =>
    `${josa(String(p['cidr']), '은/는')} 서비스 주소 대역입니다. 정책이 패킷을 볼 때는 이미 파드의 주소로 바뀌어 있어, 이 블록은 일치하는 일이 없습니다.`,
  'policy/block-of-pods': (p) =>
    p['all'] === true
      ? `${josa(String(p['cidr']), '은/는')} 파드 주소 대역인데, 이 CNI는 파드를 레이블로만 구분하므로 이 블록은 일치하는 일이 없습니다. 셀렉터로 지정하세요.`
      : `이 CNI에서 ${josa(String(p['cidr']), '은/는')} 클러스터 밖의 주소만 뜻하며 파드는 들어 있지 않습니다. 파드는 셀렉터로 지정합니다.`,
  'service/nobody-may-reach': (p) =>
    `서비스 ${p['service']}에 엔드포인트가 ${p['endpoints']}개 있지만, 정책 때문에 포트 ${josa(String(p['targetPort']), '으로/로')} 그 엔드포인트에 닿을 수 있는 파드가 없습니다. 노드만 자기 노드의 파드에 닿습니다.`,
  'fault/unknown-node': (p) =>
    `장애를 일으킬 노드 ${josa(`"${p['node']}"`, '이/가')} 없습니다. 노드: ${p['known']}`,
  'fault/unknown-service': (p) =>
    `서비스 ${josa(`"${p['service']}"`, '이/가')} 없습니다. namespace/name으로 적으세요.`,
  'fault/unknown-pod': (p) => `파드 ${josa(`"${p['pod']}"`, '이/가')} 없습니다. namespace/name으로 적으세요.`,
  'fault/bad-endpoint': (p) =>
    `${josa(`"${p['text']}"`, '은/는')} 엔드포인트가 아닙니다. 주소:포트로 적으세요.`,
  'question/unknown-from': (p) =>
    `출발지 ${josa(`"${p['from']}"`, '이/가')} 없습니다. namespace/pod, namespace/deployment, node/이름, external/이름 중 하나로 적으세요.`,
  'question/unknown-to': (p) => `${josa(`"${p['to']}"`, '이/가')} 없습니다.`,
  'question/unknown-endpoint': (p) => `고를 파드 ${josa(`"${p['endpoint']}"`, '이/가')} 없습니다.`,
};

function several(pods: unknown): string {
  return Number(pods) > 1 ? `파드 ${pods}개: ` : '';
}

function among(known: unknown): string {
  return known === '' || known === undefined ? '' : `(사용 가능: ${known})`;
}

function place(name: unknown): string {
  return name === 'nodes' ? '노드 네트워크' : String(name);
}

/** 어드미션 플러그인이 오브젝트에 대해 하는 말. `how`는 누구에게 하는 말인지를 나타냅니다. */
function admission(p: Readonly<Record<string, unknown>>): string {
  switch (p['how']) {
    case 'not-made':
      return `FailedCreate, ${josa(String(p['owner']), '이/가')} 파드 ${p['pods']}개를 만들지 못합니다: ${p['message']}`;
    case 'warn':
      return `경고와 함께 받아들였습니다: ${p['message']}`;
    case 'audit':
      return `받아들이고 감사 로그에 남겼습니다: ${p['message']}`;
    case 'both':
      return `경고와 함께 받아들이고 감사 로그에도 남겼습니다: ${p['message']}`;
    case 'unknown-label':
      return `이 레이블을 아는 어드미션 플러그인이 없어 아무 효과가 없습니다: ${p['message']}`;
    case 'unknown':
      return `API 서버가 어떻게 답할지 여기서는 알 수 없어, 이것이 정하는 결과도 알 수 없습니다: ${p['message']}`;
    case 'idle':
      return `받아들이지만 아무 효과가 없습니다: ${p['message']}`;
    case 'not-simulated':
      return `받아들이지만 시뮬레이션하지 않습니다: ${p['message']}`;
    case 'sidecar':
      return `사이드카가 추가되었습니다(${p['message']}). 사이드카가 파드의 패킷을 어떻게 다루는지는 시뮬레이션하지 않으므로, 이 파드가 보내거나 받는 패킷의 결과는 알 수 없습니다.`;
    case 'configuration':
      return `이 설정으로는 kube-apiserver가 시작하지 않습니다. 잘못된 부분은 빼고 적용합니다: ${p['message']}`;
    default:
      return `API 서버가 거부했습니다: ${p['message']}`;
  }
}
