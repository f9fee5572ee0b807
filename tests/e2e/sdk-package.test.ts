/** The package as it is published: packed, installed into an empty project, run on other runtimes and in a browser. */
import { execFile } from 'node:child_process'
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { createServer as createHttpServer, type Server } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { build } from 'esbuild'
import { chromium } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { ensureChromium } from '../../scripts/ensure-chromium.ts'
import { ensureJavaScriptRuntimes, type JavaScriptRuntime } from '../../scripts/ensure-javascript-runtimes.ts'
import { buildPackage } from '../../scripts/sdk/build-package.ts'
import { createServerProcess, type ServerProcess } from './server-process.ts'

const run = promisify(execFile)
const fixtures = join(import.meta.dirname, 'fixtures')

let server: ServerProcess
let project: string
let pages: Server
let pagesUrl: string
let runtimes: readonly JavaScriptRuntime[]
beforeAll(async () => {
  project = await mkdtemp(join(tmpdir(), 'cairn-consumer-'))
  pages = await servePages()
  pagesUrl = `http://127.0.0.1:${(pages.address() as AddressInfo).port}`
  server = await createServerProcess({ CAIRN_ALLOWED_ORIGINS: pagesUrl })
  const others = ensureJavaScriptRuntimes({ stateDirectory: join(process.cwd(), '.cairn'), say: () => undefined })
  const [found] = await Promise.all([others, installPackage(), server.start()])
  runtimes = [{ name: `Node ${process.versions.node}`, argv: [process.execPath] }, ...found]
})
afterAll(async () => {
  pages.close()
  await server.dispose()
  await rm(project, { recursive: true, force: true })
})

async function installPackage(): Promise<void> {
  const built = join(project, 'built')
  await buildPackage(built)
  const { stdout } = await run('npm', ['pack', built, '--json', '--pack-destination', project])
  const [{ filename }] = JSON.parse(stdout) as [{ filename: string }]
  await rm(built, { recursive: true })
  await writeFile(join(project, 'package.json'), '{"name":"consumer","private":true,"type":"module"}')
  await run('npm', ['install', '--no-audit', '--no-fund', '--prefer-offline', join(project, filename)], {
    cwd: project,
  })
  await cp(join(fixtures, 'sdk-consumer'), project, { recursive: true })
}

/** A page of an origin of its own, with the installed package in it. */
async function servePages(): Promise<Server> {
  const http = createHttpServer((request, response) => {
    if (request.url !== '/page.js') {
      response.setHeader('content-type', 'text/html').end('<!doctype html><title>page</title>')
      return
    }
    const entry = join(project, 'page.mjs')
    void build({ entryPoints: [entry], bundle: true, format: 'esm', write: false }).then(({ outputFiles }) =>
      response.setHeader('content-type', 'text/javascript').end(outputFiles[0]?.contents),
    )
  })
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
  return http
}

it('has the files that it should have and brings two packages', async () => {
  const lock = JSON.parse(await readFile(join(project, 'package-lock.json'), 'utf8')) as { packages: object }
  expect(Object.keys(lock.packages).toSorted()).toEqual([
    '',
    'node_modules/@cairn/sdk',
    'node_modules/buffer-crc32',
    'node_modules/ignore',
    'node_modules/yazl',
  ])
})

it('works on the oldest Node that it supports, on ours, on Bun and on Deno', async () => {
  const reports = await Promise.all(
    runtimes.map(async ({ name, argv: [program, ...flags] }, index) => {
      const args = [...flags, join(project, 'main.mjs'), server.baseUrl, server.token]
      const { stdout } = await run(program, [...args, join(fixtures, 'echo-service'), `artifact-${index}`], {
        cwd: project,
        env: { PATH: process.env['PATH'], HOME: project },
      })
      return [name, JSON.parse(stdout)] as const
    }),
  )
  for (const [name, report] of reports) {
    expect([name, report]).toEqual([
      name,
      {
        name: expect.stringMatching(/^artifact-\d$/),
        sameSize: true,
        refused: [true, 'not_found', 'string'],
        aborted: 'enough',
      },
    ])
  }
  expect(reports).toHaveLength(4)
})

it('works in a browser, in a page of an origin that the server allows, and in no other', async () => {
  const browser = await chromium.launch({
    executablePath: await ensureChromium(() => undefined),
    args: ['--no-sandbox'],
  })
  try {
    const callFrom = async (origin: string): Promise<unknown> => {
      const page = await browser.newPage()
      await page.goto(origin)
      const given = [server.baseUrl, server.token].map((text) => JSON.stringify(text)).join(', ')
      return page.evaluate(`import('/page.js').then(({ tryOut }) => tryOut(${given}))`)
    }
    expect(await callFrom(pagesUrl)).toEqual(['BadRequestError', 'NotFoundError', true, expect.any(String)])
    const elsewhere = pagesUrl.replace('127.0.0.1', 'localhost')
    expect(await callFrom(elsewhere)).toEqual(['CairnConnectionError', 'CairnConnectionError', false, null])
  } finally {
    await browser.close()
  }
})
