/** What a burst of requests came to, in words. */
import type { Burst, BurstGroup } from '../sim/probe/burst.ts';
import type { Messages } from './en.ts';

/** How the requests of a group ended, as their client saw it. */
export function endText({ clientSees, status }: BurstGroup, { inspector }: Messages): string {
  const words = inspector.sees[clientSees];
  return status === undefined ? words : `${words} ${status}`;
}

/** `52%`; a share that is there but small is not rounded to nothing. */
export function shareText(count: number, total: number): string {
  const share = total === 0 ? 0 : (count / total) * 100;
  return `${share > 0 && share < 1 ? '<1' : Math.round(share)}%`;
}

/** A line for each way in which requests ended, the most frequent first. */
export function burstText({ order, asked, groups }: Burst, texts: Messages): string {
  const byCount = groups.toSorted((a, b) => b.count - a.count);
  const ends = byCount.map((group) => endText(group, texts));
  const width = Math.max(0, ...ends.map((end) => end.length));
  return [
    texts.burst.sent({ done: order.length, asked }),
    ...byCount.map(({ count, server }, i) => {
      const to = server === undefined ? '' : `${server.netns} (${server.ip}:${server.port})`;
      const share = shareText(count, order.length).padStart(6);
      return `${share}  ${String(count).padStart(5)}  ${(ends[i] ?? '').padEnd(width)}  ${to}`.trimEnd();
    }),
  ].join('\n');
}
