import type { burst as en } from './burst.en.ts';
import type { Catalog } from './catalog.ts';

export const burst = {
  title: '여러 번 보내기',
  intro: '같은 요청을 연달아 보냅니다. 요청마다 앞선 요청이 남긴 상태에서 따로 경로를 계산합니다.',
  howMany: '요청 수',
  send: (p: { requests: number }) => `${p.requests}번 보내기`,
  stop: '중지',
  sent: (p: { done: number; asked: number }) =>
    p.done === p.asked ? `요청 ${p.done}개를 보냈습니다` : `요청 ${p.asked}개 중 ${p.done}개를 보냈습니다`,
  ends: '결과',
  nobody: '아무에게도 닿지 않음',
  firstOf: '첫 요청 보기',
  row: (p: { to: string; end: string; count: number; share: string; request: number }) =>
    `${p.to}: ${p.end}, 요청 ${p.count}개, ${p.share}. ${p.request}번째 요청 보기.`,
  inOrder: '왼쪽부터 보낸 순서',
} satisfies Catalog<typeof en>;
