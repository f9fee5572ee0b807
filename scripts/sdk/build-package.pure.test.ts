import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, readFile, readdir, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { gzipSync } from 'node:zlib'
import { build } from 'esbuild'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { buildPackage, contractDeclarations } from './build-package.ts'

const run = promisify(execFile)
const root = join(import.meta.dirname, '../..')

let scratch: string
let out: string
beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'cairn-package-'))
  out = join(scratch, 'node_modules/@cairn/sdk')
  await buildPackage(out)
}, 60_000)
afterAll(() => rm(scratch, { recursive: true, force: true }))

/** Type-checks one file; the errors, or an empty text. */
async function typeErrors(name: string, source: string, options: object): Promise<string> {
  const folder = join(scratch, name)
  await mkdir(folder)
  const compilerOptions = { strict: true, noEmit: true, target: 'es2022', skipLibCheck: false, ...options }
  await writeFile(join(folder, 'package.json'), '{"type":"module"}')
  await writeFile(join(folder, 'check.ts'), source)
  await writeFile(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, include: ['check.ts'] }))
  return run(process.execPath, [join(root, 'node_modules/typescript-7/bin/tsc'), '-p', folder]).then(
    () => '',
    ({ stdout }: { stdout: string }) => stdout,
  )
}

async function filesThatName(word: RegExp): Promise<string[]> {
  const files = (await readdir(out, { recursive: true })).filter((name) => /\.(js|ts)$/.test(name))
  const texts = await Promise.all(files.map(async (name) => [name, await readFile(join(out, name), 'utf8')] as const))
  return texts.flatMap(([name, text]) => (word.test(text) ? [name] : []))
}

/** Bytes of an entry as a browser gets it. */
async function browserBytes(source: string): Promise<number> {
  const { outputFiles } = await build({
    stdin: { contents: source, resolveDir: scratch },
    bundle: true,
    minify: true,
    format: 'esm',
    platform: 'browser',
    write: false,
  })
  return gzipSync(outputFiles[0]?.contents ?? '').byteLength
}

describe('the package that is published', () => {
  it('needs neither the contract nor TypeBox', async () => {
    expect(await filesThatName(/@cairn\/contract|\bfrom ['"]typebox|~kind/)).toEqual([])
  })

  it('has every file that its manifest names, and nothing of Node in its main entry', async () => {
    const { exports, sideEffects } = JSON.parse(await readFile(join(out, 'package.json'), 'utf8'))
    expect(sideEffects).toBe(false)
    const entries = [exports['.'], exports['./node']].flatMap((entry: object) => Object.values(entry))
    await Promise.all(entries.map((file) => readFile(join(out, String(file)))))
    expect((await filesThatName(/from ['"]node:/)).filter((name) => name.endsWith('.js'))).toEqual(['node/index.js'])
  })

  it('is at most 40 kB in a browser, minified and compressed', async () => {
    const bytes = await browserBytes(`export * from '@cairn/sdk'`)
    expect(bytes).toBeGreaterThan(5000)
    expect(bytes).toBeLessThanOrEqual(40_000)
  })

  it.each([
    ['nodenext', { module: 'nodenext', types: [] }],
    ['bundler', { module: 'esnext', moduleResolution: 'bundler', types: [] }],
  ])('has types that stand alone, read as %s does', async (name, options) => {
    const source = `
      import { type WorkflowBody, ConflictError, createClient } from '@cairn/sdk'
      const body: WorkflowBody = { name: 'w', steps: { a: { imageId: 1, command: 'true' } } }
      const client = createClient({ baseUrl: 'http://127.0.0.1:7420', token: 't' })
      export async function start(): Promise<string> {
        const { id } = await client.workflows.createWorkflow(body)
        try {
          return (await client.workflows.executeWorkflow(id)).executionId
        } catch (error) {
          if (error instanceof ConflictError && error.code === 'already_running') return error.message
          throw error
        }
      }
      // @ts-expect-error a step has a command
      export const wrong: WorkflowBody = { name: 'w', steps: { a: { imageId: 1 } } }`
    expect(await typeErrors(name, source, { lib: ['es2022', 'dom', 'dom.iterable'], ...options })).toBe('')
  })

  it('writes the contract out as exactly the types that its schemas have', async () => {
    const text = await contractDeclarations()
    await writeFile(join(scratch, 'plain.d.ts'), text)
    await Promise.all([
      symlink(join(root, 'packages/contract'), join(scratch, 'node_modules/@cairn/contract')),
      symlink(join(root, 'node_modules/typebox'), join(scratch, 'node_modules/typebox')),
    ])
    const ofSchemas = [...text.matchAll(/^export type (\w+) = [^\n]/gm)].flatMap(([, name]) =>
      name === undefined || /^(OperationId|\w+Of|ErrorCode)$/.test(name) ? [] : [name],
    )
    expect(ofSchemas.length).toBeGreaterThan(100)
    const source = `
      import type { Static } from 'typebox'
      import type * as own from '@cairn/contract'
      import type * as plain from '../plain.d.ts'
      type Same<A, B> = [A] extends [B] ? ([B] extends [A] ? true : false) : false
      type Operations<Of extends { [Id in own.OperationId]: true }> = Of
      type Parts<Id extends own.OperationId> = [
        own.ParamsOf<own.Routes[Id]>, own.QueryOf<own.Routes[Id]>, own.BodyOf<own.Routes[Id]>, own.AnswerOf<own.Routes[Id]>,
      ]
      type PlainParts<Id extends plain.OperationId> = [
        plain.ParamsOf<plain.Routes[Id]>, plain.QueryOf<plain.Routes[Id]>,
        plain.BodyOf<plain.Routes[Id]>, plain.AnswerOf<plain.Routes[Id]>,
      ]
      export type AllOperations = Operations<{ [Id in own.OperationId]: Same<Parts<Id>, PlainParts<Id>> }>
      export const codes = true satisfies Same<own.ErrorCode, plain.ErrorCode>
      export const schemas: true[] = [
        ${ofSchemas.map((name) => `true satisfies Same<Static<typeof own.${name}>, plain.${name}>,`).join('\n')}
      ]`
    const options = {
      module: 'nodenext',
      allowImportingTsExtensions: true,
      skipLibCheck: true,
      types: [],
      exactOptionalPropertyTypes: true,
    }
    expect(await typeErrors('same', source, { ...options, lib: ['es2024', 'dom'], target: 'es2024' })).toBe('')
  }, 60_000)
})
