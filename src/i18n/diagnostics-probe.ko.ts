import type { DiagnosticText } from './diagnostics.en.ts';
import { josa } from './particles.ts';

const quoted = (value: unknown, pair: Parameters<typeof josa>[1]): string => josa(`"${String(value)}"`, pair);

/** 질문 자체의 문제: 보낼 수 없는 프로브, 출력할 수 없는 표. */
/** iproute2가 보여 주는 커널의 말: IPv4는 확장 오류, IPv6는 errno. */
const refusal = (via: unknown): string =>
  String(via).includes(':') ? 'No route to host' : 'Nexthop has invalid gateway';

export const probeDiagnostics: DiagnosticText = {
  'probe/unknown-pod': (p) =>
    `파드 ${quoted(p['name'], '이/가')} 없습니다. namespace/pod 또는 namespace/deployment 형식으로 쓰세요.`,
  'probe/unknown-node': (p) => `노드 ${quoted(p['name'], '이/가')} 없습니다.`,
  'probe/unknown-external': (p) =>
    `클러스터 밖에 호스트 ${quoted(p['name'], '이/가')} 없습니다. 호스트는 Playground 문서의 external에 씁니다.`,
  'probe/pod-not-running': (p) =>
    `파드 ${josa(String(p['name']), '은/는')} ${p['phase']} 상태라 실행 중인 프로그램이 없어 아무것도 보낼 수 없습니다.`,
  'probe/no-address': (p) => `${josa(String(p['name']), '은/는')} 주소가 없어 보낼 수 없습니다.`,
  'probe/bad-target': (p) =>
    `${quoted(p['target'], '은/는')} 대상이 될 수 없습니다. 주소, 이름, host:port, URL, namespace/pod 중 하나로 쓰세요.`,
  'probe/bad-scheme': (p) => `"${p['target']}": http://와 https://만 요청할 수 있습니다.`,
  'probe/port-needed': (p) => `${p['tool']}에는 포트가 필요합니다(예: ${p['target']}:80).`,
  'probe/bad-option': (p) => `${p['option']}: "${p['value']}" 값을 읽을 수 없습니다.`,
  'probe/wrong-tool': (p) => `${p['option']} 옵션은 ${josa(String(p['tool']), '과/와')} 함께 쓸 수 없습니다.`,
  'probe/unknown-endpoint': (p) => `고를 파드 ${quoted(p['name'], '이/가')} 없습니다.`,
  'probe/no-such-endpoint': (p) =>
    `이 프로브에서 ${josa(String(p['service']), '이/가')} 고를 수 있는 엔드포인트에 ${josa(String(p['name']), '은/는')} 없습니다.`,
  'probe/incomplete': (p) => `항목에 ${josa(String(p['field']), '이/가')} 없어 검사하지 않았습니다.`,
  'probe/netns-unknown': (p) =>
    `네트워크 네임스페이스 ${quoted(p['name'], '이/가')} 없습니다. node/NAME, namespace/pod, external/NAME 중 하나로 쓰세요.`,
  'show/unknown-command': (p) => `"${p['command']}" 명령의 출력은 보여 줄 수 없습니다.`,
  'show/not-modelled': (p) => `"${p['command']}" 명령이 출력하는 표는 시뮬레이션하지 않습니다.`,
  'fault/changes-nothing': (p) =>
    `이 장애(${p['fault']})로는 아무것도 달라지지 않습니다. 그런 인터페이스나 라우트가 없거나, 이미 적용된 값이거나, 리눅스가 거부하는 값입니다.`,
  'route/refused': (p) =>
    `${p['by'] === '' ? '' : `${josa(String(p['by']), '은/는')} `}${p['at']}에 ${josa(String(p['via']), '을/를')} 거치는 ${p['to']} 라우트${Number(p['count']) > 1 ? `를 비롯한 라우트 ${p['count']}개` : ''}를 추가하지 못합니다. 다음 홉이 라우터 너머에 있어 커널이 거부합니다(${refusal(p['via'])}). 이 라우트를 탈 패킷은 기본 게이트웨이로 가므로 게이트웨이가 길을 알아야 합니다.`,
  'namespace/reserved': (p) =>
    `node/NAME과 external/NAME은 위치를 가리키는 이름이라 네임스페이스 "${p['namespace']}"의 파드는 네트워크에서 뺐습니다. 이 파드로 가는 경로는 알 수 없음으로 둡니다.`,
};
