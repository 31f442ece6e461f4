/** Ethernet II. Models addresses and EtherType; leaves out VLAN tags, padding to 60 bytes and the frame check sequence. */
import { headerLength, type Field } from './field.ts';

export const ETHER_TYPES: Readonly<Record<number, string>> = {
  0x0800: 'IPv4',
  0x0806: 'ARP',
  0x86dd: 'IPv6',
};

export const ETHERNET = [
  { key: 'dst', bit: 0, bits: 48, as: 'mac' },
  { key: 'src', bit: 48, bits: 48, as: 'mac' },
  { key: 'type', bit: 96, bits: 16, as: 'hex', show: (v) => ETHER_TYPES[v] ?? '' },
] as const satisfies readonly Field[];

export const ETHERNET_LENGTH = headerLength(ETHERNET);
