import type { Catalog } from './catalog.ts';
import type { faults as en } from './faults.en.ts';

export const faults = {
  button: '고장 내 보기',
  title: '무엇이 잘못되나',
  active: '켜져 있는 장애',
  off: (p: { name: string }) => `끄기: ${p.name}`,
  cannot: (p: { file: string }) => `${p.file}의 YAML에 문법 오류가 있는 동안에는 여기서 고칠 수 없습니다.`,
} satisfies Catalog<typeof en>;
