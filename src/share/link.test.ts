import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeLink, openLink, type SharedState } from './link.ts';

const state: SharedState = {
  files: [
    { name: 'app.yaml', text: 'kind: Pod # 파드\n' },
    { name: 'cluster.yaml', text: '' },
  ],
  view: {
    step: 9,
    lens: 'overlay',
    probe: { from: 'default/client', tool: 'curl', to: 'http://web' },
    dragged: { 'pod:a': { x: 1.5, y: -2 } },
  },
};

/** A link made once by version 1; it has to open for ever. */
const FIRST_LINK =
  '#v1=BcExCoMwFIDhq4S_a3DvO0V37RDwFUJjDE3QSsgN3Fy9ofQO_b7KywfNSF-JblIEl1K3uSlgKfotCG8fRzGPeTQ389v36ziHSHtaFq8rUslFE3K3BI0ZYV70E9xGa38';

async function rawLink(json: string): Promise<string> {
  const stream = new Blob([json]).stream().pipeThrough(new CompressionStream('deflate-raw'));
  return `#v1=${Buffer.from(await new Response(stream).arrayBuffer()).toString('base64url')}`;
}

describe('links', () => {
  it('gives back what was shared', async () => {
    expect(await openLink(await encodeLink(state))).toEqual({ ok: true, state });
    expect(await openLink(`https://packetwalk.example/app/${await encodeLink(state)}`)).toEqual({
      ok: true,
      state,
    });
  });

  it('opens a link of the first version', async () => {
    const opened = await openLink(FIRST_LINK);
    expect(opened.ok && opened.state.files[0]?.name).toBe('app.yaml');
  });

  it.each([
    ['nothing', '', 'damaged'],
    ['no payload', '#v1=', 'damaged'],
    ['not base64url', '#v1=%%%', 'damaged'],
    ['noise', '#v1=AAAAAAAA', 'damaged'],
    ['a version of the future', '#v99=abc', 'unknown-version'],
  ])('says what is wrong with %s', async (_name, link, problem) => {
    expect(await openLink(link)).toEqual({ ok: false, problem });
  });

  it('refuses every truncation', async () => {
    const link = await encodeLink(state);
    for (let n = 4; n < link.length; n += 7) expect((await openLink(link.slice(0, n))).ok).toBe(false);
  });

  it.each([
    ['another shape', '{"files":"x"}'],
    ['no files', '{"files":[]}'],
    ['two files of one name', '{"files":[{"name":"a","text":""},{"name":"a","text":""}]}'],
    ['a wrong lens', '{"files":[{"name":"a","text":""}],"view":{"lens":"xray"}}'],
    [
      'a coordinate that is no number',
      '{"files":[{"name":"a","text":""}],"view":{"dragged":{"p":{"x":"1","y":2}}}}',
    ],
  ])('refuses %s', async (_name, json) => {
    expect(await openLink(await rawLink(json))).toEqual({ ok: false, problem: 'invalid' });
  });

  it('stops inflating a bomb', async () => {
    const bomb = await rawLink(`{"files":[{"name":"a","text":"${'0'.repeat(20_000_000)}"}]}`);
    expect(bomb.length).toBeLessThan(60_000);
    expect(await openLink(bomb)).toEqual({ ok: false, problem: 'too-large' });
  });

  it('keeps prototype keys harmless', async () => {
    const opened = await openLink(
      await rawLink('{"__proto__":{"x":1},"files":[{"name":"a","text":"","__proto__":{"y":1}}]}'),
    );
    expect(opened.ok).toBe(true);
    expect(({} as Record<string, unknown>).x).toBeUndefined();
  });

  it('never throws', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string(), async (noise) => {
        await openLink(`#v1=${noise}`);
      }),
      { seed: 1, numRuns: 200 },
    );
  });
});
