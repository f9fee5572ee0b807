import { DriverError, specHash, type WorkloadSpec } from '@cairn/driver'
import { describe, expect, it } from 'vitest'
import { toFeatures } from './engine-features.ts'
import { formatEngineHost, parseEngineHost } from './engine-host.ts'
import type { ContainerInspect } from './engine-shapes.ts'
import { toImageDetails, toObservation } from './from-inspect.ts'
import { connectionError, engineMessage, responseError } from './map-error.ts'
import { oldestNetwork, toNetworkOptions } from './networks.ts'
import { absolutePath } from './read-file.ts'
import { sinceParameter } from './read-logs.ts'
import { toStartFailure } from './start-failure.ts'
import { toCreateOptions } from './to-create-options.ts'

const spec: WorkloadSpec = {
  name: 'cairn-x-s-1',
  owner: { kind: 'step', id: 'run', tenantId: 'acme' },
  image: 'sha256:abc',
  command: ['/bin/sh', '-c', 'echo "$A"'],
  env: { A: '1=2\n3' },
  resources: { cpus: 0.25, memoryBytes: 268_435_456, pids: 128, storageBytes: null },
  network: 'cairn-x-acme',
  files: null,
  publishPort: null,
}

describe('create options', () => {
  it('carry the whole security baseline', () => {
    const { HostConfig, NetworkingConfig } = toCreateOptions(spec, {
      installation: 'x',
      hasInit: true,
      namesOtherLimits: false,
      network: 'f00d',
    })
    expect(NetworkingConfig).toEqual({ EndpointsConfig: { f00d: { NetworkID: 'f00d' } } })
    expect(HostConfig).toEqual({
      NetworkMode: 'f00d',
      Memory: 268_435_456,
      MemorySwap: 268_435_456,
      NanoCpus: 250_000_000,
      PidsLimit: 128,
      CapDrop: ['ALL'],
      CapAdd: ['CHOWN', 'DAC_OVERRIDE', 'FOWNER', 'KILL', 'SETGID', 'SETUID', 'NET_BIND_SERVICE'],
      SecurityOpt: ['no-new-privileges'],
      Privileged: false,
      IpcMode: 'private',
      RestartPolicy: { Name: 'no' },
      LogConfig: { Type: 'json-file', Config: {} },
      Init: true,
    })
  })

  it('replace entrypoint and command together, and leave an image’s own alone and without an init process', () => {
    const setting = { installation: 'x', hasInit: true, namesOtherLimits: false, network: 'f00d' }
    expect(toCreateOptions(spec, setting)).toMatchObject({ Entrypoint: spec.command, Cmd: [], Env: ['A=1=2\n3'] })
    const own = toCreateOptions({ ...spec, command: null }, setting)
    expect(own).not.toHaveProperty('Entrypoint')
    expect(own.HostConfig.Init).toBe(false)
  })

  it('bound each file, and name other limits with it where the engine would set numbers of its own', () => {
    const bounded = { ...spec, resources: { ...spec.resources, storageBytes: 1000 } }
    const limitsOf = (namesOtherLimits: boolean) =>
      toCreateOptions(bounded, { installation: 'x', hasInit: true, namesOtherLimits, network: 'f00d' }).HostConfig
    const fsize = { Name: 'fsize', Soft: 1000, Hard: 1000 }
    expect(limitsOf(false)).toMatchObject({ Ulimits: [fsize] })
    expect(limitsOf(true)).toMatchObject({
      Ulimits: [fsize, { Name: 'nofile', Soft: 4096, Hard: 4096 }, { Name: 'nproc', Soft: 8192, Hard: 8192 }],
    })
  })

  it('label what belongs to whom, and the spec', () => {
    expect(
      toCreateOptions(spec, { installation: 'x', hasInit: false, namesOtherLimits: false, network: 'f00d' }).Labels,
    ).toEqual({
      'dev.cairn.installation': 'x',
      'dev.cairn.kind': 'step',
      'dev.cairn.id': 'run',
      'dev.cairn.tenant': 'acme',
      'dev.cairn.spec': specHash(spec),
    })
  })

  it('publish a port on the loopback interface only, and bound the log of a service', () => {
    const service = { ...spec, owner: { ...spec.owner, kind: 'service' as const }, publishPort: 8000 }
    const options = toCreateOptions(service, {
      installation: 'x',
      hasInit: false,
      namesOtherLimits: false,
      network: 'f00d',
    })
    expect(options).toMatchObject({
      ExposedPorts: { '8000/tcp': {} },
      HostConfig: {
        PortBindings: { '8000/tcp': [{ HostIp: '127.0.0.1', HostPort: '' }] },
        LogConfig: { Config: { 'max-size': '64m', 'max-file': '2' } },
      },
    })
  })
})

