import { readFile } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import { type ProgramRun, runProgram } from './run-program.ts'

const env = { PATH: '/usr/bin:/bin' }
const patience = () => AbortSignal.timeout(10_000)

async function run(script: string, extra: Partial<ProgramRun> = {}, signal = patience()) {
  const lines: string[] = []
  const base = { program: '/bin/sh', args: ['-c', script], env, onLine: (line: string) => lines.push(line) }
  return { end: await runProgram({ ...base, ...extra }, signal), lines }
}

async function* chunks(...texts: string[]): AsyncGenerator<Uint8Array> {
  for (const text of texts) yield Buffer.from(text)
}

describe('running a program', () => {
  it('gives its lines and its exit code, and no environment but the given one', async () => {
    const { end, lines } = await run('echo one; printf two; env | grep -c . ; exit 3', { env: { ...env, ONLY: '1' } })
    expect(end).toEqual({ kind: 'exited', code: 3 })
    expect(lines[0]).toBe('one')
    const known = ['PATH=', 'ONLY=', 'PWD=', 'SHLVL=', '_=']
    const { lines: variables } = await run('env', { env: { ...env, ONLY: '1' } })
    expect(variables.filter((line) => !known.some((name) => line.startsWith(name)))).toEqual([])
  })

  it('says that a program does not exist', async () => {
    expect((await run('', { program: '/no/such/program', args: [] })).end.kind).toBe('not_run')
  })

  it('writes the input and ends it', async () => {
    expect((await run('cat', { input: chunks('a\n', 'b\n') })).lines).toEqual(['a', 'b'])
  })

  it('does not mind a program that stops reading', async () => {
    const endless = async function* endless(): AsyncGenerator<Uint8Array> {
      for (;;) yield Buffer.alloc(65_536)
    }
    expect((await run('exit 4', { input: endless() })).end).toEqual({ kind: 'exited', code: 4 })
  })

  it('ends the program when the input fails, and throws the input’s error', async () => {
    const broken = async function* broken(): AsyncGenerator<Uint8Array> {
      yield Buffer.from('a')
      throw new Error('the input broke')
    }
    await expect(run('cat; sleep 60', { input: broken() })).rejects.toThrow('the input broke')
  })

  it('ends the program and what it started when the signal aborts', async () => {
    const controller = new AbortController()
    const pids: number[] = []
    const onLine = (line: string): void => {
      pids.push(Number(line))
      controller.abort()
    }
    await expect(run('sleep 60 & echo $!; wait', { onLine }, controller.signal)).rejects.toThrow(/abort/)
    expect(pids).toHaveLength(1)
    for (const pid of pids) await expect.poll(() => isRunning(pid)).toBe(false)
  })
})

/** A process that has ended and that nobody has waited for yet is not running. */
async function isRunning(pid: number): Promise<boolean> {
  try {
    return !/\) [ZX] /.test(await readFile(`/proc/${pid}/stat`, 'utf8'))
  } catch {
    return false
  }
}
