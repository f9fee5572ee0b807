import { describe, expect, it } from 'vitest'
import { call, present } from './call.ts'
import type { ConformanceOptions, Suite, SuiteOf } from './conformance-engine.ts'
import { scripts } from './scripts.ts'

const port = 8123

/** Prints its own address, then greets every TCP client. */
const greetingServer = `exec perl -MIO::Socket::INET -e '$| = 1;
  my $s = IO::Socket::INET->new(LocalPort => ${port}, Listen => 5, ReuseAddr => 1) or die;
  open my $h, "<", "/etc/hosts"; my @lines = <$h>; print "hosts ", (split " ", $lines[-1])[0], "\\n";
  while (my $c = $s->accept) { print $c "HTTP/1.0 200 OK\\r\\n\\r\\nhello\\n"; close $c }'`

/** Prints whether the host given as HOST accepts a connection. */
const connectTo = `perl -MIO::Socket::INET -e '
  print IO::Socket::INET->new(PeerAddr => $ENV{HOST}, PeerPort => ${port}, Timeout => 2) ? "reached" : "refused", "\\n"'`

export function describeNetworks(suiteOf: SuiteOf, options: ConformanceOptions): void {
  describe('networks', () => {
    it('makes a network once and removes it once, whoever asks how often', async () => {
      const { driver, engine, installation } = suiteOf()
      const name = `cairn-${installation}-extra`
      const drivers = [driver, engine.connect(installation), engine.connect(installation)]
      await Promise.all(drivers.map((each) => each.ensureNetwork(name, call())))
      await driver.ensureNetwork(name, call())
      const { name: workload } = await driver.ensure(suiteOf().spec(scripts.succeed, { network: name }), call())
      expect(await driver.wait(workload, call())).toMatchObject({ exit: { code: 0 } })
      await driver.remove(workload, call())
      await driver.removeNetwork(name, call())
      await driver.removeNetwork(name, call())
    })

    it('has no address for a workload that publishes nothing', async () => {
      const { driver, spec } = suiteOf()
      expect((await driver.ensure(spec(scripts.runUntilStopped), call())).address).toBeNull()
    })

    it.skipIf(!options.runsPrograms)(
      'publishes a port on the loopback interface only while it runs, and tells who listens',
      async () => {
        const { driver, spec } = suiteOf()
        const { name, address } = await driver.ensure(spec(greetingServer, { publishPort: port }), call())
        expect(address).toMatchObject({ host: '127.0.0.1' })
        await expect.poll(() => greeting(address), { timeout: 10_000 }).toBe('hello\n')
        expect(await driver.listeningPorts(name, call())).toEqual([{ port, isLoopbackOnly: false }])
        await driver.stop(name, 0, call())
        expect(await driver.listeningPorts(name, call())).toBeNull()
        expect(present(await driver.observe(name, call())).address).toBeNull()
      },
    )

    const lacks = options.lacks.networkIsolation
    const reason = lacks === undefined ? '' : ` (skipped: ${lacks})`
    it.skipIf(!options.runsPrograms || lacks !== undefined)(`keeps networks apart${reason}`, async () => {
      const { driver, installation, network } = suiteOf()
      const elsewhere = `cairn-${installation}-apart`
      await driver.ensureNetwork(elsewhere, call())
      try {
        const host = await startGreeter(suiteOf())
        expect(await reach(suiteOf(), network, host)).toEqual(['reached'])
        expect(await reach(suiteOf(), elsewhere, host)).toEqual(['refused'])
      } finally {
        for (const { name } of await driver.list(call())) await driver.remove(name, call())
        await driver.removeNetwork(elsewhere, call())
      }
    })
  })
}

async function startGreeter({ driver, spec, readLines }: Suite): Promise<string> {
  const { name } = await driver.ensure(spec(greetingServer), call())
  await expect.poll(() => readLines(name), { timeout: 10_000 }).toHaveLength(1)
  const [line] = await readLines(name)
  return line?.text.replace('hosts ', '') ?? ''
}

async function reach({ run }: Suite, network: string, host: string): Promise<readonly string[]> {
  return (await run(connectTo, { network, env: { HOST: host } })).stdout
}

async function greeting(address: { host: string; port: number } | null): Promise<string> {
  if (address === null) return 'no address'
  try {
    const response = await fetch(`http://${address.host}:${address.port}/`)
    return await response.text()
  } catch (error) {
    return String(error)
  }
}
