import { createHandler } from './handler.ts';
import type { FromWorker, ToWorker } from './protocol.ts';

/** The worker's scope, typed here because the page's and the worker's DOM libraries exclude each other. */
interface WorkerScope {
  onmessage: ((event: { readonly data: ToWorker }) => void) | null;
  postMessage(message: FromWorker): void;
}

const scope = globalThis as unknown as WorkerScope;
const handle = createHandler((message) => scope.postMessage(message));
scope.onmessage = (event) => handle(event.data);
