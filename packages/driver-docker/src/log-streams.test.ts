import { type LogLine, maxLogLineBytes } from '@cairn/driver'
import { array, assert, boolean, constantFrom, integer, nat, property, string, tuple } from 'fast-check'
import { describe, expect, it } from 'vitest'
import { LogDemultiplexer } from './demux-logs.ts'
import { LineSplitter } from './split-lines.ts'
import { StoredTail } from './stored-tail.ts'

const at = '2026-11-23T22:20:44.328036252Z'

function frame(stream: 1 | 2, text: string | Buffer, time = at): Buffer {
  const payload = Buffer.concat([Buffer.from(`${time} `), Buffer.from(text)])
  const header = Buffer.alloc(8)
  header[0] = stream
  header.writeUInt32BE(payload.length, 4)
  return Buffer.concat([header, payload])
}

function demultiplex(...chunks: Buffer[]): LogLine[] {
  const demultiplexer = new LogDemultiplexer()
  return [...chunks.flatMap((chunk) => demultiplexer.push(chunk)), ...demultiplexer.end()]
}

describe('log demultiplexer', () => {
  it('gives lines in the order of the stream, with stream and time', () => {
    const lines = demultiplex(frame(1, 'a\n'), frame(2, 'b\n'), frame(1, '\n'))
    expect(lines).toEqual([
      { at: new Date(at), stream: 'stdout', text: 'a' },
      { at: new Date(at), stream: 'stderr', text: 'b' },
      { at: new Date(at), stream: 'stdout', text: '' },
    ])
  })

  it('joins the parts of a line, also when the other stream comes between', () => {
    const texts = demultiplex(frame(1, 'one '), frame(2, 'err\n'), frame(1, 'line\n')).map(({ text }) => text)
    expect(texts).toEqual(['err', 'one line'])
  })

  it('gives unfinished lines at the end', () => {
    expect(demultiplex(frame(1, 'no line feed')).map(({ text }) => text)).toEqual(['no line feed'])
  })

  it('keeps carriage returns, colours and line feeds inside, and replaces what is not UTF-8', () => {
    const [line] = demultiplex(frame(1, Buffer.from([0xff, 0x0d, 0x1b, 0x5b, 0x0a])))
    expect(line?.text).toBe('\uFFFD\r\u001B[')
  })

  it('gives a text without a time the time before it', () => {
    const header = Buffer.from([1, 0, 0, 0, 0, 0, 0, 2])
    const [, second] = demultiplex(frame(1, 'a\n'), Buffer.concat([header, Buffer.from('b\n')]))
    expect(second).toEqual({ at: new Date(at), stream: 'stdout', text: 'b' })
  })

  it('cuts over-long lines between characters and holds no more than one piece', () => {
    const parts = Array.from({ length: 60 }, () => frame(1, 'é'.repeat(8_000)))
    const texts = demultiplex(...parts, frame(1, 'end\n')).map(({ text }) => text)
    expect(texts.join('')).toBe(`${'é'.repeat(480_000)}end`)
    for (const text of texts) expect(Buffer.byteLength(text)).toBeLessThanOrEqual(maxLogLineBytes)
  })

  it('refuses a stream that is not of frames', () => {
    expect(() => demultiplex(Buffer.from('plain text without frames'))).toThrow(/a frame of/)
  })

  it('reads the same however the connection cuts the bytes', () => {
    const frames = array(tuple(constantFrom<1 | 2>(1, 2), string({ unit: 'grapheme' }), boolean()))
    assert(
      property(frames, array(integer({ min: 1, max: 40 }), { minLength: 1 }), (written, sizes) => {
        const bytes = Buffer.concat(
          written.map(([stream, text, isComplete]) => frame(stream, isComplete ? `${text}\n` : text)),
        )
        const chunks: Buffer[] = []
        for (let start = 0, index = 0; start < bytes.length; index++) {
          const size = sizes[index % sizes.length] ?? 1
          chunks.push(bytes.subarray(start, start + size))
          start += size
        }
        expect(demultiplex(...chunks)).toEqual(demultiplex(bytes))
      }),
    )
  })
})

describe('line splitter', () => {
  it('gives complete lines, then the rest, without carriage returns at their ends', () => {
    const splitter = new LineSplitter()
    expect(splitter.push(Buffer.from('a\r\nb'))).toEqual(['a'])
    expect(splitter.push(Buffer.from('c\n\nd'))).toEqual(['bc', ''])
    expect(splitter.end()).toEqual(['d'])
    expect(splitter.end()).toEqual([])
  })

  it('keeps characters that two chunks share', () => {
    const splitter = new LineSplitter()
    const bytes = Buffer.from('é\n')
    expect([...splitter.push(bytes.subarray(0, 1)), ...splitter.push(bytes.subarray(1))]).toEqual(['é'])
  })
})

describe('stored tail', () => {
  const line = (time: number): LogLine => ({ at: new Date(time), stream: 'stdout', text: '' })

  it('begins where the caller began', () => {
    expect(new StoredTail(null)).toMatchObject({ since: null, count: 0 })
    expect(new StoredTail(new Date(5))).toMatchObject({ since: new Date(5), count: 0 })
  })

  it('goes on a second before the newest line, past the lines since then', () => {
    const tail = new StoredTail(null)
    tail.add([line(1_000), line(5_000), line(4_100), line(5_000)])
    expect(tail).toMatchObject({ since: new Date(4_000), count: 3 })
  })

  it('misses and repeats nothing, whatever the order of times and the cuts', () => {
    const times = array(integer({ min: -400, max: 400 }), { maxLength: 60 })
    assert(
      property(times, array(nat(60)), (jitters, cuts) => {
        const log = jitters.map((jitter, index) => line(100_000 + index * 300 + jitter))
        const tail = new StoredTail(null)
        const read: LogLine[] = []
        for (const end of [...cuts.toSorted((a, b) => a - b), log.length]) {
          const since = tail.since
          const seen = log.slice(0, end).filter(({ at: time }) => since === null || time >= since)
          const fresh = seen.slice(tail.count)
          tail.add(fresh)
          read.push(...fresh)
        }
        expect(read).toEqual(log)
      }),
    )
  })
})
