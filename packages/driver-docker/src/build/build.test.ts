import { DriverError } from '@cairn/driver'
import { describe, expect, it } from 'vitest'
import { toBuildQuery } from './build-by-api.ts'
import { chooseBuilder, describeBuilder, type Probe, readVersion } from './builder-program.ts'
import { failureReason, meansEngineGone } from './read-failure.ts'
import { checkBuildRequest, qualifyTag, toBuildCommand } from './to-build-command.ts'

const docker = { engine: 'docker', version: '20.10.24', hasInit: true } as const
const podman = { engine: 'podman', version: '4.3.1', hasInit: false } as const
const modern: Probe = {
  program: '/usr/local/bin/docker',
  version: 'Docker version 28.2.2, build e6534b4',
  buildx: null,
}
const debian: Probe = {
  program: '/usr/bin/docker',
  version: 'Docker version 20.10.24+dfsg1, build 297e128',
  buildx: null,
}
const withBuildx: Probe = { ...modern, buildx: 'github.com/docker/buildx v0.24.0 d0e5e86' }
const ancient: Probe = { program: '/usr/bin/docker', version: 'Docker version 17.12.1-ce, build 7390fc6', buildx: null }

describe('choice of the builder', () => {
  it.each([
    ['buildx where it is', [debian, withBuildx], 'BuildKit (buildx 0.24.0)'],
    [
      'an older client that speaks BuildKit itself, behind a newer one that does not',
      [modern, debian],
      'BuildKit (docker 20.10.24)',
    ],
    ['the engine’s own where no client can', [modern, ancient], 'classic builder of docker 20.10.24'],
    ['the engine’s own where there is no client', [], 'classic builder of docker 20.10.24'],
    ['the engine’s own where clients fail', [{ ...debian, version: null }], 'classic builder of docker 20.10.24'],
  ])('takes %s', (_, probes, description) => {
    expect(describeBuilder(chooseBuilder(docker, probes))).toContain(description)
  })

  it('takes podman on Podman', () => {
    const probe = { program: '/usr/bin/podman', version: 'podman version 4.3.1', buildx: null }
    expect(describeBuilder(chooseBuilder(podman, [probe]))).toBe('Podman (podman 4.3.1)')
    expect(describeBuilder(chooseBuilder(podman, []))).toContain('classic builder of podman 4.3.1')
  })

  it('reads versions', () => {
    expect(readVersion('Docker version 20.10.24+dfsg1, build 297e128')).toBe('20.10.24')
    expect(readVersion(null)).toBe('unknown')
  })
})

const request = {
  tag: 'cairn/x/3:7',
  labels: { a: 'b' },
  dockerfilePath: 'docker/Dockerfile',
  needsBuildKit: false,
  buildArguments: { VERSION: '1; rm -rf /', EMPTY: '' },
  secrets: { TOKEN: 'hush' },
  useCache: false,
  limits: { cpus: null, memoryBytes: null },
}
const setting = {
  installation: 'x',
  dockerHost: 'unix:///s',
  imageIdFile: '/t/id',
  secretSources: { TOKEN: 'env=CAIRN_SECRET_0' },
  directory: null,
}

