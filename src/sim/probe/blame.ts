/**
 * Which field is answerable for a packet that reached a pod and found nobody: the port was chosen by whatever rewrote the
 * destination, so the DNAT rule's origin (the Service's `targetPort`) says more than the pod's own.
 */
import { rewritesDestination } from '../trace/reasons.ts';
import type { Step } from '../trace/trace.ts';

/** The steps, with refusals by a missing listener traced to the rule that sent the packet to that port. */
export function blameThePort(steps: readonly Step[]): readonly Step[] {
  return steps.map((step) => {
    if (
      step.reason.code !== 'socket.no-listener-tcp' &&
      step.reason.code !== 'socket.no-listener-udp' &&
      step.reason.code !== 'socket.no-listener-sctp'
    )
      return step;
    const { ip, port } = step.reason.params;
    const rewritten = steps.findLast(
      (s) =>
        s.index < step.index &&
        s.segment === step.segment &&
        rewritesDestination(s.reason) &&
        (s.reason.params.to === `${ip}:${port}` || s.reason.params.to === `[${ip}]:${port}`),
    );
    return rewritten?.origin === undefined ? step : { ...step, origin: rewritten.origin };
  });
}
