/** The contender's side of the channel: orders come one at a time over the IPC channel, each is answered. */

/** What a contender can be asked to do; each answer must be able to pass through JSON. */
export type OrderHandlers = Readonly<Record<string, (order: never) => Promise<unknown>>>

/**
 * Serves orders until the parent is gone or says so, then closes what the contender opened and ends the process.
 *
 * @param handlers by the name of the order
 */
export function answerOrders(handlers: OrderHandlers, close: () => Promise<void>): void {
  const end = (): void => {
    close().then(
      () => process.exit(0),
      () => process.exit(1),
    )
  }
  process.on('disconnect', end)
  process.on('message', (message: { readonly name: string; readonly order: never }) => {
    const handler = handlers[message.name]
    const answered =
      handler === undefined ? Promise.reject(new Error(`no order ${message.name}`)) : handler(message.order)
    answered.then(
      (answer) => process.send?.({ answer: answer ?? null }),
      (error: unknown) =>
        process.send?.({ error: error instanceof Error ? (error.stack ?? error.message) : 'unknown' }),
    )
  })
  process.send?.({ ready: true })
}

/** Runs `most` tasks at a time until `count` are done; answers the seconds that took. */
export async function inTurns(count: number, most: number, task: () => Promise<void>): Promise<number> {
  let left = count
  const startedAt = performance.now()
  const takeTurns = async (): Promise<void> => {
    for (; left > 0; ) {
      left -= 1
      await task()
    }
  }
  await Promise.all(Array.from({ length: Math.min(count, most) }, takeTurns))
  return (performance.now() - startedAt) / 1000
}

/** Runs a task `count` times, one after the other; answers the milliseconds that each took. */
export async function timesOf(count: number, task: () => Promise<void>): Promise<number[]> {
  const times: number[] = []
  for (let index = 0; index < count; index += 1) {
    const startedAt = performance.now()
    await task()
    times.push(performance.now() - startedAt)
  }
  return times
}
