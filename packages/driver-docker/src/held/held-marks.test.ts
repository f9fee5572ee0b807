import { type LogLine, maxLogLineBytes } from '@cairn/driver'
import { array, assert, integer, property } from 'fast-check'
import { describe, expect, it } from 'vitest'
import { HeldLog, MarkScanner } from './held-marks.ts'
import { newNonce } from './held-messages.ts'

const nonce = newNonce()
const line = (text: string, stream: LogLine['stream'] = 'stderr'): LogLine => ({ at: new Date(0), stream, text })

describe('marks of a holder', () => {
  it('are found in the bytes of its stream, however the connection cuts them', () => {
    const written = `${nonce} holding\n${nonce} released abc\nuser ${nonce}x\n ${nonce}\nno feed${nonce} ended\n`
    const expected = [
      { word: 'holding', argument: '' },
      { word: 'released', argument: 'abc' },
      { word: 'ended', argument: '' },
    ]
    assert(
      property(array(integer({ min: 1, max: 50 }), { minLength: 1 }), (sizes) => {
        const scanner = new MarkScanner(nonce)
        const marks = []
        let at = 0
        for (let turn = 0; at < written.length; turn += 1) {
          const size = sizes[turn % sizes.length] ?? 1
          marks.push(...scanner.push(Buffer.from(written.slice(at, at + size))))
          at += size
        }
        expect(marks).toEqual(expected)
      }),
    )
  })

  it('are not in the log, and what the command left unfinished before one is', () => {
    const log = new HeldLog(nonce)
    const lines = [line(`${nonce} holding`), line(`${nonce} released x`), line('mine'), line(`half${nonce} ended`)]
    expect(log.withoutMarks(lines).map(({ text }) => text)).toEqual(['mine', 'half'])
    expect(log.isOver).toBe(false)
    expect(log.withoutMarks([line(`${nonce} ended`, 'stdout')])).toEqual([])
    expect(log.isOver).toBe(true)
  })

  it('leave lines as long as they were, and cut what only room for a mark kept whole', () => {
    const full = 'x'.repeat(maxLogLineBytes)
    const log = new HeldLog(nonce)
    expect(log.withoutMarks([line(`${full}${nonce} ended`)]).map(({ text }) => text)).toEqual([full])
    const cut = log.withoutMarks([line(`${full}yz`)]).map(({ text }) => text)
    expect(cut).toEqual([full, 'yz'])
  })

  it('are none of a container that was not held', () => {
    const log = new HeldLog(null)
    expect(log.withoutMarks([line(`${nonce} ended`)])).toHaveLength(1)
    expect(log.isMarked).toBe(false)
  })
})
