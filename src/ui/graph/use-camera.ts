import { useReactFlow, type Viewport } from '@xyflow/react';
import { type RefObject, useCallback, useEffect, useRef, useState } from 'react';
import type { Box } from '../../sim/scene/planned.ts';

const MOST_ZOOM = 1.25;
const MOVE_MS = 320;

export interface Camera {
  readonly fit: () => void;
  /** Give to React Flow: a person's own pan or zoom is kept until they ask to fit again. */
  readonly onMoveEnd: (event: MouseEvent | TouchEvent | null, viewport: Viewport) => void;
}

/** Frames the part of the picture that the conversation on screen crosses. Things keep their places; the camera moves. */
export function useCamera(view: Box, section: RefObject<HTMLElement | null>): Camera {
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

  const { x, y, w, h } = view;
  const frame = useCallback(
    (animate: boolean) => {
      if (size.w === 0) return;
      const zoom = Math.min(MOST_ZOOM, size.w / w, size.h / h);
      const still = window.matchMedia('(prefers-reduced-motion: reduce)').matches;
      const goal = {
        x: Math.round((size.w - w * zoom) / 2 - x * zoom),
        y: Math.round(Math.max(0, (size.h - h * zoom) / 2) - y * zoom),
        zoom,
      };
      last.current = goal;
      void setViewport(goal, animate && !still ? { duration: MOVE_MS } : undefined);
    },
    [x, y, w, h, size, setViewport],
  );

  useEffect(() => {
    if (own.current) return;
    frame(shown.current);
    if (size.w > 0) shown.current = true;
  }, [frame, size]);

  return {
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
