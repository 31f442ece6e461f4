import { type RefObject, useEffect, useState } from 'react';
import type { Trace } from '../../sim/trace/trace.ts';

const NARROW_PX = 560;

/** Is the picture too narrow for rooms side by side? */
export function useNarrow(section: RefObject<HTMLElement | null>): boolean {
  const [narrow, setNarrow] = useState(() => window.innerWidth < NARROW_PX);
  useEffect(() => {
    const element = section.current;
    if (element === null) return;
    const observer = new ResizeObserver(([entry]) => {
      if (entry !== undefined) setNarrow(entry.contentRect.width < NARROW_PX);
    });
    observer.observe(element);
    return () => observer.disconnect();
  }, [section]);
  return narrow;
}

/** The conversation on screen. ARP and timers belong to none and keep the one before; at rest it is the probe's own. */
export function segmentAt(trace: Trace | undefined, step: number): number {
  if (trace === undefined) return -1;
  for (let i = step; i >= 0; i--) {
    const segment = trace.steps[i]?.segment ?? -1;
    if (segment >= 0) return segment;
  }
  return trace.segments.find((s) => s.purpose === 'probe')?.index ?? -1;
}
