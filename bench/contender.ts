/** A contender as its parent sees it: a process of its own that carries out one order at a time. */
import { type ChildProcess, fork } from 'node:child_process'

export interface Contender {
  readonly pid: number
  /** Sends an order and answers what the contender made of it. Rejects when it failed or ended. */
  ask<Answer>(name: string, order: object): Promise<Answer>
  /** Lets it close what it opened; kills it when it takes longer than ten seconds. */
  stop(): Promise<void>
}

type Message = { readonly ready: true } | { readonly answer: unknown } | { readonly error: string }

const patienceMs = 10_000

/** @param options passed to the program as JSON, its only argument */
export async function startContender(program: string, options: object): Promise<Contender> {
  const child = fork(program, [JSON.stringify(options)], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  const contender: Contender = {
    pid: child.pid ?? 0,
    ask: async <Answer>(name: string, order: object) => {
      const message = nextMessage(child)
      child.send({ name, order })
      const answered = await message
      if ('answer' in answered) return answered.answer as Answer
      throw new Error('error' in answered ? `${program}, ${name}: ${answered.error}` : `${program} started anew`)
    },
    stop: async () => {
      if (child.connected) child.disconnect()
      const timer = setTimeout(() => child.kill('SIGKILL'), patienceMs)
      await exited
      clearTimeout(timer)
    },
  }
  try {
    await nextMessage(child)
  } catch (error) {
    await contender.stop()
    throw error
  }
  return contender
}

async function nextMessage(child: ChildProcess): Promise<Message> {
  if (child.exitCode !== null || child.signalCode !== null) throw new Error('the contender has ended')
  const { promise, resolve, reject } = Promise.withResolvers<Message>()
  const onExit = (code: number | null): void => reject(new Error(`the contender ended with ${code}`))
  child.once('message', resolve)
  child.once('exit', onExit)
  try {
    return await promise
  } finally {
    child.off('message', resolve)
    child.off('exit', onExit)
  }
}
