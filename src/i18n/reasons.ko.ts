import { addressPort, isIpv6, protocolName } from './family.ts';
import { josa } from './particles.ts';
import type { ReasonText } from './reasons.en.ts';

/** 장소는 `node/이름`, `external/이름`, `네임스페이스/파드`로 적힌다. */
const refuser = (at: string): string =>
  at.startsWith('node/')
    ? `노드 ${josa(at.slice(5), '이/가')}`
    : at.startsWith('external/')
      ? `호스트 ${josa(at.slice(9), '이/가')}`
      : '파드가';

function verdictTitle(program: string, act: string, to: string): string {
  const who = josa(program, '이/가');
  switch (act) {
    case 'redirect':
      return `${who} ${josa(to, '으로/로')} 내보냅니다`;
    case 'redirect-ingress':
      return `${who} ${josa(to, '으로/로')} 들어온 것처럼 넘깁니다`;
    case 'redirect-peer':
      return `${who} ${to} 뒤의 파드에 바로 넣습니다`;
    case 'redirect-neigh':
      return `${who} 직접 ${josa(to, '으로/로')} 내보냅니다`;
    case 'shot':
      return `${who} 폐기합니다: ${to}`;
    default:
      return `${who} 그대로 보냅니다`;
  }
}

export const reasons: ReasonText = {
  // 프로세스
  'process.resolve': {
    title: (p) => `${josa(p.tool, '은/는')} ${p.name}의 주소부터 알아야 합니다`,
    info: (p) => `${p.name} 조회`,
    detail: () =>
      '패킷에는 이름이 아니라 주소가 실립니다. 클라이언트 컨테이너의 리졸버가 /etc/resolv.conf에 적힌 네임서버에 먼저 묻습니다.',
  },
  'process.resolved': {
    title: (p) => `${p.name}의 주소는 ${p.address}입니다`,
    info: (p) => `${p.name} = ${p.address}`,
    detail: () => '이제부터는 주소만 쓰입니다. 패킷은 어떤 이름으로 물었는지 모릅니다.',
  },
  'process.nxdomain': {
    title: (p) => `${josa(p.name, '이라/라')}는 이름은 없습니다`,
    info: () => '없는 이름',
    detail: () =>
      'DNS는 제대로 동작했습니다. 모든 질의에 응답이 왔지만 주소가 하나도 없어 연결은 시도하지 않습니다.',
  },
  'process.dns-failed': {
    title: (p) => `${p.name}의 주소를 알아내지 못했습니다`,
    info: (p) => `DNS 실패: ${p.rcode}`,
    detail: (p) =>
      `리졸버가 포기했습니다(${p.rcode}). 서비스에는 문제가 없을 수도 있지만, 주소를 모르면 아무것도 보낼 수 없습니다.`,
  },
  'process.connect': {
    title: (p) => `${josa(p.tool, '이/가')} ${josa(p.address, '으로/로')} 연결을 엽니다`,
    info: (p) => `connect ${p.address}`,
    detail: () => '프로그램은 connect()만 부릅니다. 나머지는 모두 커널이 합니다.',
  },
  'process.connected': {
    title: (p) => `${p.address}에 연결되었습니다`,
    info: () => '연결됨',
    detail: () =>
      'SYN, SYN-ACK, ACK을 거쳐 양쪽이 연결을 압니다. 중간에 주소가 바뀌었더라도 클라이언트는 이 주소와 통신한다고 믿습니다.',
  },
  'process.request': {
    title: (p) => `클라이언트가 ${p.method} ${p.url} 요청을 보냅니다`,
    info: (p) => `${p.method} ${p.url}`,
    detail: () =>
      '핸드셰이크로 맺은 연결을 그대로 씁니다. 노드마다 주소를 어떻게 바꿀지 이미 기억하므로 NAT 규칙을 다시 찾지 않습니다.',
  },
  'process.response': {
    title: (p) => `서버가 상태 코드 ${josa(p.status, '으로/로')} 응답했습니다`,
    info: (p) => `HTTP ${p.status}`,
    detail: () => 'HTTP 상태 코드는 프로그램이 정합니다. 네트워크로 보면 어떤 코드든 패킷은 전달된 것입니다.',
  },
  'process.echo': {
    title: (p) => `ping이 ${josa(p.address, '으로/로')} 에코 요청을 보냅니다`,
    info: (p) => `ping ${p.address}`,
    detail: () => 'ICMP에는 포트가 없습니다. 서비스의 규칙처럼 TCP나 UDP 포트를 보는 규칙에는 맞지 않습니다.',
  },
  'process.query': {
    title: (p) => `리졸버가 ${p.name}의 ${p.type} 레코드를 묻습니다`,
    info: (p) => `${p.type}? ${p.name}`,
    detail: () =>
      '점의 수가 ndots(파드에서는 5)보다 적은 이름은 검색 목록의 접미사를 하나씩 붙여 먼저 묻고, 그다음에 적힌 그대로 묻습니다. dig는 적힌 그대로만 묻습니다.',
  },
  'process.truncated': {
    title: (p) => `${p.name}의 응답이 데이터그램에 다 들어가지 않아 잘렸습니다`,
    info: () => 'TC: TCP로 다시 묻기',
    detail: () =>
      'EDNS를 쓰지 않으면 UDP로 오는 DNS 응답은 512바이트까지입니다. 서버는 넘치는 레코드를 빼고 TC 비트를 켜며, 리졸버는 같은 질문을 TCP로 다시 보냅니다.',
  },
  'process.answer': {
    title: (p) =>
      p.rcode === 'NOERROR'
        ? p.count === 0
          ? `${josa(p.name, '은/는')} 있지만 ${p.type} 레코드가 없습니다`
          : `DNS가 ${p.name}의 ${p.type} 레코드 ${p.count}개로 응답합니다`
        : `DNS가 ${p.name}에 ${josa(p.rcode, '으로/로')} 응답합니다`,
    info: (p) => (p.rcode === 'NOERROR' ? `응답 ${p.count}개` : p.rcode),
    detail: (p) =>
      p.rcode === 'NXDOMAIN'
        ? '그런 이름은 없습니다. 검색 목록에 남은 접미사가 있으면 이어서 묻습니다.'
        : 'CoreDNS는 클러스터의 이름이면 API 서버에서 받은 서비스와 엔드포인트슬라이스를 보고 응답하고, 다른 이름은 밖에 묻습니다. 서비스로는 아무 패킷도 보내지 않습니다.',
  },
  'process.refused': {
    title: (p) => `클라이언트에는 ${josa(p.address, '이/가')} 연결을 거부한 것으로 보입니다`,
    info: () => '연결 거부',
    detail: () =>
      '거부 응답(RST 또는 ICMP port unreachable)이 왔으므로 클라이언트가 바로 압니다. 누가 보냈든 오류 메시지에는 클라이언트가 연결하려던 주소가 나옵니다.',
  },
  'process.reset': {
    title: (p) => `클라이언트에는 ${josa(p.address, '이/가')} 연결을 끊은 것으로 보입니다`,
    info: () => '연결 재설정',
    detail: () => '맺어진 연결이 RST로 끊겼습니다.',
  },
  'process.timeout': {
    title: (p) => `클라이언트는 아무 응답도 못 받고 ${p.seconds}초 뒤에 포기합니다`,
    info: (p) => `${p.seconds}초 뒤 시간 초과`,
    detail: () => '폐기는 밖에서 보면 침묵입니다. 패킷이 어디에서 왜 사라졌는지 클라이언트는 알 수 없습니다.',
  },
  'process.unreachable': {
    title: (p) => `클라이언트는 ${p.address}에 닿을 수 없다는 오류를 받습니다`,
    info: () => '도달 불가',
    detail: () => '클라이언트의 커널이나, ICMP 오류를 보낸 라우터가 그곳으로 가는 길이 없다고 알립니다.',
  },
  'process.too-big': {
    title: (p) => `클라이언트는 메시지가 너무 길다는 오류를 받습니다(MTU ${p.mtu})`,
    info: (p) => `MTU ${p.mtu} 초과`,
    detail: () => '조각내면 안 되는 패킷인데(DF 설정) 한 번에 보내기에는 너무 큽니다.',
  },
  'process.closed': {
    title: () => '클라이언트가 연결을 닫습니다',
    info: () => '닫음',
    detail: () => '양쪽이 FIN을 보냅니다. conntrack 항목은 TIME_WAIT 상태로 한동안 남습니다.',
  },
  'process.forward-dns': {
    title: (p) => `${josa(p.name, '은/는')} 클러스터의 이름이 아니어서 CoreDNS가 ${p.upstream}에 묻습니다`,
    info: (p) => `${josa(p.upstream, '으로/로')} 전달`,
    detail: () =>
      'CoreDNS는 클러스터 도메인만 책임집니다. 나머지 이름은 forward 플러그인이 스스로 클라이언트가 되어 다른 서버에 묻습니다.',
  },
  // L7 프록시
  'l7.host': {
    title: (p) => `${josa(p.process, '이/가')} ${p.host}에 ${josa(p.server, '을/를')} 씁니다`,
    info: (p) => p.server,
    detail: () =>
      '요청의 Host 헤더로 정해집니다. 정확한 이름이 와일드카드보다, 와일드카드가 모든 호스트보다 먼저입니다.',
  },
  'l7.no-host': {
    title: (p) => `${josa(p.process, '은/는')} ${p.host} 호스트를 모릅니다`,
    info: (p) => `${p.host} 호스트 없음`,
    detail: () => '이 호스트를 적은 규칙도, 모든 호스트를 위한 규칙도 없습니다.',
  },
  'l7.miss': {
    title: (p) =>
      `${p.route} 불일치: ${josa(missedField(p), '은/는')} ${p.got}인데 ${josa(p.wanted, '을/를')} 요구합니다`,
    info: (p) => `${p.route}: 불일치`,
    detail: () =>
      '라우트를 차례로 확인해 처음으로 맞는 것이 결정합니다. 이 라우트는 그보다 먼저 확인되었습니다.',
  },
  'l7.missing': {
    title: (p) => `${p.route} 불일치: 요청에 ${josa(missedField(p), '이/가')} 없습니다`,
    info: (p) => `${p.route}: 불일치`,
    detail: () =>
      '라우트를 차례로 확인해 처음으로 맞는 것이 결정합니다. 이 라우트는 그보다 먼저 확인되었습니다.',
  },
  'l7.route': {
    title: (p) => `${p.process}: ${p.method} ${p.path} 요청이 ${p.route}에 맞습니다`,
    info: (p) => p.route,
    detail: () => '요청에 처음으로 맞는 라우트가 갈 곳을 정합니다.',
  },
  'l7.no-route': {
    title: (p) => `${p.host}에는 ${p.path}에 맞는 라우트가 없습니다`,
    info: (p) => `${p.path} 라우트 없음`,
    detail: () => '호스트는 알지만 맞는 경로가 없습니다. 다른 호스트를 대신 찾아보지 않습니다.',
  },
  'l7.split': {
    title: (p) =>
      `요청이 ${p.total} 가운데 ${josa(p.weight, '을/를')} 받는 ${josa(p.service, '으로/로')} 갑니다`,
    info: (p) => `${p.service} (${p.weight}/${p.total})`,
    detail: () => '여러 백엔드가 가중치대로 요청을 나눠 받습니다. 이번에는 확률로 이것이 뽑혔습니다.',
  },
  'l7.redirect': {
    title: (p) =>
      `${josa(p.process, '이/가')} 클라이언트를 ${josa(p.location, '으로/로')} 보냅니다(${p.status})`,
    info: (p) => `${p.status} → ${p.location}`,
    detail: () =>
      '백엔드에는 묻지 않습니다. 클라이언트는 다른 주소를 안내받고 그곳에 다시 요청할 수 있습니다.',
  },
  'l7.respond': {
    title: (p) =>
      `${josa(p.process, '이/가')} 직접 ${josa(p.status, '으로/로')} 응답합니다: ${RESPONDS[p.because] ?? p.because}`,
    info: (p) => `${p.process}의 ${p.status} 응답`,
    detail: () => '백엔드에는 묻지 않았습니다.',
  },
  // 소켓
  'proxy.forward': {
    title: (p) => `${josa(p.process, '이/가')} ${p.address}에 직접 묻습니다: ${p.method} ${p.path}`,
    info: (p) => (p.as === '' ? '자신의 연결' : `${josa(p.as, '으로/로')} 보임`),
    detail: (p) =>
      p.service !== undefined
        ? `클라이언트의 연결은 여기서 끝납니다. 이어지는 것은 프록시의 주소에서 나가는 새 연결로, ${p.service}의 엔드포인트로 곧장 갑니다. 서비스의 주소와 kube-proxy는 거치지 않습니다.`
        : p.as === ''
          ? '클라이언트의 연결은 여기서 끝납니다. 이어지는 것은 출발지 주소가 다른 새 연결이고, 클라이언트의 아이덴티티는 패킷의 표시에 실려 갑니다.'
          : '클라이언트의 연결은 여기서 끝납니다. 이어지는 것은 새 연결이지만, 투명 소켓이어서 클라이언트의 주소와 포트를 그대로 씁니다.',
  },
  'proxy.answered': {
    title: (p) => `${josa(p.process, '이/가')} 응답 ${josa(p.status, '을/를')} 받아 전달합니다`,
    info: (p) => `HTTP ${p.status}`,
    detail: () => '클라이언트가 맺은 연결로, 프록시의 헤더를 더해 보냅니다.',
  },
  'proxy.failed': {
    title: (p) =>
      `${josa(p.process, '이/가')} ${p.address}에서 답을 얻지 못해 ${josa(p.status, '으로/로')} 알립니다`,
    info: (p) => `HTTP ${p.status}`,
    detail: (p) =>
      `${p.why === 'protocol' ? '돌아온 것은 HTTP가 아니었습니다.' : `${p.tries}번 시도했습니다.`} 클라이언트의 연결은 멀쩡하고, 실패는 프록시가 HTTP로 알립니다.`,
  },
  'socket.originate': {
    title: (p) =>
      p.flags === ''
        ? `커널이 ${protocolName(p.proto)} 패킷을 만듭니다`
        : `커널이 ${protocolName(p.proto)} 패킷을 만듭니다: ${p.flags}`,
    info: (p) => (p.flags === '' ? protocolName(p.proto) : p.flags),
    detail: () =>
      '목적지는 소켓이 알고, 출발지 주소와 인터페이스는 라우트가 정합니다. 프로그램이 따로 정하지 않으면 TTL은 64에서 시작합니다.',
  },
  'socket.deliver': {
    title: (p) =>
      p.meant === undefined
        ? `전달 완료: ${josa(p.process, '이/가')} ${p.port}/${p.proto} 포트에서 수신 대기 중입니다`
        : `전달 완료: ${josa(p.process, '이/가')} ${josa(p.meant, '으로/로')} 가려던 것을 받습니다`,
    info: (p) => `${p.process}에 전달`,
    detail: (p) =>
      p.meant === undefined
        ? '목적지 주소가 이 네트워크 네임스페이스의 것이고, 그 포트에 소켓이 열려 있습니다.'
        : `소켓은 ${p.port}번 포트에서 수신 대기하는 투명 소켓이라 ${p.meant}의 이름으로 답하고, 클라이언트는 알아채지 못합니다.`,
  },
  'socket.deliver-reply': {
    title: (p) => `응답이 클라이언트의 ${p.port} 포트 소켓에 도착했습니다`,
    info: () => '전달됨',
    detail: () =>
      '소켓은 주소와 포트 네 값을 모두 비교합니다. 출발지 주소를 되돌려 놓지 않았다면 이 패킷을 알아보지 못했을 것입니다.',
  },
  'socket.no-listener-tcp': {
    title: (p) =>
      `${refuser(p.at)} 연결을 거부했습니다: ${addressPort(p.ip, p.port)}에서 수신 대기하는 프로세스가 없습니다`,
    info: (p) => `${p.port} 닫힘: RST`,
    detail: (p) =>
      p.listening === ''
        ? '패킷은 도착했지만 여기에는 TCP 포트를 연 프로세스가 없습니다. 커널이 RST로 답하고, 클라이언트에는 “connection refused”로 보입니다.'
        : `맞는 파드에 도착했지만 포트가 다릅니다. 여기서 수신 대기하는 포트는 ${p.listening}입니다. 커널이 RST로 답하고, 클라이언트에는 “connection refused”로 보입니다.`,
  },
  'socket.no-listener-udp': {
    title: (p) =>
      `${refuser(p.at)} 거부했습니다: ${addressPort(p.ip, p.port)}/UDP에서 수신 대기하는 프로세스가 없습니다`,
    info: (p) => `${p.port}/UDP 닫힘`,
    detail: (p) =>
      p.listening === ''
        ? '여기에는 UDP 소켓을 연 프로세스가 없습니다. 커널이 ICMP port unreachable로 답합니다.'
        : `패킷은 도착했지만 여기서 수신 대기하는 포트는 ${p.listening}입니다. 커널이 ICMP port unreachable로 답합니다.`,
  },
  'socket.no-listener-sctp': {
    title: (p) =>
      `${refuser(p.at)} 거부했습니다: ${addressPort(p.ip, p.port)}/SCTP에서 수신 대기하는 프로세스가 없습니다`,
    info: (p) => `${p.port}/SCTP 닫힘: ABORT`,
    detail: (p) =>
      p.listening === ''
        ? '패킷은 도착했지만 여기에는 SCTP 소켓을 연 프로세스가 없습니다. 커널이 ABORT로 답하고, 클라이언트에는 “connection refused”로 보입니다.'
        : `패킷은 도착했지만 여기서 수신 대기하는 포트는 ${p.listening}입니다. 커널이 ABORT로 답하고, 클라이언트에는 “connection refused”로 보입니다.`,
  },
  'socket.no-connection': {
    title: (p) => `이 패킷(${p.flags})을 아는 소켓이 없습니다`,
    info: (p) => `모르는 연결: ${p.flags}`,
    detail: () =>
      '주소와 포트 네 값이 모두 맞는 연결이 없습니다. 주소를 되돌려 놓지 않은 응답이 이렇게 보이며, 커널은 RST로 답합니다.',
  },
  'socket.echo-reply': {
    title: (p) => `${josa(p.ip, '이/가')} ping에 응답합니다`,
    info: () => '에코 응답',
    detail: () => '에코 요청에는 커널이 직접 응답합니다. 프로세스에는 묻지 않습니다.',
  },
  // 인터페이스
  'link.transmit': {
    title: (p) => `패킷이 ${josa(p.iface, '으로/로')} 나갑니다`,
    info: (p) => `${p.iface} 송신`,
    detail: () =>
      'tcpdump가 이 인터페이스에서 보여 주는 송신 패킷입니다. 이곳의 netfilter 훅을 모두 지난 뒤의 모습입니다.',
  },
  'link.receive': {
    title: (p) => `패킷이 ${p.iface}에 도착합니다`,
    info: (p) => `${p.iface} 수신`,
    detail: () =>
      'tcpdump가 이 인터페이스에서 보여 주는 수신 패킷입니다. 이곳의 netfilter 훅은 아직 거치지 않았습니다.',
  },
  'link.not-for-me': {
    title: (p) => `프레임의 목적지는 ${p.mac}이며 이 인터페이스가 아닙니다`,
    info: () => '다른 MAC: 무시',
    detail: () =>
      '플러딩된 프레임은 모든 포트에 닿습니다. 인터페이스는 자기 MAC 주소로 온 것이 아니면 버립니다.',
  },
  'link.mtu': {
    title: (p) => `${p.length}바이트는 MTU ${josa(p.mtu, '을/를')} 넘습니다`,
    info: (p) => `${p.length} > MTU ${p.mtu}`,
    detail: () => 'MTU는 IP 헤더부터 셉니다. 터널 장치의 MTU는 바깥 헤더가 들어갈 자리만큼 작습니다.',
  },
  'link.down': {
    title: (p) => `${josa(p.iface, '이/가')} 내려가 있습니다`,
    info: () => '링크 다운',
    detail: () => '올라와 있지 않은 인터페이스는 보내지도 받지도 않습니다.',
  },
  'link.no-card': {
    title: (p) =>
      p.mac === ''
        ? '이 링크에 프레임을 받을 곳이 없습니다'
        : `이 링크에 MAC 주소 ${josa(p.mac, '을/를')} 가진 곳이 없습니다`,
    info: () => '없는 MAC: 사라짐',
    detail: () =>
      '프레임을 받는 곳이 없고, 아무도 알려 주지 않습니다. 보낸 쪽의 이웃 항목이 틀렸거나 오래되었습니다.',
  },
  'link.loop': {
    title: (p) => `패킷이 ${josa(p.iface, '을/를')} 지나며 제자리를 맴돕니다`,
    info: () => '루프: 포기',
    detail: () => '터널이 자기 자신으로 보내므로 돌 때마다 한 겹씩 더 감쌉니다. Linux도 여기서 포기합니다.',
  },
  'link.dummy': {
    title: (p) => `${josa(p.iface, '은/는')} 더미 장치라서 내보낸 패킷은 사라집니다`,
    info: () => '더미 장치',
    detail: () => '더미 장치는 주소를 두려고 만든 것입니다. 그 뒤에는 아무 선도 없습니다.',
  },
  // 브리지
  'bridge.forward': {
    title: (p) => `${josa(p.bridge, '이/가')} 프레임을 ${p.port} 포트로 전달합니다`,
    info: (p) => `${p.bridge} → ${p.port}`,
    detail: (p) =>
      `브리지는 ${josa(p.mac, '이/가')} ${p.port} 뒤에 있다고 학습했습니다. MAC 주소만 보므로 TTL은 그대로입니다.`,
  },
  'bridge.flood': {
    title: (p) => `${josa(p.bridge, '이/가')} 프레임을 포트 ${p.ports}개로 플러딩합니다`,
    info: (p) => `포트 ${p.ports}개로 플러딩`,
    detail: () => '브로드캐스트이거나, 그 주소가 어느 포트 뒤에 있는지 브리지가 아직 모릅니다.',
  },
  'bridge.up': {
    title: (p) => `${josa(p.bridge, '이/가')} 프레임을 노드 자신에게 올립니다`,
    info: (p) => `${p.bridge} → 호스트`,
    detail: (p) =>
      `파드의 기본 게이트웨이인 ${p.bridge} 자신에게 왔거나 모두에게 보낸 프레임입니다. 이제 노드의 네트워크 스택이 이어받습니다.`,
  },
  'bridge.no-hairpin': {
    title: (p) => `브리지는 프레임을 들어온 포트 ${josa(p.port, '으로/로')} 다시 내보내지 않습니다`,
    info: () => '헤어핀 꺼짐: 폐기',
    detail: () =>
      '파드가 서비스를 거쳐 자기 자신에게 닿으려면 브리지 포트의 헤어핀(hairpin) 모드가 필요한데, 여기서는 꺼져 있습니다.',
  },
  'bridge.nf-dnat-bridged': {
    title: (p) => `새 목적지도 ${p.bridge}에 있으므로 프레임은 브리지를 벗어나지 않습니다`,
    info: () => 'DNAT 뒤 브리지 전달',
    detail: () =>
      'bridge-nf-call-iptables가 켜져 있어 NAT 규칙이 브리지 안에서 실행되었습니다. 브리지가 새 목적지의 MAC을 찾아 바로 전달하므로 라우팅은 없고 TTL도 그대로입니다.',
  },
  // netfilter
  'rule.accept': {
    title: (p) => `${p.chain}의 규칙이 패킷을 허용합니다`,
    info: () => '허용',
    detail: (p) =>
      `ACCEPT는 이 훅에서 ${p.table} 테이블만 끝냅니다. 다음 테이블과 훅은 이어서 패킷을 봅니다.`,
  },
  'rule.return': {
    title: (p) => `${p.chain}에서 더 볼 것이 없어 부른 체인으로 돌아갑니다`,
    info: () => '돌아감',
    detail: () => 'RETURN은 점프한 규칙의 다음 규칙부터 이어 갑니다.',
  },
  'rule.mark': {
    title: (p) => `패킷에 표시 ${josa(p.mark, '을/를')} 붙입니다`,
    info: (p) => `mark ${p.mark}`,
    detail: (p) =>
      p.chain === 'KUBE-MARK-MASQ'
        ? '표시는 이 커널 안에만 있고 패킷에 실려 나가지 않습니다. POSTROUTING에서 마스커레이드하라고 kube-proxy가 남긴 메모입니다.'
        : '표시는 이 커널 안에만 있고 패킷에 실려 나가지 않습니다. 뒤의 규칙이 이 표시를 확인합니다.',
  },
  'rule.policy': {
    title: (p) =>
      p.policy === 'DROP'
        ? `${p.chain}에서 맞는 규칙이 없었고, 체인의 기본 정책은 DROP입니다`
        : `${p.chain}에서 막는 규칙이 없었습니다. 체인의 기본 정책은 ${p.policy}입니다`,
    info: (p) => `기본 정책 ${p.policy}`,
    detail: (p) => `${p.table} 테이블의 기본 체인 ${josa(p.chain, '이/가')} 끝났습니다.`,
  },
  'rule.drop': {
    title: (p) => `${p.chain}의 규칙이 패킷을 폐기합니다`,
    info: () => 'DROP',
    detail: (p) =>
      `${p.comment === '' ? '' : `규칙의 주석은 “${p.comment}”입니다. `}DROP은 아무에게도 알리지 않습니다. 보낸 쪽은 시간 초과까지 기다립니다.`,
  },
  'rule.redirect-nowhere': {
    title: (p) => `REDIRECT가 ${p.iface}에서 주소를 찾지 못해 패킷을 폐기합니다`,
    info: () => '주소 없음',
    detail: () => 'REDIRECT는 패킷이 들어온 장치의 주소를 적습니다. 장치에 주소가 없으면 적을 것이 없습니다.',
  },
  'rule.tproxy': {
    title: (p) => `TPROXY가 패킷을 바꾸지 않고 ${p.port}번 포트의 프록시에 넘깁니다`,
    info: (p) => `${p.port}번 포트로, mark ${p.mark}`,
    detail: (p) =>
      `주소와 포트는 그대로여서 프록시는 클라이언트가 누구에게 보냈는지 압니다. 표시 ${josa(p.mark, '은/는')} 이 패킷을 이 호스트의 것으로 받는 라우팅 규칙을 위한 것입니다.`,
  },
  'rule.tproxy-none': {
    title: (p) => `${p.port}번 포트에 투명 소켓이 없어 TPROXY가 패킷을 폐기합니다`,
    info: () => '프록시 없음',
    detail: () => 'IP_TRANSPARENT로 그 포트를 듣는 프로그램이 없습니다. 넘길 수 없는 것은 규칙이 폐기합니다.',
  },
  'rule.tproxy-forwarded': {
    title: (p) => `TPROXY가 소켓을 정했지만 경로 ${josa(p.prefix, '이/가')} 밖으로 향해 폐기됩니다`,
    info: () => '이 호스트로 라우팅되지 않음',
    detail: () =>
      'TPROXY는 주소를 바꾸지 않으므로 패킷의 목적지가 그대로 경로를 정합니다. 표시를 보는 라우팅 규칙과 local 타입 경로가 없으면, 호스트는 이미 소켓이 있는 패킷을 내보내려다 폐기합니다.',
  },
  'rule.reject': {
    title: (p) =>
      p.chain === 'KUBE-IPVS-FILTER'
        ? '서비스의 주소이지만 그 서비스의 포트가 아니어서 노드가 거부합니다'
        : p.chain.startsWith('KUBE')
          ? '서비스에 엔드포인트가 없어 노드가 대신 거부합니다'
          : `${p.chain}의 규칙이 패킷을 거부합니다`,
    info: (p) => (p.with === 'tcp-reset' ? 'REJECT: RST' : 'REJECT: ICMP'),
    detail: (p) =>
      p.chain === 'KUBE-IPVS-FILTER'
        ? `주소가 kube-ipvs0에 있어서 노드 자신의 프로그램에도 이 주소로 닿을 수 있습니다. 그래서 kube-proxy의 마지막 규칙은 가상 서버가 받는 것만 들이고 나머지에는 ${josa(p.with, '으로/로')} 답합니다. ping도 마찬가지입니다.`
        : p.chain.startsWith('KUBE')
          ? `이 서비스 포트 뒤에 준비된 파드가 없어 kube-proxy가 REJECT 규칙(${p.with})을 썼습니다. 클라이언트는 바로 “connection refused”를 봅니다.`
          : `REJECT는 ${josa(p.with, '으로/로')} 답하므로 보낸 쪽이 바로 압니다.`,
  },
  'nft.map': {
    title: (p) => `${p.map}에 ${josa(p.key, '이/가')} 있습니다: ${p.verdict}`,
    info: (p) => `맵 ${p.map}`,
    detail: (p) =>
      `${p.table} 테이블의 판정 맵(verdict map)을 해시로 한 번만 찾습니다. 서비스가 열 개든 만 개든 비용이 같습니다.`,
  },
  'nft.remember': {
    title: (p) => `이 엔드포인트가 ${josa(p.key, '을/를')} 기억합니다`,
    info: () => '세션 어피니티',
    detail: (p) =>
      `규칙이 ${josa(p.key, '을/를')} 집합 ${p.set}에 ${p.seconds}초 동안 넣거나 시간을 새로 잽니다. 그동안 이 주소의 연결은 같은 엔드포인트로 갑니다.`,
  },
  'service.masquerade-mark': {
    title: (p) => `패킷에 표시 ${josa(p.mark, '을/를')} 붙입니다`,
    info: (p) => `mark ${p.mark}`,
    detail: () =>
      '표시는 이 커널 안에만 있고 패킷에 실려 나가지 않습니다. 나갈 때 마스커레이드하라고 kube-proxy가 남긴 메모입니다.',
  },
  'service.no-endpoints': {
    title: () => '서비스에 엔드포인트가 없어 노드가 대신 거부합니다',
    info: () => 'reject: ICMP',
    detail: (p) =>
      `${p.service} 뒤에 준비된 파드가 없어 kube-proxy가 엔드포인트 없는 서비스로 적어 두었습니다. 클라이언트는 바로 “connection refused”를 봅니다.`,
  },
  'service.no-local-endpoints': {
    title: () => '이 노드에 서비스의 엔드포인트가 없어 패킷을 폐기합니다',
    info: () => 'drop',
    detail: (p) =>
      `${p.service}의 엔드포인트는 다른 노드에 있지만 트래픽 정책이 Local이라 이 노드는 쓸 수 없습니다. 폐기는 아무에게도 알리지 않으므로 클라이언트는 시간 초과까지 기다립니다.`,
  },
  'service.no-such-port': {
    title: (p) =>
      p.port === ''
        ? `${josa(p.ip, '은/는')} 서비스의 주소이고, ${josa(p.proto, '을/를')} 받는 서비스 포트는 없습니다`
        : `${josa(p.ip, '은/는')} 서비스의 주소이지만 ${p.proto} ${p.port}번은 서비스 포트가 아닙니다`,
    info: () => 'reject: ICMP',
    detail: () =>
      'nftables 모드에서 kube-proxy는 ClusterIP로 왔지만 어느 서비스 포트도 아닌 패킷을 거부하므로 클라이언트가 바로 압니다. iptables 모드에서는 맞는 규칙이 없어 그대로 노드 밖으로 나갑니다.',
  },
  'service.unallocated': {
    title: (p) => `${josa(p.ip, '을/를')} 가진 서비스가 없습니다`,
    info: () => 'drop',
    detail: () =>
      '서비스 주소 대역에 있지만 아무도 쓰지 않는 주소입니다. nftables 모드에서 kube-proxy는 이런 패킷이 노드 밖으로 나가지 않도록 폐기합니다.',
  },
  'conntrack.new': {
    title: () => '이 노드가 처음 보는 연결입니다',
    info: () => '새 항목',
    detail: () =>
      'conntrack이 양방향을 모두 적어 둡니다. nat 테이블은 첫 패킷에서만 보며, 그 뒤의 패킷은 지금 정해지는 대로 따릅니다.',
  },
  'conntrack.insert-failed': {
    title: () => '이 연결에 쓸 출발지 포트가 남아 있지 않아 패킷이 폐기됩니다',
    info: () => '남은 포트 없음',
    detail: () =>
      '마스커레이드에는 같은 목적지로 가는 다른 연결이 쓰지 않는 노드의 포트가 필요합니다. 모두 쓰이고 있어 conntrack이 항목을 넣지 못하며(`conntrack -S`의 `insert_failed`), 아무에게도 알리지 않습니다.',
  },
  'conntrack.found': {
    title: (p) => `노드가 기억하는 연결입니다(${p.state})`,
    info: (p) => p.state,
    detail: () => '주소 변환은 규칙이 아니라 이 항목을 따릅니다. 그사이에 규칙이 바뀌었더라도 상관없습니다.',
  },
  'conntrack.invalid': {
    title: () => '노드가 아는 어느 연결에도 맞지 않는 패킷입니다',
    info: () => 'INVALID',
    detail: () =>
      'conntrack은 이런 패킷을 INVALID로 보고 NAT를 적용하지 않습니다. kube-proxy가 쓴 규칙이 FORWARD에서 이런 패킷을 폐기합니다.',
  },
  'nat.dnat': {
    title: (p) => `노드가 서비스 주소를 지우고 ${josa(p.to, '을/를')} 적었습니다`,
    info: () => 'DNAT',
    detail: (p) =>
      `${p.from}에서 수신 대기하는 프로세스는 없습니다. kube-proxy가 노드마다 써 둔 규칙이 있을 뿐이고, 방금 이 노드의 규칙에 맞았습니다.`,
  },
  'nat.masquerade': {
    title: (p) => `노드가 보낸 쪽 주소 대신 자기 주소 ${josa(p.to, '을/를')} 적었습니다`,
    info: () => '마스커레이드',
    detail: (p) =>
      `MASQUERADE는 패킷이 나가는 인터페이스 ${p.iface}의 주소를 씁니다(없으면 노드의 주소). 서버는 이 주소를 보고, 응답도 이 노드를 거쳐 돌아옵니다.`,
  },
  'nat.snat': {
    title: (p) => `출발지가 ${p.from}에서 ${josa(p.to, '으로/로')} 바뀌었습니다`,
    info: () => 'SNAT',
    detail: () => '서버는 새 주소를 보고, 응답도 그 주소로 보냅니다.',
  },
  'nat.back-dst': {
    title: (p) => `응답의 목적지를 ${josa(p.to, '으로/로')} 되돌립니다`,
    info: () => 'SNAT 되돌림',
    detail: () => 'conntrack이 요청 때 바꾼 출발지를 되돌립니다. 이제 응답이 진짜 클라이언트에게 갑니다.',
  },
  'nat.back-src': {
    title: (p) => `응답의 출발지를 다시 ${josa(p.to, '으로/로')} 적습니다`,
    info: () => 'DNAT 되돌림',
    detail: (p) =>
      `conntrack이 요청 때의 변환을 되돌립니다. 그러지 않으면 클라이언트는 말을 건 적 없는 ${p.from}에서 온 응답을 받게 됩니다.`,
  },
  // IPVS
  'ipvs.schedule': {
    title: (p) =>
      `${p.hook}: IPVS가 가상 서버 ${josa(p.from, '을/를')} 찾아 ${josa(p.to, '을/를')} 골랐습니다(${p.scheduler})`,
    info: (p) => `IPVS: ${p.scheduler}`,
    detail: (p) =>
      `${
        p.hook === 'INPUT'
          ? '이 노드 자신의 주소라서(kube-proxy가 모든 서비스 주소를 kube-ipvs0에 둡니다) 패킷이 INPUT까지 올라왔습니다.'
          : '이 노드 자신의 주소이고(kube-proxy가 모든 서비스 주소를 kube-ipvs0에 둡니다), IPVS는 노드가 스스로 보내는 패킷도 봅니다.'
      } ${
        p.servers === 1
          ? '한 번의 조회로 가상 서버를 찾았고, 실제 서버는 하나뿐입니다.'
          : `한 번의 조회로 가상 서버를 찾았고, 스케줄러가 실제 서버 ${p.servers}개 가운데 하나를 골랐습니다.`
      }${p.servers > 1 && p.scheduler === 'rr' ? ' 라운드 로빈은 차례로 고릅니다. kube-proxy가 서버를 더하는 순서가 정해져 있지 않아 무엇이 첫째인지는 우연입니다.' : ''}`,
  },
  'ipvs.persistent': {
    title: (p) => `${p.hook}: IPVS가 ${p.from}의 이 클라이언트를 계속 ${josa(p.to, '으로/로')} 보냅니다`,
    info: () => 'IPVS: 지속 연결',
    detail: (p) =>
      `세션 어피니티입니다. 가상 서버가 ${p.seconds}초 동안 persistent라서, 이 클라이언트의 지난 연결이 어디로 갔는지 템플릿이 기억합니다. 스케줄러에 다시 묻지 않습니다.`,
  },
  'ipvs.dnat': {
    title: (p) => `IPVS가 아는 연결이라 ${josa(p.to, '으로/로')} 보냅니다`,
    info: () => 'IPVS: DNAT',
    detail: (p) =>
      `${josa(p.from, '으로/로')} 온 연결을 어느 실제 서버가 맡았는지 IPVS의 연결 테이블에 있습니다. 뒤따르는 패킷은 모두 그리로 갑니다.`,
  },
  'ipvs.back-src': {
    title: (p) => `응답의 출발지를 다시 ${josa(p.to, '으로/로')} 적습니다`,
    info: () => 'IPVS: DNAT 되돌림',
    detail: (p) =>
      `IPVS가 연결을 찾아 ${p.from} 대신 가상 서버의 주소를 되돌려 놓습니다. conntrack은 이것을 NAT로 치지 않습니다. IPVS가 바꾼 것은 IPVS가 되돌립니다.`,
  },
  'ipvs.no-server': {
    title: (p) => `가상 서버 ${p.virtual}에 실제 서버가 없습니다`,
    info: () => 'IPVS: 서버 없음',
    detail: () =>
      '이 서비스 포트 뒤에 준비된 파드가 없습니다. 거부하는 규칙이 따로 있는 것이 아니라 IPVS가 직접 서비스 주소에서 ICMP port unreachable로 답합니다.',
  },
  'ipvs.server-gone': {
    title: (p) => `${josa(p.real, '은/는')} 이제 ${p.virtual}의 서버가 아닙니다`,
    info: () => 'IPVS: 서버 사라짐',
    detail: () =>
      '연결을 맡던 실제 서버가 없어졌고, 그 연결의 패킷을 다른 서버에 넘길 수는 없습니다. 아무 말 없이 폐기합니다.',
  },
  // Open vSwitch
  'ovs.flow': {
    title: (p) => `${p.table} 테이블의 플로와 일치합니다`,
    info: (p) => `${p.table}: ${p.actions}`,
    detail: (p) =>
      `${p.match === '' ? '테이블의 다른 플로와 일치하지 않아 마지막 플로를 따릅니다' : `플로의 조건은 ${p.match}입니다`}. ${p.bridge} 브리지의 동작: ${p.actions}.`,
  },
  'ovs.group': {
    title: (p) => `그룹 ${p.group}에서 ${josa(p.to, '을/를')} 골랐습니다`,
    info: (p) => `그룹 ${p.group}: ${p.to}`,
    detail: (p) =>
      p.of === 1
        ? '엔드포인트가 하나여서 그룹의 버킷도 하나입니다.'
        : `연결의 해시로 버킷 ${p.of}개 중 하나를 고릅니다. 다음 테이블이 그 주소로 변환하고, 이후 패킷은 연결을 따라갑니다.`,
  },
  'ovs.learn': {
    title: (p) => `${p.table} 테이블에 생긴 새 플로가 선택을 기억합니다`,
    info: (p) => `학습: ${p.match}`,
    detail: (p) =>
      `${p.seconds}초 동안 ${p.match} 조건의 패킷은 같은 엔드포인트로 갑니다. 브리지가 스스로 플로를 추가했습니다.`,
  },
  'ovs.output': {
    title: (p) => `${josa(p.bridge, '이/가')} ${p.port} 포트로 내보냅니다`,
    info: (p) => `출력: ${p.port}`,
    detail: () => '앞선 테이블이 포트 번호를 레지스터에 적어 두었습니다.',
  },
  'ovs.drop': {
    title: (p) => `${p.table} 테이블의 플로가 패킷을 폐기했습니다`,
    info: (p) => `${p.table}: 폐기`,
    detail: (p) =>
      p.match === ''
        ? '테이블의 어떤 플로도 허용하지 않았고, 나머지를 맡는 플로에는 동작이 없습니다. 그래서 폐기합니다.'
        : `플로의 조건은 ${p.match}이며 동작이 없습니다. 그래서 폐기합니다.`,
  },
  'ovs.miss': {
    title: (p) => `${p.table} 테이블에 맞는 플로가 없습니다`,
    info: (p) => `${p.table}: 플로 없음`,
    detail: () => 'OpenFlow는 테이블의 어떤 플로와도 일치하지 않는 패킷을 폐기합니다.',
  },
  'ovs.no-output': {
    title: (p) => `${p.bridge} 브리지의 테이블이 포트를 정하지 않고 끝났습니다`,
    info: () => '출력 없음',
    detail: () => '어디로 보낼지 정한 플로가 없어 패킷은 어디로도 가지 않습니다.',
  },
  'ovs.in-port': {
    title: (p) => `${josa(p.port, '은/는')} 패킷이 들어온 포트입니다`,
    info: (p) => `${p.port} 포트로 되돌리지 않음`,
    detail: () => 'OpenFlow는 플로가 IN_PORT라고 하지 않는 한 들어온 포트로 내보내지 않습니다.',
  },
  'ovs.ttl': {
    title: (p) => `${p.bridge} 브리지에서 TTL이 다했습니다`,
    info: () => 'TTL 만료',
    detail: () => 'dec_ttl 동작이 패킷을 폐기합니다. 브리지는 ICMP 오류를 보내지 않습니다.',
  },
  'ovs.reject': {
    title: () => '에이전트가 연결을 거부합니다',
    info: () => '컨트롤러로: 거부',
    detail: (p) =>
      `플로가 패킷을 ${p.bridge} 브리지의 컨트롤러, 곧 사용자 공간의 에이전트로 올려 보냅니다. 에이전트는 목적지의 이름으로 응답합니다.`,
  },
  // OpenFlow가 없는 데이터패스
  'odp.flow': {
    title: (p) => `${p.datapath}의 플로와 일치합니다`,
    info: (p) => p.actions,
    detail: (p) =>
      `두 MAC 주소 사이를 먼저 지나간 패킷이 커널에 플로 ${josa(p.flow, '을/를')} 남겼으므로 아무에게도 묻지 않습니다. 동작: ${p.actions}.`,
  },
  'odp.miss': {
    title: (p) => `${p.datapath}에 맞는 플로가 없습니다`,
    info: (p) => `${josa(p.program, '으로/로')} 올려 보냄`,
    detail: (p) =>
      `커널의 데이터패스에 ${p.flow} 플로가 아직 없습니다. 그래서 패킷은 데이터패스의 주인인 사용자 공간의 ${josa(p.program, '으로/로')} 올라갑니다.`,
  },
  'odp.install': {
    title: (p) => `${josa(p.program, '이/가')} ${p.datapath}에 플로를 넣습니다`,
    info: (p) => `새 플로: ${p.actions}`,
    detail: (p) =>
      `이제부터 ${p.flow} 패킷은 커널이 스스로 처리합니다: ${p.actions}. 이것이 빠른 경로입니다. 다음 패킷은 사용자 공간을 거치지 않습니다.`,
  },
  'odp.output': {
    title: (p) =>
      p.port === p.datapath
        ? `${josa(p.datapath, '이/가')} 노드 자신에게도 한 부를 올립니다`
        : `${josa(p.datapath, '이/가')} ${p.port} 포트로 내보냅니다`,
    info: (p) => `출력: ${p.port}`,
    detail: () => '플로의 동작, 또는 질문을 받은 프로그램의 답이 포트를 정합니다.',
  },
  'weaver.peer': {
    title: (p) => `weaver는 ${p.mac} 뒤의 피어를 알고 있습니다`,
    info: (p) => `${p.peer} 피어로, VNI ${p.vni}`,
    detail: (p) =>
      `이 MAC 주소가 ${p.peer} 피어에서 오는 것을 본 적이 있습니다. VXLAN 번호는 두 피어의 짧은 ID로 만듭니다. 보내는 쪽이 아래 12비트, 받는 쪽이 그 위 12비트입니다.`,
  },
  'weaver.local': {
    title: (p) => `weaver는 ${josa(p.mac, '이/가')} 이 노드에 있음을 압니다`,
    info: (p) => `${p.port} 포트로`,
    detail: (p) => `${p.port} 포트에서 본 주소이므로 프레임을 그쪽으로 내보냅니다.`,
  },
  'weaver.flood': {
    title: (p) =>
      p.broadcast ? 'weaver가 브로드캐스트를 모두에게 보냅니다' : `weaver가 본 적 없는 주소입니다: ${p.mac}`,
    info: (p) => `다른 피어 ${p.peers}개로`,
    detail: (p) =>
      p.broadcast
        ? '위브는 모든 노드에 걸친 하나의 이더넷입니다. 브로드캐스트는 다른 포트로, 그리고 터널을 거쳐 다른 모든 피어로 갑니다.'
        : '누가 가졌는지 본 적 없는 주소는 학습하는 스위치처럼 모든 곳으로 보냅니다. 이때는 플로를 만들지 않습니다.',
  },
  'unknown.controller': {
    title: () => '패킷이 컨트롤러로 갑니다',
    info: () => '모델링하지 않음',
    detail: (p) => `${p.bridge} 브리지의 컨트롤러가 무엇을 하는지는 모델링하지 않습니다.`,
  },
  // 훅에 걸린 프로그램
  'program.found': {
    title: (p) => `${josa(p.program, '이/가')} ${josa(p.key, '을/를')} 조회했습니다`,
    info: (p) => `${p.map}: 있음`,
    detail: (p) => `${p.map} 맵에 있는 항목입니다. 노드의 에이전트가 채웠거나 앞선 패킷이 남긴 것입니다.`,
  },
  'program.missed': {
    title: (p) => `${josa(p.program, '이/가')} 찾는 ${josa(p.key, '은/는')} 맵에 없습니다`,
    info: (p) => `${p.map}: 없음`,
    detail: (p) => `${p.map} 맵에 그런 항목이 없다는 것도 하나의 답입니다.`,
  },
  'program.wrote': {
    title: (p) => `${josa(p.program, '이/가')} ${josa(p.key, '을/를')} 기록했습니다`,
    info: (p) => `${p.map}: 새 항목`,
    detail: (p) => `같은 연결의 다음 패킷은 ${p.map}에서 이 항목을 찾습니다.`,
  },
  'program.verdict': {
    title: (p) => verdictTitle(p.program, p.act, p.to),
    info: (p) => (p.to === '' ? p.act : `${p.act} ${p.to}`),
    detail: (p) =>
      p.act === 'redirect-peer' || p.act === 'redirect-neigh'
        ? '패킷은 이 노드의 나머지 스택을 건너뜁니다. iptables 규칙도 라우트도 거치지 않습니다.'
        : '장치의 훅에 걸린 프로그램이 패킷의 다음 행선지를 정합니다.',
  },
  'program.drop': {
    title: (p) => `${josa(p.program, '이/가')} 패킷을 폐기했습니다: ${p.text}`,
    info: (p) => `${p.text} (${p.code})`,
    detail: (p) =>
      `실리움은 이것을 폐기 사유 ${josa(p.code, '으로/로')} 셉니다. 보낸 쪽에는 아무 소식도 가지 않습니다.`,
  },
  'program.no-service': {
    title: (p) => `${p.address} 뒤에 엔드포인트가 없습니다`,
    info: () => '백엔드 없음',
    detail: (p) =>
      `${josa(p.program, '이/가')} 직접 “port unreachable”로 답하므로 클라이언트는 바로 알게 됩니다.`,
  },
  'program.l3': {
    title: (p) => `${josa(p.program, '이/가')} TTL을 ${josa(p.ttl, '으로/로')} 한 홉 줄였습니다`,
    info: (p) => `TTL ${p.ttl}`,
    detail: (p) =>
      p.mac === ''
        ? '프로그램이 패킷을 라우팅하므로 라우터가 하는 일을 합니다.'
        : `프로그램이 패킷을 라우팅하므로 라우터가 하는 일을 합니다. TTL이 줄고, 프레임의 목적지는 ${josa(p.mac, '이/가')} 됩니다.`,
  },
  'program.tunnel': {
    title: (p) => `${josa(p.program, '이/가')} 터널로 ${p.remote}에 보냅니다`,
    info: (p) => `터널 키 ${p.id}`,
    detail: (p) =>
      `터널 키, 곧 와이어에 적히는 VNI는 ${p.id}입니다. 보낸 쪽의 보안 식별자이므로, 상대 노드의 정책은 누가 보냈는지 짐작할 필요가 없습니다.`,
  },
  'program.to-proxy': {
    title: (p) =>
      p.port === 0
        ? `${josa(p.program, '이/가')} 응답을 노드의 프록시에 넘깁니다`
        : `${josa(p.program, '이/가')} 패킷을 노드의 프록시에 넘깁니다`,
    info: (p) => `mark ${p.mark}`,
    detail: (p) =>
      p.port === 0
        ? '프록시가 맺은 연결의 응답입니다. 표시를 따라 이 호스트로 들어가면 기다리던 소켓이 받습니다.'
        : `정책이 HTTP를 따지는데, 훅의 프로그램은 HTTP를 읽지 못합니다. 표시 ${josa(p.mark, '은/는')} 프록시의 ${p.port}번 포트를 바이트 순서만 바꾸어 담고 있고, 이 표시를 보는 TPROXY 규칙이 이어받습니다.`,
  },
  'program.dnat': {
    title: (p) => `${josa(p.program, '이/가')} 서비스 주소를 지우고 ${josa(p.to, '을/를')} 적었습니다`,
    info: () => 'DNAT (eBPF)',
    detail: (p) =>
      `${p.from}에서 수신 대기하는 프로세스는 없습니다. 프로그램이 서비스 맵에서 이 주소를 찾아 백엔드 하나를 골랐습니다.`,
  },
  'program.snat': {
    title: (p) =>
      `${josa(p.program, '이/가')} 출발지 ${josa(p.from, '을/를')} ${josa(p.to, '으로/로')} 바꿨습니다`,
    info: () => 'SNAT (eBPF)',
    detail: () => '상대는 새 주소를 보고, 응답도 이 노드로 돌아옵니다.',
  },
  'program.back-dst': {
    title: (p) => `응답의 목적지를 ${josa(p.to, '으로/로')} 되돌립니다`,
    info: () => 'SNAT 되돌림 (eBPF)',
    detail: (p) =>
      `${josa(p.program, '이/가')} 자기 NAT 맵에서 연결을 찾았습니다. 커널의 conntrack은 관여하지 않습니다.`,
  },
  'program.back-src': {
    title: (p) => `응답의 출발지를 다시 ${josa(p.to, '으로/로')} 적습니다`,
    info: () => 'DNAT 되돌림 (eBPF)',
    detail: (p) =>
      `연결 항목에 서비스가 적혀 있습니다. 되돌리지 않으면 클라이언트는 말을 건 적 없는 ${p.from}에서 온 응답을 받게 됩니다.`,
  },
  'program.arp': {
    title: (p) => `${josa(p.program, '이/가')} ${josa(p.ip, '을/를')} 찾는 질문에 직접 답했습니다`,
    info: () => 'ARP 응답',
    detail: () => '파드가 어떤 주소를 묻든, 케이블의 노드 쪽 끝에 걸린 프로그램이 그 끝의 MAC으로 답합니다.',
  },
  'program.neighbour': {
    title: (p) => `${josa(p.program, '이/가')} ${josa(p.ip, '을/를')} 찾는 질문에 직접 답했습니다`,
    info: () => '이웃 광고',
    detail: () =>
      '파드의 게이트웨이와 같은 노드의 파드를 찾는 질문에는 케이블의 노드 쪽 끝에 걸린 프로그램이 그 끝의 MAC으로 답합니다.',
  },
  'program.socket': {
    title: (p) => `${p.from}에 건 ${josa(p.call, '이/가')} ${p.to}에 거는 것으로 바뀌었습니다`,
    info: () => '소켓 LB',
    detail: () =>
      '패킷이 생기기 전, 시스템 콜 안에서 일어난 일입니다. 서비스 주소는 와이어에 나타나지 않고, 돌아올 때 NAT도 필요 없습니다.',
  },
  'program.socket-refused': {
    title: (p) => `${p.address}에 건 connect()가 바로 실패했습니다`,
    info: () => '백엔드 없음',
    detail: (p) =>
      `서비스에 엔드포인트가 없어 ${josa(p.program, '이/가')} 호출을 거절했습니다(no route to host). 패킷은 하나도 나가지 않았습니다.`,
  },
  'tunnel.no-key': {
    title: (p) => `${josa(p.iface, '이/가')} 터널 키가 없는 패킷을 받았습니다`,
    info: () => '터널 키 없음',
    detail: () => '이 장치는 패킷을 넘겨준 프로그램에게서 행선지를 듣습니다. 이 패킷은 다른 길로 왔습니다.',
  },
  // 라우팅과 이웃
  'route.local': {
    title: (p) => `${josa(p.ip, '은/는')} 바로 이 네트워크 네임스페이스의 주소입니다`,
    info: () => '로컬',
    detail: () =>
      'local 테이블을 가장 먼저 봅니다. 패킷은 다른 곳으로 가지 않고 이곳의 소켓으로(INPUT) 올라갑니다.',
  },
  'route.taken': {
    title: (p) =>
      `${josa(p.ip, '은/는')} 다른 곳의 주소이지만 ${p.table}번 테이블이 이 호스트의 것으로 받습니다`,
    info: (p) => `로컬, ${p.table}번 테이블`,
    detail: () =>
      '패킷의 표시를 보는 라우팅 규칙을 가장 먼저 봅니다. 그 테이블에는 모든 것을 받는 local 타입 경로 하나가 있어서, 패킷은 바뀌지 않은 채 이곳의 소켓으로 올라갑니다.',
  },
  'route.forward': {
    title: (p) =>
      p.via === ''
        ? `라우트에 따라 ${josa(p.dev, '으로/로')} 내보냅니다`
        : `라우트에 따라 ${josa(p.dev, '을/를')} 통해 ${josa(p.via, '으로/로')} 보냅니다`,
    info: (p) => `${p.dev} 경유`,
    detail: (p) =>
      `목적지를 포함하는 가장 긴 프리픽스는 ${p.prefix}입니다.${p.via === '' ? ' 목적지가 바로 이 링크에 있습니다.' : ''} 노드가 라우터 노릇을 합니다.`,
  },
  'route.balance': {
    title: (p) => `부하 분산: 이 연결은 ${josa(p.via, '이/가')} 맡습니다`,
    info: (p) => `→ ${p.via}`,
    detail: (p) =>
      `${josa(p.prefix, '으로/로')} 가는 라우트에 다음 홉이 ${p.hops}개 있습니다. 주소와 포트의 해시로 하나를 고르므로 한 연결의 패킷은 모두 같은 길로 갑니다. 목적지 주소는 그대로입니다.`,
  },
  'route.output': {
    title: (p) =>
      p.via === ''
        ? `목적지가 ${p.dev} 링크에 있습니다`
        : `${josa(p.dev, '을/를')} 통해 게이트웨이 ${josa(p.via, '으로/로')} 보냅니다`,
    info: (p) => `${p.dev} 경유`,
    detail: (p) =>
      `목적지를 포함하는 가장 긴 프리픽스는 ${p.prefix}입니다.${p.src === '' ? '' : ` 출발지 주소는 ${josa(p.src, '이/가')} 됩니다.`}`,
  },
  'route.none': {
    title: (p) => `${josa(p.ip, '으로/로')} 가는 라우트가 없습니다`,
    info: () => '라우트 없음',
    detail: () => '라우팅 테이블에 목적지를 포함하는 프리픽스도, 기본 라우트도 없습니다.',
  },
  'route.blackhole': {
    title: (p) => `${p.prefix} 라우트가 blackhole이어서 패킷을 말없이 폐기합니다`,
    info: () => 'blackhole',
    detail: () =>
      '이 노드의 블록이지만 그 주소를 가진 파드가 없습니다. 이 행이 없다면 패킷은 기본 라우트로 다시 나갔을 것입니다.',
  },
  'route.unreachable': {
    title: (p) => `${p.prefix} 라우트의 종류가 unreachable이어서 패킷을 거부합니다`,
    info: () => 'unreachable',
    detail: () =>
      '이 주소들을 거부하도록 누군가 적어 둔 라우트입니다. 보낸 쪽에는 ICMP로 "host unreachable"을 알립니다.',
  },
  'route.ttl-expired': {
    title: () => '라우터를 너무 많이 지나 TTL이 다했습니다',
    info: () => 'TTL 0',
    detail: () => '라우터마다 TTL을 1씩 줄입니다. 0이 된 라우터는 패킷을 폐기하고 보낸 쪽에 ICMP로 알립니다.',
  },
  'route.ttl': {
    title: (p) => `라우터를 지나며 TTL이 1 줄었습니다: ${p.from} → ${p.to}`,
    info: (p) => `ttl ${p.from} → ${p.to}`,
    detail: () => '라우팅할 때만 줄어듭니다. 브리지는 프레임을 전달할 뿐 TTL을 건드리지 않습니다.',
  },
  'route.no-forwarding': {
    title: () => '이 노드는 남의 패킷을 전달하지 않습니다',
    info: () => '전달 꺼짐',
    detail: (p) => `${josa(p.sysctl, '이/가')} 0이어서 노드 자신에게 온 것이 아니면 폐기합니다.`,
  },
  'route.rp-filter': {
    title: (p) => `${josa(p.ip, '은/는')} ${josa(p.iface, '으로/로')} 들어올 주소가 아닙니다`,
    info: () => 'rp_filter: 폐기',
    detail: () =>
      '역경로 필터링: 그 출발지로 응답한다면 다른 인터페이스로 나가거나(strict) 아예 길이 없습니다(loose). 그래서 위조된 출발지로 봅니다.',
  },
  'route.martian': {
    title: (p) => `${josa(p.ip, '은/는')} ${p.iface}에 나타날 수 없는 주소입니다`,
    info: () => 'martian: 폐기',
    detail: () => '127.0.0.1 같은 주소는 링크에 나타나면 안 되므로 커널이 폐기합니다.',
  },
  'neighbour.known': {
    title: (p) => `${p.ip}의 MAC 주소는 ${p.mac}입니다`,
    info: (p) => `${p.ip} = ${p.mac}`,
    detail: (p) => `이웃 테이블이 이미 알고 있어(${p.state}) 아무에게도 묻지 않습니다.`,
  },
  'neighbour.ask': {
    title: (p) => `${p.ip}의 MAC 주소를 ${p.iface}에서 묻습니다`,
    info: (p) => (isIpv6(p.ip) ? `ND ${p.ip}?` : `ARP ${p.ip}?`),
    detail: (p) =>
      isIpv6(p.ip)
        ? '이더넷 프레임에는 MAC 주소가 필요합니다. IPv6에는 ARP가 없습니다. 끝 3바이트가 같은 주소의 그룹으로 이웃 요청(neighbour solicitation)을 보내고, 패킷은 답을 기다립니다.'
        : '이더넷 프레임에는 MAC 주소가 필요합니다. 질문은 브로드캐스트로 나가고, 패킷은 답을 기다립니다.',
  },
  'neighbour.answer': {
    title: (p) => `${p.ip}의 MAC은 ${josa(p.mac, '이라/라')}고 답합니다`,
    info: (p) => (isIpv6(p.ip) ? 'ND 응답' : 'ARP 응답'),
    detail: () => '주소의 주인이 물은 쪽에만 답합니다.',
  },
  'neighbour.proxy-answer': {
    title: (p) => `노드가 ${josa(p.ip, '을/를')} 대신해 ${josa(p.mac, '이라/라')}고 답합니다`,
    info: (p) => (isIpv6(p.ip) ? '프록시 ND 응답' : '프록시 ARP 응답'),
    detail: (p) =>
      isIpv6(p.ip)
        ? `${p.iface}에 proxy_ndp가 켜져 있고, 이 주소가 프록시 이웃 목록(ip -6 neigh show proxy)에 있습니다. 그래서 이 주소로 가는 모든 패킷이 노드를 지납니다.`
        : `${p.iface}에 proxy_arp가 켜져 있습니다. 그 주소가 실제로 없어도 됩니다. 파드는 보낼 MAC만 있으면 되고, 그래서 모든 패킷이 노드를 지납니다.`,
  },
  'neighbour.fabric-answer': {
    title: (p) => `네트워크가 직접 답합니다: ${p.ip}의 MAC은 ${p.mac}`,
    info: () => '클라우드의 ARP 응답',
    detail: () =>
      '클라우드 네트워크는 브로드캐스트를 퍼뜨리지 않습니다. 파드 주소를 포함해 어느 카드에 어떤 주소가 있는지 알고, 그 카드를 대신해 답합니다.',
  },
  'neighbour.learnt': {
    title: (p) => `${p.ip}의 MAC 주소 ${josa(p.mac, '을/를')} 적어 둡니다`,
    info: () => '이웃 학습',
    detail: () => '항목은 30초쯤 유효합니다. 기다리던 패킷이 나갑니다.',
  },
  'neighbour.failed': {
    title: (p) => `${josa(p.ip, '을/를')} 가졌다고 답하는 곳이 없습니다`,
    info: (p) => (isIpv6(p.ip) ? 'ND 실패' : 'ARP 실패'),
    detail: (p) =>
      `1초 간격으로 ${p.tries}번 물었습니다. 커널은 포기하고 “${isIpv6(p.ip) ? 'address' : 'host'} unreachable”을 알립니다.`,
  },
  // 조각
  'ip.fragment': {
    title: (p) => `${p.length}바이트를 최대 ${p.mtu}바이트인 조각 ${p.pieces}개로 나누어 보냅니다`,
    info: (p) => `MTU ${p.mtu}에 맞춰 ${p.pieces}조각`,
    detail: () =>
      '나누어도 되는 패킷입니다. 조각마다 식별자가 같은 IP 헤더가 붙고, 포트는 첫 조각에만 있습니다. 하나라도 잃으면 전체를 잃습니다.',
  },
  'ip.segments': {
    title: (p) => `한 패킷으로 오던 TCP 세그먼트 ${p.segments}개가 여기서 갈라집니다`,
    info: (p) => `세그먼트 ${p.segments}개로`,
    detail: (p) =>
      `세그먼트 오프로드가 ${p.length}바이트를 여기까지 한 패킷으로 두었습니다. 이제 세그먼트마다 자기 헤더가 붙고, 터널의 헤더도 따로 붙습니다.`,
  },
  'ip.fragment-waits': {
    title: (p) => `패킷 ${p.id}의 ${p.offset}바이트부터인 조각이 나머지를 기다립니다`,
    info: (p) => `${p.offset}바이트부터인 조각 대기`,
    detail: () => 'conntrack과 소켓은 온전한 패킷만 봅니다. 30초 안에 나머지가 오지 않으면 조각을 버립니다.',
  },
  'ip.defrag': {
    title: (p) => `조각 ${p.pieces}개가 다시 ${p.length}바이트 패킷 하나가 됩니다`,
    info: (p) => `${p.pieces}조각 합침`,
    detail: () =>
      'conntrack은 조각을 합친 뒤에 패킷을 보고, 그 패킷은 나갈 때 다시 나뉩니다. conntrack이 없는 곳에서는 받는 쪽만 합칩니다.',
  },
  // 터널
  'vxlan.encap': {
    title: (p) => `프레임을 더 큰 봉투에 넣어 노드 ${josa(p.remote, '으로/로')} 보냅니다`,
    info: (p) => `VXLAN → ${p.remote}`,
    detail: (p) =>
      `노드 사이의 네트워크는 파드 주소를 모릅니다. 노드에서 노드로 가는 UDP 데이터그램(포트 ${p.port}, VNI ${p.vni})만 나르고, 파드의 프레임은 그 안의 내용일 뿐입니다. 이 캡슐화(encapsulation)에 ${isIpv6(p.remote) ? 70 : 50}바이트가 더 듭니다.`,
  },
  'vxlan.decap': {
    title: () => '바깥 봉투를 벗기고 파드의 프레임을 꺼냅니다',
    info: (p) => `VXLAN ${p.vni} 벗김`,
    detail: (p) =>
      `노드 ${p.remote}에서 왔습니다. 바깥 헤더는 여기서 사라지고, 안의 패킷은 넣을 때 그대로입니다.`,
  },
  'vxlan.no-fdb': {
    title: (p) => `터널은 ${josa(p.mac, '이/가')} 어느 노드에 있는지 모릅니다`,
    info: () => 'FDB 항목 없음: 폐기',
    detail: () =>
      '이 장치는 스스로 학습하지 않습니다(nolearning). CNI가 쓴 FDB 항목이 없으면 보낼 곳이 없습니다.',
  },
  'geneve.encap': {
    title: (p) => `프레임을 더 큰 봉투에 넣어 노드 ${josa(p.remote, '으로/로')} 보냅니다`,
    info: (p) => `Geneve → ${p.remote}`,
    detail: (p) =>
      `노드 사이의 네트워크는 파드 주소를 모릅니다. 노드에서 노드로 가는 UDP 데이터그램(포트 ${p.port}, VNI ${p.vni})만 나르고, 파드의 프레임은 그 안의 내용일 뿐입니다. 이 캡슐화(encapsulation)에 ${isIpv6(p.remote) ? 70 : 50}바이트가 더 듭니다.`,
  },
  'geneve.decap': {
    title: () => '바깥 봉투를 벗기고 파드의 프레임을 꺼냅니다',
    info: (p) => `Geneve ${p.vni} 벗김`,
    detail: (p) =>
      `노드 ${p.remote}에서 왔습니다. 바깥 헤더는 여기서 사라지고, 안의 패킷은 넣을 때 그대로입니다.`,
  },
  'ipip.encap': {
    title: (p) => `IP 헤더를 하나 더 앞에 붙여 노드 ${josa(p.remote, '으로/로')} 보냅니다`,
    info: (p) => `IPIP → ${p.remote}`,
    detail: (p) =>
      `노드 사이의 네트워크는 파드 주소를 모릅니다. 그래서 바깥 IP 헤더(프로토콜 4)를 붙입니다. 목적지 ${josa(p.remote, '은/는')} 여기로 이끈 경로의 게이트웨이이고, TTL과 DF는 안쪽 패킷에서 베낍니다. UDP도 안쪽 MAC 주소도 없으므로 20바이트만 더 듭니다.`,
  },
  'ipip.decap': {
    title: () => '바깥 IP 헤더를 벗기고 파드의 패킷을 꺼냅니다',
    info: () => 'IPIP 벗김',
    detail: (p) => `노드 ${p.remote}에서 왔습니다. 안의 패킷은 넣을 때 그대로입니다.`,
  },
  'wireguard.encap': {
    title: (p) => `패킷을 암호화해 노드 ${josa(p.remote, '으로/로')} 보냅니다`,
    info: (p) => `WireGuard → ${p.remote}`,
    detail: (p) =>
      `장치의 allowed IPs가 목적지가 어느 피어의 것인지 정합니다. 노드 사이에는 UDP 데이터그램(포트 ${p.port})만 지나가고, 중간에서는 아무도 안을 읽을 수 없습니다. 헤더와 태그에 ${isIpv6(p.remote) ? 80 : 60}바이트가 들고, 패킷은 16의 배수로 채워집니다.`,
  },
  'wireguard.decap': {
    title: (p) => `${p.remote}의 피어가 보낸 패킷을 복호화했습니다`,
    info: () => 'WireGuard 벗김',
    detail: () => '출발지가 그 피어의 allowed IPs에 들어 있습니다. 다른 출발지였다면 여기서 버려집니다.',
  },
  'wireguard.initiate': {
    title: (p) => `${josa(p.remote, '과/와')} 나눈 키가 아직 없어 핸드셰이크를 시작합니다`,
    info: (p) => `핸드셰이크 시작 → ${p.remote}:${p.port}`,
    detail: () =>
      '패킷은 기다립니다. 두 메시지 가운데 첫 번째(148바이트)가 키를 제안합니다. 답이 없으면 5초마다 다시 보냅니다.',
  },
  'wireguard.respond': {
    title: (p) => `${josa(p.remote, '으로/로')} 핸드셰이크에 답합니다`,
    info: (p) => `핸드셰이크 응답 → ${p.remote}:${p.port}`,
    detail: () =>
      '이 메시지는 여기에 설정된 피어의 키로 만든 것입니다. 응답(92바이트)으로 양쪽이 함께 쓸 키가 완성됩니다.',
  },
  'wireguard.session': {
    title: (p) => `양쪽에 키가 생겨, 기다리던 패킷을 ${josa(p.remote, '으로/로')} 보냅니다`,
    info: () => '핸드셰이크 완료',
    detail: () => '키는 3분 동안 유효하고, 그 전에 새 핸드셰이크로 바뀝니다.',
  },
  'wireguard.no-peer': {
    title: (p) => `${josa(p.ip, '을/를')} 가질 수 있는 피어가 없습니다`,
    info: () => '피어 없음: 폐기',
    detail: () =>
      'WireGuard 장치는 allowed IPs에 목적지가 들어 있는 피어에게만 보냅니다. 프로그램은 “Required key not available”을 받습니다.',
  },
  'wireguard.not-allowed': {
    title: (p) => `${p.remote}의 피어는 ${josa(p.ip, '을/를')} 출발지로 쓸 수 없습니다`,
    info: () => '허용되지 않은 출발지: 폐기',
    detail: () => '복호화한 패킷의 출발지는 보낸 피어의 allowed IPs에 들어 있어야 합니다.',
  },
  'wireguard.unknown': {
    title: (p) => `${p.remote}에서 온 메시지는 여기서 모르는 키로 만들어졌습니다`,
    info: () => '모르는 키: 폐기',
    detail: () => 'WireGuard는 낯선 상대에게 아무 답도 하지 않습니다.',
  },
  // 오류와 시간
  'icmp.unreachable': {
    title: (p) => `ICMP 오류를 돌려보냅니다: ${p.text}`,
    info: (p) => `ICMP 3/${p.code}`,
    detail: () => '문제가 된 패킷의 헤더를 담아 보내므로, 보낸 쪽 커널이 해당 소켓을 찾을 수 있습니다.',
  },
  'icmp.time-exceeded': {
    title: () => 'ICMP 오류를 돌려보냅니다: time to live exceeded',
    info: () => 'ICMP 11/0',
    detail: () => 'traceroute는 이 오류로 길을 알아냅니다.',
  },
  'icmp.frag-needed': {
    title: (p) => `ICMP 오류를 돌려보냅니다: fragmentation needed, MTU ${p.mtu}`,
    info: (p) => `ICMP 3/4, mtu ${p.mtu}`,
    detail: () => '보낸 쪽은 이 경로에서 패킷이 얼마나 커도 되는지 알게 되고, 더 작게 나누어 보냅니다.',
  },
  'icmp6.unreachable': {
    title: (p) => `ICMPv6 오류를 돌려보냅니다: ${p.text}`,
    info: (p) => `ICMPv6 1/${p.code}`,
    detail: () =>
      '문제가 된 패킷을 1280바이트 안에 들어가는 만큼 담아 보내므로, 보낸 쪽 커널이 해당 소켓을 찾을 수 있습니다.',
  },
  'icmp6.time-exceeded': {
    title: () => 'ICMPv6 오류를 돌려보냅니다: hop limit exceeded',
    info: () => 'ICMPv6 3/0',
    detail: () => 'IPv6에서는 TTL을 홉 제한(hop limit)이라 부릅니다. traceroute는 이 오류로 길을 알아냅니다.',
  },
  'icmp6.too-big': {
    title: (p) => `ICMPv6 오류를 돌려보냅니다: packet too big, MTU ${p.mtu}`,
    info: (p) => `ICMPv6 2/0, mtu ${p.mtu}`,
    detail: () =>
      'IPv6 라우터는 패킷을 조각내지 않습니다. 조각내는 일은 보낸 쪽만 할 수 있습니다. 보낸 쪽은 이 경로에서 패킷이 얼마나 커도 되는지 알게 되며, 1280바이트보다 작아지는 일은 없습니다.',
  },
  'tcp.retransmit': {
    title: (p) => `${p.after}초가 지나도 응답이 없어 SYN을 다시 보냅니다(${p.retry + 1}번째 시도)`,
    info: (p) => `SYN 재전송 +${p.after}초`,
    detail: () =>
      'Linux 6.5부터는 1, 2, 3, 4, 5, 7, ...초에 다시 보냅니다. 더 오래된 커널은 첫 재전송부터 간격을 두 배씩 늘립니다.',
  },
  'tcp.retransmit-data': {
    title: (p) => `${p.after}초가 지나도 확인 응답이 없어 ${p.bytes}바이트를 다시 보냅니다(${p.retry}번째)`,
    info: (p) => `${p.bytes}바이트 재전송 +${p.after}초`,
    detail: () =>
      '먼저 마지막 세그먼트를 탐침으로 다시 보냅니다. 그 확인 응답을 보면 무엇이 빠졌는지 알 수 있습니다. 그다음에는 빠진 첫 세그먼트를 0.2초 뒤에 보내고, 그때마다 간격을 두 배로 늘립니다. 새 확인 응답이 와야 끝나며, 그동안 연결 자체는 살아 있는 것처럼 보입니다.',
  },
  'tcp.mtu-reduced': {
    title: (p) =>
      `보낸 쪽이 알게 됩니다: ${josa(p.ip, '으로/로')} 가는 길에는 ${p.mtu}바이트까지만 들어갑니다`,
    info: (p) => `경로 MTU ${p.mtu}, 세그먼트 ${p.mss}바이트`,
    detail: (p) =>
      `커널은 이 값을 10분 동안 기억하고(ip route show cache로 볼 수 있습니다), 이제부터 세그먼트 하나에 ${p.mss}바이트까지만 담으며, 잃어버린 것을 바로 다시 보냅니다.`,
  },
  // 정책
  'policy.allow': {
    title: (p) =>
      p.direction === 'ingress'
        ? `정책 ${josa(p.policy, '이/가')} ${josa(p.pod, '으로/로')} 들어오는 것을 허용합니다`
        : `정책 ${josa(p.policy, '이/가')} ${p.pod}에서 나가는 것을 허용합니다`,
    info: (p) => `${p.policy}: ${p.direction === 'ingress' ? '인그레스' : '이그레스'} 허용`,
    detail: (p) =>
      `${p.list ?? `spec.${p.direction}`}의 ${p.rule + 1}번째 규칙에 맞습니다. 정책 하나의 규칙 하나면 충분하고, 응답에는 규칙이 필요 없습니다.`,
  },
  'policy.deny': {
    title: (p) => {
      const where = p.direction === 'ingress' ? `${josa(p.pod, '으로/로')} 들어오` : `${p.pod}에서 나가`;
      if (p.rule !== undefined) {
        return `정책 ${josa(p.policies, '이/가')} 이 패킷이 ${where}는 것을 거부합니다`;
      }
      return `이 패킷이 ${where}도록 허용하는 정책이 없습니다`;
    },
    info: (p) => {
      const way = p.direction === 'ingress' ? '인그레스' : '이그레스';
      return p.rule === undefined ? `${way} 차단` : `${p.policies}: ${way} 거부`;
    },
    detail: (p) =>
      p.list !== undefined
        ? `이 ${p.kind}의 ${p.list} ${(p.rule ?? 0) + 1}번째 규칙이 거부합니다. 어느 정책이 허용하든 거부가 먼저입니다.`
        : p.rule !== undefined
          ? `이 ${p.kind}의 spec.${p.direction} ${p.rule + 1}번째 규칙이 Deny입니다. 처음 맞는 규칙이 결정하며, 뒤에 오는 어떤 정책도 이 패킷을 통과시킬 수 없습니다.`
          : `${josa(p.policies, '이/가')} 이 파드를 선택하므로, 그 규칙이 허용하지 않는 것은 모두 폐기됩니다. 정책은 서비스 주소가 변환된 뒤의 주소, 곧 파드 IP와 대상 포트(targetPort)를 봅니다.`,
  },
  'policy.http-allow': {
    title: (p) =>
      p.direction === 'ingress'
        ? `${p.kind} ${josa(p.policy, '이/가')} ${josa(p.pod, '으로/로')} 들어오는 ${p.method} ${josa(p.path, '을/를')} 허용합니다`
        : `${p.kind} ${josa(p.policy, '이/가')} ${p.pod}에서 나가는 ${p.method} ${josa(p.path, '을/를')} 허용합니다`,
    info: (p) => `${p.policy}: HTTP 허용`,
    detail: (p) =>
      p.http < 0
        ? `${p.list ?? `spec.${p.direction}`}의 ${p.rule + 1}번째 규칙은 연결을 허용하고 HTTP는 따지지 않습니다. 다른 규칙이 무엇을 요구하든 모든 요청이 통과합니다.`
        : `${p.list ?? `spec.${p.direction}`}의 ${p.rule + 1}번째 규칙에서 rules.http의 ${p.http + 1}번째 항목이 요구하는 것을 모두 갖추었습니다. 항목 하나면 충분합니다.`,
  },
  'policy.http-deny': {
    title: (p) =>
      p.direction === 'ingress'
        ? `${p.kind} ${josa(p.policy, '이/가')} ${josa(p.pod, '으로/로')} 들어오는 ${p.method} ${josa(p.path, '을/를')} 허용하지 않습니다`
        : `${p.kind} ${josa(p.policy, '이/가')} ${p.pod}에서 나가는 ${p.method} ${josa(p.path, '을/를')} 허용하지 않습니다`,
    info: () => '403: 정책이 거부',
    detail: (p) => {
      const words: Readonly<Record<string, string>> = { method: '메서드', path: '경로', host: '호스트' };
      const missed =
        p.field === 'header'
          ? p.got === ''
            ? `헤더 ${josa(p.wants, '이/가')} 있어야 하는데 요청에는 없습니다`
            : `헤더 ${josa(p.wants, '이/가')} 있어야 하는데 요청에는 ${josa(p.got, '이/가')} 있습니다`
          : `${words[p.field] ?? p.field} 전체가 정규식 ${josa(p.wants, '과/와')} 맞아야 하는데 요청에는 ${josa(p.got, '이/가')} 있습니다`;
      const others = p.more === 0 ? '' : ` 그 밖에 ${p.more}가지가 더 맞지 않습니다.`;
      return `${
        p.http < 0
          ? '이 요청을 허용하는 HTTP 규칙이 없습니다'
          : `${p.list ?? `spec.${p.direction}`}의 ${p.rule + 1}번째 규칙에서 rules.http의 ${p.http + 1}번째 항목이 가장 가깝습니다. ${missed}`
      }.${others} 연결 자체는 받아들였고, 프록시가 403과 “Access denied”로 답합니다.`;
    },
  },
  'policy.pass': {
    title: (p) => `정책 ${josa(p.policy, '이/가')} 결정을 다음 단계(tier)의 정책에 넘깁니다`,
    info: (p) => `${p.policy}: ${p.direction === 'ingress' ? '인그레스' : '이그레스'} 넘김(Pass)`,
    detail: (p) =>
      `이 ${p.kind}의 spec.${p.direction} ${p.rule + 1}번째 규칙이 Pass입니다. 같은 단계의 나머지 규칙은 건너뛰고 다음 단계가 결정합니다.`,
  },
  // 시뮬레이터의 한계
  'unknown.field': {
    title: (p) => `알 수 없음: ${p.object}의 ${josa(p.field, '은/는')} 시뮬레이션하지 않습니다`,
    info: (p) => `${p.field}: 시뮬레이션하지 않음`,
    detail: () => 'API는 받아들이는 필드이고 이 경로를 바꿀 수 있습니다. 추측하지 않고 판정을 비워 둡니다.',
  },
  'unknown.fragmentation': {
    title: () => '알 수 없음: 여기서 조각을 어떻게 다루는지는 시뮬레이션하지 않습니다',
    info: (p) => `${p.length}바이트 조각`,
    detail: () =>
      '프로그램과 Open vSwitch가 조각을 다루는 방식은 시뮬레이션하지 않습니다. 추측하지 않고 판정을 비워 둡니다.',
  },
};

