/**
 * What a container listens on, from the kernel's tables of its own network namespace. They are read by a `cat` inside the
 * container, as its user and within its limits: engines may be on other machines, and their archives hold no `/proc`.
 */
import { type Call, DriverError, type ListeningPort } from '@cairn/driver'
import { type Engine, findContainer } from './containers.ts'
import { ContainerExec, readShape } from './engine-shapes.ts'
import { FrameReader } from './read-frames.ts'

const tables = ['/proc/net/tcp', '/proc/net/tcp6']
/** Far above the tables of any app that has just started. */
const mostBytes = 1024 * 1024

/** Null when the container does not run, or has no `cat`. */
export async function readListeningPorts(
  engine: Engine,
  name: string,
  call: Call,
): Promise<readonly ListeningPort[] | null> {
  const found = await findContainer(engine, name, call)
  if (found === null || found.observation.phase !== 'running') return null
  try {
    const body = { AttachStdout: true, AttachStderr: false, Cmd: ['cat', ...tables] }
    const made = await engine.client.request({ method: 'POST', path: `/containers/${found.id}/exec`, body }, call)
    const { Id } = readShape(ContainerExec, made.body, 'exec')
    const text = await readOutput(engine, Id, call)
    // Without its first line it is not the kernel's table but what an engine says of a program that is not there.
    return text.includes('local_address') ? parseListening(text) : null
  } catch (error) {
    if (error instanceof DriverError && error.code !== 'unavailable' && error.code !== 'timeout') return null
    throw error
  }
}

async function readOutput(engine: Engine, execId: string, call: Call): Promise<string> {
  const body = { Detach: false, Tty: false }
  const stream = await engine.client.stream({ method: 'POST', path: `/exec/${execId}/start`, body }, call)
  const frames = new FrameReader()
  const parts: Buffer[] = []
  let bytes = 0
  try {
    for await (const chunk of stream) {
      for (const frame of frames.push(chunk as Buffer)) if (frame.stream === 'stdout') parts.push(frame.payload)
      bytes += (chunk as Buffer).length
      if (bytes > mostBytes) break
    }
  } catch (error) {
    throw engine.client.streamError(error, call)
  } finally {
    stream.destroy()
  }
  return Buffer.concat(parts).toString('latin1')
}

const listenState = '0A'
/** Docker's resolver of names listens in every container, at this address. */
const resolver = '127.0.0.11'

/**
 * The listening sockets of `/proc/net/tcp` and `/proc/net/tcp6`, a port once, in ascending order.
 *
 * @example
 * parseListening('   0: 0100007F:1388 00000000:0000 0A …') // [{ port: 5000, isLoopbackOnly: true }]
 */
export function parseListening(text: string): readonly ListeningPort[] {
  const ports = new Map<number, boolean>()
  for (const line of text.split('\n')) {
    const [, address = '', hexPort = '', state] =
      /^\s*\d+: ([0-9A-F]+):([0-9A-F]{4}) \S+ ([0-9A-F]{2}) /.exec(line) ?? []
    const ip = readAddress(address)
    if (state !== listenState || ip === resolver) continue
    const port = Number.parseInt(hexPort, 16)
    const isLoopbackOnly = ip === '::1' || ip.startsWith('127.')
    ports.set(port, isLoopbackOnly && (ports.get(port) ?? true))
  }
  return [...ports]
    .map(([port, isLoopbackOnly]) => ({ port, isLoopbackOnly }))
    .toSorted((one, other) => one.port - other.port)
}

/** The kernel writes words of 32 bits in the machine's order, on all that Cairn runs on the lowest byte first. */
function readAddress(hex: string): string {
  const words = hex.match(/.{8}/g) ?? []
  const bytes = words.flatMap((word) => (word.match(/../g) ?? []).map((byte) => Number.parseInt(byte, 16)).toReversed())
  if (bytes.length === 4) return bytes.join('.')
  if (bytes.slice(0, 10).every((byte) => byte === 0) && bytes[10] === 0xff && bytes[11] === 0xff) {
    return bytes.slice(12).join('.')
  }
  return bytes.at(-1) === 1 && bytes.slice(0, -1).every((byte) => byte === 0) ? '::1' : `v6:${hex}`
}
