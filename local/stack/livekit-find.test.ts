import { describe, expect, it } from 'vitest';
import { cachedServer, findLiveKit, goIsRecent, type LiveKitSurroundings } from './livekit-find.ts';

const everything = {
  external: 'wss://rooms.example',
  onPath: ['livekit-server', 'go', 'docker'],
  cached: true,
  docker: true,
  go: 'go version go1.26.8 linux/amd64',
};

function around(has: Partial<typeof everything>): LiveKitSurroundings {
  return {
    externalUrl: has.external,
    which: (program) => (has.onPath?.includes(program) ? `/bin/${program}` : undefined),
    isExecutable: (path) => has.cached === true && path === cachedServer('/cache'),
    cacheFolder: '/cache',
    goVersion: async () => has.go ?? '',
    dockerRuns: async () => has.docker === true,
  };
}

describe('the search for a LiveKit server', () => {
  it('takes the one in the environment before all others', async () => {
    expect(await findLiveKit(around(everything))).toEqual({
      kind: 'external',
      url: 'wss://rooms.example',
    });
  });

  it('then the one on the PATH', async () => {
    const { external: _, ...rest } = everything;
    expect(await findLiveKit(around(rest))).toMatchObject({ path: '/bin/livekit-server' });
  });

  it('then the one in the cache', async () => {
    const found = await findLiveKit(
      around({ cached: true, onPath: ['go', 'docker'], docker: true }),
    );
    expect(found).toMatchObject({ kind: 'binary', path: cachedServer('/cache') });
  });

  it('then a build, where Go is recent enough', async () => {
    const found = await findLiveKit(
      around({ onPath: ['go', 'docker'], docker: true, go: everything.go }),
    );
    expect(found).toEqual({ kind: 'build', go: '/bin/go', path: cachedServer('/cache') });
  });

  it('then Docker, if its engine runs', async () => {
    const old = { onPath: ['go', 'docker'], go: 'go version go1.19.8 linux/amd64' };
    expect(await findLiveKit(around({ ...old, docker: true }))).toMatchObject({ kind: 'docker' });
    expect(await findLiveKit(around({ ...old, docker: false }))).toMatchObject({ kind: 'none' });
  });

  it('says how to get one when there is none', async () => {
    expect(await findLiveKit(around({}))).toMatchObject({
      help: expect.stringContaining('LIVEKIT_URL'),
    });
  });

  it.each([
    ['go version go1.21.0 linux/amd64', true],
    ['go version go2.0 darwin/arm64', true],
    ['go version go1.20.14 linux/amd64', false],
    ['', false],
  ])('reads %j', (output, isRecent) => {
    expect(goIsRecent(output)).toBe(isRecent);
  });
});
