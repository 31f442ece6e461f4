import { clusterDiagnostics } from './diagnostics-cluster.ko.ts';
import { probeDiagnostics } from './diagnostics-probe.ko.ts';
import { trafficDiagnostics } from './diagnostics-traffic.ko.ts';
import type { CheckedText, DiagnosticText } from './diagnostics.en.ts';
import { josa } from './particles.ts';

const didYouMean = (word: string): string => (word === '' ? '' : ` 혹시 \`${word}\`인가요?`);
const invalidList = (p: { path: string; value: string }, why: string): string =>
  `${p.path}: 잘못된 값 ${p.value}: ${why}`;
const invalid = (p: { path: string; value: string | number }, why: string): string =>
  `${p.path}: 잘못된 값 ${typeof p.value === 'number' ? p.value : JSON.stringify(p.value)}: ${why}`;
const megabytes = (size: number): string => `${(size / 1048576).toFixed(1)} MB`;
const kilobytes = (size: number): string => `${Math.round(size / 1024)} KB`;

const SYNTAX: Readonly<Record<string, string>> = {
  'bad-indent': '들여쓰기가 맞지 않습니다. 한 매핑의 키는 같은 열에서 시작해야 합니다',
  'block-as-implicit-key': '한 줄에 `key: value`가 두 번 나오거나, 값 아래에 들여쓴 줄이 있습니다',
  'multiline-implicit-key': '`key:`가 없는 줄입니다. 콜론이나 콜론 뒤의 공백이 빠졌는지 확인하세요',
  'missing-colon': '키 뒤에 `:`이 없습니다',
  'missing-comma': '항목 사이에 쉼표가 없습니다',
  'missing-char': '닫는 괄호나 구분 기호가 없습니다',
  'missing-newline': '블록 스칼라 기호 뒤의 내용은 다음 줄에 써야 합니다',
  'missing-dash': '목록 항목에 `-`가 없습니다',
  'unexpected-token': '여기에 올 수 없는 내용입니다. 들여쓰기를 확인하세요',
  'bad-scalar-start': '따옴표 없는 값은 이 문자로 시작할 수 없습니다. 따옴표로 감싸세요',
  'bad-dq-escape': '큰따옴표 안에서 `\\` 뒤에 알 수 없는 이스케이프가 있습니다',
  'block-in-flow': '`[ ]`나 `{ }` 안에는 블록 형식을 쓸 수 없습니다',
  'bad-alias': '여기에는 별칭을 쓸 수 없습니다',
  'alias-props': '별칭에는 태그나 앵커를 붙일 수 없습니다',
  'multiple-anchors': '한 값에 앵커가 두 개 있습니다',
  'multiple-tags': '한 값에 태그가 두 개 있습니다',
  'multiple-docs': '`---` 없이 두 번째 문서가 시작됩니다',
  'key-over-1024-chars': '키가 1024자를 넘습니다. 따옴표가 빠졌는지 확인하세요',
};

