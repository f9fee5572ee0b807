/**
 * `npm run build -w @cairn/sdk`: writes packages/sdk/dist, the package as it is published. In the repository the sources
 * are used as they are; nothing but publishing needs this.
 *
 * Types: the SDK's own declarations over the contract's types written out plainly, so that neither the contract nor
 * TypeBox is needed. Code: one file for each entry, without the contract.
 */
import { execFile } from 'node:child_process'
import { copyFile, mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join, relative } from 'node:path'
import { promisify } from 'node:util'
import { build } from 'esbuild'
import { readContractComments } from './contract-comments.ts'
import { ContractTypes } from './contract-types.ts'

const run = promisify(execFile)
const root = join(import.meta.dirname, '../..')
const sdk = join(root, 'packages/sdk')

/** The contract's types as a declaration file of their own. */
export async function contractDeclarations(): Promise<string> {
  const types = new ContractTypes(await readContractComments())
  return `/** Shapes of the wire, by the names of the API reference. */\n\n${types.file()}`
}

async function emitDeclarations(scratch: string, out: string): Promise<void> {
  const contract = join(scratch, 'contract.d.ts')
  await writeFile(contract, await contractDeclarations())
  const project = {
    extends: join(root, 'tsconfig.json'),
    compilerOptions: {
      noEmit: false,
      declaration: true,
      emitDeclarationOnly: true,
      incremental: false,
      rootDir: join(sdk, 'src'),
      outDir: out,
      types: ['node'],
      typeRoots: [join(root, 'node_modules/@types')],
      paths: { '@cairn/contract': [contract] },
    },
    include: [join(sdk, 'src')],
  }
  const file = join(scratch, 'tsconfig.json')
  await writeFile(file, JSON.stringify(project))
  const tsc = join(root, 'node_modules/typescript-7/bin/tsc')
  await run(process.execPath, [tsc, '-p', file], { cwd: root }).catch((error: { stdout?: string }) => {
    throw new Error(`the declarations could not be written:\n${error.stdout ?? ''}`, { cause: error })
  })
  await copyFile(contract, join(out, 'contract.d.ts'))
  await nameFilesAsPublished(out)
}

/** Declarations name the sources; what is published are `.js` files and the contract beside them. */
async function nameFilesAsPublished(out: string): Promise<void> {
  const files = (await readdir(out, { recursive: true })).filter((name) => name.endsWith('.d.ts'))
  for (const name of files) {
    const path = join(out, name)
    const contract = relative(dirname(path), join(out, 'contract.js'))
    const text = (await readFile(path, 'utf8'))
      .replaceAll(/(['"])(\.{1,2}\/[^'"]*)\.ts\1/g, "'$2.js'")
      .replaceAll(/(['"])@cairn\/contract\1/g, `'${contract.startsWith('.') ? contract : `./${contract}`}'`)
    await writeFile(path, text)
  }
}

async function bundle(out: string): Promise<void> {
  await build({
    entryPoints: { index: join(sdk, 'src/index.ts'), 'node/index': join(sdk, 'src/node/index.ts') },
    outdir: out,
    bundle: true,
    splitting: true,
    chunkNames: 'shared/[name]-[hash]',
    format: 'esm',
    platform: 'neutral',
    target: 'es2022',
    external: ['node:*', 'yazl', 'ignore'],
    legalComments: 'none',
    logLevel: 'error',
  })
}

interface Manifest {
  readonly version: string
  readonly license: string
  readonly description: string
  readonly dependencies: Readonly<Record<string, string>>
}

/** The manifest as it is published. */
function publishedManifest(source: Manifest): object {
  const { '@cairn/contract': _built, ...dependencies } = source.dependencies
  return {
    name: '@cairn/sdk',
    version: source.version,
    description: source.description,
    license: source.license,
    type: 'module',
    sideEffects: false,
    engines: { node: '>=20' },
    exports: {
      '.': { types: './index.d.ts', default: './index.js' },
      './node': { types: './node/index.d.ts', default: './node/index.js' },
      './package.json': './package.json',
    },
    files: ['**/*.js', '**/*.d.ts', 'README.md', 'LICENSE'],
    dependencies: Object.fromEntries(Object.entries(dependencies).map(([name, version]) => [name, `^${version}`])),
    publishConfig: { access: 'public', provenance: true },
  }
}

/**
 * Builds the package into a directory, which is emptied first.
 *
 * @param out default packages/sdk/dist
 */
export async function buildPackage(out: string = join(sdk, 'dist')): Promise<void> {
  const scratch = await mkdtemp(join(tmpdir(), 'cairn-sdk-'))
  try {
    await rm(out, { recursive: true, force: true })
    await mkdir(out, { recursive: true })
    await Promise.all([emitDeclarations(scratch, out), bundle(out)])
    const manifest: Manifest = JSON.parse(await readFile(join(sdk, 'package.json'), 'utf8'))
    await writeFile(join(out, 'package.json'), `${JSON.stringify(publishedManifest(manifest), null, 2)}\n`)
    await copyFile(join(sdk, 'README.md'), join(out, 'README.md'))
    await copyFile(join(root, 'LICENSE'), join(out, 'LICENSE'))
  } finally {
    await rm(scratch, { recursive: true, force: true })
  }
}

if (import.meta.main) await buildPackage()
