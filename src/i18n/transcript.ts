/** The walk as ordered text: what the text view copies, the export saves and the command line prints. */
import type { Packet } from '../sim/packet/packet.ts';
import type { Step, Trace } from '../sim/trace/trace.ts';
import type { Messages } from './en.ts';
import {
  originLink,
  packetEnds,
  packetWord,
  reasonTitle,
  segmentLabel,
  stepDevice,
  placeName,
} from './step-text.ts';

/** What changed in a step, as `destination 10.96.0.20:80 -> 10.244.2.2:8080`. */
function changeText(step: Step, texts: Messages): string | undefined {
  const { before, packet } = step;
  if (before === undefined || packet === undefined) return undefined;
  const was = packetEnds(innermost(before));
  const is = packetEnds(innermost(packet));
  const parts: string[] = [];
  if (was.src !== is.src) parts.push(`${texts.timeline.source} ${was.src} → ${is.src}`);
  if (was.dst !== is.dst) parts.push(`${texts.timeline.destination} ${was.dst} → ${is.dst}`);
  return parts.length === 0 ? undefined : parts.join(', ');
}

function innermost(packet: Packet): Packet {
  return packet.inner === undefined ? packet : innermost(packet.inner);
}

/** One step as indented lines: number, device, sentence; then what changed and the line of YAML behind it. */
export function stepLines(step: Step, number: number, texts: Messages): string[] {
  const device = stepDevice(step);
  const head = `${String(number).padStart(4)}  ${device === '' ? '' : `[${device}] `}${reasonTitle(texts.reasons, step.reason)}`;
  const lines = [head];
  if ((step.kind === 'transmit' || step.kind === 'receive') && step.packet !== undefined) {
    const { src, dst } = packetEnds(step.packet);
    const ttl = step.packet.ip?.ttl;
    lines.push(
      `        ${packetWord(step.packet)}  ${src} → ${dst}${ttl === undefined ? '' : `  ttl ${ttl}`}`,
    );
  }
  const change = changeText(step, texts);
  if (change !== undefined) lines.push(`        ${change}`);
  // That an interface exists is nobody's decision about this packet.
  const link = step.kind === 'transmit' || step.kind === 'receive' ? undefined : originLink(step);
  if (link !== undefined) lines.push(`        ${texts.inspector.youWrote} ${link}`);
  return lines;
}

/** The whole walk, grouped by connection and place, with the verdict first. */
export function walkTranscript(trace: Trace, texts: Messages): string {
  const lines: string[] = [
    `${texts.inspector.verdict}: ${texts.inspector.verdicts[trace.verdict]}`,
    `${texts.inspector.clientSees}: ${clientSeesText(trace, texts)}`,
    `${texts.inspector.because}: ${reasonTitle(texts.reasons, trace.reason)}`,
  ];
  for (const [i, { verdict, server }] of (trace.connections ?? []).entries()) {
    const to = server === undefined ? '' : ` → ${server.netns} (${server.sees.ip})`;
    lines.push(`${String(i + 1).padStart(4)}  ${texts.inspector.verdicts[verdict]}${to}`);
  }
  let segment: number | undefined;
  let place: string | undefined;
  let dir: string | undefined;
  for (const step of trace.steps) {
    if (step.segment !== segment && step.segment >= 0) {
      segment = step.segment;
      place = undefined;
      lines.push('', `== ${segmentLabel(trace, step.segment)}`);
    }
    if (step.place !== place || step.dir !== dir) {
      place = step.place;
      dir = step.dir;
      lines.push(`-- ${placeName(step.place)}${step.dir === 'reply' ? ` (${texts.timeline.reply})` : ''}`);
    }
    lines.push(...stepLines(step, step.index + 1, texts));
  }
  return `${lines.join('\n')}\n`;
}

/** What the client sees, in words, with the HTTP status where there is one. */
export function clientSeesText(trace: Trace, texts: Messages): string {
  const words = texts.inspector.sees[trace.clientSees];
  return trace.clientSees === 'http' && trace.http !== undefined ? `${words} ${trace.http.status}` : words;
}
