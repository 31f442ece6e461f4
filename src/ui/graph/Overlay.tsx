import { useStoreApi, ViewportPortal } from '@xyflow/react';
import { useEffect, useRef } from 'react';
import type { Messages } from '../../i18n/en.ts';
import type { Frame } from '../../sim/scene/frames.ts';
import { pointAlong } from '../../sim/scene/net-graph.ts';
import type { Box, Plan } from '../../sim/scene/planned.ts';
import type { Playback } from '../../state/playback.ts';
import { easeTravel, motionBetween, type Motion } from './motion.ts';
import type { DrawnStep } from './motion-state.ts';
import { CANVAS_FROM, movingShapes } from './motion-shapes.ts';
import { patch } from './patch.ts';
import styles from './Picture.module.css';

/** How long a letter lies open before playing goes on, at normal speed. */
const DWELL_MS = 280;
const REDUCED_STEP_MS = 1000;

export interface OverlayProps {
  readonly plan: Plan;
  readonly all: readonly Frame[];
  readonly shown: readonly number[];
  readonly level: number;
  readonly view: Box;
  readonly words: Messages['graph'];
  readonly playback: Playback;
  readonly drawn: DrawnStep;
  /** Something else moves the walk on while it plays. */
  readonly guided: boolean;
}

const reducedMotion = (): boolean => window.matchMedia('(prefers-reduced-motion: reduce)').matches;

/**
 * Draws what moves, outside React: it listens to the playback store, works out one instant from the frames and the
 * time, and writes it into two SVG layers. Frames of animation are asked for only while something moves.
 */
export function Overlay(props: OverlayProps) {
  const under = useRef<SVGSVGElement>(null);
  const over = useRef<SVGSVGElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const current = useRef(props);
  const engine = useRef<Engine | undefined>(undefined);
  const flow = useStoreApi();

  useEffect(() => {
    const made = new Engine(
      () => current.current,
      (moment) => {
        const shapes = movingShapes(moment);
        if (under.current !== null) patch(under.current, shapes.under);
        if (over.current !== null) patch(over.current, shapes.over);
        drawCopies(canvas.current, moment, flow.getState().transform);
      },
    );
    engine.current = made;
    return () => made.stop();
  }, [flow]);

  // A new plan, language or lens redraws the instant that is shown.
  const { plan, all, shown, level, view, words, playback, drawn, guided } = props;
  useEffect(() => {
    current.current = { plan, all, shown, level, view, words, playback, drawn, guided };
    engine.current?.refresh();
  }, [plan, all, shown, level, view, words, playback, drawn, guided]);

  return (
    <>
      <ViewportPortal>
        <svg
          ref={under}
          data-layer="way"
          className={styles.layer}
          style={{ zIndex: 3 }}
          width={1}
          height={1}
          aria-hidden="true"
        />
        <svg
          ref={over}
          data-layer="packet"
          className={styles.layer}
          style={{ zIndex: 30 }}
          width={1}
          height={1}
          aria-hidden="true"
        />
      </ViewportPortal>
      <canvas ref={canvas} className={styles.bulk} aria-hidden="true" />
    </>
  );
}

type DrawMoment = Parameters<typeof movingShapes>[0];

class Engine {
  private motion: Motion = { from: -1, to: -1, way: [], travelMs: 0, opMs: 0 };
  private ms = 0;
  private last = 0;
  private waiting: number | undefined;
  private frame: number | undefined;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private readonly unsubscribe: () => void;
  private readonly playback: Playback;
  private readonly drawn: DrawnStep;
  private readonly props: () => OverlayProps;
  private readonly paint: (moment: DrawMoment) => void;

  constructor(props: () => OverlayProps, paint: (moment: DrawMoment) => void) {
    this.props = props;
    this.paint = paint;
    this.playback = props().playback;
    this.drawn = props().drawn;
    this.unsubscribe = this.playback.subscribe((now, before) => {
      if (now.step !== before.step) this.moveTo(before.step, now.step);
      else if (now.playing && !before.playing) this.whenDone();
      else if (!now.playing && before.playing) this.clearTimer();
    });
    this.cutTo(this.playback.getState().step);
  }

  stop(): void {
    this.unsubscribe();
    this.clearTimer();
    if (this.frame !== undefined) cancelAnimationFrame(this.frame);
  }

