import { realpath } from 'node:fs/promises'
import { delimiter, join } from 'node:path'
import type { EngineFeatures } from '../engine-features.ts'
import { type BuilderProgram, chooseBuilder, type Probe } from './builder-program.ts'
import { runProgram } from './run-program.ts'

/** Debian's client stands here even when another `docker` comes earlier on PATH. */
const alwaysSearched = '/usr/bin'

export interface ProgramEnvironment {
  readonly PATH: string
  readonly HOME: string
}

/** Asks every `docker` (or `podman`) on PATH for its version; takes tens of milliseconds. */
export async function findBuilder(
  features: EngineFeatures,
  env: ProgramEnvironment,
  signal: AbortSignal,
): Promise<BuilderProgram> {
  const name = features.engine === 'podman' ? 'podman' : 'docker'
  const probes: Probe[] = []
  for (const program of await programsOnPath(name, env.PATH)) {
    const version = await firstLine({ program, args: ['--version'] }, env, signal)
    const buildx = name === 'docker' ? await firstLine({ program, args: ['buildx', 'version'] }, env, signal) : null
    probes.push({ program, version, buildx })
  }
  return chooseBuilder(features, probes)
}

/** null = it is nowhere on PATH. */
export async function findProgram(name: string, path: string): Promise<string | null> {
  const [first = null] = await programsOnPath(name, path)
  return first
}

/** Each program once, even where a directory is a link to another. */
async function programsOnPath(name: string, path: string): Promise<string[]> {
  const found = new Map<string, string>()
  for (const directory of [...path.split(delimiter), alwaysSearched]) {
    if (!directory.startsWith('/')) continue
    const program = join(directory, name)
    try {
      const real = await realpath(program)
      if (!found.has(real)) found.set(real, program)
    } catch {
      // Not in this directory.
    }
  }
  return [...found.values()]
}

async function firstLine(
  command: { program: string; args: readonly string[] },
  env: ProgramEnvironment,
  signal: AbortSignal,
): Promise<string | null> {
  const lines: string[] = []
  const end = await runProgram({ ...command, env: { ...env }, onLine: (line) => lines.push(line) }, signal)
  return end.kind === 'exited' && end.code === 0 ? (lines[0] ?? null) : null
}
