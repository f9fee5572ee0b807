/** Type-checks the examples of the SDK's comments and the TypeScript of pages and guides, all in one program. */
import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { readPublicSurface } from './public-surface.ts'

const run = promisify(execFile)
const root = join(import.meta.dirname, '../..')

/** A piece of TypeScript that stands in a comment or a page. */
export interface Example {
  /** Where it stands, e.g. `Images.createImage`. */
  readonly place: string
  readonly code: string
}

/** What examples speak of without saying where it comes from. A name of its own in an example stands before these. */
const common = `
  declare const client: CairnClient
  declare const token: string
  declare const zip: Blob
  declare const password: string
  declare const imageId: number
  declare const imageVersionId: number
  declare const versionId: number
  declare const buildId: string
  declare const executionId: string
  declare const serviceId: string`

/** The same for the examples of one class. */
const ofClass: Readonly<Record<string, string>> = {
  Workflows: 'declare const id: number; declare const body: WorkflowBody',
  CairnApiError: 'declare const body: WorkflowBody',
  Images: 'declare const body: ImageBody',
  Services: 'declare const id: string; declare const body: ServiceBody',
  Webapps: 'declare const id: string; declare const body: ServiceBody',
  Emails: 'declare const id: number',
  WorkflowRevisions: 'declare const id: number',
  Exports: 'declare const file: ExportFile',
  Attachment: 'declare const bytes: Uint8Array<ArrayBuffer>',
  FilePart: 'declare const bytes: Uint8Array<ArrayBuffer>',
}

function examplesOfComments(): Example[] {
  return readPublicSurface().flatMap((symbol) =>
    [symbol, ...symbol.members].flatMap(({ name, examples }) => examples.map((code) => ({ place: name, code }))),
  )
}

/** The `ts` blocks of a page. */
async function examplesOfPage(page: string): Promise<Example[]> {
  const text = await readFile(join(root, page), 'utf8')
  return [...text.matchAll(/^```ts\n([\s\S]*?)^```$/gm)].map(([, code = ''], index) => ({
    place: `${page}, block ${index + 1}`,
    code,
  }))
}

/** A guide is one program, as it is run in `tests/e2e/guides.test.ts`. */
async function exampleOfGuide(page: string): Promise<Example> {
  const text = await readFile(join(root, page), 'utf8')
  const blocks = [...text.matchAll(/^```ts \[TypeScript\]\n([\s\S]*?)^```$/gm)].map(([, code = '']) => code)
  return { place: page, code: blocks.join('\n') }
}

const importLine = /^import [^\n]*$/gm

const sdkNames =
  'createClient CairnClient ClientOptions CallOptions Given InputOf StepPatch WorkflowPatch ArtifactSource Progress ' +
  'WorkflowBody ImageBody ServiceBody ExportFile CairnApiError BadRequestError UnauthorizedError ForbiddenError ' +
  'NotFoundError ConflictError PayloadTooLargeError UnprocessableError TooManyRequestsError ServerError ' +
  'CairnConnectionError CairnTimeoutError UnwantedOutcomeError'

/** Where the names come from that examples use without importing them. */
const sources: readonly (readonly [string, readonly string[]])[] = [
  ['node:fs/promises', ['writeFile']],
  ['@cairn/sdk/node', ['zipFolder', 'FolderTooLargeError', 'InvalidFolderError']],
  ['@cairn/sdk', sdkNames.split(/\s+/).map((name) => (/^[a-z]|Error$/.test(name) ? name : `type ${name}`))],
]

/** A module of its own, so that its names are its own. */
function moduleOf({ place, code }: Example): string {
  const written = code.match(importLine) ?? []
  const isWritten = (name: string): boolean => written.some((line) => new RegExp(`\\b${name}\\b`).test(line))
  const implied = sources.map(([source, names]) => {
    const missing = names.filter((name) => !isWritten(name.replace('type ', '')))
    return `import { ${missing.join(', ')} } from '${source}'`
  })
  const [owner = ''] = place.split('.')
  const names = ofClass[owner] ?? 'declare const id: string; declare const body: WorkflowBody'
  const parts = [`// ${place}`, ...written, ...implied, common, names]
  return [...parts, 'export async function example(): Promise<void> {', code.replaceAll(importLine, ''), '}', ''].join(
    '\n',
  )
}

/** Every example. */
export async function readExamples(): Promise<readonly Example[]> {
  const pages = ['README.md', 'docs/start.md', 'docs/sdk.md', 'packages/sdk/README.md']
  const guides = (await readdir(join(root, 'docs/guides'))).map((name) => `docs/guides/${name}`)
  const written = await Promise.all([...pages.map(examplesOfPage), Promise.all(guides.map(exampleOfGuide))])
  return [...examplesOfComments(), ...written.flat()]
}

/** What the compiler says against the examples, by the place of each. */
export async function checkExamples(examples: readonly Example[]): Promise<readonly string[]> {
  const dist = join(root, 'packages/sdk/dist')
  await mkdir(dist, { recursive: true })
  const scratch = await mkdtemp(join(dist, 'examples-'))
  try {
    await Promise.all(
      examples.map((example, index) => writeFile(join(scratch, `example-${index}.ts`), moduleOf(example))),
    )
    const compilerOptions = {
      noUnusedLocals: false,
      noUnusedParameters: false,
      erasableSyntaxOnly: false,
      // Beyond what `strict` asks of readers.
      noPropertyAccessFromIndexSignature: false,
      noUncheckedIndexedAccess: false,
      types: ['node'],
    }
    const project = { extends: '../../../../tsconfig.json', compilerOptions, include: ['*.ts'], exclude: [] }
    await writeFile(join(scratch, 'tsconfig.json'), JSON.stringify(project))
    const output = await run(process.execPath, [join(root, 'node_modules/typescript-7/bin/tsc'), '-p', scratch]).then(
      () => '',
      ({ stdout }: { stdout: string }) => stdout,
    )
    return output.split('\n').flatMap((line) => {
      const index = /example-(\d+)\.ts/.exec(line)?.[1]
      return index === undefined ? [] : [`${examples[Number(index)]?.place}: ${line}`]
    })
  } finally {
    await rm(scratch, { recursive: true, force: true })
  }
}