const labels = {
  'dev.cairn.installation': 'x',
  'dev.cairn.kind': 'service',
  'dev.cairn.id': '7',
  'dev.cairn.tenant': 'acme',
}
const never = '0001-01-01T00:00:00Z'
const started = '2026-01-02T03:04:05.678901234Z'
const finished = '2026-01-02T03:04:06Z'

function inspect(state: Partial<ContainerInspect['State']>, ports: object | null = null): ContainerInspect {
  return {
    Id: 'id',
    Name: '/cairn-x-s-1',
    State: { Status: 'running', ExitCode: 0, StartedAt: started, FinishedAt: never, ...state },
    Config: { Labels: labels },
    NetworkSettings: {
      Ports: { '8000/tcp': ports === null ? null : [{ HostIp: '127.0.0.1', HostPort: '49153', ...ports }] },
    },
  }
}

describe('observations', () => {
  it('tell a running container with its address', () => {
    expect(toObservation(inspect({}, {}), 'x')).toEqual({
      name: 'cairn-x-s-1',
      owner: { kind: 'service', id: '7', tenantId: 'acme' },
      phase: 'running',
      address: { host: '127.0.0.1', port: 49_153 },
      startedAt: new Date(started),
      finishedAt: null,
      exit: null,
    })
  })

  it.each([
    ['created', {}, 'created', null],
    [
      'created',
      { ExitCode: 127, Error: 'exec: not found' },
      'exited',
      { code: 127, reason: 'error', detail: 'exec: not found' },
    ],
    ['created', { ExitCode: 128, Error: 'the engine failed' }, 'created', null],
    ['paused', {}, 'frozen', null],
    ['exited', { ExitCode: 0 }, 'exited', { code: 0, reason: 'completed', detail: null }],
    ['exited', { ExitCode: 2 }, 'exited', { code: 2, reason: 'error', detail: null }],
    ['exited', { ExitCode: 137 }, 'exited', { code: 137, reason: 'killed', detail: null }],
    ['exited', { ExitCode: 143 }, 'exited', { code: 143, reason: 'killed', detail: null }],
    ['exited', { ExitCode: 137, OOMKilled: true }, 'exited', { code: 137, reason: 'oom', detail: null }],
    ['exited', { ExitCode: 1, OOMKilled: true }, 'exited', { code: 1, reason: 'oom', detail: null }],
    ['exited', { ExitCode: 0, OOMKilled: true }, 'exited', { code: 0, reason: 'completed', detail: null }],
    ['dead', { ExitCode: 1 }, 'exited', { code: 1, reason: 'error', detail: null }],
  ] as const)('translate %s with %o into %s', (Status, state, phase, exit) => {
    expect(toObservation(inspect({ Status, FinishedAt: finished, ...state }), 'x')).toMatchObject({ phase, exit })
  })

  it('are none for a container of another installation or without owner', () => {
    expect(toObservation(inspect({}), 'y')).toBeNull()
    expect(toObservation({ ...inspect({}), Config: { Labels: { 'dev.cairn.installation': 'x' } } }, 'x')).toBeNull()
    expect(toObservation({ ...inspect({}), Config: { Labels: null } }, 'x')).toBeNull()
  })

  it('never end before they start', () => {
    const state = { Status: 'exited', StartedAt: finished, FinishedAt: started }
    expect(toObservation(inspect(state), 'x')).toMatchObject({
      startedAt: new Date(started),
      finishedAt: new Date(started),
    })
  })
})

describe('image details', () => {
  it('hold TCP ports in order and a working directory', () => {
    const Config = { ExposedPorts: { '9000/udp': {}, '8080/tcp': {}, '80': {} }, WorkingDir: '' }
    expect(toImageDetails({ Id: 'abc', Size: 5, Config })).toEqual({
      id: 'sha256:abc',
      sizeBytes: 5,
      exposedTcpPorts: [80, 8080],
      workingDirectory: '/',
      layers: [],
    })
    expect(toImageDetails({ Id: 'sha256:abc', Size: 5 })).toMatchObject({ exposedTcpPorts: [], workingDirectory: '/' })
  })
})

