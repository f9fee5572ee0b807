import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Handover } from '../../src/execution/container/handover.ts'

describe('Handover', () => {
  it('neither loses nor doubles a line, wherever reading broke off and however the streams interleave', () => {
    const source = fc.array(fc.record({ step: fc.nat(400), jitter: fc.nat(20), text: fc.constantFrom('a', 'b') }), {
      maxLength: 60,
    })
    const breaks = fc.array(fc.nat(60), { maxLength: 4 })
    fc.assert(
      fc.property(source, breaks, fc.boolean(), (shape, cuts, restarts) => {
        let time = 10_000
        const lines = shape.map(({ step, jitter, text }) => {
          time += step
          return { at: time - jitter, text }
        })
        let handover = new Handover()
        const stored: { at: number; text: string }[] = []
        for (const cut of [...cuts, lines.length]) {
          // A process that starts anew knows only what is stored.
          if (restarts) {
            handover = new Handover()
            handover.remember(stored)
          }
          const since = handover.since?.getTime() ?? 0
          const fresh = handover.startReading()
          const readable = lines.slice(0, Math.max(cut, stored.length)).filter((line) => line.at >= since)
          for (const line of readable) stored.push(...fresh([line]))
        }
        expect(stored).toEqual(lines)
      }),
    )
  })
})
