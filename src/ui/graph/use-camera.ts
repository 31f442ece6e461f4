import { useReactFlow, type Viewport } from '@xyflow/react';
import { type RefObject, useCallback, useEffect, useMemo, useRef, useState } from 'react';
import type { Box } from '../../sim/scene/planned.ts';
import { windowOf } from './camera-window.ts';

const MOVE_MS = 320;

export interface Camera {
  readonly window: Box;
  readonly fit: () => void;
  /** Give to React Flow: a person's own pan or zoom is kept until they ask to fit again. */
  readonly onMoveEnd: (event: MouseEvent | TouchEvent | null, viewport: Viewport) => void;
}

/** Frames the part of the picture that the conversation on screen crosses. Things keep their places; the camera moves. */
export function useCamera(view: Box, focus: readonly Box[], section: RefObject<HTMLElement | null>): Camera {
  const { setViewport } = useReactFlow();
  const [size, setSize] = useState({ w: 0, h: 0 });
  const own = useRef(false);
  const shown = useRef(false);
  const last = useRef<Viewport | undefined>(undefined);

  useEffect(() => {
    const element = section.current?.querySelector('.react-flow');
    if (element === null || element === undefined) return;
    const observer = new ResizeObserver(([entry]) => {
      if (entry !== undefined) setSize({ w: entry.contentRect.width, h: entry.contentRect.height });
    });
    observer.observe(element);
    return () => observer.disconnect();
  }, [section]);

  const goal = useMemo(() => (size.w === 0 ? undefined : windowOf(view, focus, size)), [view, focus, size]);
  const { x, y } = goal?.box ?? view;
  const zoom = goal?.zoom ?? 0;
  const frame = useCallback(
    (animate: boolean) => {
      if (zoom === 0) return;
      const still = window.matchMedia('(prefers-reduced-motion: reduce)').matches;
      const port = { x: Math.round(-x * zoom), y: Math.round(-y * zoom), zoom };
      last.current = port;
      void setViewport(port, animate && !still ? { duration: MOVE_MS } : undefined);
    },
    [x, y, zoom, setViewport],
  );

  useEffect(() => {
    if (own.current) return;
    frame(shown.current);
    if (size.w > 0) shown.current = true;
  }, [frame, size]);

  return {
    window: useMemo(() => seen(view, goal?.box), [view, goal]),
    fit: useCallback(() => {
      own.current = false;
      frame(true);
    }, [frame]),
    onMoveEnd: useCallback((event, viewport) => {
      // A mere click also begins and ends a "move".
      const before = last.current;
      const moved =
        before === undefined ||
        Math.abs(before.x - viewport.x) + Math.abs(before.y - viewport.y) > 2 ||
        Math.abs(before.zoom - viewport.zoom) > 0.001;
      if (event !== null && moved) own.current = true;
    }, []),
  };
}

/** The part of the view that is inside the window: there the letter hangs. */
function seen(view: Box, window: Box | undefined): Box {
  if (window === undefined) return view;
  const x = Math.max(view.x, window.x);
  const y = Math.max(view.y, window.y);
  return {
    x,
    y,
    w: Math.min(view.x + view.w, window.x + window.w) - x,
    h: Math.min(view.y + view.h, window.y + window.h) - y,
  };
}
