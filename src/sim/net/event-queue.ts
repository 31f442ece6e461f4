/**
 * Virtual time. Packets take none: they run first come, first served, before any program continues (as softirqs do),
 * and only when nothing is left to do at this moment does the next timer move the clock.
 */
type Action = () => void;

export interface Timer {
  readonly atMs: number;
  readonly order: number;
  /** Who goes first of several due at once: programs have precise timers, TCP those that fire a tick late. */
  readonly layer: number;
  cancelled: boolean;
  readonly action: Action;
}

const LAYER = { program: 0, neighbour: 1, transport: 2 } as const;

export class EventQueue {
  /** Milliseconds since the run began. */
  nowMs = 0;
  private packets: Action[] = [];
  private nextPacket = 0;
  private programs: Action[] = [];
  private timers: Timer[] = [];
  private order = 0;

  /** Work of the kernel: a packet arrives. */
  packet(action: Action): void {
    this.packets.push(action);
  }

  /** A program continues once every packet under way has come to rest. */
  program(action: Action): void {
    this.programs.push(action);
  }

  after(delayMs: number, action: Action, layer: 'neighbour' | 'transport' | 'program' = 'transport'): Timer {
    const timer = {
      atMs: this.nowMs + delayMs,
      order: this.order++,
      layer: LAYER[layer],
      cancelled: false,
      action,
    };
    this.timers.push(timer);
    return timer;
  }

  /** Does one thing that is due now; false when nothing is. */
  stepNow(): boolean {
    const packet = this.packets[this.nextPacket];
    if (packet !== undefined) {
      this.nextPacket++;
      if (this.nextPacket === this.packets.length) {
        this.packets = [];
        this.nextPacket = 0;
      }
      packet();
      return true;
    }
    const program = this.programs.shift();
    if (program === undefined) return false;
    program();
    return true;
  }

  /** Moves the clock to the next timer, tells so and runs it; false when there is none. */
  stepTimer(moved: (nowMs: number) => void): boolean {
    let best = -1;
    for (let i = 0; i < this.timers.length; i++) {
      const timer = this.timers[i];
      const known = this.timers[best];
      if (timer === undefined || timer.cancelled) continue;
      if (
        known === undefined ||
        timer.atMs < known.atMs ||
        (timer.atMs === known.atMs &&
          (timer.layer < known.layer || (timer.layer === known.layer && timer.order < known.order)))
      ) {
        best = i;
      }
    }
    const timer = this.timers[best];
    if (timer === undefined) return false;
    this.timers = this.timers.filter((t) => t !== timer && !t.cancelled);
    this.nowMs = timer.atMs;
    moved(this.nowMs);
    timer.action();
    return true;
  }
}