const checked: CheckedText = {
  'yaml/syntax': (p) => `올바른 YAML이 아닙니다: ${SYNTAX[p.problem] ?? '읽을 수 없는 내용입니다'}.`,
  'yaml/template': () =>
    '아직 YAML이 아니라 템플릿입니다. 먼저 렌더링한 결과(`helm template`, `kubectl kustomize`)를 붙여 넣으세요.',
  'yaml/tab': () => 'YAML은 탭으로 들여쓸 수 없습니다. 공백을 쓰세요.',
  'yaml/unterminated-quote': (p) => `여기서 연 따옴표(${p.quote})를 닫지 않았습니다.`,
  'yaml/file-too-big': (p) =>
    `파일을 모두 합치면 ${megabytes(p.size)}입니다. ${megabytes(p.limit)}까지만 읽으므로 이 파일은 제외합니다.`,
  'yaml/too-many-documents': (p) => `문서가 ${p.limit}개를 넘습니다. 나머지는 제외합니다.`,
  'yaml/document-too-big': (p) =>
    `이 문서는 ${kilobytes(p.size)}입니다. ${kilobytes(p.limit)}까지만 읽으므로 이 문서는 제외합니다.`,
  'yaml/too-deep': (p) => `${p.limit}단계보다 깊이 중첩되어 이 문서는 제외합니다.`,
  'yaml/alias-bomb': (p) => `이 문서의 별칭을 펼치면 값이 ${p.limit}개를 넘습니다. 여기서 멈춥니다.`,
  'yaml/unknown-alias': (p) => `이 별칭보다 앞에 앵커 ${josa(`\`&${p.name}\``, '이/가')} 없습니다.`,
  'yaml/duplicate-key': (p) => `키 ${josa(`\`${p.key}\``, '이/가')} 이 매핑에 이미 있습니다.`,
  'yaml/complex-key': () => '목록이나 매핑은 키가 될 수 없습니다.',
  'yaml/bad-merge': () => '`<<`에는 매핑이나 매핑의 목록만 올 수 있습니다.',
  'yaml/unknown-tag': (p) => `태그 ${josa(`\`${p.tag}\``, '은/는')} 여기서 의미가 없어 무시합니다.`,
  'yaml/boolean-word': (p) =>
    `kubectl은 따옴표 없는 ${josa(`\`${p.text}\``, '을/를')} ${josa(p.value, '으로/로')} 읽습니다(YAML 1.1). 문자열이라면 따옴표로 감싸세요.`,
  'yaml/octal': (p) =>
    `kubectl은 ${josa(`\`${p.text}\``, '을/를')} 8진수로 보아 ${josa(p.value, '으로/로')} 읽습니다(YAML 1.1). 문자열이라면 따옴표로 감싸세요.`,
  'yaml/not-an-object': (p) => `문서는 apiVersion과 kind가 있는 매핑이어야 하는데 ${p.got} 값입니다.`,

  'object/no-kind': () => 'kind가 없습니다. 모든 문서에는 종류(kind)가 있어야 합니다.',
  'object/no-api-version': (p) =>
    `${p.kind}에 apiVersion이 없습니다.${p.suggestion === '' ? '' : ` \`${p.suggestion}\`${josa(p.suggestion, '을/를').slice(p.suggestion.length)} 쓰세요.`}`,
  'object/no-name': (p) => `metadata.name: 필수 값: 이 ${p.kind}에 이름이 없습니다.`,
  'object/duplicate': (p) =>
    `${p.kind} ${josa(p.name, '은/는')} ${p.file}의 ${p.line}번째 줄에 이미 있습니다. 이 문서를 그 위에 다시 적용합니다.`,
  'object/immutable': (p) => `${p.path}: 바꿀 수 없는 필드입니다. 오브젝트는 처음 쓴 그대로 남습니다.`,
  'object/cluster-scoped': (p) => `${p.path}: 금지: 이 종류의 오브젝트는 네임스페이스에 속하지 않습니다`,
  'kind/unknown': (p) => `버전 "${p.apiVersion}"에 "${p.kind}" 종류가 없습니다.${didYouMean(p.suggestion)}`,
  'kind/wrong-version': (p) =>
    `버전 "${p.apiVersion}"에 "${p.kind}" 종류가 없습니다. \`${p.expected}\`에 있습니다.`,
  'kind/removed': (p) =>
    `버전 "${p.apiVersion}"에 "${p.kind}" 종류가 없습니다(no matches for kind; ensure CRDs are installed first). 쿠버네티스 ${p.since}에서 제거되었습니다. ${insteadOfKind[p.kind] ?? ''}`.trim(),
  'kind/removed-plugin': (p) =>
    `${josa(p.name, '은/는')} 쿠버네티스 ${p.since}에서 제거된 플러그인입니다. 이 항목은 아무도 읽지 않으며, --enable-admission-plugins=${josa(p.name, '을/를')} 주면 kube-apiserver가 시작되지 않습니다. ${insteadOfPlugin[p.name] ?? ''}`.trim(),
  'kind/no-effect': (p) => `${josa(p.kind, '은/는')} 받아들이지만 패킷의 경로에는 영향을 주지 않습니다.`,
  'kind/not-simulated': (p) => `${josa(p.kind, '은/는')} 받아들이지만 그 동작은 시뮬레이션하지 않습니다.`,
  'kind/custom': (p) =>
    `${josa(p.kind, '은/는')} 커스텀 리소스입니다. 받아들이지만 여기서는 영향이 없습니다.`,
  'kind/deprecated': (p) =>
    `${josa(p.kind, '은/는')} ${p.since}부터 사용 중단(deprecated)되었습니다. ${josa(p.instead, '을/를')} 쓰세요.`,

  'field/unknown': (p) =>
    `알 수 없는 필드 "${p.path}": 이 필드를 뺀 오브젝트를 사용합니다.${didYouMean(p.suggestion)}`,
  'field/removed': (p) =>
    `${josa(p.path, '은/는')} 없어진 필드입니다. ${p.release}부터 없습니다. 이 필드를 뺀 오브젝트를 사용합니다.`,
  'field/deprecated': (p) =>
    p.value === ''
      ? `${josa(p.path, '은/는')} 사용 중단(deprecated)되었습니다.`
      : `${p.path}: "${p.value}" 값은 사용 중단(deprecated)되었습니다. "${p.instead}" 값을 쓰세요.`,
  'field/unmodelled': (p) =>
    `${josa(p.path, '은/는')} 시뮬레이션하지 않습니다. 이 필드가 결과를 바꿀 수 있는 경로의 판정은 ‘알 수 없음’입니다.`,

  'value/type': (p) => `${p.path}: ${p.expected} 타입이어야 하는데 ${p.got} 값입니다.`,
  'value/required': (p) => `${p.path}: 필수 값입니다`,
  'value/enum': (p) => `${p.path}: 지원하지 않는 값 "${p.value}": 쓸 수 있는 값은 ${p.supported}입니다`,
  'value/range': (p) => invalid(p, `${p.min} 이상 ${p.max} 이하여야 합니다`),
  'value/negative': (p) => invalid(p, '0 이상이어야 합니다'),
  'value/too-long': (p) => `${p.path}: 너무 깁니다. 최대 ${p.max}바이트입니다`,
  'value/dns-label': (p) =>
    invalid(p, "DNS 레이블은 영문 소문자, 숫자, '-'로 쓰고 영문자나 숫자로 시작하고 끝나야 합니다(RFC 1123)"),
  'value/dns-subdomain': (p) =>
    invalid(
      p,
      "DNS 이름은 영문 소문자, 숫자, '-', '.'으로 쓰고 영문자나 숫자로 시작하고 끝나야 합니다(RFC 1123)",
    ),
  'value/service-name': (p) =>
    invalid(
      p,
      "서비스 이름은 영문 소문자, 숫자, '-'로 쓰고 영문자로 시작해 영문자나 숫자로 끝나야 합니다(RFC 1035)",
    ),
  'value/label-key': (p) =>
    invalid(p, "레이블 키는 영문자, 숫자, '-', '_', '.'으로 쓰며, '/' 앞에 DNS 접두사를 둘 수 있습니다"),
  'value/label-value': (p) =>
    invalid(
      p,
      "레이블 값은 비어 있거나, 영문자, 숫자, '-', '_', '.'으로 쓰고 양 끝은 영문자나 숫자여야 합니다",
    ),
  'value/port-name': (p) =>
    invalid(
      p,
      "포트 이름은 영문 소문자, 숫자, '-'로 15자까지 쓰고 영문자가 하나 이상 있어야 합니다('--'는 안 됩니다)",
    ),
  'value/ip': (p) => invalid(p, '올바른 IP 주소여야 합니다(예: 10.9.8.7, 2001:db8::ffff)'),
  'value/cidr': (p) => invalid(p, '올바른 CIDR이어야 합니다(예: 10.9.8.0/24, 2001:db8::/64)'),
  'value/cidr-bits-beyond': (p) =>
    invalid(p, `프리픽스 길이 뒤에 켜진 비트가 없어야 합니다(네트워크는 ${p.masked})`),
  'value/cidr-host-bits': (p) =>
    `${p.path}: ${p.value}에는 프리픽스 길이 뒤에 켜진 비트가 있습니다. 네트워크는 ${p.masked}입니다.`,
  'pod/duplicate-port': (p) => `${p.path}: 이 컨테이너에 포트 ${josa(p.value, '이/가')} 두 번 적혀 있습니다.`,
  'value/quantity': (p) => invalid(p, '수량은 100m, 1.5, 64Mi처럼 숫자와 단위로 씁니다'),
  'value/resource': (p) => `${p.path}: API 서버가 거부합니다: ${p.problem}`,
  'value/duplicate': (p) => `${p.path}: 중복된 값 "${p.value}"`,

  'selector/operator': (p) => invalid(p, '셀렉터 연산자는 In, NotIn, Exists, DoesNotExist 중 하나입니다'),
  'selector/values-required': (p) => `${p.path}: 필수 값: operator가 In이나 NotIn이면 값을 써야 합니다`,
  'selector/values-forbidden': (p) =>
    `${p.path}: 금지: operator가 Exists나 DoesNotExist이면 값을 쓸 수 없습니다`,
  'workload/selector-mismatch': (p) =>
    `${p.path}: 잘못된 값 ${p.value}: selector가 템플릿의 레이블과 일치하지 않습니다`,
  'workload/empty-selector': (p) => `${p.path}: 잘못된 값: 여기서는 빈 셀렉터를 쓸 수 없습니다`,
  'pod/host-port-mismatch': (p) => invalid(p, 'hostNetwork가 true이면 hostPort와 같아야 합니다'),
  'pod/dns-nameservers': (p) => invalid(p, '네임서버는 3개까지만 쓸 수 있습니다'),
  'pod/dns-searches': (p) => invalid(p, '검색 도메인은 32개까지만 쓸 수 있습니다'),
  'pod/dns-search-line': (p) => invalid(p, '검색 목록은 공백을 포함해 2048자까지만 쓸 수 있습니다'),
  'service/node-port-type': (p) => `${p.path}: 금지: type이 '${p.type}'이면 쓸 수 없습니다`,
  'service/headless-type': (p) => `${p.path}: 잘못된 값 "None": ${p.type} 서비스에는 쓸 수 없습니다`,
  'service/cluster-ip-external-name': (p) => `${p.path}: 금지: ExternalName 서비스에는 쓸 수 없습니다`,
  'service/cluster-ips-mismatch': (p) => invalidList(p, '첫 값이 clusterIP와 같아야 합니다'),
  'service/cluster-ips-alone': (p) => invalidList(p, 'clusterIP가 없으면 비어 있어야 합니다'),
  'service/cluster-ips-none': (p) => invalidList(p, "'None'은 하나뿐인 첫 값이어야 합니다"),
  'service/cluster-ips-max': (p) => invalidList(p, '값은 두 개까지만 쓸 수 있습니다'),
  'service/cluster-ips-one-each': (p) => invalidList(p, 'IP 패밀리마다 주소를 하나씩만 쓸 수 있습니다'),
  'service/cluster-ip-family': (p) => invalid(p, `ipFamilies[${p.index}]에 따라 ${p.family} 주소여야 합니다`),
  'service/external-policy': (p) => invalid(p, '클러스터 밖에서 접근할 수 있는 서비스에만 쓸 수 있습니다'),
  'service/affinity-config': (p) => `${p.path}: 금지: sessionAffinity가 None이면 쓸 수 없습니다`,
  'service/load-balancer-only': (p) => `${p.path}: 금지: type이 'LoadBalancer'일 때만 쓸 수 있습니다`,
  'service/health-check-node-port': (p) =>
    invalid(p, "type이 'LoadBalancer'이고 externalTrafficPolicy가 'Local'일 때만 쓸 수 있습니다"),
  'service/duplicate-port': (p) => `${p.path}: 중복된 값: ${p.value}`,
  'service/affinity-timeout': (p) => invalid(p, '0보다 크고 86400보다 작아야 합니다'),
  'service/ignored': (p) =>
    p.where === 'headless'
      ? `헤드리스 서비스에서는 ${josa(String(p.path), '이/가')} 무시됩니다.`
      : p.where === 'ExternalName'
        ? `${josa(String(p.path), '은/는')} 효과가 없습니다. ExternalName 서비스에는 주소와 엔드포인트가 없고 별칭만 있습니다.`
        : `spec.type이 ExternalName이 아니면 ${josa(String(p.path), '은/는')} 무시됩니다.`,
  'endpoints/no-addresses': (p) => `${p.path}: 필수 값: addresses나 notReadyAddresses를 써야 합니다`,
  'endpoints/unspecified-address': (p) => invalid(p, '지정되지 않은 주소(0.0.0.0, ::)는 쓸 수 없습니다'),
  'endpoints/forbidden-address': (p) => invalid(p, `${p.range}에 속하는 주소는 쓸 수 없습니다`),
  'endpoints/wrong-family': (p) => invalid(p, `addressType에 맞는 ${p.type} 주소여야 합니다`),
  'clusterpolicy/one-of': (p) =>
    p.count === 0
      ? `${p.path}: 필드를 정확히 하나 써야 하는데 하나도 없습니다`
      : `${p.path}: 필드를 정확히 하나 써야 하는데 ${p.count}개를 썼습니다`,
  'clusterpolicy/no-items': (p) => `${p.path}: 항목이 하나 이상 있어야 합니다`,
  'clusterpolicy/too-many': (p) => `${p.path}: 항목이 ${p.count}개입니다. ${p.most}개까지 쓸 수 있습니다`,
  'clusterpolicy/cidr': (p) => invalid(p, '10.0.0.0/8처럼 마스크 뒤의 비트가 0인 주소 범위여야 합니다'),
  'clusterpolicy/range': (p) => `${p.path}: start는 end보다 작아야 합니다`,
  'clusterpolicy/baseline-name': (p) =>
    `${p.path}: BaselineAdminNetworkPolicy는 클러스터에 하나뿐이며 이름은 \`default\`입니다`,
  'ciliumpolicy/no-spec': () => 'spec이나 specs가 있어야 합니다',
  'ciliumpolicy/any-of': (p) =>
    `${p.path}: ingress, ingressDeny, egress, egressDeny 가운데 하나는 있어야 합니다`,
  'ciliumpolicy/one-of': (p) =>
    p.count === 0
      ? `${p.path}: 선택지 가운데 정확히 하나가 필요한데 하나도 없습니다`
      : `${p.path}: 선택지 가운데 정확히 하나만 쓸 수 있는데 ${p.count}개가 있습니다`,
  'ciliumpolicy/not-text': (p) => `${p.path}: 문자열이어야 합니다. 숫자를 따옴표로 감싸세요`,
  'ciliumpolicy/cidr': (p) => invalid(p, '10.0.0.0/8 같은 범위여야 합니다'),
  'ciliumpolicy/end-port': (p) => `${p.path}: ${p.value}번 포트는 없습니다. 0~65535여야 합니다`,
  'ciliumpolicy/icmp-type': (p) => invalid(p, '0~255의 타입이나 실리움이 아는 이름이어야 합니다'),
  'ciliumpolicy/label-value': (p) =>
    invalid(p, '비어 있거나, 글자나 숫자로 시작하고 끝나는 영문자, 숫자, -, _, .이어야 합니다'),
  'ciliumpolicy/invalid': (p) =>
    `저장되지만 실리움은 이 정책의 규칙을 하나도 받아들이지 않습니다(Valid 상태가 False). ${p.message}`,
  'ciliumpolicy/met-by-walks': (p) =>
    `${josa(p.path, '이/가')} 하는 일은 시뮬레이션하지 않습니다. 이 필드가 결정하는 경로만 ‘알 수 없음’으로 두고 나머지는 판정합니다.`,
  'ciliumpolicy/host-policy': () =>
    '노드를 위한 정책입니다. 실리움의 호스트 방화벽이 켜져 있어야 동작하는데, 기본 설치에서는 꺼져 있어 아무것도 바꾸지 않습니다.',
  'ciliumpolicy/foreign-namespace': (p) =>
    `CiliumNetworkPolicy는 언제나 자기 네임스페이스의 파드에만 적용됩니다. 실리움은 여기에 ${josa(p.namespace, '을/를')} 넣습니다.`,
  'ciliumpolicy/empty-list': (p) =>
    `빈 목록은 없는 것과 같아서 어떤 파드도 격리하지 않습니다. 아무도 통과시키지 않으려면 ${p.section}: [{}]라고 쓰세요.`,
  'ciliumpolicy/empty-rule': (p) =>
    p.section.endsWith('Deny')
      ? '빈 규칙은 아무도 가리키지 않습니다. 스스로 거부하는 것은 없지만 파드는 격리됩니다.'
      : '빈 규칙은 아무도 가리키지 않습니다. 아무것도 허용하지 않으며 파드는 격리됩니다. 네트워크폴리시라면 {}가 모두를 허용합니다.',
  'calico/invalid': (p) => `${p.path}: Calico가 받지 않습니다(${p.reason})`,
  'calico/tag': (p) =>
    p.tag === 'net'
      ? `${p.path}: "${p.value}"에는 마스크 뒤에 0이 아닌 비트가 있습니다`
      : `${p.path}: "${p.value}" 값은 Calico가 이 자리에서 받지 않습니다(${p.tag})`,
  'calico/selector': (p) => `${p.path}: Calico가 읽을 수 없는 셀렉터입니다: ${p.problem}`,
  'admissionpolicy/field': (p) =>
    `${p.path}: ${
      {
        'nothing-to-check':
          '검사할 것이 없습니다. validations나 auditAnnotations에 항목이 하나 이상 있어야 합니다',
        'deny-and-warn': 'Deny와 Warn은 같은 말을 두 번 하게 되므로 함께 쓸 수 없습니다',
        'no-action': 'Deny, Warn, Audit 가운데 하나 이상을 써야 합니다',
        'no-param': 'name이나 selector를 써야 합니다',
        'two-params': 'name과 selector 중 하나만 써야 합니다',
      }[p.why] ?? p.why
    }`,
  'networkpolicy/too-many-types': (p) => `${p.path}: 잘못된 값: policyTypes는 두 개까지 쓸 수 있습니다`,
  'networkpolicy/empty-peer': (p) => `${p.path}: 필수 값: 상대(peer)를 써야 합니다`,
  'networkpolicy/mixed-peer': (p) => `${p.path}: 금지: ipBlock은 다른 상대와 함께 쓸 수 없습니다`,
  'networkpolicy/except-outside': (p) => invalid(p, `cidr(${p.cidr})보다 좁은, 그 안의 범위여야 합니다`),
  'networkpolicy/end-port-below': (p) => invalid(p, 'port 이상이어야 합니다'),
  'networkpolicy/end-port-named': (p) => invalid(p, 'port가 이름이면 쓸 수 없습니다'),
  'networkpolicy/end-port-alone': (p) => invalid(p, 'port 없이 쓸 수 없습니다'),
  'networkpolicy/split-rule': (p) =>
    `'-' 때문에 별개의 규칙이 되었습니다. 이 규칙은 상대와 상관없이 이 포트를, 위 규칙은 포트와 상관없이 그 상대를 허용합니다. ${josa(`\`${p.peers}\``, '과/와')} \`ports\`를 함께 적용하려면 '-'를 지우세요.`,
  'networkpolicy/or-peers': (p) =>
    `${p.peers}의 항목이 둘이므로 상대도 둘입니다. 위 네임스페이스의 모든 파드, 그리고 이 정책과 같은 네임스페이스에서 이 레이블을 가진 파드입니다. 그 네임스페이스에서 이 레이블을 가진 파드만 뜻한다면 이 대시를 지워 항목 하나에 셀렉터를 함께 쓰세요.`,
  'networkpolicy/unused-rules': (p) =>
    `${josa(p.path, '은/는')} 적용되지 않습니다. policyTypes에 ${josa(p.type, '이/가')} 없습니다.`,
  'cluster/no-control-plane': (p) =>
    `${p.path}: kind에는 role이 control-plane인 노드가 하나 이상 있어야 합니다.`,
  'playground/bad-cni': (p) => `${p.path}: CNI의 이름이나 {name: ..., options: {...}}를 쓰세요.`,
  'playground/bad-listen': (p) => invalid(p, '포트는 8080, 8080/TCP, 53/UDP처럼 씁니다'),
  'playground/fault-field': (p) =>
    `${p.path}: ${p.fault} 장애에는 이 필드가 없습니다.${p.known === '' ? '' : ` 쓸 수 있는 필드: ${p.known}`}`,
  'playground/empty-expect': (p) =>
    `${p.path}: 무엇을 기대하는지 allowed, verdict, clientSees 중에서 쓰세요.`,

  'fix/replace': (p) => `${josa(p.text, '으로/로')} 바꾸기`,
  'fix/rename': (p) => `${josa(p.from, '을/를')} ${josa(p.to, '으로/로')} 바꾸기`,
  'fix/quote': () => '따옴표로 감싸기',
  'fix/remove-line': () => '이 줄 지우기',
  'fix/remove-dash': () => "'-' 지우기",
  'fix/spaces': () => '공백으로 바꾸기',
  'fix/add': (p) => `${p.text} 추가`,
};

