import { describe, expect, it } from 'vitest'
import { chooseDaemon, type Machine } from './choose-daemon.ts'
import { engineCandidates } from './engine-candidates.ts'
import { enginePaths } from './engine-paths.ts'

const paths = enginePaths('/srv/cairn/.cairn')
const bare: Machine = {
  isRoot: true,
  dockerd: null,
  podman: null,
  runc: null,
  canInstallPackages: true,
  hasOldControlGroups: false,
}

describe('the engine to start when none answers', () => {
  it('is dockerd for root where it is installed, with everything under the state directory', () => {
    const choice = chooseDaemon({ ...bare, dockerd: '/usr/sbin/dockerd', podman: '/usr/bin/podman' }, paths)
    expect(choice).toMatchObject({
      kind: 'start',
      daemon: {
        program: '/usr/sbin/dockerd',
        args: [
          '--host=unix:///srv/cairn/.cairn/engine/run/docker.sock',
          '--data-root=/srv/cairn/.cairn/engine/data',
          '--exec-root=/srv/cairn/.cairn/engine/run/exec',
          '--pidfile=/srv/cairn/.cairn/engine/run/dockerd.pid',
          '--default-address-pool=base=172.16.0.0/12,size=24',
        ],
      },
    })
  })

  it('is Podman where only that is installed, or only that may be run', () => {
    const podman = { ...bare, podman: '/usr/bin/podman' }
    expect(chooseDaemon(podman, paths)).toMatchObject({ daemon: { program: '/usr/bin/podman', env: {} } })
    const unprivileged = { ...podman, isRoot: false, dockerd: '/usr/sbin/dockerd' }
    expect(chooseDaemon(unprivileged, paths)).toMatchObject({ daemon: { program: '/usr/bin/podman' } })
  })

  it('gives Podman a configuration of its own where its runtime refuses the control groups', () => {
    const machine = { ...bare, podman: '/usr/bin/podman', runc: '/usr/sbin/runc', hasOldControlGroups: true }
    expect(chooseDaemon(machine, paths)).toMatchObject({
      daemon: { env: { CONTAINERS_CONF: '/srv/cairn/.cairn/engine/run/containers.conf' } },
    })
  })

  it('is to be installed for root on a bare Debian', () => {
    expect(chooseDaemon(bare, paths)).toEqual({ kind: 'install' })
  })

  it.each([
    { ...bare, isRoot: false },
    { ...bare, canInstallPackages: false },
    { ...bare, isRoot: false, dockerd: '/usr/bin/dockerd' },
  ])('is none elsewhere, and what to do is said', (machine) => {
    const choice = chooseDaemon(machine, paths)
    expect(choice.kind).toBe('impossible')
    expect(choice).toHaveProperty('whatToDo', expect.stringContaining('CAIRN_DOCKER_HOST'))
  })
})

describe('paths of an own engine', () => {
  it('keep sockets out of a state directory whose path is too long for them', () => {
    const deep = enginePaths(`/srv/${'deep/'.repeat(20)}.cairn`)
    expect(deep.socket).toMatch(/^\/run\/cairn-[0-9a-f]{12}\/docker\.sock$/)
    expect(deep.data).toContain('/deep/')
  })
})

describe('hosts that are asked', () => {
  it('begin with DOCKER_HOST and end with the own socket', () => {
    const hosts = engineCandidates(
      { DOCKER_HOST: 'tcp://127.0.0.1:1', HOME: '/home/a', XDG_RUNTIME_DIR: '/run/user/1' },
      '/own',
    )
    expect(hosts[0]).toBe('tcp://127.0.0.1:1')
    expect(hosts).toContain('unix:///run/user/1/podman/podman.sock')
    expect(hosts).toContain('unix:///home/a/.docker/run/docker.sock')
    expect(hosts.at(-1)).toBe('unix:///own')
    expect(engineCandidates({}, '/own')[0]).toBe('unix:///var/run/docker.sock')
  })
})