describe('errors', () => {
  it.each([
    [404, 'No such image: x:1', 'image_not_found'],
    [404, 'No such container: x', 'workload_not_found'],
    [500, 'no container with name or ID "x" found: no such container', 'workload_not_found'],
    [409, 'can not get logs from container which is dead or marked for removal', 'workload_not_found'],
    [404, 'network cairn-x not found', 'unknown'],
    [400, 'invalid port', 'invalid_spec'],
    [500, 'write /x: no space left on device', 'no_capacity'],
    [500, 'could not find an available, non-overlapping IPv4 address pool', 'no_capacity'],
    [503, 'starting', 'unavailable'],
    [500, 'something else', 'unknown'],
  ])('%i "%s" means %s', (status, message, code) => {
    const error = responseError({ status, body: { message } }, { method: 'POST', path: '/x' })
    expect(error.code).toBe(code)
    expect(error.message).toContain(message)
  })

  it.each([
    ['EACCES', 'denied'],
    ['ENOENT', 'unavailable'],
    ['ECONNREFUSED', 'unavailable'],
    ['ECONNRESET', 'unavailable'],
  ])('a connection that ends with %s means %s', (code, expected) => {
    expect(connectionError(Object.assign(new Error('x'), { code }), 'unix:///s').code).toBe(expected)
  })

  it('find the words of any shape of answer', () => {
    expect(engineMessage({ message: 'a' })).toBe('a')
    expect(engineMessage({ cause: 'b', message: '' })).toBe('b')
    expect(engineMessage(' c\n')).toBe('c')
    expect(engineMessage(null)).toBe('no reason given')
  })

  it.each([
    ['runc create failed: exec: "/nope": stat /nope: no such file or directory', 127],
    ['exec: "x": executable file not found in $PATH', 127],
    ['OCI runtime attempted to invoke a command that was not found', 127],
    ['exec: "/etc/passwd": permission denied', 126],
    ['exec user process caused: exec format error', 126],
    ['error mounting "/x": no such file or directory', null],
    ['network x not found', null],
  ])('"%s" is a start that failed with %s', (words, code) => {
    expect(toStartFailure(words)?.code ?? null).toBe(code)
  })
})

describe('the rest of the translation', () => {
  it('knows the engine and whether it has an init process', () => {
    const version = (...names: string[]) => ({ Version: '1', Components: names.map((Name) => ({ Name })) })
    expect(toFeatures(version('Engine', 'docker-init'))).toEqual({ engine: 'docker', version: '1', hasInit: true })
    expect(toFeatures(version('Engine'))).toMatchObject({ engine: 'docker', hasInit: false })
    expect(toFeatures(version('Podman Engine'))).toMatchObject({ engine: 'podman', hasInit: false })
    expect(toFeatures({ Version: '1' })).toMatchObject({ engine: 'docker', hasInit: false })
  })

  it.each([
    ['unix:///run/docker.sock', { kind: 'socket', path: '/run/docker.sock' }, 'unix:///run/docker.sock'],
    ['/run/docker.sock', { kind: 'socket', path: '/run/docker.sock' }, 'unix:///run/docker.sock'],
    ['tcp://127.0.0.1', { kind: 'tcp', hostname: '127.0.0.1', port: 2375 }, 'tcp://127.0.0.1:2375'],
    ['http://localhost:99', { kind: 'tcp', hostname: 'localhost', port: 99 }, 'tcp://localhost:99'],
  ])('reads the engine host %s', (text, host, formatted) => {
    expect(parseEngineHost(text)).toEqual(host)
    expect(formatEngineHost(parseEngineHost(text))).toBe(formatted)
  })

  it.each(['', 'docker', 'ssh://host', 'unix://', 'npipe:////./pipe/x'])('refuses the engine host "%s"', (text) => {
    expect(() => parseEngineHost(text)).toThrow(DriverError)
  })

  it.each([
    ['/work', 'a/b', '/work/a/b'],
    ['', 'a', '/a'],
    ['/work', '/a/', '/a'],
    ['/work', '../../../x', '/x'],
    ['/work', '', '/work'],
  ])('resolves a path from %s to %s as %s', (workingDirectory, path, expected) => {
    expect(absolutePath(workingDirectory, path)).toBe(expected)
  })

  it('gives times in seconds to the millisecond', () => {
    expect(sinceParameter(new Date(1_700_000_000_007))).toBe('1700000000.007')
  })

  it('keeps the oldest of networks that share a name', () => {
    const network = (Id: string, Created: string) => ({ Id, Created, Name: 'n' })
    expect(oldestNetwork([network('b', '2'), network('c', '1'), network('a', '2')])?.Id).toBe('c')
    expect(oldestNetwork([network('b', '1'), network('a', '1')])?.Id).toBe('a')
    expect(oldestNetwork([])).toBeNull()
  })

  it('asks Podman to isolate what Docker isolates by itself', () => {
    expect(toNetworkOptions('n', { installation: 'x', engine: 'podman' }).Options).toEqual({ isolate: 'true' })
    expect(toNetworkOptions('n', { installation: 'x', engine: 'docker' }).Options).toEqual({})
  })
})
