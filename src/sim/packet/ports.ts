import type { SctpHeader, TcpHeader, TransportHeader, UdpHeader } from './packet.ts';

/** The header, if it is one with ports. */
export function portsOf(l4: TransportHeader | undefined): TcpHeader | UdpHeader | SctpHeader | undefined {
  return l4?.proto === 'tcp' || l4?.proto === 'udp' || l4?.proto === 'sctp' ? l4 : undefined;
}
