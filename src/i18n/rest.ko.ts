import type { Catalog } from './catalog.ts';
import type { rest as en } from './rest.en.ts';

export const rest = {
  why: '아직 보낸 패킷이 없습니다',
  whyDetail:
    '스페이스 바를 누르거나 그림 위의 보내기를 누르세요. 단계마다 패킷에 무슨 일이 있었는지, 어느 테이블의 어느 행이 그렇게 했는지, 그 행이 YAML의 어느 줄에서 나왔는지 여기에서 알려 줍니다.',
} satisfies Catalog<typeof en>;
