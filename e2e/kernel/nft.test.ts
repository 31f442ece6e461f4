/**
 * The kernel and nft take the text that `show` prints for nftables, and give the very same text back: everything that
 * the printer can print, and kube-proxy's tables of both families. The order of elements and the words are nft's own,
 * so another version may differ: those skip this.
 */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { attempt, bash, lacking } from './shell.ts';

const why = lacking() ?? otherVersion();
if (why !== undefined) console.warn(`e2e/kernel/nft is skipped: ${why}`);

function otherVersion(): string | undefined {
  const said = attempt('nft --version').output.trim();
  return /v1\.(0\.[6-9]|1\.[0-3]) /.test(said) ? undefined : `wants nft 1.0.6 to 1.1.3, this is ${said}`;
}

describe.skipIf(why !== undefined)('nft takes and gives back', () => {
  it.each(['net/show/golden/nft-list-ruleset.txt', 'proxy/nftables/golden/everything.nft.txt'])(
    '%s',
    (file) => {
      const text = readFileSync(new URL(`../../src/sim/${file}`, import.meta.url), 'utf8');
      const name = `pwk${process.pid.toString(36)}nft`;
      try {
        const printed = bash(
          `ip netns add ${name}
ip netns exec ${name} nft -c -f - <<'RULES'
${text}RULES
ip netns exec ${name} nft -f - <<'RULES'
${text}RULES
ip netns exec ${name} nft list ruleset`,
        );
        expect(printed).toBe(text);
      } finally {
        attempt(`ip netns del ${name}`);
      }
    },
  );
});
