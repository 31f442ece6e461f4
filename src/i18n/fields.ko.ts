import type { FieldHelp } from './fields.en.ts';

export const fields: FieldHelp = {
  'Object.apiVersion': '이 종류가 속한 API 그룹과 버전입니다. 예: `v1`, `apps/v1`.',
  'Object.kind':
    '이 문서가 나타내는 오브젝트의 종류입니다. `apiVersion`과 함께 어떤 필드를 쓸 수 있는지 정합니다.',
  'Object.metadata': '이름, 네임스페이스, 레이블처럼 오브젝트를 구별하고 찾는 데 쓰는 정보입니다.',
  'Object.status': '사용자가 아니라 클러스터가 씁니다. `kubectl get -o yaml`이 출력한 그대로 받아들입니다.',

  'ObjectMeta.name':
    '이름입니다. 네임스페이스 안에서 같은 종류끼리 겹칠 수 없습니다. 서비스는 이 이름이 DNS 이름이 됩니다.',
  'ObjectMeta.namespace': '오브젝트가 속한 네임스페이스입니다. 생략하면 `default`입니다.',
  'ObjectMeta.labels': '키와 값의 쌍입니다. 서비스, 디플로이먼트, 네트워크폴리시의 셀렉터가 이것을 봅니다.',
  'ObjectMeta.annotations':
    '도구를 위한 메모입니다. `packetwalk.dev/listen: "8080/TCP"`로 파드가 실제로 수신하는 포트를 정할 수 있습니다.',
  'ObjectMeta.generateName': 'API 서버가 뒤에 임의의 문자를 붙일 접두사입니다. 여기서는 `name`을 쓰세요.',
  'ObjectMeta.ownerReferences': '이 오브젝트를 만든 오브젝트입니다. 소유자가 사라지면 함께 사라집니다.',
  'ObjectMeta.deletionTimestamp': '삭제 중이라는 표시입니다. 이런 파드는 종료 중인 것으로 봅니다.',
  'ObjectMeta.creationTimestamp': 'API 서버가 씁니다.',
  'ObjectMeta.uid': 'API 서버가 씁니다.',
  'ObjectMeta.resourceVersion': 'API 서버가 씁니다.',
  'ObjectMeta.generation': 'API 서버가 씁니다.',
  'ObjectMeta.managedFields': 'API 서버가 씁니다. 누가 어떤 필드를 썼는지 나타냅니다.',
  'ObjectMeta.finalizers': '정리가 끝날 때까지 오브젝트를 남겨 둡니다. 패킷에는 영향이 없습니다.',

  'LabelSelector.matchLabels': '여기 적은 레이블이 모두, 정확히 같은 값으로 있어야 합니다.',
  'LabelSelector.matchExpressions': '레이블에 대한 조건입니다. `matchLabels`와 함께 모두 만족해야 합니다.',
  'LabelSelector.matchExpressions.key': '조건이 살펴보는 레이블의 키입니다.',
  'LabelSelector.matchExpressions.operator':
    '`In`, `NotIn`, `Exists`, `DoesNotExist` 중 하나입니다. `NotIn`은 레이블이 없을 때도 만족합니다.',
  'LabelSelector.matchExpressions.values': '`In`과 `NotIn`이 쓰는 값입니다. 나머지 둘에서는 비워 둡니다.',

  'Pod.spec':
    '파드에서 무엇을 어디서 실행할지 정합니다. 한 파드의 컨테이너는 네트워크(IP와 localhost)를 함께 씁니다.',
  'Pod.spec.containers':
    '파드의 프로세스입니다. IP를 함께 쓰므로 두 컨테이너가 같은 포트에서 수신할 수 없습니다.',
  'Pod.spec.containers.name': '컨테이너의 이름입니다. 파드 안에서 겹칠 수 없습니다.',
  'Pod.spec.containers.image':
    '실행할 이미지입니다. 잘 알려진 이미지는 실제 포트에서 수신하고(nginx는 80, redis는 6379), 그 밖의 이미지는 `containerPort`에서 수신합니다.',
  'Pod.spec.containers.command':
    '이미지의 시작 명령을 대신합니다. 프로세스가 수신하는 포트가 달라질 수 있습니다.',
  'Pod.spec.containers.args':
    '프로세스의 인자입니다. 이를 아는 이미지라면 `--port=8081`처럼 포트를 바꿀 수 있습니다.',
  'Pod.spec.containers.ports':
    '컨테이너가 쓰는 포트를 적어 둔 메모입니다. 포트를 열지도 막지도 않지만, 여기의 이름은 서비스와 정책에서 쓸 수 있습니다.',
  'Pod.spec.containers.ports.containerPort':
    '프로세스가 수신한다고 적어 둔 포트입니다. 실제 포트는 이 필드가 아니라 프로세스가 정합니다.',
  'Pod.spec.containers.ports.name':
    '서비스의 `targetPort`나 네트워크폴리시에서 숫자 대신 쓸 수 있는 이름입니다.',
  'Pod.spec.containers.ports.protocol': 'TCP(기본값), UDP, SCTP 중 하나입니다.',
  'Pod.spec.containers.ports.hostPort':
    '노드 자신의 주소에서 이 포트로 온 패킷을 파드로 전달합니다. CNI가 DNAT 규칙을 씁니다. 같은 포트를 쓰는 두 파드는 한 노드에 있을 수 없습니다.',
  'Pod.spec.containers.ports.hostIP': '노드의 이 주소로 온 것만 전달합니다. 적지 않으면 모든 주소입니다.',
  'Pod.spec.containers.readinessProbe':
    '실패하는 동안 파드는 준비되지 않은 상태이며 서비스가 트래픽을 보내지 않습니다. 수신하지 않는 포트를 확인하면 여기서도 실패합니다.',
  'Pod.spec.containers.readinessProbe.httpGet': '이 경로를 요청합니다. 상태 코드가 200~399이면 정상입니다.',
  'Pod.spec.containers.readinessProbe.tcpSocket': '포트에 연결되면 정상입니다.',
  'Pod.spec.containers.livenessProbe':
    '실패하면 kubelet이 컨테이너를 다시 시작합니다. 여기서는 경고만 하고 실행 중인 것으로 보여 줍니다.',
  'Pod.spec.containers.startupProbe':
    '컨테이너가 시작될 때까지 다른 프로브를 미룹니다. 수신하지 않는 포트를 확인하면 여기서도 파드가 준비되지 않습니다.',
  'Pod.spec.containers.resources':
    'CPU와 메모리의 요청량과 한도입니다. 패킷에는 영향이 없지만 리밋레인지와 리소스쿼터가 이 값으로 파드를 거부합니다.',
  'Pod.spec.containers.env': '프로세스의 환경 변수입니다. 패킷에는 영향이 없습니다.',
  'Pod.spec.containers.envFrom': '컨피그맵과 시크릿에서 가져오는 환경 변수입니다. 패킷에는 영향이 없습니다.',
  'Pod.spec.containers.volumeMounts': '볼륨을 컨테이너의 어디에 둘지 정합니다. 패킷에는 영향이 없습니다.',
  'Pod.spec.containers.imagePullPolicy':
    'kubelet이 이미지를 언제 가져올지 정합니다. 패킷에는 영향이 없습니다.',
  'Pod.spec.containers.securityContext':
    '프로세스의 권한입니다. 패킷에는 영향이 없으며, 네임스페이스 레이블에 따라 파드 시큐리티가 검사합니다.',
  'Pod.spec.containers.restartPolicy':
    '초기화 컨테이너에 `Always`를 쓰면 사이드카가 되어 다른 컨테이너와 함께 계속 실행됩니다.',
  'Pod.spec.initContainers': '컨테이너보다 먼저 같은 네트워크에서 하나씩 차례로 실행됩니다.',
  'Pod.spec.volumes':
    '파드의 저장소입니다. 패킷에는 영향이 없으며, 파드 시큐리티가 볼륨의 유형을 검사합니다.',
  'Pod.spec.serviceAccountName': 'API 서버에 대한 파드의 신원입니다. 패킷에는 영향이 없습니다.',
  'Pod.spec.securityContext':
    '모든 컨테이너의 권한입니다. 패킷에 영향을 줄 수 있는 것은 `net.*` sysctl뿐이며, 네임스페이스 레이블에 따라 파드 시큐리티가 검사합니다.',
  'SecurityContext.sysctls':
    '파드의 커널 설정입니다. `net.`으로 시작하는 설정은 시뮬레이션하지 않습니다. 파드 시큐리티는 `baseline`에서 몇 가지 이름만 허용합니다.',
  'Pod.spec.nodeName': '스케줄러를 거치지 않고 이 노드에 파드를 둡니다.',
  'Pod.spec.nodeSelector': '이 레이블이 모두 있는 노드에만 배치됩니다.',
  'Pod.spec.affinity': '어떤 노드에 둘지, 어떤 파드와 가까이 또는 멀리 둘지에 대한 조건입니다.',
  'Pod.spec.affinity.nodeAffinity': '배치할 수 있는 노드와 선호하는 노드를 정합니다.',
  'Pod.spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution':
    '반드시 만족해야 하는 노드 레이블의 조건입니다. 여러 항목 중 하나만 맞으면 됩니다.',
  'Pod.spec.affinity.nodeAffinity.preferredDuringSchedulingIgnoredDuringExecution':
    '만족하면 가중치만큼 노드를 선호하게 하는 노드 레이블의 조건입니다.',
  'Pod.spec.affinity.podAffinity.requiredDuringSchedulingIgnoredDuringExecution':
    '같은 곳에서 이미 실행 중이어야 하는 파드입니다. 같은 곳의 범위는 `topologyKey`로 정합니다.',
  'Pod.spec.affinity.podAntiAffinity.requiredDuringSchedulingIgnoredDuringExecution':
    '같은 곳에서 실행 중이면 안 되는 파드입니다. 같은 곳의 범위는 `topologyKey`로 정합니다.',
  'Pod.spec.affinity.podAffinity': '같은 노드나 같은 존에 함께 있어야 하는 파드를 정합니다.',
  'Pod.spec.affinity.podAntiAffinity': '자신의 다른 레플리카처럼 떨어져 있어야 하는 파드를 정합니다.',
  'Pod.spec.tolerations': '노드의 테인트 가운데 파드가 견딜 수 있는 것을 적습니다.',
  'Pod.spec.tolerations.key': '테인트의 키입니다. `Exists`와 함께 비워 두면 모든 테인트를 뜻합니다.',
  'Pod.spec.tolerations.operator': '`Equal`(기본값)은 값까지 비교하고 `Exists`는 비교하지 않습니다.',
  'Pod.spec.tolerations.value': '`Equal`일 때 비교할 테인트의 값입니다.',
  'Pod.spec.tolerations.effect': '견딜 수 있는 효과입니다. 비워 두면 모든 효과를 뜻합니다.',
  'Pod.spec.topologySpreadConstraints':
    '파드를 노드나 존에 얼마나 고르게 나눌지 정합니다. 강제 조건(`DoNotSchedule`)은 시뮬레이션하지 않습니다.',
  'Pod.spec.hostNetwork':
    '파드가 노드의 네트워크를 그대로 씁니다. 노드의 IP와 포트를 쓰고 veth가 없으며, 네트워크폴리시의 대상이 되지 않습니다.',
  'Pod.spec.dnsPolicy':
    '`ClusterFirst`(기본값)는 클러스터 DNS에 묻고 `Default`는 노드의 resolv.conf를 씁니다. hostNetwork라면 `ClusterFirstWithHostNet`을 쓰세요.',
  'Pod.spec.dnsConfig': '파드의 resolv.conf에 들어갈 네임서버, 검색 도메인, 옵션입니다.',
  'Pod.spec.dnsConfig.nameservers': 'DNS 서버의 IP 주소입니다. dnsPolicy가 `None`이면 이 서버만 씁니다.',
  'Pod.spec.dnsConfig.searches': '점이 적은 이름 뒤에 차례로 붙여 볼 도메인입니다.',
  'Pod.spec.dnsConfig.options': '`ndots` 같은 리졸버 옵션입니다.',
  'Pod.spec.dnsConfig.options.name': '`ndots` 같은 옵션의 이름입니다.',
  'Pod.spec.dnsConfig.options.value':
    '옵션의 값입니다. `ndots: 5`이면 점이 5개보다 적은 이름은 검색 도메인부터 붙여 봅니다.',
  'Pod.spec.hostname':
    '파드의 호스트 이름입니다. `subdomain`과 헤드리스 서비스가 있으면 자신만의 DNS 이름이 생깁니다.',
  'Pod.spec.subdomain': '파드의 DNS 이름이 속할 헤드리스 서비스의 이름입니다.',
  'Pod.spec.hostAliases': '파드의 /etc/hosts에 더할 줄입니다. 시뮬레이션하지 않습니다.',
  'Pod.spec.restartPolicy':
    '컨테이너가 끝났을 때 다시 시작할지 정합니다. 잡에는 `OnFailure`나 `Never`를 씁니다.',
  'Pod.spec.readinessGates': '파드가 준비된 것으로 보기 전에 참이어야 하는 추가 조건입니다.',
  'Pod.spec.schedulingGates': '하나라도 있으면 스케줄러가 파드를 배치하지 않고 대기시킵니다.',
  'Pod.spec.schedulerName': '파드를 배치할 스케줄러입니다. 기본 스케줄러만 시뮬레이션합니다.',
  'Pod.spec.terminationGracePeriodSeconds':
    '파드가 종료하는 데 쓸 수 있는 시간입니다. 여기서는 영향이 없습니다.',
  'Pod.status': 'kubelet이 씁니다. 여기 적은 `podIP`와 `podIPs`는 그대로 유지합니다.',
  'Pod.status.phase': 'Pending, Running, Succeeded, Failed 중 하나입니다.',
  'Pod.status.podIP': '파드의 주소입니다. 여기 적으면 새로 정하지 않고 그대로 씁니다.',
  'Pod.status.podIPs': 'IP 패밀리마다 하나씩 갖는 파드의 주소입니다.',
  'Pod.status.podIPs.ip': '주소 하나입니다.',
  'Pod.status.conditions': 'Ready 같은 상태입니다. readinessGates의 조건을 만족시킬 수 있습니다.',

  'Workload.spec': '파드를 몇 개, 어떤 모습으로 둘지 정합니다.',
  'Workload.spec.replicas': '유지할 파드의 수입니다. 생략하면 1입니다.',
  'Workload.spec.selector':
    '어떤 파드가 여기에 속하는지 정합니다. 템플릿의 레이블과 맞아야 하고 나중에 바꿀 수 없습니다.',
  'Workload.spec.template': '각 파드의 모습입니다.',
  'Workload.spec.template.metadata':
    '각 파드의 레이블과 어노테이션입니다. 서비스는 이 레이블로 파드를 찾습니다.',
  'Workload.spec.template.spec': '각 파드의 스펙입니다.',
  'Deployment.spec.strategy':
    '변경할 때 파드를 어떻게 교체할지 정합니다. 여기서는 교체가 끝난 상태만 보여 주므로 영향이 없습니다.',
  'StatefulSet.spec.serviceName':
    '각 파드에 DNS 이름(`db-0.db`)을 주는 헤드리스 서비스입니다. 이 서비스는 직접 만들어야 합니다.',
  'StatefulSet.spec.ordinals': '파드 번호를 어디서부터 셀지 정합니다.',
  'StatefulSet.spec.ordinals.start': '첫 파드의 번호입니다. 생략하면 0입니다.',
  'StatefulSet.spec.volumeClaimTemplates': '파드마다 하나씩 갖는 볼륨입니다. 패킷에는 영향이 없습니다.',
  'Job.spec.parallelism': '동시에 실행할 파드의 수입니다. 생략하면 1입니다.',
  'Job.spec.completions': '성공적으로 끝나야 하는 파드의 수입니다.',
  'Job.spec.completionMode':
    '`Indexed`는 파드마다 번호를 주고, 헤드리스 서비스가 있으면 호스트 이름도 줍니다.',
  'Job.spec.suspend': 'true이면 파드를 만들지 않습니다.',

  'Service.spec': '계속 바뀌는 파드 앞에 두는 변하지 않는 주소와 이름입니다.',
  'Service.spec.type':
    '`ClusterIP`는 클러스터 안에서, `NodePort`는 모든 노드의 포트에서도, `LoadBalancer`는 클라우드 로드 밸런서의 주소로도 접근할 수 있습니다. `ExternalName`은 DNS 별칭일 뿐입니다.',
  'Service.spec.selector':
    '뒤에 둘 파드의 레이블입니다. 셀렉터가 없으면 엔드포인트를 직접 써야 합니다. `matchLabels` 없이 키와 값만 씁니다.',
  'Service.spec.ports': '서비스가 제공하는 포트입니다. 둘 이상이면 각각 이름이 필요합니다.',
  'Service.spec.ports.name': '포트의 이름입니다. 포트가 여럿일 때 필요하며 DNS SRV 레코드에도 쓰입니다.',
  'Service.spec.ports.port': '서비스 주소의 포트입니다. 클라이언트가 쓰는 포트입니다.',
  'Service.spec.ports.targetPort':
    '패킷의 목적지가 바뀔 파드의 포트입니다. 숫자나 컨테이너 포트의 이름을 쓰고, 생략하면 `port`와 같습니다. 파드의 프로세스가 이 포트에서 수신해야 합니다.',
  'Service.spec.ports.nodePort': '모든 노드에서 열리는 포트입니다(30000-32767). 생략하면 자동으로 정합니다.',
  'Service.spec.ports.protocol': 'TCP(기본값), UDP, SCTP 중 하나입니다.',
  'Service.spec.ports.appProtocol': '어떤 프로토콜을 쓰는지에 대한 힌트입니다. kube-proxy는 보지 않습니다.',
  'Service.spec.clusterIP':
    '가상 주소입니다. 생략하면 자동으로 정합니다. `None`이면 헤드리스 서비스가 되어 DNS가 파드의 주소를 바로 알려 줍니다.',
  'Service.spec.clusterIPs': 'IP 패밀리마다 하나씩 갖는 가상 주소입니다. 첫 주소가 `clusterIP`입니다.',
  'Service.spec.externalName': 'ExternalName 서비스가 별칭(CNAME)으로 가리키는 이름입니다.',
  'Service.spec.externalTrafficPolicy':
    '`Cluster`는 밖에서 온 트래픽을 모든 파드로 보내며 클라이언트 주소를 감춥니다. `Local`은 같은 노드의 파드로만 보내고 주소를 지킵니다.',
  'Service.spec.internalTrafficPolicy':
    '`Local`은 안에서 온 트래픽을 클라이언트와 같은 노드의 파드로만 보내고, 그런 파드가 없으면 폐기합니다.',
  'Service.spec.sessionAffinity': '`ClientIP`이면 한 클라이언트를 일정 시간 같은 파드로 보냅니다.',
  'Service.spec.sessionAffinityConfig': '세션 어피니티를 얼마나 유지할지 정합니다.',
  'Service.spec.sessionAffinityConfig.clientIP': '`ClientIP`의 설정입니다.',
  'Service.spec.sessionAffinityConfig.clientIP.timeoutSeconds':
    '클라이언트의 마지막 새 연결 뒤로 유지할 시간(초)입니다. 생략하면 10800입니다.',
  'Service.spec.publishNotReadyAddresses': '준비되지 않은 파드도 DNS와 규칙에서 엔드포인트로 봅니다.',
  'Service.spec.externalIPs':
    '패킷이 노드까지 오기만 하면 모든 노드가 이 서비스로 받는 클러스터 밖의 주소입니다. 노드로 향하는 경로는 직접 만들어야 합니다.',
  'Service.spec.loadBalancerIP':
    '로드 밸런서가 가질 주소입니다(사용 중단). 여기서는 172.18.255.200-172.18.255.250 가운데 하나입니다.',
  'Service.spec.loadBalancerClass':
    '어떤 로드 밸런서 구현을 쓸지 정합니다. 여기서는 `packetwalk.dev/vip`(생략했을 때와 같음)와 `packetwalk.dev/proxy`가 있고, 다른 클래스는 pending 상태로 남습니다.',
  'Service.spec.loadBalancerSourceRanges':
    '로드 밸런서 주소를 쓸 수 있는 클라이언트의 범위입니다. 노드 포트는 누구에게나 열려 있습니다.',
  'Service.spec.allocateLoadBalancerNodePorts': 'false이면 LoadBalancer 서비스에 노드 포트를 주지 않습니다.',
  'Service.spec.healthCheckNodePort':
    '노드에 엔드포인트가 있는지 kube-proxy가 로드 밸런서에 알려 주는 포트입니다. `externalTrafficPolicy: Local`일 때만 쓰며 생략하면 자동으로 정합니다.',
  'Service.status': '클러스터가 채운 결과입니다.',
  'Service.status.loadBalancer': '로드 밸런서 컨트롤러가 알린 내용입니다.',
  'Service.status.loadBalancer.ingress':
    '로드 밸런서에 접근하는 주소입니다. 직접 쓰면 그대로 두고, 생략하면 클라우드가 정합니다.',
  'Service.status.loadBalancer.ingress.ip': '로드 밸런서의 주소입니다.',
  'Service.status.loadBalancer.ingress.hostname': '클라우드가 이름을 줄 때의 로드 밸런서 이름입니다.',
  'Service.status.loadBalancer.ingress.ipMode':
    '`VIP`: 목적지가 로드 밸런서 주소인 채로 패킷이 노드에 도착하며, 노드와 파드는 지름길로 갑니다. `Proxy`: 로드 밸런서가 자기 주소에서 노드 포트로 다시 보냅니다.',
  'Service.spec.ipFamilies': '주소의 IP 패밀리를 주 패밀리부터 씁니다. 없으면 클러스터의 주 패밀리입니다.',
  'Service.spec.ipFamilyPolicy':
    '하나만(`SingleStack`), 클러스터가 지원하면 둘 다(`PreferDualStack`), 둘 다 아니면 거부(`RequireDualStack`) 중 하나입니다.',
  'Service.spec.trafficDistribution':
    '가까운 엔드포인트를 선호합니다. `PreferSameZone`(옛 이름 `PreferClose`)이나 `PreferSameNode`를 쓰며, 가까운 것이 없으면 모든 엔드포인트를 씁니다.',

  'Endpoints.subsets': '주소와 포트의 묶음입니다. 묶음 안의 모든 주소가 모든 포트를 제공합니다.',
  'Endpoints.subsets.addresses': '준비된 주소입니다.',
  'Endpoints.subsets.notReadyAddresses': '준비될 때까지 트래픽을 받지 않는 주소입니다.',
  'Endpoints.subsets.addresses.ip': '파드나 클러스터 밖의 주소입니다. 서비스의 주소는 쓸 수 없습니다.',
  'Endpoints.subsets.addresses.nodeName': '주소가 있는 노드입니다.',
  'Endpoints.subsets.addresses.hostname': '헤드리스 서비스에서 DNS가 이 주소에 주는 호스트 이름입니다.',
  'Endpoints.subsets.addresses.targetRef': '주소의 주인인 파드입니다.',
  'Endpoints.subsets.ports': '이 주소들의 포트입니다. 이름이 서비스의 포트 이름과 같아야 합니다.',
  'Endpoints.subsets.ports.name': '대응하는 서비스 포트의 이름입니다.',
  'Endpoints.subsets.ports.port': '주소의 포트입니다.',
  'Endpoints.subsets.ports.protocol': 'TCP(기본값), UDP, SCTP 중 하나입니다.',
  'EndpointSlice.addressType': 'IPv4, IPv6, FQDN 중 하나입니다. 모든 주소가 이 종류입니다.',
  'EndpointSlice.endpoints':
    '서비스 뒤에 있는 주소입니다. 레이블 `kubernetes.io/service-name`이 서비스를 가리킵니다.',
  'EndpointSlice.endpoints.addresses': '엔드포인트의 주소입니다. kube-proxy는 첫 주소를 씁니다.',
  'EndpointSlice.endpoints.conditions': '트래픽을 받을 수 있는지 나타냅니다. 생략하면 받을 수 있습니다.',
  'EndpointSlice.endpoints.conditions.ready': 'false이면 트래픽을 받지 않습니다.',
  'EndpointSlice.endpoints.conditions.serving': '종료 중이라도 응답할 수 있다는 뜻입니다.',
  'EndpointSlice.endpoints.conditions.terminating': '종료 중입니다. 다른 엔드포인트가 없을 때만 쓰입니다.',
  'EndpointSlice.endpoints.nodeName': '엔드포인트가 있는 노드입니다. `Local` 정책이 이것을 봅니다.',
  'EndpointSlice.endpoints.zone': '그 노드가 속한 존입니다.',
  'EndpointSlice.endpoints.hints.forZones': '이 엔드포인트를 써야 할 클라이언트의 존입니다.',
  'EndpointSlice.endpoints.hints.forZones.name': '레이블 `topology.kubernetes.io/zone`에 쓰는 존 이름입니다.',
  'EndpointSlice.endpoints.hints.forNodes': '이 엔드포인트를 써야 할 클라이언트의 노드입니다.',
  'EndpointSlice.endpoints.hints.forNodes.name': '노드 이름입니다.',
  'EndpointSlice.endpoints.hostname': '헤드리스 서비스에서 DNS가 주는 호스트 이름입니다.',
  'EndpointSlice.endpoints.targetRef': '엔드포인트의 주인인 파드입니다.',
  'EndpointSlice.endpoints.hints':
    '어떤 존이나 노드를 위한 엔드포인트인지 나타냅니다. Ready인 엔드포인트 모두에 있어야 kube-proxy가 따릅니다.',
  'EndpointSlice.ports': '슬라이스의 모든 주소가 제공하는 포트입니다.',
  'EndpointSlice.ports.name': '대응하는 서비스 포트의 이름입니다.',
  'EndpointSlice.ports.port': '주소의 포트입니다.',
  'EndpointSlice.ports.protocol': 'TCP(기본값), UDP, SCTP 중 하나입니다.',

  'NetworkPolicy.spec': '어떤 파드에 적용하고 무엇을 주고받게 할지 정합니다. 정책은 허용만 합니다.',
  'NetworkPolicy.spec.podSelector':
    '이 네임스페이스에서 정책이 격리할 파드입니다. `{}`는 모든 파드를 뜻합니다.',
  'NetworkPolicy.spec.policyTypes':
    '격리할 방향입니다. 생략하면 Ingress이고, egress 규칙이 있을 때만 Egress도 포함됩니다.',
  'NetworkPolicy.spec.ingress':
    '들어올 수 있는 트래픽입니다. 항목 하나가 규칙 하나이며 `[]`는 모두 막고 `[{}]`는 모두 허용합니다.',
  'NetworkPolicy.spec.egress':
    '나갈 수 있는 트래픽입니다. kube-dns로 가는 DNS(UDP와 TCP 53)를 잊지 마세요. 응답은 언제나 통과합니다.',
  'NetworkPolicy.spec.ingress.from':
    '보낼 수 있는 상대입니다. 항목 중 하나만 맞으면 되고, 생략하거나 비우면 누구나 보낼 수 있습니다.',
  'NetworkPolicy.spec.egress.to':
    '접근할 수 있는 상대입니다. 항목 중 하나만 맞으면 되고, 생략하거나 비우면 누구에게나 접근할 수 있습니다.',
  'NetworkPolicy.ports': '규칙이 허용하는 포트입니다. 생략하거나 비우면 모든 포트입니다.',
  'NetworkPolicy.ports.port':
    '서비스를 거쳐 목적지가 바뀐 뒤의 파드 포트입니다. 서비스의 `port`가 아니라 `targetPort`를 쓰세요. 이름을 쓰면 그 이름의 컨테이너 포트를 뜻합니다.',
  'NetworkPolicy.ports.endPort': '숫자 `port`와 함께 써서 이 포트까지의 범위를 뜻합니다.',
  'NetworkPolicy.ports.protocol': 'TCP(기본값), UDP, SCTP 중 하나입니다.',
  'NetworkPolicy.peer.podSelector':
    '이 레이블을 가진 파드입니다. 같은 항목에 `namespaceSelector`가 있으면 그 네임스페이스의 파드, 없으면 정책과 같은 네임스페이스의 파드입니다.',
  'NetworkPolicy.peer.namespaceSelector':
    '이 레이블을 가진 네임스페이스의 모든 파드입니다. `podSelector`와 한 항목에 있으면 둘 다, 두 항목으로 나누면 둘 중 하나만 맞으면 됩니다.',
  'NetworkPolicy.peer.ipBlock': '주로 클러스터 밖의 주소 범위입니다. 셀렉터와 함께 쓸 수 없습니다.',
  'NetworkPolicy.peer.ipBlock.cidr': '10.0.0.0/8 같은 주소 범위입니다.',
  'NetworkPolicy.peer.ipBlock.except': '`cidr` 안에서 제외할 더 작은 범위입니다.',

  'CalicoPolicy.spec':
    '어떤 파드에 적용하고 정책 사이에서 어디에 놓이는지 정합니다. `tier`, `order`, 이름 순서입니다.',
  'CalicoPolicy.spec.tier':
    '정책이 놓이는 티어입니다. 생략하면 NetworkPolicy와 같은 `default`입니다. 파드를 고른 정책이 있는 티어에서 아무도 결정하지 않은 패킷은, 티어가 넘기지(Pass) 않는 한 그 끝에서 버려집니다.',
  'CalicoPolicy.spec.order':
    '티어 안의 순서입니다. 작을수록 먼저입니다. NetworkPolicy는 1000이고, 생략하면 맨 뒤입니다.',
  'CalicoPolicy.spec.selector':
    "적용할 파드를 `app == 'web' && has(tier)` 같은 식으로 고릅니다. 생략하면 네임스페이스(또는 클러스터)의 모든 파드입니다.",
  'CalicoPolicy.spec.namespaceSelector':
    "이 레이블이 있는 네임스페이스의 파드만 고릅니다. 예: `projectcalico.org/name == 'shop'`",
  'CalicoPolicy.spec.serviceAccountSelector':
    "이 레이블이 있는 서비스어카운트로 실행하는 파드만 고릅니다. 예: `projectcalico.org/name == 'robot'`",
  'CalicoPolicy.spec.types':
    'Ingress, Egress 또는 둘 다입니다. 여기 쓴 방향으로 파드를 닫습니다. 생략하면 규칙이 있는 방향이고, 규칙이 없으면 Ingress입니다.',
  'CalicoPolicy.spec.ingress': '들어올 수 있는 것입니다. 규칙을 차례로 보고 처음 맞는 규칙이 결정합니다.',
  'CalicoPolicy.spec.egress': '나갈 수 있는 것입니다. 규칙을 차례로 보고 처음 맞는 규칙이 결정합니다.',
  'CalicoPolicy.spec.doNotTrack':
    '호스트 자신의 인터페이스에, 연결을 추적하기 전에 적용합니다. 파드와는 관계없습니다.',
  'CalicoPolicy.spec.preDNAT':
    '호스트 자신의 인터페이스에, 서비스 주소를 바꾸기 전에 적용합니다. 파드와는 관계없습니다.',
  'CalicoPolicy.spec.applyOnForward':
    '호스트의 인터페이스가 전달만 하는 트래픽에도 적용할지 정합니다. 파드와는 관계없습니다.',
  'CalicoPolicy.rule.action':
    'Allow와 Deny는 최종 결정이고, Pass는 티어의 나머지를 건너뛰며, Log는 커널 로그에 남기고 다음으로 갑니다.',
  'CalicoPolicy.rule.ipVersion': '4 또는 6입니다. 이 IP 버전의 패킷만 해당합니다.',
  'CalicoPolicy.rule.protocol': 'TCP, UDP, SCTP, ICMP, ICMPv6, UDPLite 또는 번호입니다. 생략하면 모두입니다.',
  'CalicoPolicy.rule.notProtocol': '이 프로토콜이 아닌 것입니다.',
  'CalicoPolicy.rule.icmp': 'ICMP 메시지입니다. `protocol`이 ICMP나 ICMPv6이어야 합니다.',
  'CalicoPolicy.rule.notICMP': '이 메시지가 아닌 ICMP입니다.',
  'CalicoPolicy.icmp.type': '타입입니다. IPv4의 에코 요청은 8, IPv6는 128입니다.',
  'CalicoPolicy.icmp.code': '코드입니다. 타입과 함께만 씁니다.',
  'CalicoPolicy.rule.source': '보내는 쪽입니다. 쓴 조건이 모두 맞아야 합니다.',
  'CalicoPolicy.rule.destination': '서비스 주소를 바꾼 뒤의 받는 쪽입니다. 쓴 조건이 모두 맞아야 합니다.',
  'CalicoPolicy.rule.metadata': '사람이 읽을 정보입니다.',
  'CalicoPolicy.rule.metadata.annotations': 'Felix가 규칙 옆에 주석으로 적습니다.',
  'CalicoPolicy.entity.nets': '주소 범위입니다. 그중 하나에 속해야 합니다.',
  'CalicoPolicy.entity.notNets': '어느 것에도 속하지 않아야 하는 주소 범위입니다.',
  'CalicoPolicy.entity.selector':
    '레이블에 대한 식으로 파드를 고릅니다. 네임스페이스 정책에서는 `namespaceSelector`가 없으면 그 네임스페이스 안에서만 고릅니다.',
  'CalicoPolicy.entity.notSelector':
    '이 파드가 아닌 쪽입니다. GlobalNetworkPolicy에서 홀로 쓰면 클러스터 밖의 호스트도 포함하고, 네임스페이스 정책에서는 그 네임스페이스의 다른 파드를 뜻합니다.',
  'CalicoPolicy.entity.namespaceSelector':
    '이 레이블이 있는 네임스페이스의 파드입니다. `all()`은 모든 네임스페이스, `global()`은 네임스페이스에 없는 것입니다.',
  'CalicoPolicy.entity.serviceAccounts':
    '파드를 실행하는 서비스어카운트로 고릅니다. 이름과 셀렉터를 함께 쓰면 둘 다 맞아야 하고, 다른 셀렉터도 맞아야 합니다.',
  'CalicoPolicy.entity.serviceAccounts.names': '서비스어카운트 이름입니다. 그중 하나여야 합니다.',
  'CalicoPolicy.entity.serviceAccounts.selector': '서비스어카운트의 레이블에 대한 식입니다.',
  'CalicoPolicy.entity.services':
    '준비 여부와 관계없이 서비스의 모든 엔드포인트입니다. 인그레스에서는 트래픽이 오는 곳, 이그레스에서는 포트까지 포함해 트래픽이 가는 곳입니다. 상대를 정하는 다른 필드와 함께 쓸 수 없습니다.',
  'CalicoPolicy.entity.services.name': '서비스 이름입니다.',
  'CalicoPolicy.entity.services.namespace':
    '서비스의 네임스페이스입니다. 생략하면 정책의 네임스페이스이고, GlobalNetworkPolicy에서는 꼭 써야 합니다.',
  'CalicoPolicy.entity.ports':
    '포트 번호, 범위(`8000:8100`), 컨테이너 포트의 이름입니다. `protocol`을 써야 합니다.',
  'CalicoPolicy.entity.notPorts': '이 포트가 아닌 것입니다. `protocol`을 써야 합니다.',
  'NetworkSet.spec': '집합의 내용입니다. 정책은 파드를 고르듯 레이블로 이 집합을 고릅니다.',
  'NetworkSet.spec.nets': '주소 범위와 개별 주소입니다.',
  'Tier.spec': '티어의 자리와 끝을 정합니다.',
  'Tier.spec.order':
    '작을수록 먼저입니다. `default`는 1000000, `kube-admin`은 1000, `kube-baseline`은 10000000이고, 생략하면 맨 뒤입니다.',
  'Tier.spec.defaultAction':
    '이 티어의 정책이 파드를 골랐지만 아무 규칙도 결정하지 않은 패킷의 처리입니다. Deny(기본값)는 버리고, Pass는 다음 티어에 맡깁니다.',
  'ClusterPolicy.spec': '클러스터 전체에서 어떤 파드에 적용하고, 규칙을 어떤 순서로 볼지 정합니다.',
  'ClusterPolicy.spec.tier':
    '`Admin`은 모든 네트워크폴리시보다 먼저 보며 뒤에서 바꿀 수 없습니다. `Baseline`은 어떤 네트워크폴리시도 결정하지 않은 것에만 적용합니다.',
  'ClusterPolicy.spec.priority':
    '0~1000이며, 같은 단계(tier)에서 작은 값이 먼저입니다. 값이 같으면 순서는 CNI에 따라 다릅니다.',
  'ClusterPolicy.spec.subject': '적용할 파드입니다. 호스트 네트워크를 쓰는 파드는 대상이 되지 않습니다.',
  'ClusterPolicy.spec.ingress':
    '들어오는 것에 대한 규칙입니다. 위에서부터 보아 처음 맞는 규칙이 결정하고, 맞는 규칙이 없으면 다음 정책으로 넘어갑니다.',
  'ClusterPolicy.spec.egress':
    '나가는 것에 대한 규칙입니다. 위에서부터 보아 처음 맞는 규칙이 결정하고, 맞는 규칙이 없으면 다음 정책으로 넘어갑니다.',
  'ClusterPolicy.rule.name': '사람과 로그가 볼 이름입니다.',
  'ClusterPolicy.rule.action':
    'Accept(v1alpha1에서는 Allow)와 Deny는 최종 결정입니다. Pass는 같은 단계의 나머지를 건너뛰고 다음 단계에 맡깁니다.',
  'ClusterPolicy.rule.from': '보내는 쪽입니다. 항목이 하나 이상 있어야 하고, 그중 하나만 맞으면 됩니다.',
  'ClusterPolicy.rule.to': '받는 쪽입니다. 항목이 하나 이상 있어야 하고, 그중 하나만 맞으면 됩니다.',
  'ClusterPolicy.rule.protocols': '받는 쪽의 프로토콜과 포트입니다. 생략하면 모두입니다.',
  'ClusterPolicy.rule.protocols.destinationNamedPort':
    '이 이름의 컨테이너 포트입니다. 알지 못하는 CNI도 있습니다.',
  'ClusterPolicy.protocol': '이 프로토콜입니다. `destinationPort`가 없으면 모든 포트입니다.',
  'ClusterPolicy.protocol.destinationPort': '`number`나 `range`로 씁니다.',
  'ClusterPolicy.protocol.destinationPort.number':
    '파드의 포트입니다. 서비스의 `port`가 아니라 `targetPort`를 씁니다.',
  'ClusterPolicy.rule.ports': '받는 쪽의 포트입니다. 생략하면 모두입니다.',
  'ClusterPolicy.rule.ports.portNumber': '한 프로토콜의 포트 하나입니다.',
  'ClusterPolicy.rule.ports.portNumber.protocol': 'TCP(기본값), UDP, SCTP 중 하나입니다.',
  'ClusterPolicy.rule.ports.portNumber.port':
    '파드의 포트입니다. 서비스의 `port`가 아니라 `targetPort`를 씁니다.',
  'ClusterPolicy.rule.ports.namedPort': '이 이름의 컨테이너 포트입니다.',
  'ClusterPolicy.range': '`start`부터 `end`까지의 포트이며 둘 다 포함합니다.',
  'ClusterPolicy.range.protocol': 'TCP(기본값), UDP, SCTP 중 하나입니다.',
  'ClusterPolicy.range.start': '첫 포트입니다.',
  'ClusterPolicy.range.end': '마지막 포트이며 `start`보다 커야 합니다.',
  'ClusterPolicy.peer.namespaces':
    '이 레이블이 있는 네임스페이스의 모든 파드입니다. `{}`는 모든 네임스페이스입니다.',
  'ClusterPolicy.peer.pods': '파드와 네임스페이스의 레이블로 고릅니다. 둘 다 맞아야 합니다.',
  'ClusterPolicy.peer.pods.namespaceSelector': '네임스페이스의 레이블입니다. `{}`는 모두입니다.',
  'ClusterPolicy.peer.pods.podSelector': '파드의 레이블입니다. `{}`는 모두입니다.',
  'ClusterPolicy.peer.nodes': '이 레이블이 있는 노드를 주소로 고릅니다. 알지 못하는 CNI도 있습니다.',
  'ClusterPolicy.peer.networks':
    '주소 범위입니다. 파드의 주소와도 비교하므로 0.0.0.0/0은 클러스터 안의 파드까지 뜻합니다.',
  'ClusterPolicy.peer.domainNames':
    '*.example.com 같은 클러스터 밖의 이름입니다. Accept에만 쓰며, 알지 못하는 CNI도 있습니다.',
  'CiliumPolicy.spec':
    '어느 파드에 적용되고 무엇을 받고 보낼 수 있는지 정합니다. `specs`에 여러 개를 둘 수도 있습니다.',
  'CiliumPolicy.specs': '한 오브젝트에 담은 여러 spec입니다. 저마다 자기 파드에 적용됩니다.',
  'CiliumPolicy.spec.endpointSelector':
    '적용할 파드를 레이블로 고릅니다. `{}`는 네임스페이스의 모든 파드, 클러스터 정책에서는 모든 파드입니다.',
  'CiliumPolicy.spec.ingress':
    '들어오는 트래픽을 허용하는 규칙입니다. 규칙이 하나라도 있으면 파드가 격리되어 허용하지 않은 것은 폐기됩니다. 빈 목록은 없는 것과 같습니다.',
  'CiliumPolicy.spec.ingressDeny':
    '들어오는 트래픽을 거부하는 규칙입니다. 어느 정책이 허용하든 거부가 이깁니다.',
  'CiliumPolicy.spec.egress':
    '나가는 트래픽을 허용하는 규칙입니다. 규칙이 하나라도 있으면 파드가 격리되어 허용하지 않은 것은 폐기됩니다. 빈 목록은 없는 것과 같습니다.',
  'CiliumPolicy.spec.egressDeny':
    '나가는 트래픽을 거부하는 규칙입니다. 어느 정책이 허용하든 거부가 이깁니다.',
  'CiliumPolicy.spec.enableDefaultDeny':
    '이 spec이 파드를 격리하는지 정합니다. 생략하면 규칙이 있는 방향을 격리합니다.',
  'CiliumPolicy.spec.enableDefaultDeny.ingress':
    '`false`면 규칙은 허용하고 거부할 뿐, 어느 규칙에도 없는 것은 전처럼 들어옵니다.',
  'CiliumPolicy.spec.enableDefaultDeny.egress':
    '`false`면 규칙은 허용하고 거부할 뿐, 어느 규칙에도 없는 것은 전처럼 나갑니다.',
  'CiliumPolicy.selector.matchLabels':
    '있어야 할 레이블입니다. 키에 출처를 쓸 수 있습니다. `k8s:app`, `any:app`(`app`과 같음), `reserved:host`. `io.kubernetes.pod.namespace`는 파드의 네임스페이스, `io.cilium.k8s.namespace.labels.KEY`는 그 네임스페이스의 레이블입니다.',
  'CiliumPolicy.selector.matchExpressions': '레이블에 대한 조건입니다. 모두 맞아야 합니다.',
  'CiliumPolicy.selector.matchExpressions.key':
    '레이블의 키입니다. `k8s:app`처럼 출처를 앞에 쓸 수 있습니다.',
  'CiliumPolicy.selector.matchExpressions.operator':
    '`In`, `NotIn`, `Exists`, `DoesNotExist` 가운데 하나입니다.',
  'CiliumPolicy.selector.matchExpressions.values': '`In`과 `NotIn`의 값입니다.',
  'CiliumPolicy.rule.peerEndpoints':
    '레이블로 고른 파드입니다. 셀렉터가 네임스페이스나 그 레이블을 말하지 않으면 정책과 같은 네임스페이스의 파드입니다. `[]`는 아무도 없음, 생략하면 모두입니다.',
  'CiliumPolicy.rule.peerEntities':
    '자기 레이블이 없는 상대입니다. `world`(클러스터 바깥 전부), `host`(파드가 있는 노드), `remote-node`, `kube-apiserver`, `cluster`(안쪽 전부), `all`. 노드와 파드 사이에는 주소 범위가 통하지 않으므로 이것을 씁니다.',
  'CiliumPolicy.rule.peerCIDR':
    '클러스터 바깥의 주소 범위입니다. 파드와 노드는 주소가 맞아도 해당하지 않습니다.',
  'CiliumPolicy.rule.peerCIDRSet': '예외를 둘 수 있는, 클러스터 바깥의 주소 범위입니다.',
  'CiliumPolicy.rule.peerCIDRSet.cidr': '`10.0.0.0/8` 같은 범위입니다. 파드와 노드는 해당하지 않습니다.',
  'CiliumPolicy.rule.peerCIDRSet.except': '그 안에서 뺄 범위입니다.',
  'CiliumPolicy.rule.toPorts':
    '서비스 포트를 변환한 뒤의 대상 포트입니다. 생략하면 모든 포트이고, 상대를 쓰지 않으면 모두에 해당합니다.',
  'CiliumPolicy.rule.toPorts.ports':
    '40개까지 쓸 수 있고 하나만 맞으면 됩니다. 빈 목록에는 아무것도 맞지 않습니다.',
  'CiliumPolicy.rule.toPorts.ports.port':
    '따옴표로 감싼 번호나 포트 이름입니다. `"0"`은 그 프로토콜의 모든 포트입니다.',
  'CiliumPolicy.rule.toPorts.ports.endPort': '`port`에서 시작하는 범위의 마지막 포트입니다.',
  'CiliumPolicy.rule.toPorts.ports.protocol':
    '`TCP`, `UDP`, `SCTP`, 또는 이 셋을 뜻하는 `ANY`(기본값)입니다. ICMP에는 `icmps`를 씁니다.',
  'CiliumPolicy.rule.toPorts.rules':
    '포트 말고 더 따지는 것입니다. 그러면 노드의 프록시가 연결을 받아들이고 요청마다 판단합니다.',
  'CiliumPolicy.rule.toPorts.rules.http':
    'HTTP에 대한 항목입니다. 요구하는 것을 모두 갖춘 항목 하나면 충분하고, 어느 항목도 허용하지 않으면 403으로 답합니다. 빈 목록은 아무것도 따지지 않습니다.',
  'CiliumPolicy.rule.toPorts.rules.http.path':
    '쿼리를 포함한 경로 전체에 대한 정규식(RE2)입니다. `/public`만으로는 `/public/1`에 맞지 않습니다.',
  'CiliumPolicy.rule.toPorts.rules.http.method':
    '메서드 전체에 대한 정규식이고 대문자로 씁니다. `GET`, `GET|HEAD`처럼 적습니다.',
  'CiliumPolicy.rule.toPorts.rules.http.host':
    'Host 헤더 전체에 대한 정규식입니다. 클라이언트가 적은 포트도 포함됩니다.',
  'CiliumPolicy.rule.toPorts.rules.http.headers':
    '있어야 하는 헤더입니다. `X-Token`처럼 이름만 적거나 `X-Token: 7`처럼 값까지 적습니다.',
  'CiliumPolicy.rule.toPorts.rules.http.headerMatches': '헤더와, 맞지 않을 때 할 일입니다.',
  'CiliumPolicy.rule.toPorts.rules.http.headerMatches.name': '헤더의 이름입니다.',
  'CiliumPolicy.rule.toPorts.rules.http.headerMatches.value':
    '헤더가 가져야 하는 값입니다. 없으면 헤더가 있기만 하면 됩니다.',
  'CiliumPolicy.rule.toPorts.rules.http.headerMatches.mismatch':
    '맞지 않을 때 할 일입니다. `ADD`, `REPLACE`, `DELETE`는 헤더를 바꾸고 `LOG`는 그냥 통과시킵니다. 없으면 이 항목은 맞지 않는 것이 됩니다.',
  'CiliumPolicy.rule.icmps': '`toPorts` 대신 쓰는 ICMP 타입입니다.',
  'CiliumPolicy.rule.icmps.fields': '40개까지 쓸 수 있고 하나만 맞으면 됩니다.',
  'CiliumPolicy.rule.icmps.fields.family': '`IPv4`(기본값)나 `IPv6`입니다.',
  'CiliumPolicy.rule.icmps.fields.type': '번호나 이름으로 쓴 타입입니다. `8`, `EchoRequest`.',
  'CiliumPolicy.rule.peerServices':
    '서비스입니다. 그 파드를 뜻하고, 셀렉터가 없는 서비스라면 엔드포인트의 주소를 뜻합니다.',
  'CiliumPolicy.rule.peerServices.k8sService': '이름으로 고른 서비스 하나입니다.',
  'CiliumPolicy.rule.peerServices.k8sService.serviceName': '서비스의 이름입니다.',
  'CiliumPolicy.rule.peerServices.k8sService.namespace':
    '서비스의 네임스페이스입니다. 생략하면 어디든 해당합니다.',
  'CiliumPolicy.rule.peerServices.k8sServiceSelector': '레이블로 고른 서비스입니다.',
  'CiliumPolicy.rule.peerServices.k8sServiceSelector.selector': '서비스의 레이블입니다.',
  'CiliumPolicy.rule.peerServices.k8sServiceSelector.namespace':
    '서비스의 네임스페이스입니다. 생략하면 어디든 해당합니다.',

  'Node.spec': '노드의 파드 주소 범위와 테인트입니다.',
  'Node.spec.podCIDR': '이 노드의 파드가 주소를 받는 범위입니다.',
  'Node.spec.podCIDRs': 'IP 패밀리마다 하나씩 갖는 파드 주소 범위입니다.',
  'Node.spec.taints': '견디지 못하는 파드를 노드에서 멀리합니다.',
  'Node.spec.taints.key': '테인트의 키입니다.',
  'Node.spec.taints.value': '테인트의 값입니다.',
  'Node.spec.taints.effect': '`NoSchedule`, `PreferNoSchedule`, `NoExecute` 중 하나입니다.',
  'Node.spec.unschedulable': 'true이면 새 파드를 받지 않습니다(cordon).',
  'Node.status': '노드의 주소와 상태입니다.',
  'Node.status.addresses': '노드의 주소입니다. `InternalIP`가 노드 네트워크의 주소입니다.',
  'Node.status.addresses.type': '`InternalIP`, `ExternalIP`, `Hostname` 중 하나입니다.',
  'Node.status.addresses.address': '주소입니다.',
  'Node.status.conditions': 'Ready 같은 상태입니다. Ready가 아닌 노드는 새 파드를 받지 않습니다.',

  'Node.status.nodeInfo': '노드가 자기 소프트웨어에 대해 알리는 정보입니다.',
  'Node.status.nodeInfo.containerRuntimeVersion':
    '컨테이너 런타임입니다. `containerd://2.1.4`, `cri-o://1.34.1`처럼 적습니다. 없으면 containerd로 봅니다.',
  'Node.status.runtimeHandlers':
    '컨테이너 런타임에 있는 핸들러로, 런타임클래스가 가리킵니다. 적혀 있으면 핸들러가 없는 파드는 ContainerCreating에 머물고, 적지 않으면 모두 있다고 봅니다.',
  'Node.status.runtimeHandlers.name': '핸들러 이름입니다. 빈 이름은 기본 핸들러입니다.',
  'Cluster.containerdConfigPatches':
    'containerd의 config.toml에 더할 TOML입니다. `containerd.runtimes` 아래의 런타임을 읽으며, 노드에 있는 핸들러가 됩니다.',
  'Cluster.name': '클러스터의 이름입니다. 노드 이름의 접두사가 됩니다.',
  'Cluster.nodes': '순서대로 적은 노드입니다. 생략하면 컨트롤 플레인 하나와 워커 둘입니다.',
  'Cluster.nodes.role': '`control-plane` 또는 `worker`입니다.',
  'Cluster.nodes.labels': 'nodeSelector와 어피니티가 보는 노드의 레이블입니다.',
  'Cluster.networking': '주소 범위와 kube-proxy의 모드입니다.',
  'Cluster.networking.podSubnet':
    '모든 파드의 주소 범위입니다. 노드마다 /24를 하나씩 받습니다. 생략하면 10.244.0.0/16입니다.',
  'Cluster.networking.serviceSubnet': '서비스의 클러스터 IP 범위입니다. 생략하면 10.96.0.0/16입니다.',
  'Cluster.networking.kubeProxyMode':
    'kube-proxy가 서비스를 규칙으로 바꾸는 방식입니다. 생략하면 `iptables`입니다.',
  'Cluster.networking.dnsSearch': '노드의 resolv.conf에 들어갈 검색 도메인입니다.',
  'Cluster.networking.ipFamily':
    '`ipv4`, `ipv6`, `dual` 중 하나입니다. `dual`이면 노드, 파드, 서비스 대역이 두 패밀리를 모두 가집니다.',
  'Cluster.networking.disableDefaultCNI': '여기서는 영향이 없습니다. CNI는 Playground 문서에서 고릅니다.',

  'KubeProxyConfiguration.mode': 'kube-proxy가 서비스를 규칙으로 바꾸는 방식입니다.',
  'KubeProxyConfiguration.clusterCIDR':
    '파드의 주소 범위입니다. 이 범위 밖에서 서비스로 가는 트래픽은 마스커레이드합니다.',
  'KubeProxyConfiguration.detectLocalMode': '자기 노드의 파드에서 온 트래픽을 알아내는 방법입니다.',
  'KubeProxyConfiguration.detectLocal': '인터페이스로 구분하는 모드에서 쓰는 이름입니다.',
  'KubeProxyConfiguration.detectLocal.bridgeInterface': '파드의 트래픽이 들어오는 브리지입니다.',
  'KubeProxyConfiguration.detectLocal.interfaceNamePrefix':
    '노드에서 파드로 이어지는 인터페이스 이름의 앞부분입니다.',
  'KubeProxyConfiguration.nodePortAddresses': '노드 포트를 열 노드 주소의 범위(CIDR)입니다.',
  'KubeProxyConfiguration.iptables': 'iptables 모드의 설정입니다.',
  'KubeProxyConfiguration.iptables.masqueradeAll':
    '파드에서 온 것을 포함해 클러스터 IP로 가는 모든 트래픽을 마스커레이드합니다.',
  'KubeProxyConfiguration.iptables.localhostNodePorts':
    'false이면 127.0.0.1에서는 노드 포트가 응답하지 않습니다.',
  'KubeProxyConfiguration.nftables': 'nftables 모드의 설정입니다.',
  'KubeProxyConfiguration.nftables.masqueradeAll':
    '파드에서 온 것을 포함해 클러스터 IP로 가는 모든 트래픽을 마스커레이드합니다.',
  'KubeProxyConfiguration.ipvs': 'ipvs 모드의 설정입니다. 이 모드는 쿠버네티스 1.35부터 사용 중단되었습니다.',
  'KubeProxyConfiguration.ipvs.scheduler':
    '가상 서버가 실제 서버를 고르는 방법입니다. rr(기본값)은 차례로, lc는 연결이 가장 적은 곳으로, sh는 클라이언트 주소에 따라 고릅니다.',
  'KubeProxyConfiguration.ipvs.strictARP':
    'arp_ignore를 1로, arp_announce를 2로 설정합니다. 노드가 kube-ipvs0의 주소를 묻는 ARP에 답하지 않습니다.',
  'KubeProxyConfiguration.ipvs.tcpTimeout':
    'IPVS가 조용한 TCP 연결을 기억하는 시간입니다. 0이면 15분 그대로입니다.',
  'KubeProxyConfiguration.ipvs.tcpFinTimeout':
    'IPVS가 FIN 이후의 TCP 연결을 기억하는 시간입니다. 0이면 2분 그대로입니다.',
  'KubeProxyConfiguration.ipvs.udpTimeout': 'IPVS가 UDP 흐름을 기억하는 시간입니다. 0이면 5분 그대로입니다.',
  'KubeProxyConfiguration.conntrack': '연결 추적 설정입니다.',
  'KubeProxyConfiguration.conntrack.tcpBeLiberal':
    'true이면 TCP 윈도를 벗어난 패킷을 INVALID로 폐기하지 않습니다.',
  'KubeProxyConfiguration.conntrack.tcpEstablishedTimeout':
    '쉬고 있는 연결을 노드가 기억하는 시간입니다(`24h0m0s` 형식). 0이면 커널의 값을 그대로 둡니다.',
  'KubeProxyConfiguration.conntrack.tcpCloseWaitTimeout':
    '한쪽만 닫힌 연결을 노드가 기억하는 시간입니다(`1h0m0s` 형식). 0이면 커널의 값을 그대로 둡니다.',

  'Playground.controllers':
    '설치할 Ingress 컨트롤러, 게이트웨이, 메시입니다(예: `ingress-nginx`). 각자의 매니페스트를 적용하는 것과 같습니다.',
  'Ingress.spec':
    '밖에서 온 요청을 어느 서비스로 보낼지 정합니다. 그 클래스의 컨트롤러가 실행 중이 아니면 아무 일도 하지 않습니다.',
  'Ingress.spec.ingressClassName':
    '이 Ingress를 처리할 IngressClass, 곧 컨트롤러입니다. 생략하면 기본으로 표시된 클래스입니다.',
  'Ingress.spec.defaultBackend': '맞는 경로가 없는 요청이 가는 곳입니다.',
  'Ingress.spec.rules': '호스트마다 규칙 하나입니다.',
  'Ingress.spec.rules.host':
    'Host 헤더의 값이며, 생략하면 모든 호스트입니다. `*.example.com`은 레이블 하나만 대신합니다.',
  'Ingress.spec.rules.http': '이 호스트의 경로입니다.',
  'Ingress.spec.rules.http.paths':
    '경로와 그 목적지입니다. 맞는 것 가운데 가장 긴 경로가 이기고, Exact가 Prefix보다 먼저입니다.',
  'Ingress.spec.rules.http.paths.path': '`/`로 시작하는 요청 경로입니다. 쿼리는 보지 않습니다.',
  'Ingress.spec.rules.http.paths.pathType':
    'Exact는 똑같은 경로, Prefix는 슬래시로 나눈 요소 단위의 앞부분입니다. `/foo`는 `/foo/bar`에는 맞고 `/foobar`에는 맞지 않습니다. ImplementationSpecific은 컨트롤러마다 다릅니다.',
  'Ingress.backend':
    '맞는 요청이 가는 곳입니다. 같은 네임스페이스의 서비스이거나 컨트롤러가 아는 오브젝트입니다.',
  'Ingress.backend.resource':
    '서비스 대신 쓰는 다른 종류의 오브젝트입니다. 대부분의 컨트롤러는 처리하지 않습니다.',
  'Ingress.backend.service':
    'Ingress와 같은 네임스페이스의 서비스입니다. 컨트롤러는 요청을 엔드포인트로 바로 보냅니다.',
  'Ingress.backend.service.name': '서비스의 이름입니다.',
  'Ingress.backend.service.port': '서비스의 포트를 이름이나 번호로 씁니다.',
  'Ingress.backend.service.port.name': '서비스 포트의 이름입니다.',
  'Ingress.backend.service.port.number': '`targetPort`가 아니라 서비스의 `port`입니다.',
  'Ingress.spec.tls': '443번 포트에서 TLS로 제공할 호스트와 인증서입니다.',
  'Ingress.spec.tls.hosts': '인증서가 쓰일 호스트입니다. 핸드셰이크에 적힌 이름(SNI)으로 구별합니다.',
  'Ingress.spec.tls.secretName': 'tls.crt와 tls.key가 있는 kubernetes.io/tls 타입 시크릿입니다.',

  'GatewayClass.spec': '이 클래스의 Gateway를 처리할 컨트롤러입니다. 인프라를 제공하는 쪽이 작성합니다.',
  'GatewayApi.class.controllerName':
    '컨트롤러가 스스로 쓰는 이름입니다(예: `gateway.envoyproxy.io/gatewayclass-controller`). 그 이름의 컨트롤러가 없으면 아무 일도 일어나지 않습니다.',
  'Gateway.spec':
    '요청이 들어오는 곳입니다. 포트와 프로토콜, 호스트, 그리고 어떤 라우트가 쓸 수 있는지를 정합니다. 클러스터 운영자가 작성합니다.',
  'GatewayApi.gatewayClassName': '이 Gateway를 만들 GatewayClass, 곧 컨트롤러입니다.',
  'GatewayApi.listener':
    '포트와 프로토콜이며 호스트를 더할 수 있습니다. 한 포트를 쓰는 리스너는 호스트가 서로 달라야 합니다.',
  'GatewayApi.listener.name':
    '이 Gateway 안에서 하나뿐인 이름입니다. 라우트의 `sectionName`이 이 이름을 가리킵니다.',
  'GatewayApi.listener.hostname':
    '받을 호스트입니다. 생략하면 모든 호스트입니다. `*.example.com`은 레이블 몇 개든 대신하지만 `example.com`은 아닙니다.',
  'GatewayApi.listener.port': '클라이언트가 Gateway 주소에서 접속하는 포트입니다.',
  'GatewayApi.listener.protocol':
    'HTTP, HTTPS, TLS, TCP, UDP 가운데 하나입니다. 어떤 종류의 라우트가 맞는지 정합니다.',
  'GatewayApi.listener.tls': 'HTTPS와 TLS에서 씁니다. Gateway가 TLS를 끝낼지, 어떤 인증서를 쓸지 정합니다.',
  'GatewayApi.listener.tls.mode':
    'Terminate는 Gateway가 복호화합니다. Passthrough는 핸드셰이크의 이름만 읽고 그대로 넘깁니다.',
  'GatewayApi.certificateRef':
    'kubernetes.io/tls 타입의 시크릿입니다. 다른 네임스페이스에 있으면 그곳의 ReferenceGrant가 허용해야 합니다.',
  'GatewayApi.certificateRef.name': '시크릿의 이름입니다.',
  'GatewayApi.ref.group': '오브젝트의 API 그룹입니다. 코어 그룹은 빈 문자열입니다.',
  'GatewayApi.ref.kind': '오브젝트의 종류입니다.',
  'GatewayApi.ref.namespace':
    '오브젝트의 네임스페이스입니다. 생략하면 이 오브젝트와 같은 네임스페이스입니다.',
  'GatewayApi.listener.allowedRoutes':
    '어떤 네임스페이스의 어떤 종류 라우트가 이 리스너를 쓸 수 있는지 정합니다.',
  'GatewayApi.listener.allowedRoutes.namespaces': '라우트가 속할 수 있는 네임스페이스입니다.',
  'GatewayApi.listener.allowedRoutes.namespaces.from':
    'Same은 Gateway와 같은 네임스페이스, All은 모든 네임스페이스, Selector는 레이블이 `selector`에 맞는 네임스페이스입니다.',
  'GatewayApi.listener.allowedRoutes.namespaces.selector':
    '`from: Selector`일 때 볼 네임스페이스의 레이블입니다.',
  'GatewayApi.listener.allowedRoutes.kinds': '라우트의 종류입니다. 생략하면 프로토콜에 맞는 종류입니다.',
  'GatewayApi.listener.allowedRoutes.kinds.group': '라우트의 API 그룹입니다.',
  'GatewayApi.listener.allowedRoutes.kinds.kind': '라우트의 종류입니다(예: HTTPRoute).',
  'HTTPRoute.spec':
    '어떤 호스트의 어떤 요청이 어디로 가는지 정합니다. 애플리케이션 개발자가 작성해 Gateway에 붙입니다.',
  'GatewayApi.parentRef': '이 라우트를 붙일 Gateway 또는 그 리스너입니다. 리스너가 허용해야 붙습니다.',
  'GatewayApi.parentRef.name': 'Gateway의 이름입니다.',
  'GatewayApi.parentRef.sectionName': '리스너 하나의 이름입니다. 생략하면 모든 리스너입니다.',
  'GatewayApi.parentRef.port': '이 포트의 리스너만 가리킵니다.',
  'GatewayApi.hostnames':
    '이 라우트가 받을 호스트입니다. 리스너와 겹치는 것만 쓰이며, 생략하면 리스너의 호스트입니다.',
  'GatewayApi.rules': '규칙입니다. 맞는 것이 여럿이면 목록의 순서가 아니라 가장 구체적인 것이 정합니다.',
  'GatewayApi.rules.name': '규칙의 이름입니다.',
  'GatewayApi.rules.matches': '이 가운데 하나에 맞으면 됩니다. 생략하면 모든 요청에 맞습니다.',
  'GatewayApi.rules.matches.path': '요청의 경로입니다. 생략하면 모든 경로입니다.',
  'GatewayApi.rules.matches.path.type':
    'Exact는 똑같은 경로, PathPrefix는 슬래시로 나눈 요소 단위의 앞부분, RegularExpression은 프록시의 정규식입니다.',
  'GatewayApi.rules.matches.path.value': '`/`로 시작하는 경로입니다.',
  'GatewayApi.rules.matches.headers': '값까지 모두 맞아야 하는 헤더입니다.',
  'GatewayApi.rules.matches.queryParams': '값까지 모두 맞아야 하는 쿼리 매개변수입니다.',
  'GatewayApi.rules.matches.method': '요청의 메서드입니다.',
  'GatewayApi.condition.type': 'Exact, 또는 값 전체에 맞추는 RegularExpression입니다.',
  'GatewayApi.condition.name': '이름입니다. 헤더 이름은 대소문자를 가리지 않습니다.',
  'GatewayApi.condition.value': '가져야 할 값입니다.',
  'GatewayApi.filter': '요청이나 응답에 도중에 하는 일입니다.',
  'GatewayApi.filter.type': '필터의 종류입니다. 같은 이름의 필드에 내용을 씁니다.',
  'GatewayApi.filter.requestHeaderModifier': '백엔드로 보내기 전에 헤더를 바꿉니다.',
  'GatewayApi.filter.responseHeaderModifier': '클라이언트에게 돌려주기 전에 헤더를 바꿉니다.',
  'GatewayApi.filter.headers.set': '원래 값을 대신합니다.',
  'GatewayApi.filter.headers.add': '원래 값에 더합니다.',
  'GatewayApi.filter.headers.remove': '지울 헤더입니다.',
  'GatewayApi.filter.header.name': '헤더의 이름입니다.',
  'GatewayApi.filter.header.value': '헤더의 값입니다.',
  'GatewayApi.filter.requestRedirect': '클라이언트를 다른 곳으로 보냅니다. 백엔드에는 묻지 않습니다.',
  'GatewayApi.filter.requestRedirect.scheme': 'http 또는 https입니다. 생략하면 들어온 그대로입니다.',
  'GatewayApi.filter.requestRedirect.hostname': '이동할 호스트입니다. 생략하면 요청의 호스트입니다.',
  'GatewayApi.filter.requestRedirect.port':
    '이동할 포트입니다. 생략하면 scheme의 포트, 그것도 없으면 리스너의 포트입니다.',
  'GatewayApi.filter.requestRedirect.statusCode':
    '응답의 상태 코드로 301, 302, 303, 307, 308 가운데 하나입니다. 컨트롤러에 따라 일부만 지원합니다.',
  'GatewayApi.filter.path': '경로를 어떻게 바꿀지 정합니다.',
  'GatewayApi.filter.path.type':
    'ReplaceFullPath는 경로 전체를, ReplacePrefixMatch는 맞은 앞부분을 바꿉니다.',
  'GatewayApi.filter.path.replaceFullPath': '새 경로입니다.',
  'GatewayApi.filter.path.replacePrefixMatch': '앞부분을 대신할 경로입니다.',
  'GatewayApi.filter.urlRewrite': '백엔드에는 다른 호스트나 경로로 묻습니다.',
  'GatewayApi.filter.urlRewrite.hostname': '백엔드가 보는 Host 헤더입니다.',
  'GatewayApi.backendRef':
    '맞는 요청이 가는 곳과 그 비율입니다. 찾을 수 없는 백엔드의 몫은 500으로 응답합니다.',
  'GatewayApi.backendRef.name':
    '서비스의 이름입니다. 다른 네임스페이스에 있으면 그곳의 ReferenceGrant가 허용해야 합니다.',
  'GatewayApi.backendRef.port': '`targetPort`가 아니라 서비스의 `port`입니다.',
  'GatewayApi.backendRef.weight':
    '규칙의 weight 합계 가운데 이 백엔드의 몫입니다. 0이면 아무것도 받지 않습니다.',
  'GatewayApi.rules.timeouts': '얼마나 기다릴지 정합니다.',
  'GatewayApi.rules.timeouts.request':
    '응답 전체를 기다리는 시간입니다(`10s` 형식). `0s`이면 제한이 없습니다.',
  'GatewayApi.rules.timeouts.backendRequest': '백엔드에 한 번 묻고 기다리는 시간입니다.',
  'GatewayApi.rules.retry': '백엔드에 다시 묻는 조건입니다.',
  'GatewayApi.rules.retry.codes': '다시 묻게 하는 응답의 상태 코드입니다.',
  'GatewayApi.rules.retry.attempts': '처음을 빼고 다시 묻는 횟수입니다.',
  'ReferenceGrant.spec':
    '다른 네임스페이스의 어떤 오브젝트가 이 네임스페이스의 어떤 오브젝트를 참조할 수 있는지 정합니다. 참조되는 쪽에 작성합니다.',
  'GatewayApi.grant.from': '참조할 수 있는 오브젝트의 종류와 네임스페이스입니다.',
  'GatewayApi.grant.from.group': '참조하는 오브젝트의 API 그룹입니다.',
  'GatewayApi.grant.from.kind': '참조하는 오브젝트의 종류입니다(예: HTTPRoute).',
  'GatewayApi.grant.from.namespace': '참조하는 오브젝트의 네임스페이스입니다.',
  'GatewayApi.grant.to': '이 네임스페이스에서 참조될 수 있는 오브젝트입니다.',
  'GatewayApi.grant.to.group': 'API 그룹입니다. 서비스와 시크릿은 빈 문자열입니다.',
  'GatewayApi.grant.to.kind': '종류입니다(예: Service).',
  'GatewayApi.grant.to.name': '오브젝트 하나입니다. 생략하면 그 종류 전부입니다.',
  'IngressClass.spec': '이 클래스의 Ingress를 처리할 컨트롤러입니다.',
  'IngressClass.spec.controller': '`k8s.io/ingress-nginx` 같은 컨트롤러 자신의 이름입니다.',
  'Playground.cni': 'CNI 플러그인입니다. 이름 또는 `{name, options}`로 씁니다.',
  'Playground.compare': '비교 화면에서 이 클러스터 옆에 놓을 설정입니다. 나머지는 그대로입니다.',
  'Playground.compare.cni': '옆에 놓을 클러스터의 CNI입니다. 이름 또는 `{name, options}`로 씁니다.',
  'Playground.compare.kubeProxyMode': '옆에 놓을 클러스터의 kube-proxy 모드입니다.',
  'Playground.nodeSubnets':
    '노드가 연결된 네트워크입니다. 그 사이에는 라우터 하나가 있습니다. 생략하면 kind의 도커 네트워크 하나입니다.',
  'Playground.nodeSubnets.cidr':
    '`172.19.0.0/16` 같은 서브넷입니다. 듀얼 스택이면 패밀리마다 하나씩 쉼표로 이어 씁니다. 첫 주소는 라우터의 것입니다.',
  'Playground.nodeSubnets.nodes':
    '이 네트워크의 주소를 받을 노드입니다. 이 서브넷의 InternalIP가 있는 Node 오브젝트는 적지 않아도 여기에 있고, 나머지 노드는 첫 네트워크에 있습니다.',
  'Playground.gateway': '노드 네트워크들과 인터넷 사이의 라우터입니다.',
  'Playground.gateway.routes':
    '직접 연결된 네트워크 말고 라우터가 더 가진 라우트입니다. 예를 들면 노드의 파드 대역으로 가는 라우트입니다.',
  'Playground.gateway.routes.to': '목적지 범위입니다.',
  'Playground.gateway.routes.via': '패킷을 보낼 노드나 주소입니다.',
  'Playground.external': '클러스터 밖의 호스트입니다. `ip`를 따로 쓰지 않으면 노드 네트워크에 있습니다.',
  'Playground.external.name': '호스트의 이름입니다. 프로브에서는 `external/이름`으로 씁니다.',
  'Playground.external.ip': '호스트의 주소입니다.',
  'Playground.external.ips': '여러 IP 패밀리의 주소입니다. 없으면 클러스터의 패밀리마다 하나씩 받습니다.',
  'Playground.external.listen': '`8080/TCP`처럼 적는 수신 포트입니다.',
  'Playground.external.dnsNames': '이 호스트로 풀이되는 이름입니다.',
  'Playground.external.routes': '클러스터로 들어가는 라우트입니다.',
  'Playground.external.routes.to': '목적지 범위입니다.',
  'Playground.external.routes.via': '패킷을 보낼 노드입니다.',
  'Playground.probes': '누가 누구를 어떤 도구로 부르는지 적은 질문입니다.',
  'Playground.probes.name': '프로브의 이름입니다.',
  'Playground.probes.from':
    '보내는 쪽입니다. `namespace/pod`, `namespace/deployment`, `node/NAME`, `external/NAME`으로 씁니다.',
  'Playground.probes.to':
    '받는 쪽입니다. IP, 클라이언트가 쓰는 이름, `host:port`, URL, `namespace/pod`를 쓸 수 있습니다.',
  'Playground.probes.tool': '`curl`(기본값), `nc`, `ping`, `dig` 중 하나입니다.',
  'Playground.probes.port': '`to`에 포트가 없을 때 쓰는 포트입니다.',
  'Playground.probes.proto': '`tcp`(기본값) 또는 `udp`입니다.',
  'Playground.probes.method': 'HTTP 메서드입니다.',
  'Playground.probes.headers': '`이름: 값`으로 적는 HTTP 헤더입니다.',
  'Playground.probes.resolve': 'curl의 `--resolve HOST:PORT:ADDR`처럼 이 이름의 DNS를 건너뜁니다.',
  'Playground.probes.type': 'dig가 물어볼 레코드 타입입니다.',
  'Playground.probes.source': '출발지로 쓸 주소입니다.',
  'Playground.probes.seed': '이 프로브의 무작위 선택을 정합니다.',
  'Playground.probes.endpoint': '엔드포인트를 고를 때 이 파드가 선택됩니다.',
  'Playground.probes.count':
    '이어서 몇 번 연결할지 정합니다. conntrack과 세션 어피니티는 앞의 연결을 기억합니다. 화면에는 마지막 연결을 보여 줍니다.',
  'Playground.probes.maxTime':
    'curl의 --max-time입니다. 이름 조회, 연결, 응답까지 모두 합쳐 기다리는 시간(초)입니다. 생략하면 연결을 5초, 응답을 5초 기다립니다.',
  'Playground.probes.interval': '연결 사이의 간격(초)입니다. 생략하면 1초입니다.',
  'Playground.probes.ttl': '처음 TTL입니다. 라우터를 지날 때마다 1씩 줄어듭니다.',
  'Playground.probes.bytes':
    '보낼 크기입니다. ping의 데이터, nc가 보내는 데이터그램의 길이, 또는 curl이 --data로 올리는 크기(5500까지)입니다.',
  'Playground.probes.pmtudisc':
    'ping의 -M 또는 UDP 소켓의 IP_MTU_DISCOVER입니다. want는 패킷이 들어맞으면 DF를 켜고 아니면 나누어 보내며, do는 나누지 않고, dont는 DF를 켜지 않습니다.',
  'Playground.probes.sport':
    'nc 데이터그램의 출발지 포트입니다. 소켓을 닫지 않는 클라이언트는 같은 포트를 계속 씁니다.',
  'Playground.faults': '일부러 일으키는 장애입니다. 여기에 적혀 있는 동안 켜져 있습니다.',
  'Playground.faults.fault': '무엇이 고장 나는지 적습니다.',
  'Playground.faults.node': '이 노드에서 일어납니다. 적지 않으면 모든 노드에서 일어납니다.',
  'Playground.faults.interface': '노드의 이 인터페이스에서 일어납니다.',
  'Playground.faults.mtu': '파드와 노드 쪽 끝(또는 인터페이스)의 MTU입니다.',
  'Playground.faults.protocol': '막힌 포트의 프로토콜입니다.',
  'Playground.faults.port': '막힌 포트입니다.',
  'Playground.faults.to': '사라진 라우트의 목적지입니다.',
  'Playground.faults.value': '0은 끔, 1은 엄격, 2는 느슨입니다.',
  'Playground.faults.service': '서비스를 `namespace/name`으로 적습니다.',
  'Playground.faults.endpoints':
    '노드의 규칙에 남아 있는 `주소:포트`입니다. 적지 않으면 규칙보다 나중에 생긴 서비스입니다.',
  'Playground.faults.endpoint': '사라진 엔드포인트의 `주소:포트`입니다.',
  'Playground.faults.from': '클라이언트 파드를 `namespace/name`으로 적습니다.',
  'Playground.faults.sport': '클라이언트의 출발지 포트입니다.',
  'Playground.faults.noticed':
    'true면 노드가 이미 NotReady입니다. false면 아직 하트비트가 끊긴 것을 모릅니다.',
  'Playground.compare.faults': '옆에 놓을 클러스터의 장애입니다. 빈 목록이면 장애가 없는 클러스터입니다.',
  'Playground.compare.faults.fault': '무엇이 고장 나는지 적습니다.',
  'Playground.compare.faults.node': '이 노드에서 일어납니다. 적지 않으면 모든 노드에서 일어납니다.',
  'Playground.compare.faults.interface': '노드의 이 인터페이스에서 일어납니다.',
  'Playground.compare.faults.mtu': '파드와 노드 쪽 끝(또는 인터페이스)의 MTU입니다.',
  'Playground.compare.faults.protocol': '막힌 포트의 프로토콜입니다.',
  'Playground.compare.faults.port': '막힌 포트입니다.',
  'Playground.compare.faults.to': '사라진 라우트의 목적지입니다.',
  'Playground.compare.faults.value': '0은 끔, 1은 엄격, 2는 느슨입니다.',
  'Playground.compare.faults.service': '서비스를 `namespace/name`으로 적습니다.',
  'Playground.compare.faults.endpoints':
    '노드의 규칙에 남아 있는 `주소:포트`입니다. 적지 않으면 규칙보다 나중에 생긴 서비스입니다.',
  'Playground.compare.faults.endpoint': '사라진 엔드포인트의 `주소:포트`입니다.',
  'Playground.compare.faults.from': '클라이언트 파드를 `namespace/name`으로 적습니다.',
  'Playground.compare.faults.sport': '클라이언트의 출발지 포트입니다.',
  'Playground.compare.faults.noticed':
    'true면 노드가 이미 NotReady입니다. false면 아직 하트비트가 끊긴 것을 모릅니다.',
  'Playground.expect': '경로의 결과에 대한 단언입니다. 에디터가 통과와 실패를 표시합니다.',
  'Playground.expect.from': '보내는 쪽입니다. `probes`와 같이 씁니다.',
  'Playground.expect.to': '받는 쪽입니다. `probes`와 같이 씁니다.',
  'Playground.expect.allowed': 'true이면 패킷이 도착해야 하고, false이면 도착하지 않아야 합니다.',
  'Playground.expect.verdict': '`dropped`처럼 패킷에 일어나야 하는 일입니다.',
  'Playground.expect.clientSees': '`timeout`처럼 클라이언트가 보아야 하는 결과입니다.',
  'Playground.expect.tool': '도구입니다. 생략하면 `to`를 보고 고릅니다.',
  'Playground.expect.proto': '`tcp`(기본값) 또는 `udp`입니다.',
  'Playground.seed': '모든 무작위 선택을 정합니다. 같은 시나리오는 언제나 같은 결과를 냅니다.',

  'SecurityContext.runAsNonRoot':
    'root로 실행될 컨테이너를 kubelet이 시작하지 않습니다. 파드 시큐리티의 `restricted` 수준은 여기나 컨테이너마다 이 값을 요구합니다.',
  'SecurityContext.runAsUser':
    '프로세스의 사용자 ID입니다. 0은 root이며 파드 시큐리티의 `restricted` 수준에서 거부합니다.',
  'SecurityContext.allowPrivilegeEscalation':
    '프로세스가 부모보다 많은 권한을 얻을 수 있는지(set-user-ID 프로그램) 정합니다. 파드 시큐리티의 `restricted` 수준은 `false`를 직접 쓰도록 요구합니다.',
  'SecurityContext.privileged': '노드의 모든 권한을 줍니다. 파드 시큐리티는 `baseline`부터 거부합니다.',
  'SecurityContext.capabilities': 'root 권한 가운데 더하거나 빼는 것입니다.',
  'SecurityContext.capabilities.add':
    '더할 권한입니다. 파드 시큐리티는 `baseline`에서 런타임 기본값만, `restricted`에서 `NET_BIND_SERVICE`만 허용합니다.',
  'SecurityContext.capabilities.drop':
    '뺄 권한입니다. 파드 시큐리티의 `restricted` 수준은 `ALL`을 요구합니다.',
  'SecurityContext.procMount':
    '`Unmasked`는 /proc 전체를 보여 줍니다. 파드에 자기 사용자가 있지 않으면(`hostUsers: false`) 파드 시큐리티가 `baseline`부터 거부합니다.',
  'SecurityContext.seccompProfile': '프로세스가 부를 수 있는 시스템 콜을 정합니다.',
  'SecurityContext.seccompProfile.type':
    '`RuntimeDefault`, `Localhost`, `Unconfined` 중 하나입니다. 파드 시큐리티는 `baseline`에서 `Unconfined`를 거부하고, `restricted`에서는 나머지 둘 중 하나를 요구합니다.',
  'SecurityContext.appArmorProfile': 'AppArmor가 프로세스에 허용하는 일을 정합니다.',
  'SecurityContext.appArmorProfile.type':
    '`RuntimeDefault`, `Localhost`, `Unconfined` 중 하나입니다. 파드 시큐리티는 `baseline`부터 `Unconfined`를 거부합니다.',
  'SecurityContext.seLinuxOptions':
    'SELinux 레이블입니다. 파드 시큐리티는 `baseline`에서 컨테이너용 type만 허용하고 `user`와 `role`은 허용하지 않습니다.',
  'SecurityContext.windowsOptions': '윈도우용 설정입니다.',
  'SecurityContext.windowsOptions.hostProcess':
    '노드의 프로세스로 실행되는 윈도우 컨테이너입니다. 파드 시큐리티는 `baseline`부터 거부합니다.',
  'Pod.handler.host':
    '파드 자신이 아닌 다른 호스트입니다. kubelet이 아무 곳에나 요청하게 되므로 파드 시큐리티가 1.34부터 `baseline`에서 거부합니다.',
  'Pod.spec.hostPID': '파드가 노드의 프로세스를 봅니다. 파드 시큐리티는 `baseline`부터 거부합니다.',
  'Pod.spec.hostIPC':
    '파드가 노드의 공유 메모리와 큐를 함께 씁니다. 파드 시큐리티는 `baseline`부터 거부합니다.',
  'Pod.spec.hostUsers':
    '`false`이면 파드가 자기 사용자를 따로 가져, 파드의 root가 노드에서는 아무 권한이 없습니다. 파드 시큐리티는 1.35부터 이런 파드에 root와 관련된 검사를 하지 않습니다.',
  'Pod.spec.os': '파드가 실행될 운영 체제입니다.',
  'Pod.spec.os.name':
    '`linux` 또는 `windows`입니다. 파드 시큐리티는 1.25부터 윈도우 파드에 더 적은 것을 요구합니다.',
  'Pod.spec.volumes.hostPath': '노드의 디렉터리입니다. 파드 시큐리티는 `baseline`부터 거부합니다.',
  'AdmissionConfiguration.plugins': '어드미션 플러그인마다 항목 하나를 씁니다.',
  'AdmissionConfiguration.plugins.name':
    '플러그인의 이름입니다. 여기서는 `PodSecurity`를 읽습니다. 다른 플러그인은 무엇이든 거부할 수 있으므로 결과를 알 수 없게 됩니다.',
  'AdmissionConfiguration.plugins.configuration':
    'PodSecurity에는 PodSecurityConfiguration을 씁니다. `defaults`는 레이블이 없는 네임스페이스의 기본값이고, `exemptions`는 `usernames`, `runtimeClasses`, `namespaces`별 예외입니다.',
  'Label.pod-security.kubernetes.io/enforce':
    '이 네임스페이스의 파드가 지켜야 하는 파드 시큐리티 수준입니다. 지키지 않는 파드는 API 서버가 거부합니다. 워크로드는 저장되지만 파드가 만들어지지 않습니다.',
  'Label.pod-security.kubernetes.io/audit':
    '이 수준을 어기는 파드와 워크로드를 받아들이고 감사 로그에 남깁니다.',
  'Label.pod-security.kubernetes.io/warn':
    '이 수준을 어기는 파드와 워크로드를 받아들이고 kubectl이 경고를 출력합니다.',
  'Label.pod-security.kubernetes.io/enforce-version':
    '`enforce`에 적용할 규칙의 버전입니다. `latest`로 쓰거나, 업그레이드해도 바뀌지 않도록 `v1.36`처럼 적습니다.',
  'Label.pod-security.kubernetes.io/audit-version':
    '`audit`에 적용할 규칙의 버전입니다. `latest`로 쓰거나, 업그레이드해도 바뀌지 않도록 `v1.36`처럼 적습니다.',
  'Label.pod-security.kubernetes.io/warn-version':
    '`warn`에 적용할 규칙의 버전입니다. `latest`로 쓰거나, 업그레이드해도 바뀌지 않도록 `v1.36`처럼 적습니다.',
  'Pod.spec.runtimeClassName':
    '파드를 실행할 런타임클래스(RuntimeClass)입니다. 없는 이름이면 API 서버가 파드를 거부하고, 있으면 그 노드 셀렉터와 톨러레이션을 더합니다.',
  'Pod.spec.overhead': '런타임 자체에 필요한 자원입니다. 런타임클래스가 채우며 다른 값을 쓰면 거부됩니다.',
  'RuntimeClass.handler':
    '노드의 컨테이너 런타임에 있는 설정 이름입니다. containerd의 `runtimes.NAME`, CRI-O의 `[crio.runtime.runtimes.NAME]`입니다.',
  'RuntimeClass.overhead': '이 클래스의 파드마다 컨테이너 외에 더 필요한 자원입니다.',
  'RuntimeClass.overhead.podFixed': '파드 하나에 필요한 양입니다. 노드의 자원은 시뮬레이션하지 않습니다.',
  'RuntimeClass.scheduling': '이 클래스의 파드를 둘 수 있는 곳입니다.',
  'RuntimeClass.scheduling.nodeSelector': '파드의 노드 셀렉터에 더합니다. 서로 어긋나는 파드는 거부됩니다.',
  'RuntimeClass.scheduling.tolerations': '파드의 톨러레이션에 더합니다.',
  'Pod.spec.containers.resources.requests':
    '컨테이너에 보장하는 양입니다. 생략하면 한도와 같습니다. 리밋레인지(LimitRange)가 채우기도 하고 리소스쿼터(ResourceQuota)가 합산합니다.',
  'Pod.spec.containers.resources.limits':
    '컨테이너가 쓸 수 있는 최대량입니다. 리밋레인지(LimitRange)가 채우거나 거부하고 리소스쿼터(ResourceQuota)가 합산합니다.',
  'Pod.spec.resources': '컨테이너별 값 대신 파드 전체에 정하는 요청량과 한도입니다.',
  'Pod.spec.resources.requests':
    '파드 전체에 보장하는 양입니다. 리소스쿼터는 컨테이너 합계 대신 이 값을 셉니다.',
  'Pod.spec.resources.limits':
    '파드 전체가 쓸 수 있는 최대량입니다. 리소스쿼터는 컨테이너 합계 대신 이 값을 셉니다.',
  'Pod.spec.priorityClassName':
    '노드가 가득 찼을 때 어느 파드가 먼저인지 정합니다. 여기서는 어느 리소스쿼터가 이 파드를 세는지만 정합니다.',
  'Pod.spec.activeDeadlineSeconds':
    '파드를 실행하는 최대 시간입니다. 여기서는 어느 리소스쿼터가 이 파드를 세는지만 정합니다(`Terminating` 범위).',
  'LimitRange.spec':
    '네임스페이스의 파드, 컨테이너, 볼륨 클레임이 각각 얼마까지 요청할 수 있는지, 요청하지 않으면 얼마를 받는지 정합니다.',
  'LimitRange.spec.limits': '종류마다 항목 하나를 씁니다. 범위를 벗어난 파드는 거부됩니다.',
  'LimitRange.spec.limits.type':
    '`Container`, `Pod`(컨테이너의 합계), `PersistentVolumeClaim` 중 하나입니다.',
  'LimitRange.spec.limits.max':
    '한도와 요청량의 최댓값입니다. 한도가 없는 컨테이너는 이 값을 한도로 받습니다.',
  'LimitRange.spec.limits.min':
    '요청량과 한도의 최솟값입니다. 둘 다 없는 컨테이너는 이 값을 요청량으로 받습니다.',
  'LimitRange.spec.limits.default': '한도가 없는 컨테이너의 한도입니다. 생략하면 `max`입니다.',
  'LimitRange.spec.limits.defaultRequest':
    '요청량이 없는 컨테이너의 요청량입니다. 생략하면 기본 한도나 `min`입니다.',
  'LimitRange.spec.limits.maxLimitRequestRatio': '한도가 요청량의 몇 배까지 될 수 있는지 정합니다.',
  'ResourceQuota.spec':
    '네임스페이스의 오브젝트 전체가 합쳐서 얼마까지 요청할 수 있는지 정합니다. 넘치는 것은 거부됩니다.',
  'ResourceQuota.spec.hard':
    '`pods`, `requests.cpu`, `limits.memory`, `services.nodeports`, `count/deployments.apps` 같은 이름별 상한입니다. CPU나 메모리가 있으면 컨테이너마다 그 값을 적어야 합니다.',
  'ResourceQuota.spec.scopes':
    '어느 파드를 셀지 정합니다. `Terminating`, `NotTerminating`, `BestEffort`, `NotBestEffort`, `PriorityClass`, `CrossNamespacePodAffinity`를 쓸 수 있고, 모두 맞는 파드만 셉니다.',
  'ResourceQuota.spec.scopeSelector': '`scopes`와 같지만 값에 조건을 걸 수 있습니다.',
  'ResourceQuota.spec.scopeSelector.matchExpressions': '모든 조건을 만족해야 합니다.',
  'ResourceQuota.spec.scopeSelector.matchExpressions.scopeName':
    '`PriorityClass`, 또는 `Exists`만 쓸 수 있는 범위입니다.',
  'ResourceQuota.spec.scopeSelector.matchExpressions.operator':
    '`In`, `NotIn`, `Exists`, `DoesNotExist` 중 하나입니다.',
  'ResourceQuota.spec.scopeSelector.matchExpressions.values':
    '`In`과 `NotIn`에 쓰는 우선순위클래스(PriorityClass) 이름입니다. 나머지 둘에는 비웁니다.',
  'MatchResources.resourceRules': '어떤 요청에 대한 것인지 정합니다. 규칙 하나에만 맞아도 됩니다.',
  'MatchResources.excludeResourceRules': '다른 규칙과 상관없이 제외할 요청입니다.',
  'MatchResources.resourceRules.apiGroups':
    'API 그룹입니다. 핵심 그룹은 `""`, 그 밖에는 `apps`처럼 쓰고 `*`는 모두입니다.',
  'MatchResources.resourceRules.apiVersions': '그룹의 버전입니다. `v1`이나 `*`를 씁니다.',
  'MatchResources.resourceRules.operations':
    '`CREATE`, `UPDATE`, `DELETE`, `CONNECT`, `*` 중에서 씁니다. 여기서는 모든 요청이 CREATE입니다.',
  'MatchResources.resourceRules.resources':
    '소문자 복수형 이름입니다. `pods`, `deployments`, `*`처럼 씁니다. 디플로이먼트의 파드는 따로 요청됩니다.',
  'MatchResources.resourceRules.resourceNames': '이 이름의 오브젝트에만 적용합니다.',
  'MatchResources.resourceRules.scope': '`Namespaced`, `Cluster`, 또는 둘 다를 뜻하는 `*`입니다.',
  'MatchResources.namespaceSelector':
    '오브젝트가 속한 네임스페이스의 레이블로 고릅니다. 네임스페이스에 속하지 않는 것은 항상 맞습니다.',
  'MatchResources.objectSelector':
    '오브젝트 자신의 레이블로 고릅니다. 만드는 사람이 레이블을 정할 수 있다는 점에 주의하세요.',
  'MatchResources.matchPolicy': '`Equivalent`는 같은 리소스의 다른 버전도 뜻하고 `Exact`는 그렇지 않습니다.',
  'ValidatingAdmissionPolicy.spec':
    'API 서버가 오브젝트를 저장하기 전에 스스로 검사할 내용입니다. 바인딩이 가리키기 전에는 아무 효과가 없습니다.',
  'ValidatingAdmissionPolicy.spec.paramKind': '정책의 매개변수를 담는 오브젝트의 종류입니다.',
  'ValidatingAdmissionPolicy.spec.paramKind.apiVersion': '그 종류의 API 그룹과 버전입니다.',
  'ValidatingAdmissionPolicy.spec.paramKind.kind':
    '그 종류의 이름입니다. `ConfigMap`이나 커스텀 리소스를 씁니다.',
  'ValidatingAdmissionPolicy.spec.matchConstraints': '정책이 어떤 요청에 대한 것인지 정합니다.',
  'ValidatingAdmissionPolicy.spec.validations': '오브젝트가 지켜야 하는 조건입니다.',
  'ValidatingAdmissionPolicy.spec.validations.expression':
    'CEL 식입니다. 참이면 통과합니다. `object`, `oldObject`(null), `request`, `params`, `namespaceObject`, `variables`를 볼 수 있습니다.',
  'ValidatingAdmissionPolicy.spec.validations.message': '식이 거짓일 때 API 서버가 하는 말입니다.',
  'ValidatingAdmissionPolicy.spec.validations.messageExpression':
    '메시지를 만드는 CEL 식입니다. 실패하면 `message`를 씁니다.',
  'ValidatingAdmissionPolicy.spec.validations.reason': '응답의 상태입니다. 쓰지 않으면 `Invalid`입니다.',
  'ValidatingAdmissionPolicy.spec.failurePolicy':
    '식의 계산이 실패했을 때의 결과입니다. `Fail`은 거부하고 `Ignore`는 통과시킵니다.',
  'ValidatingAdmissionPolicy.spec.matchConditions':
    'CEL로 쓰는 추가 조건입니다. 하나라도 거짓이면 요청을 검사하지 않습니다.',
  'ValidatingAdmissionPolicy.spec.matchConditions.name': '조건의 이름입니다.',
  'ValidatingAdmissionPolicy.spec.matchConditions.expression': 'CEL 식입니다. `variables`는 볼 수 없습니다.',
  'ValidatingAdmissionPolicy.spec.variables': '이름을 붙인 식입니다. 처음 쓰일 때 계산합니다.',
  'ValidatingAdmissionPolicy.spec.variables.name':
    '`variables.이름`으로 쓰며, 뒤에 나오는 변수에서도 쓸 수 있습니다.',
  'ValidatingAdmissionPolicy.spec.variables.expression': '어떤 타입이든 되는 CEL 식입니다.',
  'ValidatingAdmissionPolicy.spec.auditAnnotations': '요청의 감사 로그에 남길 내용입니다.',
  'ValidatingAdmissionPolicy.spec.auditAnnotations.key': '정책 이름 뒤에 붙는 키입니다.',
  'ValidatingAdmissionPolicy.spec.auditAnnotations.valueExpression':
    '값을 만드는 CEL 식입니다. null이면 남기지 않습니다.',
  'ValidatingAdmissionPolicyBinding.spec': '정책을 시행합니다.',
  'ValidatingAdmissionPolicyBinding.spec.policyName': 'ValidatingAdmissionPolicy의 이름입니다.',
  'ValidatingAdmissionPolicyBinding.spec.paramRef':
    '`params`가 가리킬 오브젝트입니다. 여럿이면 모두 통과해야 합니다.',
  'ValidatingAdmissionPolicyBinding.spec.paramRef.name': '오브젝트의 이름입니다.',
  'ValidatingAdmissionPolicyBinding.spec.paramRef.namespace':
    '오브젝트의 네임스페이스입니다. 쓰지 않으면 검사받는 오브젝트의 네임스페이스에서 찾습니다.',
  'ValidatingAdmissionPolicyBinding.spec.paramRef.selector': '이 레이블이 있는 모든 오브젝트입니다.',
  'ValidatingAdmissionPolicyBinding.spec.paramRef.parameterNotFoundAction':
    '그런 오브젝트가 없을 때 `Allow`는 통과시키고 `Deny`는 정책의 `failurePolicy`를 따릅니다.',
  'ValidatingAdmissionPolicyBinding.spec.matchResources': '정책이 적용될 범위를 좁힙니다.',
  'ValidatingAdmissionPolicyBinding.spec.validationActions':
    '`Deny`는 거부하고, `Warn`은 경고를 출력하고, `Audit`는 감사 로그에 남깁니다.',
  'WebhookConfiguration.webhooks':
    'API 서버가 오브젝트를 저장하기 전에 물어보는 프로그램입니다. 구성은 이름순으로, 그 안에서는 적힌 순서로 부릅니다.',
  'WebhookConfiguration.webhooks.name':
    '`inject.example.com`처럼 세 부분 이상인 이름입니다. 호출이 실패하면 API 서버가 이 이름을 말합니다.',
  'WebhookConfiguration.webhooks.clientConfig':
    '웹훅이 응답하는 곳입니다. 클러스터의 서비스이거나 바깥의 URL입니다.',
  'WebhookConfiguration.webhooks.clientConfig.url':
    '클러스터 바깥의 `https` 주소입니다. 그곳에서 무엇이 응답하는지는 시뮬레이션하지 않습니다.',
  'WebhookConfiguration.webhooks.clientConfig.service': 'API 서버는 이 서비스의 클러스터 주소로 연결합니다.',
  'WebhookConfiguration.webhooks.clientConfig.service.namespace': '서비스의 네임스페이스입니다.',
  'WebhookConfiguration.webhooks.clientConfig.service.name': '서비스의 이름입니다.',
  'WebhookConfiguration.webhooks.clientConfig.service.path': '`/inject` 같은 요청 경로입니다.',
  'WebhookConfiguration.webhooks.clientConfig.service.port': '서비스의 포트입니다. 쓰지 않으면 443입니다.',
  'WebhookConfiguration.webhooks.rules': '어떤 요청을 물어볼지 정합니다. 규칙 하나만 맞으면 됩니다.',
  'WebhookConfiguration.webhooks.failurePolicy':
    '호출이 실패했을 때의 뜻입니다. `Fail`은 오브젝트를 거부하고 `Ignore`는 이 웹훅을 건너뜁니다.',
  'WebhookConfiguration.webhooks.sideEffects':
    '응답 말고 웹훅이 하는 일입니다. `None`이나 `NoneOnDryRun`을 씁니다.',
  'WebhookConfiguration.webhooks.timeoutSeconds':
    'API 서버가 기다리는 시간(초)입니다. 1에서 30까지이고 쓰지 않으면 10입니다.',
  'WebhookConfiguration.webhooks.admissionReviewVersions':
    '웹훅이 이해하는 질문의 버전입니다(`v1`, `v1beta1`).',
  'WebhookConfiguration.webhooks.reinvocationPolicy':
    '`IfNeeded`면 응답한 뒤에 오브젝트가 바뀌었을 때 한 번 더 묻고, `Never`면 다시 묻지 않습니다.',
  'ConstraintTemplate.spec':
    '제약(constraint)의 종류와 검사입니다. CEL 형식(`engine: K8sNativeValidation`)은 판정하고 Rego는 시뮬레이션하지 않습니다.',
};
