/** policy-assistant's traffic file, and the list of what is expected. */
export const traffic = {
  written: (p: { file: string; entries: number }) =>
    `${p.file}: ${p.entries === 1 ? '1 entry' : `${p.entries} entries`} for policy-assistant`,
  /** Why a question is not in the file. */
  left: {
    'not-asked': 'cannot be asked in this cluster, left out',
    'nothing-sent': 'sends nothing to its target, left out',
    icmp: 'ICMP has no port, and traffic needs one: left out',
    service: 'a Service without a pod behind it; policy-assistant knows no Services: left out',
    loopback: 'stays inside the pod, where no policy is: left out',
    'no-pod': 'neither end is a pod, so no policy is about it: left out',
  },
};
