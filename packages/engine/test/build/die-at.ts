import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { expect } from 'vitest'
import type { BuildRig } from './build-rig.ts'

/** Runs a server on the rig's database until it dies at the point by SIGKILL. */
export async function dieAt(rig: BuildRig, point: string): Promise<void> {
  const script = join(import.meta.dirname, 'build-and-die.ts')
  const child = spawn(process.execPath, [script, rig.test.url, rig.directory, point], {
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  const [, signal]: unknown[] = await once(child, 'exit')
  expect(signal).toBe('SIGKILL')
}
