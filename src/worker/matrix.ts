/** Reads the answer to `matrix`, on either side of the worker. */
export { ReachMatrix } from '../sim/policy/reach-matrix.ts';
