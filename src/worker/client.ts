/** The page's end of the worker protocol: ids, promises, progress, cancel by restart. */
import type { Diagnostic } from '../sim/base/diagnostic.ts';
import type { FromWorker, RequestName, Requests, ToWorker } from './protocol.ts';

export type Progress = Extract<FromWorker, { progress: unknown }>['progress'];

/** What carries messages: a Worker in the page, a direct call in tests. */
export interface Channel {
  readonly post: (message: ToWorker) => void;
  readonly close: () => void;
}

export type OpenChannel = (receive: (message: FromWorker) => void, fail: (error: string) => void) => Channel;

/** Thrown by a request that a cancel or a restart ended. */
export class CancelledError extends Error {
  override readonly name = 'CancelledError';
}

/** Thrown where the question itself was wrong (an unknown pod, a target that is no address). */
export class QuestionError extends Error {
  override readonly name = 'QuestionError';
  readonly diagnostic: Diagnostic;
  constructor(diagnostic: Diagnostic) {
    super(diagnostic.code);
    this.diagnostic = diagnostic;
  }
}

export interface Cancellable<T> {
  readonly result: Promise<T>;
  readonly cancel: () => void;
}

interface Pending {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
  readonly onProgress?: (progress: Progress) => void;
}

/** One worker, many questions. A class because it has a life cycle: it opens, restarts and closes its channel. */
export class SimClient {
  private channel: Channel;
  private nextId = 1;
  private readonly pending = new Map<number, Pending>();
  private readonly open: OpenChannel;

  constructor(open: OpenChannel) {
    this.open = open;
    this.channel = this.connect();
  }

  request<N extends RequestName>(
    name: N,
    params: Requests[N]['params'],
    onProgress?: (progress: Progress) => void,
  ): Promise<Requests[N]['result']> {
    return this.start(name, params, onProgress).result;
  }

  /** A question that can be taken back: the worker stops as soon as it looks up, and the promise is rejected at once. */
  start<N extends RequestName>(
    name: N,
    params: Requests[N]['params'],
    onProgress?: (progress: Progress) => void,
  ): Cancellable<Requests[N]['result']> {
    const id = this.nextId++;
    const result = new Promise<Requests[N]['result']>((resolve, reject) => {
      this.pending.set(id, { resolve: resolve as (value: unknown) => void, reject, onProgress });
      this.channel.post({ id, name, params } as ToWorker);
    });
    const cancel = (): void => {
      const pending = this.pending.get(id);
      if (pending === undefined) return;
      this.pending.delete(id);
      this.channel.post({ cancel: id });
      pending.reject(new CancelledError('cancelled'));
    };
    return { result, cancel };
  }

  /** Ends whatever runs: the worker is replaced by a fresh one, so even a computation that never yields stops. */
  restart(): void {
    this.channel.close();
    this.rejectAll(new CancelledError('cancelled'));
    this.channel = this.connect();
  }

  close(): void {
    this.channel.close();
    this.rejectAll(new CancelledError('closed'));
  }

  private connect(): Channel {
    return this.open(
      (message) => this.receive(message),
      (error) => {
        this.rejectAll(new Error(error));
        this.channel.close();
        this.channel = this.connect();
      },
    );
  }

  private receive(message: FromWorker): void {
    const pending = this.pending.get(message.id);
    if (pending === undefined) return;
    if ('progress' in message) {
      pending.onProgress?.(message.progress);
      return;
    }
    this.pending.delete(message.id);
    if (message.ok) pending.resolve(message.result);
    else if (message.problem !== undefined) pending.reject(new QuestionError(message.problem));
    else pending.reject(new Error(message.error));
  }

  private rejectAll(error: Error): void {
    const all = [...this.pending.values()];
    this.pending.clear();
    for (const p of all) p.reject(error);
  }
}

/** Opens the real worker. */
export const openWorker: OpenChannel = (receive, fail) => {
  const worker = new Worker(new URL('./sim.worker.ts', import.meta.url), {
    type: 'module',
    name: 'packetwalk-sim',
  });
  worker.onmessage = (event: MessageEvent<FromWorker>) => receive(event.data);
  worker.onerror = (event) => fail(event.message || 'the simulation worker stopped');
  return { post: (message) => worker.postMessage(message), close: () => worker.terminate() };
};
