import type { Catalog } from './catalog.ts';
import type { share as en } from './share.en.ts';

export const share = {
  title: '이 순간 공유하기',
  close: '닫기',
  lead: '링크 하나에 파일, 프로브, 지금 보고 있는 단계, 렌즈, 옮겨 놓은 위치가 모두 담깁니다. 서버로 전송되는 것은 없습니다.',
  link: '링크',
  copy: '복사',
  copied: '복사했습니다',
  length: (p: { length: number }) =>
    `${p.length.toLocaleString('ko')}자입니다. 채팅 메시지에 넣을 수 있는 길이입니다.`,
  tooLong: (p: { length: number }) =>
    `${p.length.toLocaleString('ko')}자입니다. 이렇게 긴 링크는 채팅 프로그램에서 잘리는 경우가 많으니 YAML 파일로 보내는 편이 좋습니다.`,
  saveFile: 'YAML 파일로 저장',
  qr: '휴대폰으로 열기',
  qrLabel: '링크의 QR 코드',
  qrTooLong: '링크가 길어 카메라로 읽을 수 있는 코드를 만들 수 없습니다.',
  embed: '슬라이드나 웹 페이지에 넣기',
  embedNote: '그림과 타임라인만 보여 줍니다. &theme=dark나 &lang=en을 붙여 처음 모습을 정할 수 있습니다.',
  embedLabel: 'HTML',
  export: '내보내기',
  exportFailed: '내보낼 그림을 그리지 못했습니다. 작성한 내용은 그대로 있습니다.',
  groupPicture: '그림',
  groupText: '텍스트',
  png: 'PNG',
  pngNote: '슬라이드용, 두 배 크기',
  svg: 'SVG',
  svgNote: '벡터, 글꼴 포함',
  yaml: 'YAML',
  yamlNote: '모든 파일을 하나로',
  walk: '텍스트로 보는 패킷 경로',
  walkNote: '모든 단계와 그 이유',
  walkNone: '먼저 패킷을 보내 주세요',
} satisfies Catalog<typeof en>;
