/** For tests: what every trace must be, whatever happened in it. */
import type { World } from '../net/world.ts';
import type { Trace } from '../trace/trace.ts';

/** Sentences about what is wrong with a trace; empty for a sound one. */
export function faultsOf(trace: Trace, world: World): string[] {
  const faults: string[] = [];
  const check = (holds: boolean, text: string): void => {
    if (!holds) faults.push(text);
  };
  const { steps, wire, segments, exchanges } = trace;
  const onWire = new Set<number>();
  let timeMs = 0;
  steps.forEach((step, i) => {
    const at = `step ${i} (${step.reason.code} at ${step.place})`;
    check(step.index === i, `${at} has index ${step.index}`);
    check(step.timeMs >= timeMs, `${at} goes back in time`);
    timeMs = step.timeMs;
    check(world.netns.has(step.place), `${at} is nowhere`);
    check(step.segment >= -1 && step.segment < segments.length, `${at}: segment ${step.segment}`);
    check(step.exchange >= -1 && step.exchange < exchanges.length, `${at}: exchange ${step.exchange}`);
    const captured = step.kind === 'transmit' || step.kind === 'receive';
    check(captured === (step.wire !== undefined), `${at}: wire ${step.wire}`);
    if (step.wire === undefined) return;
    check(!onWire.has(step.wire), `${at} shares its wire entry`);
    onWire.add(step.wire);
    const entry = wire[step.wire];
    check(
      entry?.netns === step.place &&
        entry.iface === step.iface &&
        entry.at === (step.kind === 'transmit' ? 'out' : 'in'),
      `${at}: wire entry of ${entry?.netns} ${entry?.iface}`,
    );
  });
  check(onWire.size === wire.length, `${wire.length - onWire.size} wire entries without a step`);
  check(trace.decidedBy >= 0 && trace.decidedBy < steps.length, `decided by ${trace.decidedBy}`);
  for (const choice of trace.choices) {
    check(choice.chosen in choice.options && choice.step in steps, `choice of ${choice.service}`);
    const sum = choice.options.reduce((all, o) => all + o.probability, 0);
    check(Math.abs(sum - 1) < 1e-9, `choices of ${choice.service} sum up to ${sum}`);
  }
  for (const nat of trace.nat) check(steps[nat.step]?.place === nat.at, `nat at ${nat.at}`);
  exchanges.forEach((exchange, i) => {
    check(exchange.index === i && exchange.segment in segments, `exchange ${i}`);
    check(exchange.firstStep <= exchange.lastStep && exchange.lastStep < steps.length, `exchange ${i} ends`);
  });
  return [...faults, ...strangeReplies(trace)];
}

/** A reply comes back to the pod from where it sent the request: un-NATed to the original tuple. */
function strangeReplies({ wire, segments }: Trace): string[] {
  const sent = new Set<string>();
  const faults: string[] = [];
  for (const w of wire) {
    const client = segments[w.segment]?.client;
    if (w.netns !== client || client.startsWith('node/') || (w.proto !== 'tcp' && w.proto !== 'udp'))
      continue;
    if (w.dir === 'request' && (w.at === 'out' || w.iface === 'lo'))
      sent.add(`${w.proto} ${w.src}:${w.sport} ${w.dst}:${w.dport}`);
    if (w.dir !== 'reply' || w.at !== 'in') continue;
    const original = `${w.proto} ${w.dst}:${w.dport} ${w.src}:${w.sport}`;
    if (!sent.has(original)) faults.push(`a reply of ${w.src}:${w.sport} that ${client} never asked for`);
  }
  return faults;
}
