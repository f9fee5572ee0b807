import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import type { WorkloadSpec } from '@cairn/driver'
import { assert, asyncProperty, dictionary, integer, string } from 'fast-check'
import { describe, expect, it } from 'vitest'
import { holderCommand } from './hold-script.ts'
import { cancelMessage, newNonce, releaseMessage, whyNotReleasable } from './held-messages.ts'

const spec: WorkloadSpec = {
  name: 'cairn-x-s-1',
  owner: { kind: 'step', id: 'run', tenantId: 'acme' },
  image: 'sha256:abc',
  command: ['/bin/sh', '-c', 'true'],
  env: {},
  resources: { cpus: 1, memoryBytes: 268_435_456, pids: 128, storageBytes: null },
  network: 'cairn-x-acme',
  files: null,
  publishPort: null,
}
const running = (script: string, env: WorkloadSpec['env'] = {}): WorkloadSpec => ({
  ...spec,
  command: ['/bin/sh', '-c', script],
  env,
})

interface Holder {
  readonly say: (text: string) => void
  readonly close: () => void
  readonly signal: (name: NodeJS.Signals) => void
}

/** One holder on this machine; `said` are its marks without the nonce. */
async function hold(
  shell: readonly string[],
  work: (holder: Holder, nonce: string) => void,
  environment: Readonly<Record<string, string>> = {},
) {
  const nonce = newNonce()
  const [, ...rest] = holderCommand(nonce, 0)
  const [program = '', ...options] = shell
  const env = { PATH: '/usr/bin:/bin', ...environment }
  const child = spawn(program, [...options, ...rest], { env, stdio: 'pipe' })
  const written = { stdout: '', stderr: '' }
  const ended = new Promise<number | null>((resolve) => child.once('close', (code) => resolve(code)))
  child.stdout.on('data', (chunk: Buffer) => {
    written.stdout += chunk.toString()
  })
  const { promise: isHolding, resolve } = Promise.withResolvers<void>()
  child.stderr.on('data', (chunk: Buffer) => {
    written.stderr += chunk.toString()
    if (written.stderr.includes('holding')) resolve()
  })
  child.stdin.on('error', () => undefined)
  await Promise.race([isHolding, ended])
  const say = (text: string) => child.stdin.write(text)
  work({ say, close: () => child.stdin.end(), signal: (name) => child.kill(name) }, nonce)
  const code = await ended
  child.stdin.destroy()
  const split = (text: string) => text.split('\n').slice(0, -1)
  const isMark = (line: string) => line.startsWith(nonce)
  const stderr = split(written.stderr)
  return {
    code,
    said: stderr.filter(isMark).map((line) => line.split(' ')[1]),
    stdout: split(written.stdout).filter((line) => !isMark(line)),
    stderr: stderr.filter((line) => !isMark(line)),
    toldOnStdout: split(written.stdout).filter(isMark).length,
  }
}

const shells: readonly (readonly [string, readonly string[]])[] = [
  ['/bin/sh', ['/bin/sh']],
  ['dash', ['/bin/dash']],
  ['bash', ['/bin/bash', '--posix', '--norc']],
  ['busybox', ['/bin/busybox', 'sh']],
]
const present = shells.filter(([, [program = '']]) => existsSync(program))

