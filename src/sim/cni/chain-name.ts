/** Names of chains and comments as containernetworking/plugins makes them (`pkg/utils`): SHA-512 over network and sandbox. */
import { sha512 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';

const MAX_CHAIN_NAME = 28;

/** `CNI-da5eba8ab2e5a5d2a60a9851`; with the prefix `DN-`, `CNI-DN-da5eba8ab2e5a5d2a60a9`. */
export function cniChainName(network: string, sandbox: string, prefix = ''): string {
  return `CNI-${prefix}${bytesToHex(sha512(utf8ToBytes(network + sandbox)))}`.slice(0, MAX_CHAIN_NAME);
}

export function cniComment(network: string, sandbox: string): string {
  return `name: "${network}" id: "${sandbox}"`;
}
