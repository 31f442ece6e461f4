/** A gate on the line: two posts let through, two posts and a bar do not; the reason stands beside it. */
import type { Messages } from '../../i18n/en.ts';
import type { Frame, GateState } from '../../sim/scene/frames.ts';
import type { Reason } from '../../sim/trace/reasons.ts';
import type { Box, Plan } from '../../sim/scene/planned.ts';
import { fitText, textWidth } from '../../sim/scene/text-width.ts';
import { label, path, rect, type Shape } from './shapes.ts';

/** `closing` 0..1: how far the bar has come across. */
export function gateShapes(gate: GateState, closing: number): readonly Shape[] {
  if (gate.bare) return [];
  const { x, y } = gate.point;
  if (gate.open) {
    return [
      path(
        gate.vertical
          ? `M${x - 8} ${y - 3}h16M${x - 8} ${y + 3}h16`
          : `M${x - 3} ${y - 8}v16M${x + 3} ${y - 8}v16`,
        'gate-open',
      ),
    ];
  }
  const posts = gate.vertical
    ? `M${x - 14} ${y - 10}v20M${x + 14} ${y - 10}v20`
    : `M${x - 10} ${y - 14}h20M${x - 10} ${y + 14}h20`;
  const half = 16 * closing;
  const bar = gate.vertical ? `M${x - half} ${y}h${half * 2}` : `M${x} ${y - half}v${half * 2}`;
  return closing === 0 ? [path(posts, 'gate-shut')] : [path(posts, 'gate-shut'), path(bar, 'gate-bar')];
}

/** The two lines beside a shut gate: what happened, and what did it. */
export function gateCard(
  plan: Plan,
  gate: GateState,
  frame: Frame,
  words: Messages['graph'],
  /** The title of the letter that a refusal is answered with. */
  answer?: string,
): { readonly box: Box; readonly shapes: readonly Shape[] } {
  const { title, detail } = gateText(gate, frame, words, answer);
  const wanted = Math.max(textWidth(title, 'sans') * 1.06 + 40, textWidth(detail, 'small') + 40);
  const { x, y } = gate.point;
  const room = plan.rooms.find((r) => r.room.id === gate.room && !r.folded);
  const from = room === undefined ? 4 : room.box.x + 6;
  const until = room === undefined ? plan.width - 4 : room.box.x + room.box.w - 6;
  // On the side where there is more room: towards the plates.
  const right = until - x >= x - from;
  const w = Math.min(Math.max(120, Math.ceil(wanted)), Math.max(140, (right ? until - x : x - from) - 26));
  const left = gate.bare ? Math.min(Math.max(from, x - w / 2), until - w) : right ? x + 26 : x - 26 - w;
  const plate = room?.routePlate;
  const near = plate !== undefined && y + 22 > plate.y && y - 22 < plate.y + plate.h;
  const rules = room?.plate?.box;
  // Over the route's plate, unless that is where the rules stand.
  const taken = rules !== undefined && plate !== undefined && rules.y + rules.h > plate.y - 40;
  const above = near && !taken && plate !== undefined && y <= plate.y + plate.h / 2;
  // What is stopped on its way in to the node itself leaves the node's own box free.
  const local =
    room === undefined || Math.abs(y - room.local.y - room.local.h / 2) > 14 ? undefined : room.local;
  const top = gate.bare
    ? y + (frame.operation === 'reject' ? 40 : 24)
    : local !== undefined && local.w > 0
      ? local.y - 40
      : plate === undefined || !near
        ? y - 18
        : above
          ? plate.y - 40
          : plate.y + plate.h + 4;
  if (gate.bare && plan.narrow) {
    // Beside the pod, which hangs under the line here.
    const narrow = { x: 140, y: y + 9, w: Math.min(w, plan.width - 156), h: 36 };
    return { box: narrow, shapes: cardShapes(narrow, title, detail, `M128 ${y + 27}H140`) };
  }
  const host = plan.hosts.find((h) => h.id === gate.room);
  if (host !== undefined) {
    const beside = { x: host.box.x - 12 - w, y: host.box.y + 2, w, h: 36 };
    return { box: beside, shapes: cardShapes(beside, title, detail, `M${host.box.x} ${beside.y + 18}h-12`) };
  }
  const box = { x: left, y: top, w, h: 36 };
  const base = top + 18;
  const lead = gate.bare
    ? `M${x} ${y + 12}V${top}`
    : `M${right ? x + 16 : x - 16} ${y}L${right ? left : left + w} ${base}`;
  return { box, shapes: cardShapes(box, title, detail, lead) };
}