describe.each(present)('the holder in %s', (_name, shell) => {
  it('runs the command when it is told, and tells that it began and that it ended', async () => {
    const seen = await hold(shell, (holder, nonce) => {
      holder.say(releaseMessage(nonce, running('echo out; echo err >&2; cat')))
    })
    expect(seen).toEqual({
      code: 0,
      said: ['holding', 'released', 'ended'],
      stdout: ['out'],
      stderr: ['err'],
      toldOnStdout: 1,
    })
  })

  it('stays after the command has ended, so that its container is not taken apart at once', async () => {
    const nonce = newNonce()
    const [, ...rest] = holderCommand(nonce, 3600)
    const [program = '', ...options] = shell
    const child = spawn(program, [...options, ...rest], { stdio: 'pipe', detached: true })
    const closed = once(child, 'close')
    child.stdin.write(releaseMessage(nonce, running('true')))
    let heard = ''
    for await (const chunk of child.stderr) {
      heard += String(chunk)
      if (heard.includes(`${nonce} ended`)) break
    }
    expect([child.exitCode, child.signalCode]).toEqual([null, null])
    process.kill(-(child.pid ?? 0), 'SIGKILL')
    await closed
  })

  it.each([7, 97, 127])('gives exit code %i and leaves its telling to the engine', async (code) => {
    const seen = await hold(shell, ({ say }, nonce) => say(releaseMessage(nonce, running(`exit ${code}`))))
    expect(seen).toMatchObject({ code, said: ['holding', 'released'], toldOnStdout: 0 })
  })

  it('runs nothing when it is cancelled, left alone, or stopped', async () => {
    const unreleased = { code: 97, said: ['holding', 'unreleased'], stdout: [], stderr: [] }
    expect(await hold(shell, ({ say }, nonce) => say(cancelMessage(nonce)))).toMatchObject(unreleased)
    expect(await hold(shell, ({ close }) => close())).toMatchObject(unreleased)
    expect(await hold(shell, ({ signal }) => signal('SIGTERM'))).toMatchObject(unreleased)
  })

  it('runs it once, however often it is told, and takes no cancellation afterwards', async () => {
    const seen = await hold(shell, ({ say }, nonce) => {
      const message = releaseMessage(nonce, running('echo once; cat'))
      say(message + message + cancelMessage(nonce) + releaseMessage(nonce, running('echo another')))
    })
    expect(seen).toMatchObject({ code: 0, stdout: ['once'], said: ['holding', 'released', 'ended'] })
  })

  it('passes any value on, whatever locale it counts in', async () => {
    const print = `perl -e 'for (sort grep /^V_/, keys %ENV) { print "$_ ", unpack("H*", $ENV{$_}), "\\n" }'`
    const values = dictionary(integer({ min: 0, max: 9 }).map(String), string({ unit: 'binary' }), { minKeys: 4 })
    await assert(
      asyncProperty(values, async (texts) => {
        const env = Object.fromEntries(
          Object.entries(texts).map(([key, text]) => [`V_${key}`, text.replaceAll('\0', '').toWellFormed()]),
        )
        const work: Parameters<typeof hold>[1] = ({ say }, nonce) => say(releaseMessage(nonce, running(print, env)))
        const hex = Object.entries(env).map(([name, text]) => `${name} ${Buffer.from(text).toString('hex')}`)
        for (const LC_ALL of ['C', 'C.UTF-8']) {
          expect((await hold(shell, work, { LC_ALL })).stdout).toEqual(hex.toSorted())
        }
      }),
      { numRuns: 3 },
    )
  })

  it('drops a message that was cut off or mixed with another, and takes the next whole one', async () => {
    await assert(
      asyncProperty(integer({ min: 1, max: 250 }), integer({ min: 0, max: 250 }), async (length, at) => {
        const seen = await hold(shell, ({ say, close }, nonce) => {
          const message = (word: string) => releaseMessage(nonce, running(`echo ${word}`, { A: "'; echo broken '" }))
          const mixed = message('mixed')
          const foreign = message('foreign').slice(0, length)
          say(message('cut').slice(0, length))
          say(mixed.slice(0, at + 60) + foreign + mixed.slice(at + 60))
          say(message('whole'))
          close()
        })
        // Each may be whole, by chance or but for its last line feed; none is run in part.
        expect(['whole', 'cut', 'mixed', 'foreign']).toContain(seen.stdout[0])
        expect(seen).toMatchObject({ code: 0, said: ['holding', 'released', 'ended'], stdout: { length: 1 } })
      }),
      { numRuns: 5 },
    )
  })

  it.each(['SIGTERM', 'SIGINT', 'SIGHUP'] as const)('hands %s on to the command', async (name) => {
    const script = `trap 'echo got it; exit 5' ${name.slice(3)}; kill -s ${name.slice(3)} $PPID; while :; do sleep 0.02; done`
    const seen = await hold(shell, ({ say }, nonce) => say(releaseMessage(nonce, running(script))))
    expect(seen).toMatchObject({ code: 5, stdout: ['got it'] })
  })
})

describe('a specification', () => {
  it('can be released when a shell starts it exactly as the engine would', () => {
    expect(whyNotReleasable({ ...spec, env: { A: '', _b1: 'x', PATH: '/bin', HOME: '/', LC_ALL: 'C' } })).toBeNull()
    expect(whyNotReleasable({ ...spec, command: null })).toMatch(/own command/)
    expect(whyNotReleasable({ ...spec, publishPort: 80 })).toMatch(/port/)
    expect(whyNotReleasable({ ...spec, command: ['a=b'] })).toMatch(/=/)
  })

  it.each(['a.b', 'a-b', '1a', 'ž', '_', 'PPID', 'UID', 'EUID', 'IFS', 'OPTIND', 'BASH_ENV', '__cairn_tag'])(
    'cannot when it has a variable %s',
    (name) => {
      expect(whyNotReleasable({ ...spec, env: { [name]: 'x' } })).toContain(JSON.stringify(name))
    },
  )
})
