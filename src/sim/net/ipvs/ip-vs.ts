/** What netfilter calls of IPVS: one chunk, loaded through `module.ts`. */
export { ofVirtualServer } from './connection.ts';
export { ipvsError, ipvsReply, ipvsRequest } from './hooks.ts';
