/** policy-assistant's traffic file, and the list of what is expected. */
export const traffic = {
  written: (p: { file: string; entries: number }) =>
    `${p.file}: ${p.entries === 1 ? '1 entry' : `${p.entries} entries`} for policy-assistant`,
  expectThis: 'Expect this walk',
  expected: (p: { file: string }) => `Added to ${p.file}. Undo takes it out again.`,
  notExpected: {
    there: 'It is expected already.',
    options: 'This probe has options that an entry of expect has no field for.',
    text: 'The Playground document cannot be edited safely: it has YAML aliases, or its list is no list.',
  },
  openFile: 'Open a traffic file',
  openTip: 'traffic of policy-assistant, as JSON',
  imported: (p: { count: number; file: string }) =>
    `${p.count === 1 ? '1 entry' : `${p.count} entries`} added to ${p.file}. The file says no outcome: each expects what its walk comes to now.`,
  importedNone: 'Nothing was added.',
  notes: 'What was left out, or stands for something else',
  dismiss: 'Close',
  unreadable: 'The file could not be read.',
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
