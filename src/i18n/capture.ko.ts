import type { Catalog } from './catalog.ts';
import type { capture as en } from './capture.en.ts';

export const capture = {
  about:
    '실제로 녹화한 것이 아니라 시뮬레이션한 패킷 경로입니다. 시각은 1970년부터 센 시뮬레이션 시각이며, 같은 순간의 프레임은 순서를 지키려고 1마이크로초씩 띄웁니다. 길이와 체크섬은 선로에 실제로 나가는 값입니다. 실제 veth 장치에서 캡처하면 커널이 오프로드로 미뤄 둔 미완성 체크섬이나 합쳐진 세그먼트가 보일 수 있습니다. 네트워크 주소의 이름 변환을 켜면 파드, 서비스, 노드가 이름으로 보입니다.',
  device: (p: { iface: string; place: string }) => `${p.place}의 ${p.iface}`,
  cable: (p: { iface: string; place: string; peer: string }) =>
    `${p.place}의 ${p.iface}, ${p.peer} 쪽 케이블`,
} satisfies Catalog<typeof en>;