/** A grey question mark beside the dot, and what is left open. */
export function unknownCard(
  view: Box,
  frame: Frame,
  reason: Reason,
  words: Messages['graph'],
): { readonly box: Box; readonly shapes: readonly Shape[] } {
  const { title, detail } = unknownText(reason, words);
  const { x, y } = frame.point;
  const w = Math.ceil(Math.max(textWidth(title, 'sans') * 1.06, textWidth(detail, 'small')) + 40);
  const end = view.x + view.w - 4;
  const left = Math.min(Math.max(view.x + 4, x + 26 + w > end ? x - 26 - w : x + 26), end - w);
  const box = { x: left, y: y + 14, w, h: 36 };
  const cx = box.x + 15;
  const base = box.y + 18;
  return {
    box,
    shapes: [
      path(`M${x} ${y + 6}V${base}H${left > x ? left : left + w}`, 'lead-unknown'),
      rect(box, 'card-unknown', 3),
      label(cx, base + 5, '?', 'mark-unknown', 'middle'),
      label(box.x + 28, base - 3, title, 'bold-unknown'),
      label(box.x + 28, base + 12, detail, 'small'),
    ],
  };
}

function unknownText(
  reason: Reason,
  words: Messages['graph'],
): { readonly title: string; readonly detail: string } {
  switch (reason.code) {
    case 'unknown.field':
      return { title: words.unknown, detail: words.notModelled(reason.params.field) };
    default:
      return { title: words.unknown, detail: words.leftOpen };
  }
}

function cardShapes(box: Box, title: string, detail: string, lead: string): readonly Shape[] {
  const base = box.y + 18;
  const cx = box.x + 15;
  return [
    path(lead, 'lead-deny'),
    rect(box, 'card-deny', 3),
    path(`M${cx - 4.5} ${base - 4.5}l9 9M${cx + 4.5} ${base - 4.5}l-9 9`, 'cross-deny'),
    label(box.x + 28, base - 3, fitText(title, 'sans', box.w - 34), 'bold-deny'),
    label(box.x + 28, base + 12, fitText(detail, 'small', box.w - 34), 'small'),
  ];
}

function gateText(
  gate: GateState,
  frame: Frame,
  words: Messages['graph'],
  answer: string | undefined,
): { readonly title: string; readonly detail: string } {
  const { reason } = gate;
  const hook = gate.hook;
  const rejected = frame.operation === 'reject';
  const title =
    hook === undefined
      ? rejected
        ? words.refused
        : words.droppedHere
      : rejected
        ? words.rejected(hook)
        : words.dropped(hook);
  switch (reason.code) {
    case 'policy.deny': {
      const { direction, policies } = reason.params;
      return {
        title,
        detail: words.byPolicy(direction === 'ingress' ? words.ingress : words.egress, policies),
      };
    }
    case 'rule.drop':
      return {
        title,
        detail: reason.params.comment === '' ? words.byRule(reason.params.chain) : reason.params.comment,
      };
    case 'rule.reject':
      return {
        title,
        detail: answer === undefined ? words.byRule(reason.params.chain) : words.answers(answer),
      };
    case 'service.no-endpoints':
    case 'service.no-such-port':
      return { title, detail: answer === undefined ? words.noEndpoint : words.answers(answer) };
    case 'service.no-local-endpoints':
      return { title, detail: words.noLocalEndpoint(reason.params.service) };
    case 'service.unallocated':
      return { title, detail: words.noService(reason.params.ip) };
    case 'rule.policy':
      return { title, detail: words.byChainPolicy(reason.params.chain) };
    case 'socket.no-listener-tcp':
    case 'socket.no-listener-udp':
    case 'socket.no-listener-sctp':
      return { title: words.refused, detail: words.noListener(reason.params.port) };
    case 'route.none':
      return { title: words.droppedHere, detail: words.noRoute(reason.params.ip) };
    case 'route.blackhole':
      return { title: words.droppedHere, detail: words.blackhole(reason.params.prefix) };
    case 'route.unreachable':
      return { title: words.droppedHere, detail: words.unreachableRoute(reason.params.prefix) };
    case 'route.ttl-expired':
      return { title: words.droppedHere, detail: words.ttlExpired };
    case 'link.mtu':
      return { title: words.droppedHere, detail: words.tooBig(reason.params.length, reason.params.mtu) };
    case 'neighbour.failed':
      return { title: words.droppedHere, detail: words.noAnswer(reason.params.ip) };
    case 'route.no-forwarding':
      return { title: words.droppedHere, detail: `${reason.params.sysctl} = 0` };
    case 'route.rp-filter':
      return { title: words.droppedHere, detail: `rp_filter · ${reason.params.iface}` };
    case 'route.martian':
      return { title: words.droppedHere, detail: `martian source ${reason.params.ip}` };
    case 'conntrack.invalid':
      return { title, detail: 'ctstate INVALID' };
    case 'link.down':
      return { title: words.droppedHere, detail: `${reason.params.iface} DOWN` };
    case 'link.not-for-me':
      return { title: words.droppedHere, detail: words.noMac(reason.params.mac) };
    case 'bridge.no-hairpin':
      return { title: words.droppedHere, detail: words.noHairpin(reason.params.port) };
    case 'vxlan.no-fdb':
      return { title: words.droppedHere, detail: words.noFdb(reason.params.mac) };
    case 'ipvs.no-server':
      return { title, detail: words.noEndpoint };
    case 'program.drop':
      return { title, detail: `${reason.params.program}: ${reason.params.text}` };
    case 'ovs.drop':
      return { title: words.droppedHere, detail: `${reason.params.bridge} · ${reason.params.table}` };
    default:
      return { title, detail: words.endsHere };
  }
}