/** 프록시가 직접 응답하는 까닭(sim/l7/config.ts, RespondBecause). */
const RESPONDS: Readonly<Record<string, string>> = {
  'no-host': '이 호스트를 위한 규칙이 없습니다',
  'no-route': '이 호스트에 맞는 경로가 없습니다',
  'no-service': '백엔드의 서비스가 없습니다',
  'no-port': '백엔드의 서비스에 그런 포트가 없습니다',
  'no-endpoints': '백엔드의 서비스에 준비된 엔드포인트가 없습니다',
  'no-backend': '규칙에 몫이 있는 백엔드가 없습니다',
  'invalid-filter': '규칙의 필터를 이 컨트롤러가 처리할 수 없습니다',
  'resource-backend': '이 컨트롤러가 처리할 수 없는 오브젝트가 백엔드입니다',
  denied: '어노테이션의 주소 목록을 읽을 수 없습니다',
  'source-not-allowed': '클라이언트의 주소가 목록에 없습니다',
  'invalid-reference': '여기에서는 그 백엔드를 참조할 수 없습니다',
};

const FIELDS: Readonly<Record<string, string>> = {
  path: '경로',
  method: '메서드',
  header: '헤더',
  cookie: '쿠키',
  query: '쿼리 매개변수',
};

function missedField({ field, name }: { readonly field: string; readonly name: string }): string {
  return `${FIELDS[field] ?? field}${name === '' ? '' : ` ${name}`}`;
}
