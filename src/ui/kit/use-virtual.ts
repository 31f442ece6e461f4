import { useVirtualizer, type Virtualizer } from '@tanstack/react-virtual';
import type { RefObject } from 'react';

/** Draws only the rows (or columns) of a long list that can be seen. */
export function useVirtual(options: {
  readonly count: number;
  readonly scroller: RefObject<HTMLElement | null>;
  readonly size: number;
  readonly overscan: number;
  readonly horizontal?: boolean;
}): Virtualizer<HTMLElement, HTMLElement> {
  const { count, scroller, size, overscan, horizontal } = options;
  // oxlint-disable-next-line react/incompatible-library -- its functions change identity; no compiler memoises them here.
  return useVirtualizer<HTMLElement, HTMLElement>({
    count,
    getScrollElement: () => scroller.current,
    estimateSize: () => size,
    overscan,
    horizontal: horizontal ?? false,
  });
}
