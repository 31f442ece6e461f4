import type { Catalog } from './catalog.ts';
import type { traffic as en } from './traffic.en.ts';

export const traffic = {
  written: (p: { file: string; entries: number }) => `${p.file}: policy-assistant용 항목 ${p.entries}개`,
  left: {
    'not-asked': '이 클러스터에서는 물을 수 없어 뺐습니다',
    'nothing-sent': '대상에게 아무것도 보내지 않아 뺐습니다',
    icmp: 'ICMP에는 포트가 없는데 트래픽에는 포트가 필요해 뺐습니다',
    service: '뒤에 파드가 없는 서비스입니다. policy-assistant는 서비스를 모르므로 뺐습니다',
    loopback: '파드 안에 머물러 정책과 관계가 없으므로 뺐습니다',
    'no-pod': '양쪽 모두 파드가 아니어서 정책과 관계가 없으므로 뺐습니다',
  },
} satisfies Catalog<typeof en>;
