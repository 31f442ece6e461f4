export const cli = {
  usage: `usage: npm run -s packetwalk -- COMMAND FILE... [options]

  check                                diagnostics
  objects                              the cluster after the controllers settled
  walk --from A --to B [--tool curl|nc|ping|dig] [--port P] [--proto tcp|udp|sctp] [--method M] [--header 'K: V']...
       [--resolve HOST:PORT:ADDR] [--type RRTYPE] [--source ADDR] [--seed N] [--endpoint POD] [--ttl N]
       [--bytes N] [--pmtudisc do|want|dont] [--max-time SECONDS] [--count N [--interval SECONDS]]
  burst --from A --to B [--requests N]  N requests in a row (options of walk): how they ended, and who answered
  matrix [--port P[/PROTO]]            who can talk to whom
  reach --pod POD [--port P[/PROTO]] [--proto tcp|udp|sctp]  whom a pod may talk to, who may talk to it, and why
  admission [--object KIND/NS/NAME]    the way of each object through the API server: who was asked, who said no
  runtime [--pod NS/NAME]              what runs each pod, and what separates it from its node’s kernel
  show --in NETNS COMMAND... [--after "A B"]
  expect [--format text|tap|junit]      the scenario's expectations, a line each
  lab                                  a bash script that builds the cluster in Linux network namespaces
  fix --from A --to B [--block]         the smallest edit of the policies that lets it through, or stops it
  export --from A --to B --pcapng FILE the walk (options as above) as a capture for Wireshark
  export --traffic FILE                the scenario's questions as a traffic file of policy-assistant
  import --traffic FILE [--as expect|probes]  such a file's traffic as entries of the Playground document
  link                                 the scenario as a link fragment
  open LINK                            a link's files
  batch                                JSON questions on standard input, a line each

  --json prints one JSON document, --lang en|ko chooses the language.
  FILE is a file, a folder or - for standard input. Exit status: 0 done, 1 errors in the input, 2 wrong usage.`,
  exported: (p: { file: string; frames: number; devices: number }) =>
    `${p.file}: ${p.frames} frames on ${p.devices} interfaces`,
  noProblems: 'no problems',
  was: (outcome: string) => `→ ${outcome}`,
  expectSummary: (p: { held: number; total: number }) => `${p.held} of ${p.total} hold`,
  linkProblem: (problem: string) =>
    (
      ({
        damaged: 'The link is damaged or cut short: nothing could be read from it.',
        'too-large': 'The link unpacks to more than 2 MiB and was not opened.',
        'unknown-version': 'The link was made by a newer version.',
        invalid: 'What the link holds is not a scenario.',
      }) as Record<string, string>
    )[problem] ?? problem,
};
