import { join } from 'node:path'

type Environment = Readonly<Record<string, string | undefined>>

/** Where an engine may already listen, in the order in which they are asked. */
export function engineCandidates(env: Environment, ownSocket: string): string[] {
  const home = env['HOME']
  const runtime = env['XDG_RUNTIME_DIR']
  const sockets = [
    '/var/run/docker.sock',
    ...(runtime === undefined ? [] : [join(runtime, 'docker.sock')]),
    ...(home === undefined ? [] : [join(home, '.docker/run/docker.sock'), join(home, '.colima/default/docker.sock')]),
    '/run/podman/podman.sock',
    ...(runtime === undefined ? [] : [join(runtime, 'podman/podman.sock')]),
    ownSocket,
  ]
  const named = env['DOCKER_HOST']
  return [...(named === undefined || named === '' ? [] : [named]), ...sockets.map((socket) => `unix://${socket}`)]
}
