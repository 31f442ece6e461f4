/** One request many times in a row. */
export const burst = {
  title: 'Send many times',
  intro:
    'The same request again and again. Each is a walk of its own, on the state that the ones before left.',
  howMany: 'How many requests',
  send: (p: { requests: number }) => `Send ${p.requests}`,
  stop: 'Stop',
  sent: (p: { done: number; asked: number }) =>
    p.done === p.asked
      ? `${p.done} ${p.done === 1 ? 'request' : 'requests'} sent`
      : `${p.done} of ${p.asked} requests sent`,
  ends: 'How they ended',
  nobody: 'reached nobody',
  firstOf: 'See the first one',
  row: (p: { to: string; end: string; count: number; share: string; request: number }) =>
    `${p.to}: ${p.end}, ${p.count} ${p.count === 1 ? 'request' : 'requests'}, ${p.share}. See request ${p.request}.`,
  inOrder: 'From left to right in the order of sending',
};
