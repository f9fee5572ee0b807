import { describe, expect, test } from 'vitest'
import { placeInContext, resolveBuildPaths } from '../../src/build/build-paths.ts'
import { declaredArguments } from '../../src/build/declared-arguments.ts'

describe('The paths of a build', () => {
  test.each([
    [{}, { context: '', dockerfile: 'Dockerfile', dockerfileInTar: 'Dockerfile' }],
    [
      { dockerfilePath: '', context: '' },
      { context: '', dockerfile: 'Dockerfile', dockerfileInTar: 'Dockerfile' },
    ],
    [
      { dockerfilePath: './docker//api.Dockerfile', context: '.' },
      { context: '', dockerfile: 'docker/api.Dockerfile', dockerfileInTar: 'docker/api.Dockerfile' },
    ],
    [
      { dockerfilePath: 'app/Dockerfile', context: './app/' },
      { context: 'app', dockerfile: 'app/Dockerfile', dockerfileInTar: 'Dockerfile' },
    ],
    [
      { dockerfilePath: 'Dockerfile', context: 'app' },
      { context: 'app', dockerfile: 'Dockerfile', dockerfileInTar: '.cairn.dockerfile' },
    ],
    [
      { dockerfilePath: 'app2/Dockerfile', context: 'app' },
      { context: 'app', dockerfile: 'app2/Dockerfile', dockerfileInTar: '.cairn.dockerfile' },
    ],
  ])('of %j are found', (details, paths) => {
    expect(resolveBuildPaths(details)).toEqual({ kind: 'paths', paths })
  })

  test.each([
    [{ dockerfilePath: '../Dockerfile' }, 'buildDetails.dockerfilePath', 'must not hold ".."'],
    [
      { dockerfilePath: '/etc/passwd' },
      'buildDetails.dockerfilePath',
      'must be relative to the root of the artifact or repository, not begin with /',
    ],
    [{ dockerfilePath: './' }, 'buildDetails.dockerfilePath', 'must name a file'],
    [{ dockerfilePath: 'a\\b' }, 'buildDetails.dockerfilePath', 'must not hold backslashes or control characters'],
    [{ context: 'a/../..' }, 'buildDetails.context', 'must not hold ".."'],
    [{ context: 'a\0' }, 'buildDetails.context', 'must not hold backslashes or control characters'],
  ])('of %j are refused', (details, field, rule) => {
    expect(resolveBuildPaths(details)).toEqual({ kind: 'invalid', errors: [{ field, rule }] })
  })

  test('place the files of the context, and the Dockerfile beside them', () => {
    const paths = { context: 'app', dockerfile: 'Dockerfile', dockerfileInTar: '.cairn.dockerfile' }
    const placed = ['app/main.py', 'app/sub/x', 'application/y', 'Dockerfile', 'app', 'README'].map((file) =>
      placeInContext(paths, file),
    )
    expect(placed).toEqual(['main.py', 'sub/x', null, '.cairn.dockerfile', null, null])
  })
})

describe('The declared arguments of a Dockerfile', () => {
  test.each([
    ['FROM x\nARG PEAK_USER_ID\n', ['PEAK_USER_ID']],
    ['arg A=1 B="x y" C', ['A', 'B', 'C']],
    ['ARG \\\n  # why\n  A=1 \\\r\n  B', ['A', 'B']],
    ['# ARG A\nENV ARG=B\nRUN echo ARG C', []],
    ['\tARG\tA', ['A']],
  ])('of %j are %j', (text, names) => {
    expect([...declaredArguments(text)]).toEqual(names)
  })
})
