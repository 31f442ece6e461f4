import { type RefObject, useEffect, useRef, useState } from 'react';
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

/** The conversation on screen. ARP and timers belong to none and keep the one before. */
export function useSegment(trace: Trace | undefined, step: number): number {
  const last = useRef<{ readonly trace: Trace | undefined; readonly segment: number }>({
    trace,
    segment: -1,
  });
  const now = trace?.steps[step]?.segment ?? -1;
  if (last.current.trace !== trace) {
    const probe = trace?.segments.find((s) => s.purpose === 'probe')?.index ?? -1;
    last.current = { trace, segment: now >= 0 ? now : probe };
  } else if (now >= 0) last.current = { trace, segment: now };
  return last.current.segment;
}
