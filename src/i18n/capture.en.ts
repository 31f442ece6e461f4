/** What a walk saved for Wireshark says of itself. */
export const capture = {
  about:
    'A simulated walk, not a recording. Times are those of the simulation, counted from 1970; frames of one moment are a microsecond apart to keep their order. Lengths and checksums are as on the wire: a capture on a real veth device shows checksums that the kernel left unfinished (offload), and segments that it joined. Name resolution for network addresses shows Pods, Services and nodes by name.',
  device: (p: { iface: string; place: string }) => `${p.iface} in ${p.place}`,
  cable: (p: { iface: string; place: string; peer: string }) =>
    `${p.iface} in ${p.place}, the cable to ${p.peer}`,
};
