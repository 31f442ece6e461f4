/** Reads the worker's answer to `requestMatrix`: apart, because only the matrix needs it. */
export { ReachMatrix } from '../worker/matrix.ts';
