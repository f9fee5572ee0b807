/** Reads a value that nobody else is to see: from a pipe, or typed without being shown. Never from the command line. */
import { usageError } from '../../errors/cli-error.ts'

/** Everything on stdin without the line end that `echo` puts behind it. */
async function readPipe(): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of process.stdin) chunks.push(Buffer.from(chunk))
  return Buffer.concat(chunks)
    .toString('utf8')
    .replace(/\r?\n$/, '')
}

/** One line from the terminal, which shows nothing meanwhile. */
function readHidden(question: string): Promise<string> {
  const { stdin, stderr } = process
  stderr.write(question)
  stdin.setRawMode(true)
  stdin.setEncoding('utf8')
  return new Promise((resolve, reject) => {
    let value = ''
    const end = (finish: () => void): void => {
      stdin.setRawMode(false)
      stdin.pause()
      stdin.removeListener('data', read)
      stderr.write('\n')
      finish()
    }
    const read = (text: string): void => {
      for (const key of text) {
        if (key === '\u0003') return end(() => reject(usageError('Nothing was entered.')))
        if (key === '\r' || key === '\n' || key === '\u0004') return end(() => resolve(value))
        value = key === '\u007F' || key === '\b' ? value.slice(0, -1) : value + key
      }
    }
    stdin.on('data', read)
  })
}

/**
 * @param question what the terminal asks, e.g. `Value of warehouse: `.
 * @throws CliError of exit code 2 when nothing comes.
 */
export async function readSecret(question: string): Promise<string> {
  const value = process.stdin.isTTY ? await readHidden(question) : await readPipe()
  if (value === '') throw usageError('Nothing came from stdin.', { hint: 'Pipe the value in, or type it when asked.' })
  return value
}