  refresh(): void {
    const { step } = this.playback.getState();
    if (this.waiting === step && this.props().all[step] !== undefined) {
      this.waiting = undefined;
      this.moveTo(-1, step);
      return;
    }
    if (this.motion.to === step && this.frame !== undefined) return;
    this.cutTo(step);
    if (this.playback.getState().playing) this.whenDone();
  }

  private get total(): number {
    return this.motion.travelMs + this.motion.opMs;
  }

  private cutTo(step: number): void {
    if (this.frame !== undefined) cancelAnimationFrame(this.frame);
    this.frame = undefined;
    this.motion = { from: step, to: step, way: [], travelMs: 0, opMs: 0 };
    this.ms = 0;
    this.drawn.setState({ step });
    this.draw();
  }

  private moveTo(from: number, to: number): void {
    this.clearTimer();
    const { all, shown } = this.props();
    // The step is told before the walk that it belongs to is drawn.
    this.waiting = all[to] === undefined && to >= 0 ? to : undefined;
    const motion = motionBetween(all, from, to, shown);
    if (reducedMotion() || motion.travelMs + motion.opMs === 0) {
      this.cutTo(to);
      this.whenDone();
      return;
    }
    this.motion = motion;
    this.ms = 0;
    this.last = performance.now();
    if (motion.travelMs === 0) this.drawn.setState({ step: to });
    else this.drawn.setState({ step: from });
    this.draw();
    this.frame ??= requestAnimationFrame(this.tick);
  }

  private readonly tick = (now: number): void => {
    this.frame = undefined;
    this.ms += Math.max(0, now - this.last) * this.playback.getState().speed;
    this.last = now;
    if (this.ms >= this.motion.travelMs && this.drawn.getState().step !== this.motion.to) {
      this.drawn.setState({ step: this.motion.to });
    }
    this.draw();
    if (this.ms < this.total) this.frame = requestAnimationFrame(this.tick);
    else this.whenDone();
  };

  /** Playing: the next shown step follows when this one has been seen. */
  private whenDone(): void {
    if (this.props().guided || !this.playback.getState().playing || this.frame !== undefined) return;
    this.clearTimer();
    const wait = reducedMotion() ? REDUCED_STEP_MS : DWELL_MS;
    this.timer = setTimeout(() => {
      const { step, playing } = this.playback.getState();
      if (!playing) return;
      const next = this.props().shown.find((s) => s > step);
      this.playback.getState().set(next === undefined ? { playing: false } : { step: next });
    }, wait / this.playback.getState().speed);
  }

  private clearTimer(): void {
    if (this.timer !== undefined) clearTimeout(this.timer);
    this.timer = undefined;
  }

  private draw(): void {
    const { plan, all, shown, level, view, words } = this.props();
    const resting = this.ms >= this.total;
    this.paint({
      plan,
      all,
      motion: resting ? { ...this.motion, opMs: 0, travelMs: 0 } : this.motion,
      ms: this.ms,
      level,
      view,
      words,
      shown,
    });
  }
}

/** Many copies of one frame (a flooded broadcast) as dots on a canvas over the pane. */
function drawCopies(
  canvas: HTMLCanvasElement | null,
  { all, motion, ms }: DrawMoment,
  transform: readonly [number, number, number],
): void {
  if (canvas === null) return;
  const copies = all[motion.to]?.copies ?? [];
  const context = canvas.getContext('2d');
  if (context === null) return;
  if (copies.length < CANVAS_FROM || motion.opMs === 0) {
    if (canvas.width > 1) {
      canvas.width = 1;
      canvas.height = 1;
    }
    return;
  }
  const scale = window.devicePixelRatio;
  const { clientWidth, clientHeight } = canvas;
  if (canvas.width !== Math.round(clientWidth * scale)) {
    canvas.width = Math.round(clientWidth * scale);
    canvas.height = Math.round(clientHeight * scale);
  }
  const [tx, ty, zoom] = transform;
  context.setTransform(1, 0, 0, 1, 0, 0);
  context.clearRect(0, 0, canvas.width, canvas.height);
  context.setTransform(scale * zoom, 0, 0, scale * zoom, scale * tx, scale * ty);
  context.fillStyle = getComputedStyle(canvas).getPropertyValue('--accent');
  const share = easeTravel((ms - motion.travelMs) / motion.opMs);
  for (const way of copies) {
    const p = pointAlong(way, share);
    context.beginPath();
    context.arc(p.x, p.y, 3.5, 0, Math.PI * 2);
    context.fill();
  }
}
