import { createSecretMask } from '@cairn/domain'
import { cutLine, type LogLine, maxLogLineBytes } from '@cairn/driver'
import { describe, expect, it } from 'vitest'
import { maskLines } from '../../src/execution/container/mask-lines.ts'

const secret = 'canary-of-some-length'
const mask = createSecretMask([secret])
const line = (text: string, stream: LogLine['stream'] = 'stdout'): LogLine => ({ at: new Date(1000), stream, text })

async function masked(...batches: readonly (readonly LogLine[])[]): Promise<LogLine[]> {
  async function* source(): AsyncGenerator<readonly LogLine[]> {
    yield* batches
  }
  const lines: LogLine[] = []
  for await (const batch of maskLines(source(), mask)) {
    expect(batch.length).toBeGreaterThan(0)
    lines.push(...batch)
  }
  return lines
}

const piecesOf = (text: string): LogLine[] =>
  cutLine(Buffer.from(text), maxLogLineBytes).map((piece) => line(piece.toString()))
const textOf = (lines: readonly LogLine[]): string => lines.map(({ text }) => text).join('')

describe('the lines of a log', () => {
  it('are given as they come, without secrets', async () => {
    expect(await masked([line(`a ${secret}`), line('b', 'stderr')], [line('c')])).toEqual([
      line('a ***'),
      line('b', 'stderr'),
      line('c'),
    ])
  })

  it('that are cut into pieces hide a secret wherever the cut is', async () => {
    for (const before of [maxLogLineBytes - 5, maxLogLineBytes - secret.length + 1, maxLogLineBytes - 1]) {
      const text = `${'x'.repeat(before)}${secret}${'y'.repeat(maxLogLineBytes)}${secret}z`
      const pieces = piecesOf(text)
      expect(pieces).toHaveLength(3)
      for (const batches of [[pieces], pieces.map((piece) => [piece])]) {
        const lines = await masked(...batches)
        expect(lines).toHaveLength(3)
        expect(textOf(lines).replaceAll(/\*+/g, '*')).toBe(`${'x'.repeat(before)}*${'y'.repeat(maxLogLineBytes)}*z`)
      }
    }
  })

  it('hide it in base64 over a cut too', async () => {
    const encoded = Buffer.from(`user:${secret}`).toString('base64')
    const lines = await masked(piecesOf(`${'x'.repeat(maxLogLineBytes - 12)}${encoded}`))
    expect(textOf(lines).replaceAll('x', '')).not.toContain(encoded.slice(8, 16))
  })

  it('of the two streams do not hide each other', async () => {
    const [first, second] = piecesOf(`${'x'.repeat(maxLogLineBytes - 5)}${secret}`)
    if (first === undefined || second === undefined) throw new Error('the line is not cut')
    const lines = await masked([first, line('between', 'stderr'), second])
    expect(lines.map(({ stream }) => stream)).toEqual(['stderr', 'stdout', 'stdout'])
    expect(textOf(lines).replaceAll('x', '')).toBe('between******')
  })

  it('keep a full piece that nothing follows, and move no text between lines', async () => {
    const full = line('é'.repeat(maxLogLineBytes / 2))
    expect(await masked([full])).toEqual([full])
    expect(await masked([full, line('next')])).toEqual([full, line('next')])
  })
})
