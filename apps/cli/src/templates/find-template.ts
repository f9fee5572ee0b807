/**
 * Finds the files that templates name. Looks in the working directory first and then in the folder of every file read so
 * far, in their order, as the reference does: files that work there work here.
 */
import { readFileSync, statSync } from 'node:fs'
import { dirname, isAbsolute, join, relative, resolve } from 'node:path'
import { usageError } from '../errors/cli-error.ts'

export interface TemplateFile {
  /** As messages show it: relative to the working directory where it lies in it. */
  readonly shown: string
  readonly path: string
  readonly source: string
}

const contextLine = /^(\s*context\s*:\s+)(.+)$/gm

export class TemplateFiles {
  readonly #workingDirectory: string
  readonly #folders: string[]
  readonly #known = new Map<string, TemplateFile>()
  #rootFolder: string | null = null

  constructor(workingDirectory: string) {
    this.#workingDirectory = workingDirectory
    this.#folders = [workingDirectory]
  }

  /**
   * Reads a file that is named on the command line or by a tag; null when there is none.
   *
   * The first one read is the root: `context: <path>` of the others, the build context of an image, is relative to their
   * own folder and is rewritten to be relative to that of the root.
   */
  read(name: string): TemplateFile | null {
    const path = this.#find(name.trim())
    if (path === null) return null
    const known = this.#known.get(path)
    if (known !== undefined) return known
    const folder = dirname(path)
    const text = readFileSync(path, 'utf8').replaceAll('\r\n', '\n')
    const source = this.#rootFolder === null ? text : rewriteContext(text, folder, this.#rootFolder)
    this.#rootFolder ??= folder
    if (!this.#folders.includes(folder)) this.#folders.push(folder)
    const file = { path, source, shown: this.#shown(path) }
    this.#known.set(path, file)
    return file
  }

  /** @throws CliError of exit code 2 that says where was looked. */
  missing(name: string, where: string | null): Error {
    const folders = isAbsolute(name) ? '' : ` Looked in ${this.#folders.join(', ')}.`
    return usageError(`There is no file ${name}${where === null ? '' : `, which ${where} names`}.${folders}`)
  }

  #find(name: string): string | null {
    for (const folder of this.#folders) {
      const path = resolve(folder, name)
      if (statSync(path, { throwIfNoEntry: false })?.isFile() === true) return path
    }
    return null
  }

  #shown(path: string): string {
    const short = relative(this.#workingDirectory, path)
    return short.startsWith('..') ? path : short
  }
}

function rewriteContext(text: string, folder: string, rootFolder: string): string {
  return text.replaceAll(contextLine, (_line, start: string, written: string) => {
    const path = written.trim().replaceAll(/^["']|["']$/g, '')
    const found = relative(rootFolder, join(folder, path))
    return `${start}${found === '' ? '.' : found}`
  })
}
