/** 파드와 노드 커널을 무엇이 가르는지: 카드와 명령줄이 쓰는 글입니다. */
import type { Catalog } from './catalog.ts';
import { josa } from './particles.ts';
import type { runtime as en, RuntimeNames } from './runtime.en.ts';

const pair = (p: RuntimeNames): string => (p.hostDevice === '' ? '' : ` 노드 쪽 끝은 ${p.hostDevice}입니다.`);

const VMMS = {
  qemu: 'QEMU',
  'cloud-hypervisor': 'Cloud Hypervisor',
  dragonball: 'Dragonball',
  firecracker: 'Firecracker',
} as const;

export const runtime: Catalog<typeof en> = {
  heading: '런타임: 커널과 무엇으로 나뉘는가',
  handler: '핸들러',
  byClass: (p) => `런타임클래스(RuntimeClass) ${p.name}`,
  noClass: '런타임클래스 없음: 노드의 기본 핸들러',
  runBy: '선택',
  versionUnknown: {
    kind: 'kind 노드의 런타임이며, 버전은 적혀 있지 않습니다',
    assumed: 'Node에 무엇으로 실행되는지 적혀 있지 않아 이렇게 봅니다',
  },
  runtimeNotKnown:
    'Node에 적힌 그대로입니다. 여기서는 모르는 런타임이어서 나머지는 containerd처럼 설명합니다',
  handlers: '있는 핸들러',
  handlersUnknown: '적혀 있지 않아 모두 있다고 봅니다',
  configWritten: (p) => `${p.file}, 여기에 적힌 그대로`,
  configDocumented: (p) => `${p.file}, 공식 문서의 설정(여기에는 적혀 있지 않음)`,
  known: {
    type: 'runtime_type으로 알 수 있음',
    name: '이름으로 알 수 있음',
  },
  unknownHandler:
    '이 이름의 핸들러가 무엇인지는 노드의 설정만 알려 주므로 여기서는 알 수 없습니다. 노드의 커널이 직접 파드를 실행하는 것처럼 시뮬레이션합니다.',
  sandboxName: (p) =>
    p.kind === 'gvisor'
      ? 'gVisor'
      : p.kind === 'kata'
        ? `Kata Containers${p.vmm === undefined ? '' : ` + ${VMMS[p.vmm]}`}`
        : p.kind,
  vmmName: (vmm) => (vmm === undefined ? 'Kata 설정에 적힌 가상 머신 모니터' : VMMS[vmm]),
  refused: '샌드박스가 없습니다. 파드는 아무것도 실행하지 못하고, CNI는 주소를 요청받지 않았습니다.',
  waiting: '파드에 아직 노드가 없어 무엇이 실행할지 정해지지 않았습니다.',
  lane: '층을 지나 내려가는 것',
  lanes: { calls: '시스템 콜', packets: '패킷', files: '파일' },
  isolation: '여기서 나뉩니다',
  direct: '커널 자신의 검사 말고는 사이에 아무것도 없습니다',
  ownKernel: '이 파드만의 커널',
  sharedKernel: '노드의 모든 파드가 함께 쓰는 커널',
  noAddress: '주소 없음',
  layers: {
    container: {
      app: () => ({
        title: '애플리케이션',
        what: '네임스페이스 안에 있는, 노드의 프로세스',
        lanes: {
          calls: '노드의 다른 프로세스처럼 노드 커널을 직접 호출합니다.',
          packets: '노드 커널의 소켓에 씁니다.',
          files: '마운트 네임스페이스가 보여 주는 루트 아래의 경로를 엽니다.',
        },
      }),
      host: (p) => ({
        title: `${p.node}의 커널`,
        what: '네임스페이스와 cgroup 뒤',
        lanes: {
          calls:
            '호출에 답합니다. 네임스페이스는 보이는 것을, cgroup은 쓰는 양을 제한할 뿐이므로 허용된 호출이 닿는 버그는 노드 전체의 버그입니다.',
          packets: p.hostNetwork
            ? `TCP와 IP는 여기, 노드의 네트워크 네임스페이스에서 돕니다. 파드 자신의 네트워크 네임스페이스는 없으며, ${josa(p.address, '은/는')} 노드의 주소입니다.`
            : `TCP와 IP는 여기, ${p.device}에 ${josa(p.address, '이/가')} 있는 파드의 네트워크 네임스페이스에서 돕니다.${pair(p)}`,
          files: '이미지 레이어(overlayfs)와 볼륨을 파드의 마운트 네임스페이스에 마운트합니다.',
        },
      }),
    },
    gvisor: {
      app: () => ({
        title: '애플리케이션',
        what: 'Sentry 아래에서 도는 사용자 코드',
        lanes: {
          calls: '여느 리눅스에서처럼 호출하지만, 노드 커널로 그대로 넘어가는 호출은 없습니다.',
          packets: 'Sentry의 소켓에 씁니다.',
          files: 'Sentry의 파일 시스템에 있는 경로를 엽니다.',
        },
      }),
      sentry: (p) => ({
        title: 'Sentry',
        what: 'Go로 만든 커널, 노드에서 보면 프로세스',
        lanes: {
          calls: '프로세스, 메모리, 시그널, 파이프, 소켓까지 모든 호출에 스스로 답합니다.',
          packets: p.hostNetwork
            ? 'netstack이 TCP, IP, ARP, 루프백을 맡습니다. 파드가 노드의 네트워크를 요청해 CNI가 netstack에 줄 것을 만들지 않았습니다. runsc를 --network=host로 실행하지 않으면 루프백만 있습니다.'
            : `netstack이 TCP, IP, ARP, 루프백을 맡습니다. 샌드박스를 시작할 때 runsc가 ${p.device}에서 ${josa(p.address, '과/와')} 라우트를 떼어 netstack에 주었습니다.`,
          files:
            '옆에서 도는 Gofer 프로세스가 컨테이너의 파일을 가지고 있으면서 마운트의 디스크립터를 건네거나(기본값인 directfs), 파일 작업을 대신합니다.',
        },
      }),
      host: (p) => ({
        title: `${p.node}의 커널`,
        what: 'Sentry라는 프로세스 아래',
        lanes: {
          calls: '애플리케이션이 아니라 Sentry를 상대합니다. 메모리와 스케줄링, 몇 가지 호출뿐입니다.',
          packets: p.hostNetwork
            ? '장치와 주소는 노드가 그대로 가지며, netstack의 프레임은 나르지 않습니다. --network=host라면 Sentry의 소켓 호출에 직접 답합니다.'
            : `${p.device}에 붙은 AF_PACKET 소켓으로 프레임만 나릅니다. ${p.device}에는 이제 주소가 없습니다.${pair(p)}`,
          files: 'Gofer가 준 디스크립터로만 작업하며, 애플리케이션이 고른 경로를 그대로 따르지 않습니다.',
        },
      }),
    },
    kata: {
      app: () => ({
        title: '애플리케이션',
        what: '파드의 가상 머신 안에 있는 컨테이너',
        lanes: {
          calls: 'kata-agent가 만든 네임스페이스와 cgroup 안에서 게스트 커널을 호출합니다.',
          packets: '게스트 커널의 소켓에 씁니다.',
          files: '게스트 커널이 마운트한 경로를 엽니다.',
        },
      }),
      guest: (p) => ({
        title: '게스트 커널',
        what: '가상 머신에서 도는 리눅스',
        lanes: {
          calls: 'runc라면 노드 커널이 할 답을 여기서 합니다. 뚫려도 내주는 것은 이 머신뿐입니다.',
          packets: p.hostNetwork
            ? 'TCP, IP, ARP가 여기서 돕니다. 노드의 네트워크는 가상 머신이 가질 수 없고, CNI가 만들어 준 것도 없습니다.'
            : `TCP, IP, ARP가 여기서 돕니다. 게스트의 ${josa(p.device, '은/는')} 파드 ${p.device}의 MAC을 가진 virtio-net 카드이며, 주소 ${josa(p.address, '은/는')} kata-agent가 주었습니다.`,
          files: p.firecracker
            ? '루트는 블록 장치(virtio-block)입니다. Firecracker에는 virtio-fs가 없습니다.'
            : '루트와 볼륨은 virtio-fs 마운트입니다.',
        },
      }),
      vmm: (p) => ({
        title: p.vmm,
        what: '가상 머신 모니터: 노드의 프로세스',
        lanes: {
          calls:
            '머신의 하드웨어(카드, 디스크, 메모리) 노릇을 합니다. 게스트가 닿을 수 있는 것은 이 프로세스의 호출뿐입니다.',
          packets: p.hostNetwork
            ? '가상 머신의 카드와 이을 장치를 CNI가 만들지 않았습니다.'
            : '카드의 큐와 tap0_kata 사이로 프레임을 옮깁니다. vhost-net을 쓰면 노드 커널이 옮깁니다.',
          files: p.firecracker
            ? 'containerd의 devmapper 스냅숏터가 이미지로 만든 device-mapper 볼륨을 읽습니다.'
            : '런타임이 이미지와 볼륨을 마운트해 둔 노드의 디렉터리 하나를 virtio-fs로 보여 줍니다.',
        },
      }),
      host: (p) => ({
        title: `${p.node}의 커널`,
        what: '가상 머신 아래, KVM',
        lanes: {
          calls: '머신을 프로세스처럼 실행합니다(KVM). 애플리케이션의 호출은 여기까지 오지 않습니다.',
          packets: p.hostNetwork
            ? '장치와 주소는 노드의 것입니다. Kata는 hostNetwork를 지원하지 않으며, 시도하면 노드의 네트워크 설정이 바뀌거나 망가질 수 있다고 경고합니다.'
            : `파드의 네트워크 네임스페이스에서 tc가 ${josa(p.device, '으로/로')} 들어온 것을 tap0_kata로, 또 그 반대로 넘깁니다. 프레임은 네임스페이스의 IP 스택을 거치지 않습니다.${pair(p)}`,
          files: p.firecracker
            ? '볼륨의 블록만 가지고 있으며, 그 위의 파일 시스템은 게스트의 것입니다.'
            : '그 디렉터리의 파일과 캐시를 가지고 있습니다.',
        },
      }),
    },
  },
  crossings: {
    container: ['시스템 콜: 캐퍼빌리티, seccomp, AppArmor나 SELinux가 허용 여부를 정함'],
    gvisor: ['runsc의 플랫폼(systrap 또는 KVM)이 가로챔', 'seccomp으로 묶인, Sentry의 짧은 시스템 콜 목록'],
    kata: [
      '게스트 커널로 가는 시스템 콜',
      '머신 밖으로: virtio 큐, 하드웨어 가상화',
      '모니터 자신의 시스템 콜',
    ],
  },
  packetsHeading: '패킷에는',
  same: 'runc와 같은 것',
  other: '다른 것',
  sameLine: (p) =>
    `${p.address}, 노드의 ${p.hostDevice === '' ? '쌍의 끝' : p.hostDevice}, 노드에 있는 규칙·라우트·정책 모두. 샌드박스보다 먼저 CNI가 만들었습니다.`,
  ownStackLine: 'ARP에 답하고 TCP로 말하는 쪽, 루프백에서 도는 것: 샌드박스 자체의 네트워크 스택입니다.',
  insideLine: {
    gvisor: (p) =>
      `노드에서 이 네임스페이스의 \`ip addr\`를 보면 ${p.device}에 주소가 없습니다. 여기의 테이블은 CNI가 남긴 모습을 보여 줍니다.`,
    kata: (p) =>
      `노드에서 본 이 네임스페이스에는 ${p.device} 옆에 tap0_kata가 있습니다. 여기의 테이블은 CNI가 남긴 모습을 보여 줍니다.`,
  },
  socketLine:
    '노드의 소켓 호출에 붙은 프로그램은 이 파드의 `connect()`를 보지 못하므로 ClusterIP가 패킷에 그대로 남습니다. 시뮬레이션하는 부분이며, 이 파드가 보내는 요청에서 볼 수 있습니다.',
  noSocketLine:
    '이 노드에는 소켓 호출을 보는 것이 없습니다. 있다면(kube-proxy 대신 쓰는 실리움) 이 파드의 호출은 보지 못합니다.',
  notSimulated:
    '패킷은 runc에서처럼 파드의 veth 쌍을 지납니다. 샌드박스 안의 일은 설명할 뿐 시뮬레이션하지 않습니다.',
  hostNetwork: '파드가 노드의 네트워크를 씁니다. 자기 veth 쌍이 없습니다.',
  hostNetworkOpen:
    '샌드박스 자체의 네트워크 스택이 거기서 어떻게 될지는 정할 수 없습니다. 이 파드를 지나는 요청은 “알 수 없음”입니다.',
  limitsHeading: '줄 수 없는 것',
  asks: (p) => `이 파드가 요청합니다: ${p.field}`,
  limits: {
    gvisor: {
      'host-network':
        'hostNetwork: runsc를 --network=host로 실행하지 않으면 Sentry는 빈 네트워크 네임스페이스에서 시작해 루프백만 가집니다.',
      'host-processes': 'hostPID, hostIPC: 보이는 프로세스는 Sentry 안의 것뿐입니다.',
      privileged: 'privileged: 모든 캐퍼빌리티를 얻지만 상대는 Sentry입니다. 노드 커널은 바꿀 수 없습니다.',
      apparmor: 'AppArmor: 프로파일을 무시하고 runsc 로그에 경고를 남깁니다.',
      selinux: 'SELinux: runsc가 프로세스 레이블을 거부해 컨테이너가 시작하지 않습니다.',
    },
    kata: {
      'host-network':
        'hostNetwork: 게스트는 노드의 네트워크를 가질 수 없습니다. Kata는 시도하면 노드의 네트워크가 망가질 수 있다고 경고합니다.',
      'host-processes': 'hostPID, hostIPC: 보이는 프로세스는 게스트 안의 것뿐입니다.',
      privileged:
        'privileged: 게스트 안에서 모든 캐퍼빌리티와 게스트의 장치를 얻습니다. privileged_without_host_devices를 켜지 않으면 노드의 장치도 얻습니다.',
      selinux: 'SELinux: 레이블은 안쪽 프로세스가 아니라 가상 머신 모니터에 붙습니다.',
      'host-path': '노드의 디렉터리(hostPath): virtio-fs가 없어 실행 중에 게스트와 공유하는 것이 없습니다.',
      'hot-plug': '시작한 뒤에 더하는 장치, 프로세서, 메모리.',
    },
  },
  classHeading: '런타임클래스가 더하는 것',
  overhead: '오버헤드',
  overheadNote:
    '리소스쿼터가 셉니다. 실제 클러스터에서는 스케줄러도 세지만, 노드의 자원은 시뮬레이션하지 않습니다.',
  scheduling: '스케줄링',
  nothingAdded: '오버헤드도 정해진 곳도 없습니다. 모든 노드에 핸들러가 있다고 봅니다.',
  sources: '출처',
};
