import { pack as createPack } from 'tar-stream'

/**
 * A tar stream of one small file, mode 0644, with the same bytes for the same file.
 *
 * @example
 * fileToTar('Dockerfile', Buffer.from('FROM debian:bookworm-slim'))
 */
export async function* fileToTar(path: string, content: Uint8Array): AsyncGenerator<Uint8Array> {
  const pack = createPack()
  pack.entry({ name: path, type: 'file', mode: 0o644, mtime: new Date(0) }, Buffer.from(content))
  pack.finalize()
  // The stream's type does not say that it gives bytes only.
  for await (const chunk of pack) if (chunk instanceof Uint8Array) yield chunk
}
