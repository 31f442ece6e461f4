import type { Catalog } from './catalog.ts';
import type { cli as en } from './cli.en.ts';

export const cli = {
  usage: `사용법: npm run -s packetwalk -- COMMAND FILE... [options]

  check                                진단
  objects                              컨트롤러가 모두 수렴한 뒤의 클러스터
  walk --from A --to B [--tool curl|nc|ping|dig] [--port P] [--proto tcp|udp|sctp] [--method M] [--header 'K: V']...
       [--resolve HOST:PORT:ADDR] [--type RRTYPE] [--source ADDR] [--seed N] [--endpoint POD] [--ttl N]
       [--bytes N] [--pmtudisc do|want|dont] [--max-time SECONDS] [--count N [--interval SECONDS]]
  burst --from A --to B [--requests N]  요청 N개를 연달아 보내기 (옵션은 walk와 같음): 어떻게 끝났고 누가 응답했는지
  matrix [--port P[/PROTO]]            누가 누구와 통신할 수 있는지
  reach --pod POD [--port P[/PROTO]] [--proto tcp|udp|sctp]  파드가 누구에게 보낼 수 있고 누가 이 파드에 보낼 수 있는지, 그 이유
  admission [--object KIND/NS/NAME]    오브젝트마다 API 서버를 지나는 길: 누구에게 물었고 누가 거부했는지
  runtime [--pod NS/NAME]              파드를 무엇이 실행하고, 노드 커널과 무엇으로 나뉘는지
  show --in NETNS COMMAND... [--after "A B"]
  expect [--format text|tap|junit]      시나리오의 기대 항목을 한 줄씩 검사
  lab                                  클러스터를 리눅스 네트워크 네임스페이스로 만드는 bash 스크립트
  fix --from A --to B [--block]         통과시키는(또는 막는) 가장 작은 정책 수정
  export --from A --to B --pcapng FILE 패킷 경로를 Wireshark용 캡처로 저장 (옵션은 walk와 같음)
  export --traffic FILE                시나리오의 질문을 policy-assistant 트래픽 파일로 저장
  import --traffic FILE [--as expect|probes]  트래픽 파일을 Playground 문서의 항목으로
  link                                 시나리오를 링크 조각으로
  open LINK                            링크에 담긴 파일
  batch                                표준 입력의 JSON 질문을 한 줄씩 처리

  --json은 JSON 문서 하나를 출력하고, --lang en|ko로 언어를 고릅니다.
  FILE은 파일, 폴더, 또는 표준 입력을 뜻하는 - 입니다. 종료 상태: 0 완료, 1 입력에 오류, 2 잘못된 사용법.`,
  exported: (p: { file: string; frames: number; devices: number }) =>
    `${p.file}: 인터페이스 ${p.devices}개, 프레임 ${p.frames}개`,
  noProblems: '문제가 없습니다',
  was: (outcome: string) => `→ ${outcome}`,
  expectSummary: (p: { held: number; total: number }) => `${p.total}개 중 ${p.held}개 성립`,
  linkProblem: (problem: string) =>
    (
      ({
        damaged: '링크가 손상되었거나 잘려 있어 내용을 읽을 수 없습니다.',
        'too-large': '링크를 풀면 2MiB를 넘어 열지 않았습니다.',
        'unknown-version': '더 새로운 버전에서 만든 링크입니다.',
        invalid: '링크에 시나리오가 아닌 내용이 들어 있습니다.',
      }) as Record<string, string>
    )[problem] ?? problem,
} satisfies Catalog<typeof en>;
