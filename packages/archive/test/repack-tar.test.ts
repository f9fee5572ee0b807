import { buffer } from 'node:stream/consumers'
import { Readable } from 'node:stream'
import { extract, pack } from 'tar-stream'
import { describe, expect, it } from 'vitest'
import { repackTar, type TarChange } from '../src/repack-tar.ts'

const { signal } = new AbortController()
const asItIs: TarChange = { place: (path) => path, contents: new Map(), signal }

async function* source(fill: (tar: ReturnType<typeof pack>) => void): AsyncGenerator<Uint8Array> {
  const tar = pack()
  fill(tar)
  tar.finalize()
  for await (const chunk of tar) if (chunk instanceof Uint8Array) yield chunk
}

const tree = () =>
  source((tar) => {
    tar.entry({ name: 'app/', type: 'directory', mode: 0o700, uid: 5 })
    tar.entry({ name: 'app/run.sh', mode: 0o700, mtime: new Date(1e12) }, 'run')
    tar.entry({ name: 'app/link', type: 'symlink', linkname: '../other.txt' })
    tar.entry({ name: 'app/pipe', type: 'fifo' })
    tar.entry({ name: `app/${'long/'.repeat(60)}file` }, 'x'.repeat(100_000))
    tar.entry({ name: 'other.txt' }, 'other')
  })

async function entriesOf(tar: AsyncIterable<Uint8Array>): Promise<unknown[]> {
  const reader = extract()
  Readable.from(tar).pipe(reader)
  const found: unknown[] = []
  for await (const entry of reader) {
    const { name, type, mode, uid, mtime, linkname } = entry.header
    const chunks: Uint8Array[] = []
    for await (const chunk of entry) if (chunk instanceof Uint8Array) chunks.push(chunk)
    const text = Buffer.concat(chunks).toString()
    found.push([name, type, mode.toString(8), uid, mtime.getTime(), linkname ?? text.slice(0, 9)])
  }
  return found
}

describe('A tar', () => {
  it('keeps files, directories and links, and loses owners, times and what else there is', async () => {
    expect(await entriesOf(repackTar(tree(), asItIs))).toEqual([
      ['app/', 'directory', '755', 0, 0, ''],
      ['app/run.sh', 'file', '755', 0, 0, 'run'],
      ['app/link', 'symlink', '777', 0, 0, '../other.txt'],
      [`app/${'long/'.repeat(60)}file`, 'file', '644', 0, 0, 'xxxxxxxxx'],
      ['other.txt', 'file', '644', 0, 0, 'other'],
    ])
  })

  it('is cut to a directory, with another content in the place of a file’s', async () => {
    const place = (path: string): string | null => (path === 'app/run.sh' ? 'run.sh' : null)
    const contents = new Map([['run.sh', Buffer.from('another one')]])
    expect(await entriesOf(repackTar(tree(), { place, contents, signal }))).toEqual([
      ['run.sh', 'file', '755', 0, 0, 'another o'],
    ])
  })

  // Path traversal by links (CWE-59).
  it.each(['/etc/passwd', '../../x', '../..', 'b/../../../c'])('with a link to "%s" is refused', async (linkname) => {
    const tar = source((into) => into.entry({ name: 'a/link', type: 'symlink', linkname }))
    await expect(buffer(repackTar(tar, asItIs))).rejects.toThrow('out of the build context')
  })

  it('that breaks off, or is given up, fails', async () => {
    async function* broken(): AsyncGenerator<Uint8Array> {
      for await (const chunk of tree()) {
        yield chunk
        throw new Error('the disk is gone')
      }
    }
    await expect(buffer(repackTar(broken(), asItIs))).rejects.toThrow('the disk is gone')
    const gone = { ...asItIs, signal: AbortSignal.abort(new Error('given up')) }
    await expect(buffer(repackTar(tree(), gone))).rejects.toThrow('given up')
  })
})
