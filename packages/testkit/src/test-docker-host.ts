/** The container engine of the engine tests: `CAIRN_DOCKER_HOST` as `npm test` sets it, else Docker's default socket. */
export function testDockerHost(): string {
  return process.env['CAIRN_DOCKER_HOST'] ?? 'unix:///var/run/docker.sock'
}

/** What a client program of the tests may inherit. */
export function testProgramEnvironment(): { readonly PATH: string; readonly HOME: string } {
  return { PATH: process.env['PATH'] ?? '/usr/bin:/bin', HOME: process.env['HOME'] ?? '/' }
}