/** 제거된 종류를 대신하는 것. */
const insteadOfKind: Readonly<Record<string, string>> = {
  PodSecurityPolicy:
    '파드 시큐리티 어드미션이 대신합니다. 네임스페이스에 pod-security.kubernetes.io/enforce: baseline 또는 restricted 레이블을 붙이세요. 파드를 바꾸지 않고 사용자를 구분하지 않으므로, 더 세밀한 정책은 ValidatingAdmissionPolicy로 쓰거나 Gatekeeper, Kyverno 같은 웹훅에 맡깁니다.',
};

const NO_EXEC =
  '지금은 RBAC으로 pods/exec와 pods/attach를 만들 수 있는 이를 정하고, 그 CONNECT 요청에 거는 ValidatingAdmissionPolicy나 검증 웹훅으로 파드를 살피며, 파드 시큐리티로 그런 파드가 생기지 않게 합니다.';

/** 제거된 어드미션 플러그인을 대신하는 것. */
const insteadOfPlugin: Readonly<Record<string, string>> = {
  DenyEscalatingExec: `특권 파드나 호스트의 PID·IPC 네임스페이스를 쓰는 파드에 exec, attach하는 것을 막았습니다. ${NO_EXEC}`,
  DenyExecOnPrivileged: `특권 컨테이너가 있는 파드에 exec하는 것을 막았습니다. ${NO_EXEC}`,
  PodSecurityPolicy: '기본으로 켜져 있는 PodSecurity가 대신합니다.',
  SecurityContextDeny:
    'securityContext의 몇몇 필드를 쓴 파드를 막았습니다. 기본으로 켜져 있는 PodSecurity를 쓰세요.',
};

export const diagnostics: DiagnosticText = {
  ...(checked as unknown as DiagnosticText),
  ...clusterDiagnostics,
  ...probeDiagnostics,
  ...trafficDiagnostics,
};
