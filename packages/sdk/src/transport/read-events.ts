/** One server-sent event. `id` is that of the stream so far; null = it named none. */
export interface ServerEvent {
  readonly event: string
  readonly data: string
  readonly id: string | null
}

/**
 * The events of a stream of bytes, as the HTML standard reads them, but for `retry`. Blocks without data are yielded too, with
 * empty `data`: they tell a new id, and that the stream is alive.
 */
export async function* readEvents(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<ServerEvent> {
  const decoder = new TextDecoder()
  let rest = ''
  let id: string | null = null
  for await (const chunk of chunks) {
    rest += decoder.decode(chunk, { stream: true })
    const blocks = rest.split(/\r?\n\r?\n/)
    rest = blocks.pop() ?? ''
    for (const block of blocks) {
      const event = readBlock(block, id)
      id = event.id
      yield event
    }
  }
}

function readBlock(block: string, lastId: string | null): ServerEvent {
  let event = 'message'
  let id = lastId
  const data: string[] = []
  for (const line of block.split(/\r?\n/)) {
    const [, name = '', value = ''] = /^([^:]*)(?:: ?(.*))?$/.exec(line) ?? []
    if (name === 'event') event = value
    else if (name === 'data') data.push(value)
    else if (name === 'id') id = value
  }
  return { event, data: data.join('\n'), id }
}