describe('build command', () => {
  it('gives every value as one argument of the client', () => {
    const builder = { kind: 'buildkit-client', program: 'docker', version: '20.10' } as const
    expect(toBuildCommand(builder, request, setting)).toEqual([
      'build',
      '--progress',
      'plain',
      '--tag',
      'cairn/x/3:7',
      '--file',
      'docker/Dockerfile',
      '--iidfile',
      '/t/id',
      '--label',
      'a=b',
      '--label',
      'dev.cairn.installation=x',
      '--build-arg',
      'VERSION=1; rm -rf /',
      '--build-arg',
      'EMPTY=',
      '--secret',
      'id=TOKEN,env=CAIRN_SECRET_0',
      '--no-cache',
      '-',
    ])
  })

  it('loads what buildx builds, and talks to the service that Podman runs', () => {
    const command = (kind: 'buildx' | 'podman') =>
      toBuildCommand({ kind, program: 'p', version: '1' }, { ...request, useCache: true }, setting).join(' ')
    expect(command('buildx')).toMatch(/^buildx build --builder default --load --progress plain/)
    expect(command('podman')).toMatch(
      /^--remote --url unix:\/\/\/s build --format docker --tag docker.io\/cairn\/x\/3:7/,
    )
    expect(command('buildx')).not.toContain('--no-cache')
  })

  it('names the directory of the context, and a Dockerfile beside it', () => {
    const builder = { kind: 'buildkit-client', program: 'docker', version: '20.10' } as const
    const directory = { path: '/t/context', dockerfile: '/t/build/Dockerfile' }
    const command = toBuildCommand(builder, request, { ...setting, directory })
    expect([command.includes('docker/Dockerfile'), command.at(-1)]).toEqual([false, '/t/context'])
    expect(command.join(' ')).toContain('--file /t/build/Dockerfile')
  })

  it('limits CPU and memory where the builder takes limits', () => {
    const limited = { ...request, limits: { cpus: 1.5, memoryBytes: 1e9 } }
    const command = (kind: 'buildx' | 'podman') =>
      toBuildCommand({ kind, program: 'p', version: '1' }, limited, setting).join(' ')
    expect(command('podman')).toContain('--cpu-period 100000 --cpu-quota 150000 --memory 1000000000')
    expect(command('buildx')).not.toContain('--memory')
    const query = { cpuperiod: 100_000, cpuquota: 150_000, memory: 1e9, memswap: 1e9 }
    expect(toBuildQuery(limited, 'x')).toMatchObject(query)
  })

  it.each([
    ['cairn/x/3:7', 'docker.io/cairn/x/3:7'],
    ['debian:12', 'docker.io/library/debian:12'],
    ['localhost/a:1', 'localhost/a:1'],
    ['registry.example.com/a:1', 'registry.example.com/a:1'],
    ['localhost:5000/a:1', 'localhost:5000/a:1'],
  ])('says the name %s in full as %s', (tag, full) => {
    expect(qualifyTag(tag)).toBe(full)
  })

  it.each([
    { secrets: { 'a,src=/etc/shadow': 'x' } },
    { secrets: { '': 'x' } },
    { buildArguments: { 'A=B': 'x' } },
    { buildArguments: { A: 'x\0' } },
    { dockerfilePath: '-' },
  ])('refuses %o', (change) => {
    expect(() => checkBuildRequest({ ...request, ...change })).toThrow(DriverError)
  })

  it('asks the engine’s API for the same', () => {
    expect(toBuildQuery(request, 'x')).toEqual({
      t: 'cairn/x/3:7',
      dockerfile: 'docker/Dockerfile',
      buildargs: { VERSION: '1; rm -rf /', EMPTY: '' },
      labels: { a: 'b', 'dev.cairn.installation': 'x' },
      nocache: true,
      rm: true,
      forcerm: true,
    })
  })
})

describe('failures', () => {
  it.each([
    [
      [
        '#5 ERROR: x',
        '------',
        ' > [2/2] RUN false:',
        '------',
        'executor failed running [/bin/sh -c false]: exit code: 1',
      ],
      'executor failed running [/bin/sh -c false]: exit code: 1',
    ],
    [['ERROR: failed to solve: exit code: 1', ''], 'failed to solve: exit code: 1'],
    [['Error: building at STEP "RUN false": exit status 1'], 'building at STEP "RUN false": exit status 1'],
    [
      ['#7 0.4 cp: error writing: No space left on device', 'executor failed running [cp]: exit code: 1'],
      'the disk of the container engine is full; remove what it does not need, then build again',
    ],
    [[], 'the builder failed without a message'],
  ])('of %o tell %s', (lines, reason) => {
    expect(failureReason(lines)).toBe(reason)
  })

  it('are the engine’s when it went away', () => {
    expect(meansEngineGone(['Cannot connect to the Docker daemon at unix:///s. Is the docker daemon running?'])).toBe(
      true,
    )
    expect(meansEngineGone(['rpc error: code = Unavailable desc = transport is closing'])).toBe(true)
    expect(meansEngineGone(['RUN false', 'exit code: 1'])).toBe(false)
  })
})
