import { describe, expect, it } from 'vitest'
import { needsBuildKit } from '../src/index.ts'

describe('what only BuildKit knows of a Dockerfile', () => {
  it.each([
    'FROM debian\nRUN --mount=type=cache,target=/c make',
    'FROM debian\nrun --mount=type=secret,id=A make',
    'FROM debian\nRUN --network=none make',
    'FROM debian\nCOPY --from=a --chmod=755 x /x',
    'FROM debian\nCOPY \\\n  --link x /x',
    'FROM debian\nADD --checksum=sha256:1 https://example.com/x /x',
    'FROM debian\nRUN <<EOF\nmake\nEOF',
    '# syntax=docker/dockerfile:1\nFROM debian',
  ])('is found in %j', (dockerfile) => expect(needsBuildKit(dockerfile)).toBe(true))

  it.each([
    'FROM --platform=linux/amd64 debian AS a\nARG X=1\nCOPY --from=a --chown=1:1 x /x\nRUN make --mount=yes\nCMD ["x"]',
    '# escape=`\nFROM debian\n# RUN --mount=type=cache make\nRUN echo `\n  --mount',
    'FROM debian\nRUN make \\\n  --network=none',
  ])('is not found in %j', (dockerfile) => expect(needsBuildKit(dockerfile)).toBe(false))
})
