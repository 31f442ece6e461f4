import type { Catalog } from './catalog.ts';
import type { traffic as en } from './traffic.en.ts';

export const traffic = {
  written: (p: { file: string; entries: number }) => `${p.file}: policy-assistant용 항목 ${p.entries}개`,
  expectThis: '이 결과를 기대값으로',
  expected: (p: { file: string }) => `${p.file}에 추가했습니다. 실행 취소로 되돌릴 수 있습니다.`,
  notExpected: {
    there: '이미 기대값에 있습니다.',
    options: '이 프로브에는 expect 항목에 적을 수 없는 옵션이 있습니다.',
    text: 'YAML 별칭이 있거나 목록이 아니어서 Playground 문서를 안전하게 고칠 수 없습니다.',
  },
  openFile: '트래픽 파일 열기',
  openTip: 'policy-assistant의 트래픽 (JSON)',
  imported: (p: { count: number; file: string }) =>
    `${p.file}에 항목 ${p.count}개를 추가했습니다. 파일에는 결과가 없으므로 지금의 결과를 기대값으로 적었습니다.`,
  importedNone: '추가한 항목이 없습니다.',
  notes: '뺀 항목과 다른 것으로 대신한 항목',
  dismiss: '닫기',
  unreadable: '파일을 읽을 수 없습니다.',
  left: {
    'not-asked': '이 클러스터에서는 물을 수 없어 뺐습니다',
    'nothing-sent': '대상에게 아무것도 보내지 않아 뺐습니다',
    icmp: 'ICMP에는 포트가 없는데 트래픽에는 포트가 필요해 뺐습니다',
    service: '뒤에 파드가 없는 서비스입니다. policy-assistant는 서비스를 모르므로 뺐습니다',
    loopback: '파드 안에 머물러 정책과 관계가 없으므로 뺐습니다',
    'no-pod': '양쪽 모두 파드가 아니어서 정책과 관계가 없으므로 뺐습니다',
  },
} satisfies Catalog<typeof en>;
