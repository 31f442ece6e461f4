import type { DiagnosticText } from './diagnostics.en.ts';
import { josa } from './particles.ts';

export const trafficDiagnostics: DiagnosticText = {
  'traffic/too-big': (p) => `트래픽 파일이 ${p['size']}자여서 읽지 않았습니다. 한도는 ${p['limit']}자입니다.`,
  'traffic/too-deep': (p) =>
    `${p['limit']}단계보다 깊이 중첩되어 있습니다. 트래픽은 평평한 항목의 목록입니다.`,
  'traffic/not-json': (p) =>
    p['found'] === ''
      ? 'JSON이 끝나기 전에 텍스트가 끝났습니다. 트래픽 파일은 JSON 목록입니다.'
      : `여기에 ${josa(JSON.stringify(p['found']), '이/가')} 올 수 없습니다. 트래픽 파일은 JSON 목록입니다.`,
  'traffic/wrong-type': (p) =>
    `${josa(where(p['field']), '은/는')} ${type(p['wanted'])}이어야 하는데 ${type(p['got'])}입니다.`,
  'traffic/bad-value': (p) =>
    `${p['field']}: "${p['value']}"에 맞는 값이 아닙니다(${p['wanted']}). 이 항목은 뺐습니다.`,
  'traffic/missing': (p) =>
    `${josa(String(p['field']), '이/가')} 없어 어떤 트래픽인지 알 수 없습니다. 이 항목은 뺐습니다.`,
  'traffic/unknown-field': (p) => `policy-assistant에는 ${p['field']} 필드가 없으며, 있어도 무시합니다.`,
  'traffic/no-pod': (p) =>
    `이 클러스터에서 실행 중인 파드 가운데 ${p['peer']}에 해당하는 것이 없습니다. policy-assistant는 레이블로 묻지만 패킷은 파드가 보내야 하므로 이 항목은 뺐습니다.`,
  'traffic/no-host': (p) =>
    `주소 ${josa(String(p['ip']), '을/를')} 쓰는 곳이 없어 보낼 수 없습니다. 클러스터 밖의 호스트는 Playground 문서의 external에 적습니다. 이 항목은 뺐습니다.`,
  'traffic/both-outside': () => '양쪽 모두 파드가 아니어서 정책과 관계가 없습니다. 이 항목은 뺐습니다.',
  'traffic/stands-for': (p) =>
    `${josa(String(p['pod']), '이/가')} 이 레이블을 대신합니다. 파일과 다른 레이블: ${p['labels']}. 정책이 둘을 다르게 볼 수 있습니다.`,
  'traffic/other-address': (p) =>
    `파일의 주소는 ${p['ip']}이지만 여기서 ${p['pod']}의 주소는 ${p['own']}이며, 이 주소로 계산합니다.`,
  'traffic/port-name': (p) =>
    p['own'] === ''
      ? `${p['pod']}의 포트 ${p['port']}에는 이름이 없습니다. 그래서 ${josa(String(p['name']), '을/를')} 적은 정책은 이 포트를 뜻하지 않습니다.`
      : `${p['pod']}의 포트 ${p['port']}의 이름은 ${p['name']}이 아니라 ${p['own']}입니다.`,
  'traffic/no-counterpart': (p) => `${p['field']}에 해당하는 것이 없습니다. 파드는 클러스터에서 옵니다.`,
};

function where(field: unknown): string {
  return field === '' ? '파일' : String(field);
}

const TYPES: Readonly<Record<string, string>> = {
  array: '배열',
  object: '객체',
  string: '문자열',
  number: '숫자',
  bool: '불리언',
  null: 'null',
};

function type(name: unknown): string {
  return TYPES[String(name)] ?? String(name);
}
